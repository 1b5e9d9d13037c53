from __future__ import annotations

from django.db import models

from svyazka.business.visits.models.resource import Resource


class DayPlan(models.Model):
    """A day of a resource as bytes (engines/routing/day_plan.py); none at all: a day off. It can be made again from the
    bookings at any time, and is, once it is not in force any more (`day_plans.py`)."""

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    version = models.PositiveIntegerField()
    made_of = models.CharField(max_length=32)  # hours, breaks, home, crew, travel: of others it is not in force
    holds_until = models.DateTimeField(null=True)  # then a time that is held in it is free again
    packed = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["resource", "day"], name="day_plan_once")]


class DayChange(models.Model):
    """Something has changed on that day of a resource: whatever was packed of it before is not in force. Written by
    whoever changes it, in the same transaction, and taken away by whoever packs the day anew."""

    # Without a check by the database: it would lock the resource's row against everybody who changes it.
    resource = models.ForeignKey(Resource, models.CASCADE, related_name="+", db_index=False, db_constraint=False)
    day = models.DateField()

    class Meta:
        indexes = [models.Index(fields=["resource", "day"], name="day_change")]
