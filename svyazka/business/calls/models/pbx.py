from __future__ import annotations

from django.db import models
from django.db.models import Value

from svyazka.business.clients.models import Source


class Pbx(models.Model):
    """A telephone system that we listen to."""

    code = models.CharField(max_length=60, unique=True)  # what the ledger calls it: "asterisk/lab1"
    driver = models.CharField(max_length=20)  # a name in settings.PHONE_SYSTEMS
    host = models.CharField(max_length=200)
    port = models.PositiveIntegerField()
    login = models.CharField(max_length=60, blank=True)
    secret = models.TextField(blank=True)  # locked away (kit/secrets.py)
    # What only some drivers ask for: a dial plan's context, a cloud's region. Names and words: the driver's own.
    options = models.JSONField(default=dict, db_default=Value({}, models.JSONField()), blank=True)
    # In the address at which a cloud system tells us of calls; empty: this one is listened to.
    public_key = models.CharField(max_length=64, db_default="", blank=True)
    is_active = models.BooleanField(default=True)
    connected_at = models.DateTimeField(null=True, blank=True)
    lost_at = models.DateTimeField(null=True, blank=True)
    trouble = models.CharField(max_length=200, blank=True)  # a key of links.TROUBLES; links.trouble_of says it in words

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["public_key"], condition=~models.Q(public_key=""), name="one_public_key"),
        ]

    def __str__(self) -> str:
        return self.code


class PhoneLine(models.Model):
    """One of our numbers, and the source that people who ring it come from."""

    number = models.CharField(max_length=20, unique=True)  # E.164
    name = models.CharField(max_length=120)
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True)

    def __str__(self) -> str:
        return self.name
