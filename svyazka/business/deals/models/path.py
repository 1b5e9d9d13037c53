"""The paths that deals take, and who takes them over on the way."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Value
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients.models import Source
from svyazka.business.staff.models import Department, Person
from svyazka.kit import words


def only_when() -> models.JSONField:
    """A condition on a deal: code of a field → values, one of which it must have; empty: every deal. What is not known
    yet keeps nothing away: a stage that might be needed is shown."""
    return models.JSONField(default=dict, db_default=Value({}, models.JSONField()), blank=True)


class Pipeline(models.Model):
    """The path of a deal."""

    code = models.SlugField(unique=True)
    words = models.JSONField(default=dict)
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True)
    position = models.PositiveIntegerField(default=0)
    # How often it has been changed on the screen; each state is kept as a PipelineVersion.
    version = models.PositiveIntegerField(default=1, db_default=1)
    is_active = models.BooleanField(default=True, db_default=True)  # takes new deals

    class Meta:
        ordering = ["position", "id"]

    @property
    def name(self) -> str:
        return words.here(self.words)

    def __str__(self) -> str:
        return self.name


class PipelineVersion(models.Model):
    """A pipeline as it once was, in the form of a blueprint: to look at, to compare, to go back to."""

    pipeline = models.ForeignKey(Pipeline, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    at = models.DateTimeField()
    by_id = models.BigIntegerField(null=True)
    content = models.JSONField()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["pipeline", "number"], name="pipeline_version_once")]


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
    # How that step is done, as in Task.Kind.
    next_step_kind = models.CharField(max_length=10, default="other", db_default="other")
    limit_hours = models.PositiveIntegerField(null=True, blank=True)
    required = models.JSONField(default=list)  # codes of Field that must be known to leave it
    colour = models.CharField(max_length=10, default="slate")  # a name of the design system's palette
    only_when = only_when()  # deals of another kind pass it over

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
        return words.translated(step, self.next_step_words)

    @property
    def is_open(self) -> bool:
        return self.kind == self.Kind.OPEN

    def __str__(self) -> str:
        return self.name


class Appointing(models.Model):
    """Who becomes responsible: by which rule, and out of whom. Absent and off-shift people are passed over."""

    class How(models.TextChoices):
        ROUND_ROBIN = "round_robin", _("in turn")
        LEAST_LOADED = "least_loaded", _("whoever has the fewest open deals")
        FORMER = "former", _("whoever looked after this client before")
        NOBODY = "nobody", _("nobody: the head hands out by hand")

    how = models.CharField(max_length=20, choices=How.choices, default=How.LEAST_LOADED)
    # Out of whom: of this department, with this role and this skill, or just these people. Empty: no matter.
    department = models.ForeignKey(Department, models.PROTECT, null=True, blank=True, related_name="+")
    role = models.CharField(max_length=20, blank=True)
    skill = models.CharField(max_length=30, blank=True)
    people = ArrayField(models.BigIntegerField(), default=list, blank=True)

    class Meta:
        abstract = True


class HandOffRule(Appointing):
    """A deal that enters `stage` goes on, as a linked deal, in the first stage of `to`."""

    stage = models.ForeignKey(Stage, models.CASCADE, related_name="hand_offs")
    to = models.ForeignKey(Pipeline, models.PROTECT, related_name="+")
    position = models.PositiveIntegerField(default=0)
    only_when = only_when()
    carried = models.JSONField(default=list, blank=True)  # codes of the fields that go along; empty: all
    accept_hours = models.PositiveIntegerField(default=24)  # within which the receiver accepts or returns

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.UniqueConstraint(fields=["stage", "to"], name="handed_to_a_pipeline_once")]


class DistributionRule(Appointing):
    """Who gets a new deal of a pipeline that nobody is responsible for. The first rule that fits counts."""

    pipeline = models.ForeignKey(Pipeline, models.CASCADE, related_name="distribution")
    position = models.PositiveIntegerField(default=0)
    source = models.ForeignKey(Source, models.CASCADE, null=True, blank=True, related_name="+")
    only_when = only_when()
    take_minutes = models.PositiveIntegerField(null=True, blank=True)  # not taken within them, it comes back
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["position", "id"]


class Turn(models.Model):
    """When a person was last appointed by a rule, so that the next turn is somebody else's."""

    rule = models.CharField(max_length=40)  # "hand_off/7", "distribution/3"
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "person"], name="turn_once")]


class Load(models.Model):
    """How many open deals a person had when a rule that looks at it last counted; what it has given him since is added.
    Counted anew after some seconds."""

    rule = models.CharField(max_length=40)  # as in Turn
    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    open_deals = models.PositiveIntegerField()
    counted_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["rule", "person"], name="load_once")]


class LossReason(models.Model):
    """Why deals are lost, in the company's own words."""

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
