"""What people have seen of the visits that they go to."""

from __future__ import annotations

from django.db import models
from django.db.models import Value

from svyazka.business.staff.models import Person
from svyazka.business.visits.models.visit import Visit


class Look(models.Model):
    """How a visit was when somebody opened it on his phone; what is different since is marked there."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="+", db_index=False)
    visit = models.ForeignKey(Visit, models.CASCADE, related_name="looks")
    at = models.DateTimeField()
    starts_at = models.DateTimeField()  # as he saw it
    # As `looked.shown` says it; empty: seen before this was kept.
    shown = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))
    before = models.JSONField(null=True)  # what he had seen until then

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "visit"], name="look_once")]
        indexes = [models.Index(fields=["person", "starts_at"], name="look_day")]
