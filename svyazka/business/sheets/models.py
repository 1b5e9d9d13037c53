"""What is stored of forms that are filled in on site: the company's own forms, and what was answered in them."""

from __future__ import annotations

from django.db import models

from svyazka.business.staff.models import Person
from svyazka.business.visits.models import Visit, VisitKind
from svyazka.kit import words


class FormKind(models.Model):
    """A form: measurement, survey of the site. What stands in it is said by its newest version."""

    code = models.SlugField(unique=True)
    words = models.JSONField(default=dict)
    visit_kinds = models.ManyToManyField(VisitKind, related_name="forms")  # during which visits it is filled in
    is_active = models.BooleanField(default=True)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]

    @property
    def name(self) -> str:
        return words.here(self.words)

    def __str__(self) -> str:
        return self.name


class FormVersion(models.Model):
    """A form as it is or once was. One in which somebody has answered never changes any more."""

    form = models.ForeignKey(FormKind, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    definition = models.JSONField()  # as `engines/sheets/read.py` reads it
    at = models.DateTimeField()
    by_id = models.BigIntegerField(null=True)

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["form", "number"], name="form_version_once")]


class Sheet(models.Model):
    """A form filled in during a visit."""

    visit = models.ForeignKey(Visit, models.PROTECT, related_name="sheets")
    form = models.ForeignKey(FormKind, models.PROTECT, related_name="sheets")
    written = models.ForeignKey(FormVersion, models.PROTECT, related_name="sheets")  # what it was filled in with
    answers = models.JSONField(default=dict)
    # Answers of those who came second: [{"section", "row", "field", "value", "by", "at"}, …], until somebody chooses.
    beside = models.JSONField(default=list)
    stops = models.PositiveIntegerField(default=0)  # how much is missing or cannot be
    warns = models.PositiveIntegerField(default=0)
    revision = models.PositiveIntegerField(default=0)  # one more with each change
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)  # whoever filled it in says that it is whole
    finished_by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["visit", "form"], name="sheet_once")]


class SheetVersion(models.Model):
    """The answers as they were. What one person writes in one go is one version, until it is finished."""

    sheet = models.ForeignKey(Sheet, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    answers = models.JSONField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    is_kept = models.BooleanField(default=False)  # nothing is written into it any more

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["sheet", "number"], name="sheet_version_once")]


class SheetSave(models.Model):
    """What a phone sent, by the number that it made itself: sent twice, it counts once."""

    request_id = models.UUIDField(primary_key=True)
    sheet = models.ForeignKey(Sheet, models.CASCADE, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["at"], name="sheet_save_old")]
