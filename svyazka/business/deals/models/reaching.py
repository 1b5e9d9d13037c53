"""Who has to be rung back, and how long clients waited until they were reached."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from svyazka.business.clients.models import Client
from svyazka.business.deals.models.deal import Deal
from svyazka.business.deals.models.work import Task


class RingBack(models.Model):
    """A client whose calls we missed: one task, however often he rang, until he is reached or somebody ticks it off."""

    client = models.ForeignKey(Client, models.CASCADE, related_name="ring_backs")
    task = models.OneToOneField(Task, models.CASCADE, related_name="ring_back")  # of several tries the last one
    first_missed_at = models.DateTimeField()
    last_missed_at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)
    reached_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client"], condition=Q(done_at=None), name="rung_back_once"),
        ]
        indexes = [models.Index(fields=["first_missed_at"], name="ring_back_missed")]


class MissedCall(models.Model):
    """A call that somebody was asked to return; whatever is heard of it again, he is not asked twice."""

    call_id = models.BigIntegerField(primary_key=True)
    ring_back = models.ForeignKey(RingBack, models.CASCADE, related_name="calls")


class FirstContact(models.Model):
    """When a client's deal began to wait for us, and when somebody first spoke with him of it. Written once."""

    deal = models.OneToOneField(Deal, models.CASCADE, primary_key=True, related_name="first_contact")
    asked_at = models.DateTimeField()
    reached_at = models.DateTimeField()
    person_id = models.BigIntegerField(null=True)  # who; empty: on a phone that is nobody's

    class Meta:
        indexes = [models.Index(fields=["asked_at"], name="first_contact_asked")]
