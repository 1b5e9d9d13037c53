from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients.models import Client
from svyazka.business.deals.models import Deal
from svyazka.business.deals.models.work import Task
from svyazka.business.staff.models import Person


class Suspicion(models.Model):
    """Two clients who may be one, and why; until somebody says whether they are."""

    class State(models.TextChoices):
        OPEN = "open", _("to be decided")
        SAME = "same", _("one and the same")
        APART = "apart", _("two different clients")

    client = models.ForeignKey(Client, models.CASCADE, related_name="+")  # who came later
    other = models.ForeignKey(Client, models.CASCADE, related_name="+")  # who was known already
    deal = models.ForeignKey(Deal, models.SET_NULL, null=True, related_name="+")  # with which he came
    task = models.ForeignKey(Task, models.SET_NULL, null=True, related_name="+")  # to look at it
    probability = models.FloatField()
    reasons = models.JSONField(default=list)  # [[term, bits, his value, the other's value], …], the weightiest first
    doubts = models.JSONField(default=list)  # codes: why the house did not decide by itself; vetoes among them
    weights = models.CharField(max_length=40)  # version of the weights by which they were compared
    state = models.CharField(max_length=5, choices=State.choices, default=State.OPEN)
    at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["client", "other"], name="suspicion_once"),
            models.CheckConstraint(condition=~Q(client=F("other")), name="suspicion_of_two"),
        ]
        indexes = [
            models.Index(F("probability").desc(), F("id"), condition=Q(state="open"), name="suspicion_open"),
            models.Index(fields=["-decided_at", "-id"], condition=~Q(state="open"), name="suspicion_decided"),
            models.Index(fields=["other"], condition=Q(state="open"), name="suspicion_of_other"),
        ]
