from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from svyazka.business.staff.models import Department, Person


class Thread(models.Model):
    """All that a client and we have written to each other, by whatever channel: who answers it, and since when he
    waits. What was said stands in the history."""

    class State(models.TextChoices):
        OPEN = "open", _("to be answered")
        SNOOZED = "snoozed", _("put off")
        DONE = "done", _("seen to")

    client_id = models.BigIntegerField(unique=True)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    responsible = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    department = models.ForeignKey(Department, models.PROTECT, null=True, related_name="+")
    category = models.CharField(max_length=40, blank=True)  # of the last thing that the client wanted (room `sorting`)
    waits_since = models.DateTimeField(null=True)  # his first message that nobody has answered
    escalates_at = models.DateTimeField(null=True)  # unless somebody answers before
    escalated = models.PositiveSmallIntegerField(default=0)  # how often, since he waits
    snoozed_until = models.DateTimeField(null=True)
    # What a list of threads shows, so that it need not read the history.
    last_at = models.DateTimeField()
    last_text = models.CharField(max_length=200, blank=True)
    last_is_ours = models.BooleanField(default=False)
    last_account = models.CharField(max_length=60, blank=True)  # by which the client wrote last
    version = models.PositiveIntegerField(default=1)

    class Meta:
        indexes = [
            models.Index(fields=["responsible", "-last_at", "-id"], name="thread_of_person"),
            models.Index(fields=["-last_at", "-id"], name="thread_newest"),
            models.Index(
                fields=["waits_since", "id"], condition=Q(waits_since__isnull=False), name="thread_waiting_longest"
            ),
            models.Index(fields=["escalates_at"], condition=Q(escalates_at__isnull=False), name="thread_escalates"),
            models.Index(fields=["snoozed_until"], condition=Q(snoozed_until__isnull=False), name="thread_snoozed"),
            # Lists of one person, or of nobody, among ever more that are done.
            models.Index(
                fields=["responsible", "-last_at", "-id"], condition=Q(state="open"), name="thread_open_of_person"
            ),
            models.Index(fields=["-last_at", "-id"], condition=Q(state="open"), name="thread_open_newest"),
            models.Index(
                fields=["responsible", "waits_since"],
                condition=Q(state="open", waits_since__isnull=False),
                name="thread_waits_for",
            ),
        ]


class QuickReply(models.Model):
    """A text that is written often, with {fields}; in the composer behind a slash."""

    title = models.CharField(max_length=60, unique=True)
    text = models.TextField()
    position = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)


def usual_ways() -> list[str]:
    return list(settings.OTHER_WAYS)


class AnswerRules(models.Model):
    """How clients are answered here. One row."""

    enter_sends = models.BooleanField(default=True)  # the custom of the house; else Ctrl+Enter
    ways = models.JSONField(default=usual_ways)  # in which order another one is tried: ["max", "sms", "email"]
    rings = models.BooleanField(default=True)  # where none leads to him, a task to ring
    down_minutes = models.PositiveIntegerField(default=10)  # how long a channel may be down before another is tried


class Habit(models.Model):
    """What one person has chosen for himself; empty: the custom of the house."""

    person = models.OneToOneField(Person, models.CASCADE, primary_key=True, related_name="+")
    enter_sends = models.BooleanField(null=True)


class FallenBack(models.Model):
    """A message that did not get there, and what was done in its place: once, for good."""

    message_id = models.BigIntegerField(primary_key=True)  # the one that did not get there
    client_id = models.BigIntegerField()
    at = models.DateTimeField()
    why = models.CharField(max_length=20)  # failed, closed, off, down, by_hand
    by_message_id = models.BigIntegerField(null=True)  # the one in its place
    task_id = models.BigIntegerField(null=True)  # or the task to ring

    class Meta:
        indexes = [
            models.Index(fields=["client_id", "-at"], name="fallen_back_of_client"),
            models.Index(
                fields=["by_message_id"], condition=Q(by_message_id__isnull=False), name="fallen_back_by_message"
            ),
        ]
