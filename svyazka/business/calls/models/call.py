from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from svyazka.kit import phones


class CallQuerySet(models.QuerySet["Call"]):
    def ringing(self) -> CallQuerySet:
        return self.filter(state=Call.State.RINGING)

    def going_on(self) -> CallQuerySet:
        return self.filter(state__in=[Call.State.RINGING, Call.State.TALKING])

    def at_phone(self, extension: str, *, pbx_code: str = "") -> CallQuerySet:
        """In which this phone (of that system, where it is known) takes part, or took. Ask it of calls that go on: it
        reads the legs of each."""
        found = self.filter(legs__contains=[{"extension": extension}])
        return found.filter(pbx_code=pbx_code) if pbx_code else found

    def whole(self) -> CallQuerySet:
        """Without those that turned out to be a part of another one."""
        return self.filter(merged_into_id=None)


class Call(models.Model):
    """One call of a client with us, through all its legs. Cut by month; folded from the driver's events (fold.py)."""

    class State(models.TextChoices):
        RINGING = "ringing", _("ringing")
        TALKING = "talking", _("talking")
        ENDED = "ended", _("ended")

    class Result(models.TextChoices):
        NONE = "", ""
        ANSWERED = "answered", _("answered")
        MISSED = "missed", _("missed")
        BUSY = "busy", _("busy")
        LEFT = "left", _("passed on, nobody answered")  # somebody had spoken with him before

    NOT_REACHED = (Result.MISSED, Result.BUSY, Result.LEFT)

    id = models.BigAutoField(primary_key=True)
    started_at = models.DateTimeField()
    pbx_code = models.CharField(max_length=60)
    key = models.CharField(max_length=120)  # what the PBX calls the whole call: Asterisk's Linkedid
    direction = models.CharField(max_length=3, default="in")
    client_number = models.CharField(max_length=40, blank=True)  # E.164, or as the PBX gave it
    our_number = models.CharField(max_length=40, blank=True)
    client_id = models.BigIntegerField(null=True)
    deal_id = models.BigIntegerField(null=True)
    interaction_id = models.BigIntegerField(null=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.RINGING)
    result = models.CharField(max_length=10, choices=Result.choices, blank=True)
    answered_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    answered_by_id = models.BigIntegerField(null=True)
    waiting_seconds = models.PositiveIntegerField(default=0)
    talk_seconds = models.PositiveIntegerField(default=0)
    recording = models.CharField(max_length=300, blank=True)  # the first one; summary.py knows all
    queue = models.CharField(max_length=60, blank=True)
    merged_into_id = models.BigIntegerField(null=True)  # the client's call, if this was a word with a colleague
    legs = models.JSONField(default=list)  # fold.Leg as dicts, in the order in which they rang

    objects: ClassVar[CallQuerySet] = CallQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        indexes = [
            models.Index(fields=["pbx_code", "key"], name="call_key"),
            models.Index(fields=["client_id", "-started_at"], name="call_client"),
            models.Index(fields=["-started_at", "-id"], name="call_recent"),
            models.Index(fields=["started_at"], condition=~models.Q(state="ended"), name="call_going_on"),
            models.Index(fields=["ended_at"], condition=models.Q(state="ended"), name="call_ended"),
            models.Index(
                fields=["-started_at", "-id"],
                condition=models.Q(result__in=["missed", "busy", "left"]),
                name="call_missed",
            ),
        ]

    @property
    def client_number_readable(self) -> str:
        return phones.readable(self.client_number) if self.client_number else str(_("hidden number"))
