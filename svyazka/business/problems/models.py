from __future__ import annotations

from datetime import UTC, datetime, time

from django.contrib.postgres.fields import ArrayField
from django.db import models

from svyazka.business.deals.models import Deal, Stage
from svyazka.business.staff.models import Department, Person

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)


class Problem(models.Model):
    """Something about an open deal that somebody has to see to now. Made and cleared by `sweep.py` alone."""

    class Kind(models.TextChoices):
        """In the order in which they hurt."""

        NO_PERSON = "no_person"
        NO_STEP = "no_step"
        STEP_OVERDUE = "step_overdue"
        STUCK = "stuck"  # longer than the stage's limit
        SLOW = "slow"  # longer than the company's own history says is usual
        UNANSWERED = "unanswered"  # a message or a form
        MISSED_CALL = "missed_call"
        QUESTION = "question"
        NOT_ACCEPTED = "not_accepted"  # a hand-off
        RETURNED = "returned"
        PING_PONG = "ping_pong"  # handed on for the third time
        VISIT_IMPOSSIBLE = "visit_impossible"  # whoever is to go there cannot any more
        VISIT_BESIDE = "visit_beside"  # done on site without signal, and changed in the office meanwhile
        VISIT_ORPHANED = "visit_orphaned"  # whoever was to go there is ill or away
        VISIT_LATE = "visit_late"  # whoever is to go there runs late
        VISIT_UNCONFIRMED = "visit_unconfirmed"
        VISIT_MOVED = "visit_moved"
        VISIT_NOT_DONE = "visit_not_done"  # and no other date is agreed on
        NOT_AGREED = "not_agreed"  # extra work without the client's consent
        VISIT_WITHOUT_RESULT = "visit_without_result"
        AGREEMENT_NOT_SENT = "agreement_not_sent"  # the client has signed, or is to, and does not get it
        INVOICE_OVERDUE = "invoice_overdue"
        WAITS_TOO_LONG = "waits_too_long"  # for a window

    id = models.BigAutoField(primary_key=True)
    deal = models.ForeignKey(Deal, models.CASCADE, related_name="problems")
    kind = models.CharField(max_length=30, choices=Kind.choices)
    subject_id = models.BigIntegerField(default=0)  # the task, visit, question, interaction … that it is about
    since = models.DateTimeField()  # when it began to be one
    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="+")  # who should see to it
    department = models.ForeignKey(Department, models.CASCADE, null=True, related_name="+")
    why = models.JSONField(default=dict)  # what its words need: {"hours": 72, "limit": 48}
    found_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["deal", "kind", "subject_id"], name="problem_once")]
        indexes = [
            models.Index(fields=["kind", "since", "id"], name="problem_kind"),
            models.Index(fields=["since", "id"], name="problem_since"),
            models.Index(fields=["person", "kind", "since"], name="problem_person"),
            models.Index(fields=["department", "kind", "since"], name="problem_department"),
        ]


class Swept(models.Model):
    """How far the sweeps have come: one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    all_at = models.DateTimeField()  # when all deals were swept last
    changed_at = models.DateTimeField()  # when those that had changed were, and up to which transaction
    transaction = models.BigIntegerField()
    stays_at = models.DateTimeField(default=LONG_AGO)  # when the stays at the stages were counted


class StageStay(models.Model):
    """How long deals have stayed at a stage, by the company's own history. Counted anew once a day."""

    stage = models.OneToOneField(Stage, models.CASCADE, related_name="+")
    stays = models.PositiveIntegerField()
    usual = models.DurationField()  # half of them were shorter
    long = models.DurationField()  # nine of ten were shorter
    counted_at = models.DateTimeField()


class DayCount(models.Model):
    """How many problems there were on the morning of a day. The digest compares with it, the curve is made of it."""

    day = models.DateField()
    person = models.ForeignKey(Person, models.CASCADE, null=True, related_name="+")
    department = models.ForeignKey(Department, models.CASCADE, null=True, related_name="+")
    kind = models.CharField(max_length=30)
    number = models.PositiveIntegerField()

    class Meta:
        indexes = [models.Index(fields=["day"], name="day_count_day")]


def workdays() -> list[int]:
    return [0, 1, 2, 3, 4]


class Morning(models.Model):
    """When the digest goes out, and the last day on which the problems were counted for it: one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    at = models.TimeField(default=time(8, 30))  # in the company's zone
    days = ArrayField(models.PositiveSmallIntegerField(), default=workdays, blank=True)  # 0: Monday; empty: never
    counted_on = models.DateField(null=True)
