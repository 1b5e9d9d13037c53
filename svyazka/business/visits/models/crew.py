from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from svyazka.business.staff.models import Person
from svyazka.business.visits.models.resource import Resource
from svyazka.business.visits.models.visit import Visit


class Presence(models.Model):
    """Somebody of those who go to a visit was there from then to then."""

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="presences")
    who = models.ForeignKey(Resource, models.PROTECT, related_name="+", db_index=False)
    came_at = models.DateTimeField()
    left_at = models.DateTimeField(null=True)
    with_visit = models.BooleanField(default=False)  # left because the visit was over
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+", db_index=False)  # who marked it

    class Meta:
        ordering = ["came_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["visit", "who"], condition=Q(left_at=None), name="there_once"),
            models.CheckConstraint(condition=Q(left_at=None) | Q(left_at__gte=F("came_at")), name="presence_is_a_time"),
        ]


class HandOver(models.Model):
    """Whoever goes to a visit asks a colleague to go in his place."""

    class State(models.TextChoices):
        ASKED = "asked", _("waits for an answer")
        TAKEN = "taken", _("taken over")
        DECLINED = "declined", _("declined")
        WITHDRAWN = "withdrawn", _("withdrawn")

    visit = models.ForeignKey(Visit, models.CASCADE, related_name="hand_overs")
    giver = models.ForeignKey(Resource, models.CASCADE, related_name="+", db_index=False)
    taker = models.ForeignKey(Resource, models.CASCADE, related_name="+", db_index=False)
    starts_at = models.DateTimeField()  # of the visit, when he was asked
    why = models.CharField(max_length=200)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED)
    asked_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["visit"], condition=Q(state="asked"), name="one_is_asked_at_a_time"),
        ]
        indexes = [models.Index(fields=["taker"], condition=Q(state="asked"), name="hand_over_asked")]
