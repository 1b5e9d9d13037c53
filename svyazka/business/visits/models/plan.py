from __future__ import annotations

from django.db import models
from django.db.models import Q, Value

from svyazka.business.staff.models import Person
from svyazka.business.visits.models.resource import Resource
from svyazka.business.visits.models.visit import Visit
from svyazka.business.visits.models.waiting import Waiting, WaitingOffer


class Proposal(models.Model):
    """Some days planned anew: asked for, worked on, and what came of it. Nothing changes before somebody takes it."""

    class State(models.TextChoices):
        WAITING = "waiting"
        WORKING = "working"
        READY = "ready"  # there is something to take
        NOTHING = "nothing"  # the days are as good as they can be
        FAILED = "failed"
        STOPPED = "stopped"

    first_day = models.DateField()
    last_day = models.DateField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")  # nobody: the night
    began_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    share = models.FloatField(default=0)  # of the time that it may take
    stop_asked = models.BooleanField(default=False)
    trouble = models.CharField(max_length=20, blank=True)  # a key of planning/troubles.py
    # Before and after: seconds on the way, kilometres, who is late, who is in nobody's day; the load of each resource.
    figures = models.JSONField(default=dict)
    # [{"visit": 4, "reason": "skill", "instead_of": []}], or {"waiting": 7, …} of whoever waits for a window
    unplaced = models.JSONField(default=list)
    stays = models.JSONField(default=dict)  # why visits were left as they are → how many
    is_estimated = models.BooleanField(default=False)  # the server that knows the ways did not answer

    class Meta:
        ordering = ["-asked_at", "-id"]
        indexes = [
            models.Index(fields=["asked_at", "id"], name="proposal_asked"),
            models.Index(fields=["state"], condition=Q(state__in=["waiting", "working"]), name="proposal_at_work"),
        ]

    @property
    def is_at_work(self) -> bool:
        return self.state in (self.State.WAITING, self.State.WORKING)


class ProposalGroup(models.Model):
    """Visits that change only together. Any of the groups may be taken."""

    class State(models.TextChoices):
        OPEN = "open"
        TAKEN = "taken"
        UNDONE = "undone"

    proposal = models.ForeignKey(Proposal, models.CASCADE, related_name="groups")
    number = models.PositiveIntegerField()
    saved = models.IntegerField()  # seconds on the way
    places = models.PositiveIntegerField(default=0)  # visits that were in nobody's day
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    note = models.TextField(blank=True)  # why it could not be taken, or undone as a whole
    mended = models.JSONField(default=list)  # rules that the days broke before it was taken: undone, they may again
    by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+")  # who has taken it, or undone
    at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["proposal", "number"], name="group_once")]


class ProposalMove(models.Model):
    """A visit goes from one to another, or to another time of the day within what its client was told."""

    group = models.ForeignKey(ProposalGroup, models.CASCADE, related_name="moves")
    visit = models.ForeignKey(Visit, models.CASCADE, related_name="+")
    was_resource = models.ForeignKey(Resource, models.CASCADE, related_name="+")
    was_at = models.DateTimeField()
    was_possible = models.BooleanField(default=True)  # otherwise nobody would have come
    now_resource = models.ForeignKey(Resource, models.CASCADE, related_name="+")
    now_at = models.DateTimeField()

    class Meta:
        ordering = ["was_at", "id"]
        constraints = [models.UniqueConstraint(fields=["group", "visit"], name="moved_once")]

    def is_as_before(self, visit: Visit) -> bool:
        return (visit.resource_id, visit.starts_at) == (self.was_resource_id, self.was_at)

    def is_as_proposed(self, visit: Visit) -> bool:
        return (visit.resource_id, visit.starts_at) == (self.now_resource_id, self.now_at)


class ProposalGets(models.Model):
    """Whoever waits for a window gets a time: it is offered to him once the group is taken."""

    group = models.ForeignKey(ProposalGroup, models.CASCADE, related_name="gets")
    waiting = models.ForeignKey(Waiting, models.CASCADE, related_name="+")
    resource = models.ForeignKey(Resource, models.CASCADE, related_name="+")
    starts_at = models.DateTimeField()
    offer = models.ForeignKey(WaitingOffer, models.SET_NULL, null=True, related_name="+")

    class Meta:
        ordering = ["starts_at", "id"]
        constraints = [models.UniqueConstraint(fields=["group", "waiting"], name="gets_once")]


class PlanningRules(models.Model):
    """What the company wants done by night."""

    by_night = models.BooleanField(default=False, db_default=Value(False))
    days = models.PositiveSmallIntegerField(default=1, db_default=Value(1))
