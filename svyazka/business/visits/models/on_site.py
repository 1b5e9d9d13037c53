"""What the phones of those who are on site have sent: each thing once, in the order in which it was done."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from svyazka.business.staff.models import Person
from svyazka.business.visits.models.visit import Visit


class Action(models.Model):
    """One thing that somebody did on his phone, with signal or without. What became of it is said to every repeat."""

    class Outcome(models.TextChoices):
        DONE = "done", _("done")
        BESIDE = "beside", _("set beside what the office has")
        REFUSED = "refused", _("refused")

    class Cause(models.TextChoices):
        """Why it was set beside."""

        CANCELLED = "cancelled", _("the visit was called off")
        GIVEN = "given", _("the visit was given to somebody else")
        MOVED = "moved", _("the visit was moved")
        CHANGED = "changed", _("somebody else has changed the same")

    class Decision(models.TextChoices):
        TAKEN = "taken", _("what was done on site is taken")
        LEFT = "left", _("it stays as the office has it")

    id = models.UUIDField(primary_key=True)  # made on the phone
    person = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    visit = models.ForeignKey(Visit, models.CASCADE, null=True, related_name="actions", db_index=False)
    kind = models.CharField(max_length=30)
    phone = models.UUIDField()  # one browser on one device
    number = models.BigIntegerField()  # in the order of that phone
    happened_at = models.DateTimeField()  # as the phone says, where that can be
    came_at = models.DateTimeField()
    data = models.JSONField(default=dict)
    seen = models.JSONField(default=dict)  # of the visit, when it was done
    file = models.FileField(upload_to="on_site/%Y/%m/", blank=True)  # a photo that is set beside
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    answer = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))  # what the phone gets to know
    words = models.TextField(blank=True)  # why it was refused
    cause = models.CharField(max_length=10, choices=Cause.choices, blank=True)
    # What stood there at that time: {"text": …}, or how the visit was.
    theirs = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+", db_index=False)

    # Somebody has seen both sides and wants what was done on site: no check stands in its way.
    insists: bool = False
    # The file that came with it.
    picture: bytes | None = None

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(outcome="beside") | Q(visit__isnull=False), name="action_beside_is_of_a_visit"
            ),
        ]
        indexes = [
            models.Index(fields=["visit", "person", "came_at"], name="action_visit"),
            models.Index(fields=["came_at"], condition=Q(outcome="beside", decided_at=None), name="action_beside"),
        ]

    @property
    def is_open(self) -> bool:
        return self.outcome == self.Outcome.BESIDE and self.decided_at is None

    def told(self) -> dict[str, Any]:
        """What the phone is told of it."""
        words = self.words or (str(self.Cause(self.cause).label) if self.cause else "")
        return {"id": str(self.pk), "outcome": self.outcome, "words": words, "answer": self.answer}
