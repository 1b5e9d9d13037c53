from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, Value

from svyazka.kit import words


class VisitKind(models.Model):
    """A kind of work on site: measurement, installation."""

    code = models.SlugField(unique=True)
    words = models.JSONField(default=dict)
    # Everybody who goes there has the first; of the others, each is known to somebody of the team.
    skill = models.CharField(max_length=30)
    more_skills = ArrayField(models.CharField(max_length=30), default=list, db_default=[])
    people = models.PositiveSmallIntegerField(default=1, db_default=1)
    vehicles = models.PositiveSmallIntegerField(default=0, db_default=0)  # of any kind
    # What each of these vehicles and tools must be good for: “van”, “ladder”.
    equipment = ArrayField(models.CharField(max_length=30), default=list, db_default=[])
    # What whoever goes there takes along, in the company's own words: “foam”, “a long drill”.
    bring = ArrayField(models.CharField(max_length=80), default=list, db_default=[])
    minutes = models.PositiveIntegerField()
    minutes_per_opening = models.PositiveIntegerField(default=0)
    # By size: up to so many openings, so many minutes: [[3, 240], [8, 480]]; each further one as above.
    steps = models.JSONField(default=list, db_default=Value([], models.JSONField()))
    most_days = models.PositiveSmallIntegerField(default=1, db_default=1)  # one after the other, without a new visit
    before = models.PositiveSmallIntegerField(default=0, db_default=0)  # minutes to load, to prepare
    after = models.PositiveSmallIntegerField(default=0, db_default=0)  # minutes to clear away, to unload
    promised_days = models.PositiveSmallIntegerField(default=0, db_default=0)  # the company comes within; 0: as it can
    # Stages that a deal goes on to when such a visit is booked, and when it is done.
    booked_stage = models.SlugField(blank=True)
    booked_fact = models.SlugField(blank=True)  # the deal's field that takes the date
    done_stage = models.SlugField(blank=True)
    # In one deal it comes after visits of this kind (its code), so many working days later at the earliest.
    comes_after = models.SlugField(blank=True, default="", db_default="")
    gap_days = models.PositiveSmallIntegerField(default=0, db_default=0)
    # What is ticked off on site: [{"code": "…", "name": {"ru": "…"}, "must": true}]; without these it is not done.
    checklist = models.JSONField(default=list, db_default=Value([], models.JSONField()))
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.CheckConstraint(condition=Q(minutes__gt=0), name="visit_kind_takes_time")]

    @property
    def name(self) -> str:
        return words.here(self.words)

    @property
    def skills(self) -> list[str]:
        return [self.skill, *self.more_skills]

    @property
    def takes_others(self) -> bool:
        """Besides whoever is booked: helpers, a van, a tool."""
        return bool(self.people > 1 or self.vehicles or self.equipment)

    def __str__(self) -> str:
        return self.name
