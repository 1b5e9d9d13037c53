from __future__ import annotations

from django.db import models

from svyazka.business.deals.models import Deal
from svyazka.business.staff.models import Department, Person


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
        VISIT_UNCONFIRMED = "visit_unconfirmed"
        VISIT_MOVED = "visit_moved"
        VISIT_WITHOUT_RESULT = "visit_without_result"

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
            models.Index(fields=["person", "kind", "since"], name="problem_person"),
            models.Index(fields=["department", "kind", "since"], name="problem_department"),
        ]
