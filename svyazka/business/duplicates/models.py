from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients.models import Client
from svyazka.business.deals.models import Deal
from svyazka.business.deals.models.work import Task
from svyazka.business.staff.models import Person


class Search(models.Model):
    """A search through the whole base for clients who may be one: how far it has come, and what it has found. What it
    was sure of is merged as a whole, and taken back as a whole."""

    class State(models.TextChoices):
        SEARCHING = "searching", _("is looking")
        FOUND = "found", _("has looked")
        STOPPED = "stopped", _("stopped")
        MERGING = "merging", _("is merging")
        MERGED = "merged", _("merged")
        UNDOING = "undoing", _("is being undone")
        UNDONE = "undone", _("undone")

    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)  # when it had looked at everybody, or was stopped
    state = models.CharField(max_length=10, choices=State.choices, default=State.SEARCHING)
    position = models.BigIntegerField(default=0)  # the last client that it has looked at
    last = models.BigIntegerField(default=0)  # the last client there was when it began
    clients = models.PositiveIntegerField(default=0)  # to look at, all in all
    looked_at = models.PositiveIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["-at", "-id"], name="search_recent"),
            models.Index(
                fields=["id"], condition=Q(state__in=["searching", "merging", "undoing"]), name="search_to_go_on"
            ),
        ]

    @property
    def is_at_work(self) -> bool:
        return self.state in (self.State.SEARCHING, self.State.MERGING, self.State.UNDOING)


class Suspicion(models.Model):
    """Two clients who may be one, and why; until somebody says whether they are."""

    class State(models.TextChoices):
        OPEN = "open", _("to be decided")
        SAME = "same", _("one and the same")
        APART = "apart", _("two different clients")

    class Band(models.TextChoices):
        CERTAIN = "certain", _("certain")  # nothing speaks against it
        PROBABLE = "probable", _("probable")
        DOUBTFUL = "doubtful", _("doubtful")

    client = models.ForeignKey(Client, models.CASCADE, related_name="+")  # who came later
    other = models.ForeignKey(Client, models.CASCADE, related_name="+")  # who was known already
    deal = models.ForeignKey(Deal, models.SET_NULL, null=True, related_name="+")  # with which he came
    task = models.ForeignKey(Task, models.SET_NULL, null=True, related_name="+")  # to look at it
    probability = models.FloatField()
    reasons = models.JSONField(
        default=list
    )  # [[term, bits, his value, the other's value, amount], …], the weightiest first
    doubts = models.JSONField(default=list)  # codes: why the house did not decide by itself; vetoes among them
    weights = models.CharField(max_length=40)  # version of the weights by which they were compared
    band = models.CharField(max_length=8, choices=Band.choices, default=Band.DOUBTFUL, db_default=Band.DOUBTFUL)
    search = models.ForeignKey(Search, models.SET_NULL, null=True, related_name="suspicions")  # that found it
    until = models.DateTimeField(null=True)  # put off: not asked before
    state = models.CharField(max_length=5, choices=State.choices, default=State.OPEN)
    at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            # Once, whichever of the two came first.
            models.UniqueConstraint(Least("client", "other"), Greatest("client", "other"), name="suspicion_of_pair"),
            models.CheckConstraint(condition=~Q(client=F("other")), name="suspicion_of_two"),
        ]
        indexes = [
            models.Index(F("probability").desc(), F("id"), condition=Q(state="open"), name="suspicion_open"),
            models.Index(fields=["-decided_at", "-id"], condition=~Q(state="open"), name="suspicion_decided"),
            models.Index(fields=["other"], condition=Q(state="open"), name="suspicion_of_other"),
            models.Index(fields=["client"], condition=Q(state="open"), name="suspicion_of_client"),
            models.Index(fields=["search", "band", "id"], condition=Q(search__isnull=False), name="suspicion_found"),
        ]
