from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from svyazka.business.staff.models import Person
from svyazka.business.visits.models.visit import Visit
from svyazka.kit import words


class Stint(models.Model):
    """A time in which work on site went on: from the beginning or a break to the next break or the end."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="stints")
    began_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    until_break = models.BooleanField(default=False)

    class Meta:
        ordering = ["began_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["visit"], condition=Q(ended_at=None), name="stint_one_goes_on"),
            models.CheckConstraint(condition=Q(ended_at=None) | Q(ended_at__gte=F("began_at")), name="stint_is_a_time"),
        ]


class Tick(models.Model):
    """A point of the checklist that was ticked off on site."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="ticks")
    point = models.SlugField()
    words = models.JSONField(default=dict)  # as the point was called then
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["visit", "point"], name="tick_once")]

    @property
    def name(self) -> str:
        return words.here(self.words)
