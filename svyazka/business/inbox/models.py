from __future__ import annotations

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
        ]
