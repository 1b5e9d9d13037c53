"""Figures that a company counts by a formula of its own: of a deal, a client, or one of the staff."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from svyazka.business.deals.models import Field
from svyazka.business.staff.models import Person
from svyazka.kit import words


class Parameter(models.Model):
    """Of a deal or a client, what comes of it stands in the `facts` under `code`, by a `Field` of its own; of a person,
    in `Figure`."""

    class Of(models.TextChoices):
        DEAL = "deal", _("deal")
        CLIENT = "client", _("client")
        PERSON = "person", _("one of the staff")

    class Kind(models.TextChoices):
        NUMBER = "number", _("number")
        MONEY = "money", _("amount of money")
        TEXT = "text", _("text")
        DATE = "date", _("date")
        MOMENT = "moment", _("date and time")
        YES = "yes", _("yes or no")

    class ByTime(models.TextChoices):
        NEVER = "", _("when its sources change")
        DAY = "day", _("when its sources change, and every night")
        HOUR = "hour", _("when its sources change, and every hour")

    code = models.SlugField(unique=True)
    of = models.CharField(max_length=6, choices=Of.choices)
    words = models.JSONField(default=dict)
    hint_words = models.JSONField(default=dict)
    formula = models.TextField()  # by codes, in English (engines/formulas/written.py)
    kind = models.CharField(max_length=6, choices=Kind.choices)
    decimals = models.PositiveSmallIntegerField(default=2)
    reads = ArrayField(models.CharField(max_length=80), default=list)  # codes of what it names
    by_time = models.CharField(max_length=4, choices=ByTime.choices, blank=True)
    field = models.OneToOneField(Field, models.PROTECT, null=True, related_name="parameter")
    is_active = models.BooleanField(default=True)
    position = models.PositiveIntegerField(default=0)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ["position", "id"]

    @property
    def name(self) -> str:
        return words.here(self.words)

    @property
    def hint(self) -> str:
        return words.here(self.hint_words)

    def __str__(self) -> str:
        return self.name


class ParameterVersion(models.Model):
    """How it was counted before, and by whose hand."""

    parameter = models.ForeignKey(Parameter, models.CASCADE, related_name="versions", db_index=False)
    version = models.PositiveIntegerField()
    formula = models.TextField()
    decimals = models.PositiveSmallIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["parameter", "version"], name="parameter_version_once")]


class Figure(models.Model):
    """What came of a parameter for one of the staff."""

    parameter = models.ForeignKey(Parameter, models.CASCADE, related_name="figures", db_index=False)
    person = models.ForeignKey(Person, models.CASCADE, related_name="figures")
    value = models.JSONField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["parameter", "person"], name="figure_once")]


class Stuck(models.Model):
    """Nothing comes of a parameter here, and why: never shown as nought."""

    id = models.BigAutoField(primary_key=True)
    parameter = models.ForeignKey(Parameter, models.CASCADE, related_name="stuck", db_index=False)
    object_id = models.BigIntegerField()  # of the deal, the client or the person
    code = models.CharField(max_length=20)  # as `formula.Trouble` has it
    name = models.CharField(max_length=80, blank=True)  # what is not known

    class Meta:
        constraints = [models.UniqueConstraint(fields=["parameter", "object_id"], name="stuck_once")]


class Recount(models.Model):
    """All deals or clients counted anew, piece by piece: after a change of a formula, or because time has passed."""

    class State(models.TextChoices):
        RUNNING = "running", _("is being counted")
        DONE = "done", _("counted")
        STOPPED = "stopped", _("was stopped")

    of = models.CharField(max_length=6, choices=Parameter.Of.choices)
    parameters = ArrayField(models.BigIntegerField())  # those that are counted in one go
    asked_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    asked_at = models.DateTimeField()
    state = models.CharField(max_length=8, choices=State.choices, default=State.RUNNING)
    reached = models.BigIntegerField(default=0)  # the last one that was counted
    last = models.BigIntegerField(default=0)  # the last one there was
    done = models.PositiveBigIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["id"], condition=models.Q(state="running"), name="recount_running"),
            models.Index(fields=["-asked_at"], name="recount_recent"),
        ]


class Followed(models.Model):
    """How far what happens has been followed: one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    at = models.DateTimeField()
    transaction = models.BigIntegerField()  # of all before it, whatever they wrote was seen
    day = models.DateField()  # when those that change with the day were counted last
    hour_at = models.DateTimeField()
    people_at = models.DateTimeField()
