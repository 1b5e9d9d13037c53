from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from svyazka.business.staff.models import Person
from svyazka.business.visits.models.resource import Resource
from svyazka.business.visits.models.visit import Visit
from svyazka.kit import words


class MoveReason(models.Model):
    """Why visits are moved, in the company's own words."""

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


class Asked(models.TextChoices):
    """Who wanted the visit to be moved."""

    CLIENT = "client", _("the client")
    WE = "we", _("we")
    ENGINEER = "engineer", _("whoever goes there")


class VisitMove(models.Model):
    """A visit was moved once: why, who asked for it, from where to where."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="history")
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    reason = models.ForeignKey(MoveReason, models.SET_NULL, null=True, related_name="moves")
    asked = models.CharField(max_length=10, choices=Asked.choices)
    was_with = models.ForeignKey(Resource, models.CASCADE, related_name="+", db_index=False)
    was_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["at"], name="visit_move_at")]


class VisitRules(models.Model):
    """What the company demands of its visits. One row; without it, this."""

    moves_are_many = models.PositiveSmallIntegerField(default=3)  # from this move on it is a problem


class Repair(models.Model):
    """A way out that was taken when a plan did not hold any more. Undone as far as nothing has changed since."""

    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")
    # Of each visit: how it was, and its version after that.
    changes = models.JSONField(default=list)
    undone_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["at"], condition=Q(undone_at=None), name="repair_at")]
