"""A company's own rules: when something happens, if it is so, then this is done; and each time that one has acted."""

from __future__ import annotations

from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from svyazka.business.staff.models import Person


class Rule(models.Model):
    """When – if – then, as its builder has put it together."""

    class Once(models.TextChoices):
        EVERY_TIME = "", _("every time")
        PER_DEAL = "deal", _("once for each deal")
        PER_CLIENT = "client", _("once for each client")

    name = models.CharField(max_length=100, unique=True)
    trigger = models.CharField(max_length=40)  # code of a trigger (trigger.py)
    options = models.JSONField(default=dict)  # what the trigger asks, as its `read` has it
    conditions = models.JSONField(default=list)  # all of them hold (conditions.py)
    actions = models.JSONField(default=list)  # [{"kind": code of an action, "given": {…}}], in this order (action.py)
    once = models.CharField(max_length=6, choices=Once.choices, blank=True, default=Once.EVERY_TIME)
    wait_minutes = models.PositiveIntegerField(default=0)  # after the event; whether it is so is asked then
    position = models.PositiveIntegerField(default=0)
    is_active = models.BooleanField(default=False)
    active_since = models.DateTimeField(null=True)  # what happened before that does not concern it
    hears_brought = models.BooleanField(default=False)  # also what comes out of files and other systems
    stopped_at = models.DateTimeField(null=True)  # by the house: it went round in a circle, or failed again and again
    stopped_why = models.CharField(max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["position", "id"]
        indexes = [models.Index(fields=["trigger"], condition=Q(is_active=True), name="rule_in_force")]

    def __str__(self) -> str:
        return self.name


class RuleVersion(models.Model):
    """How a rule was when it acted: its runs point here, and an older one can be taken back."""

    rule = models.ForeignKey(Rule, models.CASCADE, related_name="versions")
    version = models.PositiveIntegerField()
    content = models.JSONField()
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "version"], name="rule_version_once")]


class Run(models.Model):
    """One event for one rule: waits, acts, and says what came of it. The constraint is the promise that no rule acts
    twice on one event."""

    class State(models.TextChoices):
        WAITING = "waiting", _("waits")
        DONE = "done", _("done")
        LEFT = "left", _("the conditions did not hold")
        FAILED = "failed", _("failed")
        STOPPED = "stopped", _("stopped: it went round in a circle")
        UNSURE = "unsure", _("nobody knows whether it was done")

    id = models.BigAutoField(primary_key=True)
    rule = models.ForeignKey(Rule, models.CASCADE, related_name="runs", db_index=False)
    version = models.PositiveIntegerField()
    event_key = models.CharField(max_length=120, db_collation="C")
    once_key = models.CharField(max_length=40, null=True)  # of a rule that acts once: "deal/17", from then on
    event = models.JSONField(default=dict)  # as `trigger.Event` stores itself: ids, codes and moments only
    deal_id = models.BigIntegerField(null=True)
    client_id = models.BigIntegerField(null=True)
    at = models.DateTimeField()  # of the event
    due_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.WAITING)
    depth = models.PositiveSmallIntegerField(default=0)  # how many rules stand behind the event
    cause = models.ForeignKey("self", models.SET_NULL, null=True, related_name="followed", db_index=False)
    tries = models.PositiveSmallIntegerField(default=0)
    is_outside = models.BooleanField(default=False)  # its next step leads outside: nobody else waits for that
    why = models.CharField(max_length=500, blank=True)  # in words: which condition did not hold, what failed
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["rule", "event_key"], name="run_once"),
            models.UniqueConstraint(fields=["rule", "once_key"], name="run_once_for_each"),
        ]
        indexes = [
            models.Index(fields=["is_outside", "due_at", "id"], condition=Q(state="waiting"), name="run_due"),
            models.Index(fields=["rule", "-at", "-id"], name="run_of_rule"),
            models.Index(fields=["deal_id", "-at"], condition=Q(deal_id__isnull=False), name="run_of_deal"),
            models.Index(fields=["client_id", "-at"], condition=Q(client_id__isnull=False), name="run_of_client"),
            models.Index(fields=["-at", "-id"], name="run_recent"),
        ]


class Step(models.Model):
    """One action of one run. Written in the transaction of what it did, so that it is done once, whoever is killed; an
    action that leads outside is written as begun first."""

    class State(models.TextChoices):
        BEGUN = "begun", _("begun")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")

    run = models.ForeignKey(Run, models.CASCADE, related_name="steps", db_index=False)
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=40)
    state = models.CharField(max_length=6, choices=State.choices)
    made = models.JSONField(default=dict)  # ids of what it made: {"task": 17}
    why = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "position"], name="step_once")]


class Followed(models.Model):
    """How far a stream of what happens has been followed (stream.py): one row for each, and one for each rule of time.

    Numbers are given out before a commit, so a lower one may appear after a higher one. Below `low` nothing appears any
    more; above it rows count that were written by a transaction from `transaction` on.
    """

    stream = models.CharField(max_length=20, primary_key=True)
    at = models.DateTimeField()
    transaction = models.BigIntegerField(default=0)  # of all before it, whatever they wrote was seen
    low = models.BigIntegerField(default=0)
    mark = models.BigIntegerField(default=0)  # becomes `low` once all transactions before `mark_transaction` have ended
    mark_transaction = models.BigIntegerField(default=0)
    reached = models.BigIntegerField(default=0)  # the number that had been given out last, at the last round


class Edition(models.Model):
    """One row. Another edition: the rules in force are others (in_force.py)."""

    edition = models.CharField(max_length=32)


class Trial(models.Model):
    """What a rule, as it stands in the builder, would have done over the last weeks: counted by the worker."""

    class State(models.TextChoices):
        RUNNING = "running", _("being counted")
        DONE = "done", _("done")
        STOPPED = "stopped", _("stopped")
        FAILED = "failed", _("failed")

    rule = models.ForeignKey(Rule, models.CASCADE, null=True, related_name="trials")
    content = models.JSONField()
    asked_by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    asked_at = models.DateTimeField()
    since = models.DateTimeField()
    until = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.RUNNING)
    reached = models.DateTimeField(null=True)  # how far it has got
    place = models.JSONField(default=dict)  # where it goes on
    seen = models.PositiveBigIntegerField(default=0)  # events that were looked at
    fired = models.PositiveBigIntegerField(default=0)
    left = models.PositiveBigIntegerField(default=0)  # the conditions did not hold
    # {"days": {"2026-11-03": 4}, "left": {"0": 17}}: by day, and which condition was the first that did not hold.
    counted = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))
    examples = models.JSONField(default=list)  # the latest ones, with what would have been done

    class Meta:
        indexes = [models.Index(fields=["asked_at"], condition=Q(state="running"), name="trial_running")]
