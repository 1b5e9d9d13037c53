from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _

from svyazka.business.staff.models import Person


class ResourceQuerySet(models.QuerySet["Resource"]):
    def bookable(self) -> ResourceQuerySet:
        """Those in use; whoever no longer works here goes nowhere."""
        return self.filter(Q(person=None) | Q(person__is_active=True), is_active=True)


class Resource(models.Model):
    """What can be booked: an engineer, a crew, a vehicle, a tool."""

    class Kind(models.TextChoices):
        ENGINEER = "engineer", _("Engineer")
        CREW = "crew", _("Crew")
        VEHICLE = "vehicle", _("Vehicle")
        TOOL = "tool", _("Tool")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=120)
    # Who carries out its visits on the phone: the engineer himself, the leader of the crew.
    person = models.OneToOneField(Person, models.PROTECT, null=True, blank=True, related_name="resource")
    # Of people, what kinds of visits ask for; of a vehicle or a tool, what it is good for.
    skills = ArrayField(models.CharField(max_length=30), default=list)
    # Weekday (0 is Monday) → [["09:00", "18:00"], …] in the company's zone.
    hours = models.JSONField(default=dict)
    # A pause that may lie anywhere between two times: [[60, "12:00", "15:00"]].
    breaks = models.JSONField(default=list, db_default=Value([], models.JSONField()))
    # Where the day begins and ends: at home, at the depot.
    home = models.CharField(max_length=300, blank=True, default="", db_default="")
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    placed_by = models.CharField(max_length=30, blank=True, default="", db_default="")  # source and precision
    # Names of districts and towns; none: goes everywhere.
    territory = ArrayField(models.CharField(max_length=60), default=list, db_default=[])
    most_visits = models.PositiveSmallIntegerField(null=True, blank=True)  # a day
    most_minutes = models.PositiveSmallIntegerField(null=True, blank=True)  # of work, a day
    is_active = models.BooleanField(default=True)
    position = models.PositiveIntegerField(default=0)

    objects: ClassVar[ResourceQuerySet] = ResourceQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["position", "id"]

    @property
    def is_bookable(self) -> bool:
        return self.is_active and (self.person is None or self.person.is_active)

    @property
    def goes_out(self) -> bool:
        """People; what they take along has no visits of its own."""
        return self.kind in (self.Kind.ENGINEER, self.Kind.CREW)

    @property
    def is_limited(self) -> bool:
        return bool(self.breaks or self.most_visits or self.most_minutes)

    def __str__(self) -> str:
        return self.name


class CrewMember(models.Model):
    """Somebody who goes with a crew, and can be booked alone as well."""

    crew = models.ForeignKey(Resource, models.CASCADE, related_name="members")
    member = models.ForeignKey(Resource, models.CASCADE, related_name="crews")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["crew", "member"], name="member_once"),
            models.CheckConstraint(condition=~Q(crew=F("member")), name="crew_is_no_member_of_itself"),
        ]


class Substitution(models.Model):
    """On this day another goes with the crew in the place of a member, or nobody."""

    crew = models.ForeignKey(Resource, models.CASCADE, related_name="substitutions")
    day = models.DateField()
    away = models.ForeignKey(Resource, models.CASCADE, related_name="+")
    instead = models.ForeignKey(Resource, models.CASCADE, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["crew", "day", "away"], name="substituted_once")]


class Shift(models.Model):
    """The hours of one day in the place of those of its weekday; without any, a day off."""

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="shifts")
    day = models.DateField()
    hours = models.JSONField(default=list)  # [["09:00", "18:00"], …]
    note = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["resource", "day"], name="shift_once")]
