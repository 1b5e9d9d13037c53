from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from svyazka.business.calls.phone_system import Do


class PhoneCommand(models.Model):
    """What somebody asked a telephone system to do, and what became of it. The listener carries it out, once at most: a
    number that is dialled twice is worse than one that is not dialled."""

    class State(models.TextChoices):
        ASKED = "asked", _("asked")
        TAKEN = "taken", _("being carried out")
        DONE = "done", _("carried out")
        FAILED = "failed", _("not carried out")

    id = models.BigAutoField(primary_key=True)
    pbx_code = models.CharField(max_length=60)
    do = models.CharField(max_length=20, choices=[(one.value, one.value) for one in Do])
    person_id = models.BigIntegerField()  # who asked
    extension = models.CharField(max_length=20)  # the phone that it is about
    number = models.CharField(max_length=40, blank=True)  # an extension, or E.164
    queue = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=60, blank=True)
    call_id = models.BigIntegerField(null=True)
    call_key = models.CharField(max_length=120, blank=True)  # of a new call: as soon as it is known
    deal_id = models.BigIntegerField(null=True)  # what a new call is about
    # A page may send the same click twice; it is one.
    click = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    trouble = models.CharField(max_length=40, blank=True)  # a key of commands.TROUBLES
    asked_at = models.DateTimeField()
    until = models.DateTimeField()  # what is not done by then counts as failed
    done_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["until"], condition=models.Q(state__in=["asked", "taken"]), name="command_open"),
            models.Index(fields=["call_id", "id"], name="command_of_call"),
            models.Index(fields=["pbx_code", "call_key"], name="command_of_key"),
            models.Index(fields=["person_id", "-id"], name="command_of_person"),
        ]
