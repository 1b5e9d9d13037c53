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
        constraints = [
            models.UniqueConstraint(fields=["state"], condition=Q(state="searching"), name="one_search_at_once"),
        ]
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
    # [[term, bits, his value, the other's value, amount], …], the weightiest first.
    reasons = models.JSONField(default=list)
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
            models.Index(F("probability").desc(), F("id").desc(), condition=Q(state="open"), name="suspicion_open"),
            models.Index(fields=["-decided_at", "-id"], condition=~Q(state="open"), name="suspicion_decided"),
            models.Index(fields=["other"], condition=Q(state="open"), name="suspicion_of_other"),
            models.Index(fields=["client"], condition=Q(state="open"), name="suspicion_of_client"),
            models.Index(fields=["search", "band", "id"], condition=Q(search__isnull=False), name="suspicion_found"),
        ]


class Refit(models.Model):
    """Weights worked out from what people have decided, beside those in force: a person takes them over, or not."""

    class State(models.TextChoices):
        WAITING = "waiting", _("is being worked out")
        READY = "ready", _("to be decided")
        TAKEN = "taken", _("weights taken over")
        LEFT = "left", _("weights not taken over")

    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")  # nobody: the house proposes it
    at = models.DateTimeField()
    state = models.CharField(max_length=7, choices=State.choices, default=State.WAITING)
    decisions = models.PositiveIntegerField(default=0)  # from which it learns
    stands_on = models.BigIntegerField(default=0)  # the version of weights beside which it was put
    text = models.TextField(blank=True)  # the weights, as the engine writes them
    # "decisions", "arrivals" → "before", "after" → attached, asked, new, checked, wrong
    figures = models.JSONField(default=dict)
    decided_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["state"], condition=Q(state="waiting"), name="one_refit_at_once"),
        ]
        indexes = [
            models.Index(fields=["state"], condition=Q(state__in=["waiting", "ready"]), name="refit_open"),
        ]


class Merge(models.Model):
    """Two clients who became one: `gone` points on to `kept`. Nothing of either is lost, and it can be undone."""

    kept = models.ForeignKey(Client, models.PROTECT, related_name="+")
    gone = models.ForeignKey(Client, models.PROTECT, related_name="+")
    gone_name = models.CharField(max_length=200)  # what he was called then
    choices = models.JSONField(default=dict)  # code of what is known → whose was kept: kept, gone, both
    suspicion = models.ForeignKey(Suspicion, models.SET_NULL, null=True, related_name="+")
    # The search through the whole base that did it.
    search = models.ForeignKey(Search, models.SET_NULL, null=True, related_name="+", db_index=False)
    history_id = models.BigIntegerField(null=True)  # the line that tells of it
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    actor = models.CharField(max_length=80, blank=True)  # the name of what did it, when it was no person
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    left = models.JSONField(default=list)  # [[table, row, column], …]: changed since, and not put back

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["gone"], condition=Q(undone_at=None), name="merged_once"),
            models.CheckConstraint(condition=~Q(kept=F("gone")), name="merge_of_two"),
        ]
        indexes = [
            models.Index(fields=["-at", "-id"], name="merge_newest"),
            models.Index(fields=["by", "-at", "-id"], name="merge_of_person"),
            models.Index(fields=["search", "-id"], condition=Q(search__isnull=False), name="merge_of_search"),
        ]


class MergedRow(models.Model):
    """One value that a merge has changed (`kit/cells.py`); in the order in which it did."""

    id = models.BigAutoField(primary_key=True)
    merge = models.ForeignKey(Merge, models.CASCADE, related_name="rows")
    table = models.CharField(max_length=60)
    row = models.BigIntegerField()
    column = models.CharField(max_length=120, blank=True)  # empty: the whole row
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)

    class Meta:
        indexes = [models.Index(fields=["table", "row"], name="merged_row_of")]
