"""What somebody has to do on a deal: tasks, and the controller's questions."""

from __future__ import annotations

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients.models import Client
from svyazka.business.deals.models.deal import Deal
from svyazka.business.staff.models import Person


class Task(models.Model):
    """What someone must do by when. The first open one of a deal is its next step; without a deal it is one's own."""

    class Kind(models.TextChoices):
        CALL = "call", _("Call")
        MESSAGE = "message", _("Message")
        MEETING = "meeting", _("Meeting")
        OTHER = "other", _("Other")

    class Outcome(models.TextChoices):
        NONE = "", ""
        REACHED = "reached", _("reached")
        NOT_REACHED = "not_reached", _("not reached")
        WRONG_NUMBER = "wrong_number", _("wrong number")

    deal = models.ForeignKey(Deal, models.CASCADE, null=True, blank=True, related_name="tasks")
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.OTHER, db_default="other")
    what = models.CharField(max_length=200)
    due_at = models.DateTimeField()
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="tasks")
    by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="tasks_given")
    of_stage = models.BooleanField(default=False)  # asked for by the stage; falls away with it
    # Ticked off, it comes again: {"every": 2, "unit": "week", …}, see repeats.py. Empty: once.
    repeat = models.JSONField(default=dict, db_default=Value({}, models.JSONField()), blank=True)
    # [{"id": 1, "what": "…", "done": false}, …]
    checklist = models.JSONField(default=list, db_default=Value([], models.JSONField()), blank=True)
    snoozed_until = models.DateTimeField(null=True, blank=True)  # not shown in anybody's day before
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    result = models.CharField(max_length=500, blank=True, db_default="")  # what came of it
    outcome = models.CharField(max_length=12, choices=Outcome.choices, blank=True, db_default="")  # of a call
    # Which one's place it took when that was ticked off. Whatever two people click at once, it comes again once.
    after = models.OneToOneField("self", models.SET_NULL, null=True, blank=True, related_name="follower")
    created_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1, db_default=1)

    class Meta:
        indexes = [
            models.Index(fields=["deal", "due_at"], condition=Q(done_at=None), name="task_open"),
            models.Index(fields=["person", "due_at"], condition=Q(done_at=None), name="task_of_person"),
            models.Index(fields=["due_at"], condition=Q(done_at=None, deal__isnull=False), name="task_on_calendar"),
            models.Index(fields=["by", "due_at"], condition=Q(done_at=None), name="task_given"),
            models.Index(fields=["person", "-done_at"], condition=Q(done_at__isnull=False), name="task_done"),
            # The calling list, and what somebody has rung today (calling.py).
            models.Index(
                fields=["person", "due_at"],
                condition=Q(kind="call", done_at=None, deal__isnull=False),
                name="task_to_ring",
            ),
            models.Index(
                fields=["done_by", "-done_at"], condition=Q(kind="call", done_at__isnull=False), name="task_rung"
            ),
        ]

    def __str__(self) -> str:
        return self.what


class CallingHold(models.Model):
    """Whose turn it is to ring a client: until then nobody else gets him, nor another task of his."""

    # Without a constraint: steps of a stage are taken away by statements that need not know of turns. What points
    # nowhere is no turn.
    task = models.OneToOneField(Task, models.DO_NOTHING, db_constraint=False, related_name="+")
    client = models.OneToOneField(Client, models.CASCADE, related_name="+")
    person = models.OneToOneField(Person, models.CASCADE, related_name="+")
    until = models.DateTimeField()


class Question(models.Model):
    """A controller's question on a deal: open until everybody who was asked has answered, or it is withdrawn."""

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="questions")
    by = models.ForeignKey(Person, models.PROTECT, related_name="questions")
    text = models.CharField(max_length=1000)
    asked_at = models.DateTimeField()
    due_at = models.DateTimeField()
    is_blocking = models.BooleanField(default=False)  # the deal cannot leave its stage before
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    request_id = models.UUIDField(unique=True)  # a click that arrives twice asks once

    class Meta:
        indexes = [
            models.Index(fields=["deal", "-asked_at"], name="question_of_deal"),
            models.Index(fields=["by", "due_at"], condition=Q(closed_at=None), name="question_open"),
            models.Index(fields=["due_at", "id"], condition=Q(closed_at=None), name="question_due"),
            models.Index(fields=["-asked_at", "-id"], name="question_newest"),
            models.Index(fields=["deal"], condition=Q(closed_at=None), name="question_open_of_deal"),
            GinIndex(OpClass(F("text"), name="gin_trgm_ops"), name="question_words"),
        ]

    def __str__(self) -> str:
        return self.text


class Asked(models.Model):
    """One of those to whom a question goes, and the answer."""

    question = models.ForeignKey(Question, models.CASCADE, related_name="asked")
    person = models.ForeignKey(Person, models.PROTECT, related_name="asked")
    asked_at = models.DateTimeField(db_default=Now())  # later than the question, if he was asked later
    due_at = models.DateTimeField()  # as in the question, so that whoever is late is found by one index
    answer = models.CharField(max_length=2000, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    reminded_at = models.DateTimeField(null=True, blank=True)
    escalated_at = models.DateTimeField(null=True, blank=True)  # when the head was told

    class Meta:
        constraints = [models.UniqueConstraint(fields=["question", "person"], name="asked_once")]
        indexes = [
            models.Index(fields=["person", "due_at"], condition=Q(answered_at=None), name="asked_open"),
            models.Index(fields=["due_at"], condition=Q(answered_at=None), name="asked_due"),
            models.Index(fields=["asked_at"], name="asked_when"),
        ]
