from __future__ import annotations

from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients.models import Client, Source
from svyazka.business.staff.models import Department, Person
from svyazka.kit import words


class Pipeline(models.Model):
    """The path of a deal."""

    code = models.SlugField(unique=True)
    words = models.JSONField(default=dict)
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]

    @property
    def name(self) -> str:
        return words.here(self.words)

    def __str__(self) -> str:
        return self.name


class Stage(models.Model):
    """A step of the path: what to do there, within how long, and what must be known to leave it."""

    class Kind(models.TextChoices):
        OPEN = "open", _("open")
        WON = "won", _("won")
        LOST = "lost", _("lost")

    pipeline = models.ForeignKey(Pipeline, models.CASCADE, related_name="stages")
    code = models.SlugField()
    position = models.PositiveIntegerField()
    kind = models.CharField(max_length=4, choices=Kind.choices, default=Kind.OPEN)
    words = models.JSONField(default=dict)
    instruction_words = models.JSONField(default=dict)
    next_step_words = models.JSONField(default=dict)  # the step that a deal gets when it comes here
    limit_hours = models.PositiveIntegerField(null=True, blank=True)
    required = models.JSONField(default=list)  # codes of Field that must be known to leave it
    colour = models.CharField(max_length=10, default="slate")  # a name of the design system's palette

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["pipeline", "code"], name="stage_code_once"),
            models.UniqueConstraint(
                fields=["pipeline", "position"],
                name="stage_position_once",
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]

    @property
    def name(self) -> str:
        return words.here(self.words)

    @property
    def instruction(self) -> str:
        return words.here(self.instruction_words)

    @property
    def next_step(self) -> str:
        return words.to_store(self.next_step_words)

    def step_in_words(self, step: str) -> str:
        """What this stage asks for, in the language of the page; what somebody typed as it is."""
        return words.here(self.next_step_words) if step in self.next_step_words.values() else step

    @property
    def is_open(self) -> bool:
        return self.kind == self.Kind.OPEN

    def __str__(self) -> str:
        return self.name


class Field(models.Model):
    """Something that a company wants to know of a deal, besides what every deal has. The value stands in Deal.facts."""

    class Kind(models.TextChoices):
        TEXT = "text", _("text")
        NUMBER = "number", _("whole number")
        MONEY = "money", _("amount of money")
        DATE = "date", _("date")
        YES = "yes", _("yes or no")

    code = models.SlugField(unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    words = models.JSONField(default=dict)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]

    @property
    def name(self) -> str:
        return words.here(self.words)

    def __str__(self) -> str:
        return self.name


class LossReason(models.Model):
    """Why deals are lost, in the company's own words."""

    code = models.SlugField(unique=True)
    words = models.JSONField(default=dict)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]

    @property
    def name(self) -> str:
        return words.here(self.words)

    def __str__(self) -> str:
        return self.name


class DealQuerySet(models.QuerySet["Deal"]):
    def still_open(self) -> DealQuerySet:
        return self.filter(closed_at=None)

    def of_client(self, client_id: int) -> DealQuerySet:
        return self.filter(client_id=client_id).order_by("-opened_at")


class Deal(models.Model):
    """One intended sale or project, in one pipeline, at one stage. Its number is its id."""

    client = models.ForeignKey(Client, models.PROTECT, related_name="deals")
    pipeline = models.ForeignKey(Pipeline, models.PROTECT, related_name="deals")
    stage = models.ForeignKey(Stage, models.PROTECT, related_name="deals")
    source = models.ForeignKey(Source, models.PROTECT, null=True, blank=True)
    responsible = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="deals")
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="deals")
    address = models.CharField(max_length=300, blank=True)
    amount = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    facts = models.JSONField(default=dict)  # code of a Field → value
    origin = models.JSONField(default=dict)  # UTM marks, page, referrer of the request that opened it
    opened_at = models.DateTimeField()
    stage_since = models.DateTimeField()
    stage_due_at = models.DateTimeField(null=True, blank=True)  # the stage's limit, counted from stage_since
    closed_at = models.DateTimeField(null=True, blank=True)
    loss_reason = models.ForeignKey(LossReason, models.PROTECT, null=True, blank=True)
    # The next open task, kept here by the verbs of tasks so that a board need not look for it.
    next_step = models.CharField(max_length=200, blank=True)
    next_step_at = models.DateTimeField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)

    objects: ClassVar[DealQuerySet] = DealQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount=None) | Q(amount__gte=0), name="amount_not_negative"),
        ]
        indexes = [
            # A column of the board: newest movement first, closed ones only lately; its sum without the rows.
            models.Index("stage", F("stage_since").desc(), F("id").desc(), include=["amount"], name="deal_column_sum"),
            models.Index(fields=["client", "-opened_at"], name="deal_client"),
            models.Index(fields=["client"], condition=Q(closed_at=None), name="deal_client_open"),
            models.Index(fields=["responsible", "stage"], condition=Q(closed_at=None), name="deal_responsible"),
            # The list, sorted as `listing.SORTS` has it.
            models.Index(fields=["stage_since", "id"], name="deal_moved"),
            models.Index(
                Coalesce("next_step_at", Cast(Value("infinity"), models.DateTimeField())), F("id"), name="deal_step"
            ),
            models.Index(Coalesce("amount", Value(Decimal(-1))), F("id"), name="deal_amount"),
        ]

    def __str__(self) -> str:
        return f"№ {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.closed_at is None

    @property
    def step_in_words(self) -> str:
        return self.stage.step_in_words(self.next_step)


class Task(models.Model):
    """The next step on a deal: what someone must do by when."""

    deal = models.ForeignKey(Deal, models.CASCADE, related_name="tasks")
    what = models.CharField(max_length=200)
    due_at = models.DateTimeField()
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="tasks")
    of_stage = models.BooleanField(default=False)  # asked for by the stage; falls away with it
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["deal", "due_at"], condition=Q(done_at=None), name="task_open"),
            models.Index(fields=["person", "due_at"], condition=Q(done_at=None), name="task_of_person"),
        ]

    def __str__(self) -> str:
        return self.what
