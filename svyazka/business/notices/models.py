from __future__ import annotations

from django.db import models
from django.db.models import Q

from svyazka.business.staff.models import Person, Session


class Notice(models.Model):
    """What one person has to hear of: a question, a deal handed to him, a task. Ids and names only; the page finds the
    words for its kind, in the reader's language."""

    id = models.BigAutoField(primary_key=True)
    person = models.ForeignKey(Person, models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=40)  # "question.asked", "hand_off.waiting"
    at = models.DateTimeField()
    by_id = models.BigIntegerField(null=True)
    deal_id = models.BigIntegerField(null=True)
    client_id = models.BigIntegerField(null=True)
    data = models.JSONField(default=dict)  # what its words need: {"text": "…", "from": "Sales"}
    read_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)  # by push or messenger, where the person has one
    tries = models.PositiveSmallIntegerField(default=0)
    try_at = models.DateTimeField(null=True)  # empty: there is nothing to send any more

    class Meta:
        indexes = [
            models.Index(fields=["person", "-at", "-id"], name="notice_of_person"),
            models.Index(fields=["person"], condition=Q(read_at=None), name="notice_unread"),
            models.Index(fields=["try_at"], condition=Q(try_at__isnull=False), name="notice_to_send"),
        ]


class Device(models.Model):
    """A browser that shows a person's notices also while no page is open; as long as he is logged in there."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="devices")
    session = models.ForeignKey(Session, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20)  # "web_push": which of settings.NOTICE_OUTLETS reaches it
    fingerprint = models.CharField(max_length=64, unique=True)  # of its address
    secret = models.TextField()  # address and keys, locked away: whoever has them can write to it
    created_at = models.DateTimeField()
    reached_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["person"], name="device_of_person")]


class Wish(models.Model):
    """What a person wants to hear of on his devices, and when not."""

    person = models.OneToOneField(Person, models.CASCADE, primary_key=True, related_name="notice_wish")
    silent = models.JSONField(default=list)  # groups of kinds that stay in the page: ["task"]
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    names = models.BooleanField(default=False)  # what was written, and the client's name, on a locked screen
