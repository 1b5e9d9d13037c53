from __future__ import annotations

from django.db import models

from svyazka.business.staff.models import Person
from svyazka.business.visits.models.visit import Visit
from svyazka.kit import words


class NotDoneReason(models.Model):
    """Why a visit could not be done, in the company's own words."""

    code = models.SlugField(unique=True)
    words = models.JSONField(default=dict)
    position = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=True, db_default=True)

    class Meta:
        ordering = ["position", "id"]

    @property
    def name(self) -> str:
        return words.here(self.words)

    def __str__(self) -> str:
        return self.name


class NotDone(models.Model):
    """A visit of which nothing came: why, and all that it takes to put it back after a mistaken tap."""

    visit = models.OneToOneField(Visit, models.CASCADE, primary_key=True, related_name="not_done")
    reason = models.ForeignKey(NotDoneReason, models.SET_NULL, null=True, related_name="visits")
    said = models.CharField(max_length=300)
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    was = models.CharField(max_length=10, choices=Visit.Status.choices)
    given_back = models.JSONField(default=list)  # [[resource, from, until], …]
    tasks = models.JSONField(default=list)  # what somebody has to do because of it

    class Meta:
        indexes = [models.Index(fields=["at"], name="not_done_at")]
