from __future__ import annotations

from uuid import uuid4

from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients.models import Client
from svyazka.business.deals.models import Deal, Task
from svyazka.business.staff.models import Person
from svyazka.business.visits.models.kind import VisitKind
from svyazka.business.visits.models.resource import Resource


class Waiting(models.Model):
    """A client for whom no window fitted, and who takes one that becomes free. Written only by `waiting.py`."""

    class State(models.TextChoices):
        OPEN = "open", _("waits for a window")
        SERVED = "served", _("has a visit")
        REMOVED = "removed", _("taken off the list")
        OVER = "over", _("waited in vain")

    class Urgency(models.IntegerChoices):
        USUAL = 0, _("not urgent")
        SOON = 1, _("soon")
        URGENT = 2, _("urgent")

    class ToldBy(models.TextChoices):
        CALL = "call", _("by a call")
        MESSAGE = "message", _("by a message with a link")

    deal = models.ForeignKey(Deal, models.PROTECT, related_name="waits", db_index=False)
    client = models.ForeignKey(Client, models.PROTECT, related_name="waits")
    kind = models.ForeignKey(VisitKind, models.PROTECT, related_name="waits")
    address = models.CharField(max_length=300)
    wishes = models.JSONField(default=dict)  # as `wishes.py` stores them
    note = models.CharField(max_length=300, blank=True)  # what the visit is to know: "ring before"
    urgency = models.PositiveSmallIntegerField(choices=Urgency.choices, default=Urgency.USUAL)
    told_by = models.CharField(max_length=10, choices=ToldBy.choices, default=ToldBy.CALL)
    since = models.DateTimeField()
    until = models.DateField()  # the last day on which the visit still makes sense
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    ended_at = models.DateTimeField(null=True)
    reason = models.CharField(max_length=300, blank=True)  # of its being taken off
    looked_at = models.DateTimeField()  # when all of its windows were looked through last
    entered_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["deal", "kind"], condition=Q(state="open"), name="waits_once"),
            models.CheckConstraint(
                condition=Q(state="open", ended_at=None) | ~Q(state="open") & Q(ended_at__isnull=False),
                name="waiting_ends",
            ),
        ]
        indexes = [
            models.Index(fields=["since", "id"], condition=Q(state="open"), name="waiting_since"),
            models.Index(fields=["address", "id"], condition=Q(state="open"), name="waiting_place"),
            models.Index(fields=["looked_at"], condition=Q(state="open"), name="waiting_looked_at"),
            models.Index(fields=["until"], condition=Q(state="open"), name="waiting_until"),
            models.Index(fields=["deal"], name="waiting_deal"),
        ]

    def __str__(self) -> str:
        return f"{self.kind}, {self.address}"


class Seeking(models.Model):
    """Windows are looked for, for all who wait: each gets his best one proposed. One at a time."""

    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    begun_at = models.DateTimeField()
    total = models.PositiveIntegerField()  # who waited when it began
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(Value(1), condition=Q(ended_at=None), name="one_seeks"),
        ]


class WaitingOffer(models.Model):
    """A window that is free for somebody who waits: proposed to the staff, or held and sent to the client himself."""

    class State(models.TextChoices):
        OPEN = "open", _("not answered")
        TAKEN = "taken", _("taken")
        DECLINED = "declined", _("declined")
        LAPSED = "lapsed", _("not answered in time")
        GONE = "gone", _("no longer there")

    waiting = models.ForeignKey(Waiting, models.CASCADE, related_name="offers")
    resource = models.ForeignKey(Resource, models.CASCADE, related_name="+")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    added = models.PositiveIntegerField(default=0)  # minutes by which the way of that day grows
    reasons = models.JSONField(default=list)  # what speaks for it, in the company's language
    to_client = models.BooleanField(default=False)  # sent to him; the time is held meanwhile
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    # Of the hold and of the visit: whoever takes it twice is booked once.
    request_id = models.UUIDField(unique=True, default=uuid4)
    fingerprint = models.CharField(max_length=64, null=True, unique=True)  # of the client's link, where he is asked
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)
    task = models.ForeignKey(Task, models.SET_NULL, null=True, related_name="+")
    seeking = models.ForeignKey(Seeking, models.SET_NULL, null=True, related_name="offers")
    # Of the letter to him; without a channel somebody rings.
    channel = models.CharField(max_length=20, blank=True, db_default="")
    address = models.CharField(max_length=200, blank=True, db_default="")  # there
    try_at = models.DateTimeField(null=True)
    tries = models.PositiveSmallIntegerField(db_default=0)
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["waiting"], condition=Q(state="open", to_client=True), name="asked_one_at_a_time"
            ),
            models.UniqueConstraint(
                fields=["waiting", "resource", "starts_at"], condition=Q(state="open"), name="proposed_once"
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(state="open"), name="waiting_offer_ends"),
            models.Index(fields=["try_at"], condition=Q(try_at__isnull=False), name="waiting_letter_due"),
        ]


class Freed(models.Model):
    """Time of a resource that became free while somebody waited; looked at by the next round, and gone then."""

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="+", db_index=False)
    begins = models.DateTimeField()
    ends = models.DateTimeField()


class WaitingRules(models.Model):
    """What the company wants of its waiting list: one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    days = models.PositiveSmallIntegerField(default=7)  # whoever waits longer is a problem
    offers_a_day = models.PositiveSmallIntegerField(default=2)  # messages to one client
    held_minutes = models.PositiveSmallIntegerField(default=60)  # while the client thinks about a message
