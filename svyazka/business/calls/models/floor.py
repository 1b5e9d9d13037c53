"""The floor of the call centre: what its people are doing, and how many calls came and were answered."""

from __future__ import annotations

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from svyazka.business.staff.models import Department, Person
from svyazka.kit import words


class FloorRules(models.Model):
    """What the company demands of its floor. One row; without it, this."""

    answer_within = models.PositiveSmallIntegerField(default=7)  # seconds: the service level
    answer_share = models.PositiveSmallIntegerField(default=90)  # per cent that shall be answered in that time
    short_within = models.PositiveSmallIntegerField(default=5)  # whoever gives up sooner counts for nothing
    after_call_seconds = models.PositiveSmallIntegerField(default=0)  # 0: no time of its own for it
    ring_back_minutes = models.PositiveSmallIntegerField(default=15)  # of working time
    # Whose hours count for a call-back that is nobody's own; empty: of all who take calls.
    ring_back_department = models.ForeignKey(Department, models.SET_NULL, null=True, blank=True, related_name="+")


class CallQueue(models.Model):
    """A queue of the telephone system. It is entered by itself with the first call that is counted in it."""

    code = models.CharField(max_length=60, unique=True)  # as the telephone system calls it
    name = models.CharField(max_length=60, blank=True)
    answer_within = models.PositiveSmallIntegerField(null=True, blank=True)  # empty: as everywhere
    department = models.ForeignKey(Department, models.SET_NULL, null=True, blank=True, related_name="+")

    def __str__(self) -> str:
        return self.name or self.code


class BreakReason(models.Model):
    """Why somebody takes a break, in the company's own words."""

    code = models.SlugField(max_length=60, unique=True)
    words = models.JSONField(default=dict)
    minutes = models.PositiveSmallIntegerField(default=0)  # how long it may last; 0: as long as it does
    position = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "id"]

    @property
    def name(self) -> str:
        return words.here(self.words)

    def __str__(self) -> str:
        return self.name


class PersonState(models.Model):
    """What somebody of the floor is doing, as he or the house said last. That he is on the phone is not said here: the
    calls themselves say it (`floor/states.py`)."""

    class Kind(models.TextChoices):
        READY = "ready", _("ready")
        BREAK = "break", _("on a break")
        AFTER_CALL = "after_call", _("after-call work")
        AWAY = "away", _("away")

    person = models.OneToOneField(Person, models.CASCADE, primary_key=True, related_name="floor_state")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    reason = models.ForeignKey(BreakReason, models.SET_NULL, null=True, related_name="+")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)  # after that he is ready again by himself, or his break is too long
    command_id = models.BigIntegerField(null=True)  # what the telephone system was asked for with it
    # Calls pass by his phone, as in a break, also when he has gone away out of it.
    phone_rests = models.BooleanField(default=False, db_default=False)

    def has_ended(self, moment: datetime) -> bool:
        """After-call work ends by time: he is ready since, though nobody has written it down yet."""
        return self.kind == self.Kind.AFTER_CALL and self.until is not None and self.until <= moment


class StateSpan(models.Model):
    """From when to when somebody was in a state that he has left. Append-only; cut by month."""

    id = models.BigAutoField(primary_key=True)
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField()
    person_id = models.BigIntegerField()
    kind = models.CharField(max_length=10, choices=PersonState.Kind.choices)
    reason_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [models.Index(fields=["person_id", "began_at"], name="state_span_person")]


class HourCount(models.Model):
    """How many incoming calls of a queue began in an hour, by the seconds that they waited: a service level can be
    asked of it whatever the limit is."""

    hour = models.DateTimeField()
    queue = models.CharField(max_length=60, blank=True)
    answered = ArrayField(models.IntegerField(), default=list)  # by seconds; the last one: longer
    given_up = ArrayField(models.IntegerField(), default=list)
    talk_seconds = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hour", "queue"], name="hour_count_once")]


class CountedCall(models.Model):
    """A call that has just ended, or (`sign` is -1) what it was taken for until now. A worker adds it to its hour."""

    id = models.BigAutoField(primary_key=True)
    hour = models.DateTimeField()
    queue = models.CharField(max_length=60, blank=True)
    is_answered = models.BooleanField()
    waited = models.PositiveSmallIntegerField()
    talk_seconds = models.PositiveIntegerField()
    sign = models.SmallIntegerField()
