"""Files that people put on deals, clients and visits; the content lies in a store of its own, outside the database."""

from __future__ import annotations

from uuid import uuid4

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from svyazka.business.clients.models import Client
from svyazka.business.deals.models import Deal
from svyazka.business.staff.models import Person
from svyazka.business.visits.models import Visit


class _OfSomething(models.Model):
    """One of a visit is its deal's, too, and one of a deal its client's: each is found by an index of its own."""

    client = models.ForeignKey(Client, models.PROTECT, related_name="+", db_index=False)
    deal = models.ForeignKey(Deal, models.PROTECT, null=True, related_name="+", db_index=False)
    visit = models.ForeignKey(Visit, models.PROTECT, null=True, related_name="+", db_index=False)
    name = models.CharField(max_length=200)
    size = models.PositiveBigIntegerField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        abstract = True


class KeptFile(_OfSomething):
    class Small(models.TextChoices):
        NONE = "none"
        WANTED = "wanted"
        MADE = "made"

    type = models.CharField(max_length=100)  # "image/jpeg", by its content
    has_macros = models.BooleanField(default=False)
    tag = models.CharField(max_length=40, blank=True)
    sha256 = models.CharField(max_length=64)
    stored = models.CharField(max_length=200, unique=True)  # where it lies in our store
    small = models.CharField(max_length=6, choices=Small.choices, default=Small.NONE)
    removed_at = models.DateTimeField(null=True)
    removed_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+", db_index=False)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["deal", "sha256"], condition=Q(removed_at=None, deal__isnull=False), name="file_once_in_deal"
            ),
            models.CheckConstraint(condition=Q(visit=None) | Q(deal__isnull=False), name="file_of_visit_is_of_deal"),
        ]
        indexes = [
            models.Index(fields=["client", "-at", "-id"], name="file_of_client"),
            models.Index(fields=["deal", "-at", "-id"], name="file_of_deal"),
            models.Index(fields=["visit", "-at", "-id"], condition=Q(visit__isnull=False), name="file_of_visit"),
            models.Index(fields=["id"], condition=Q(small="wanted"), name="file_wants_small"),
            models.Index(fields=["removed_at"], condition=Q(removed_at__isnull=False), name="file_removed"),
        ]

    def __str__(self) -> str:
        return self.name


class Upload(_OfSomething):
    """A file on its way, piece by piece: whoever loses the line goes on where it broke."""

    class State(models.TextChoices):
        COMING = "coming"
        WHOLE = "whole"  # all of it is here, and somebody has to look at it
        KEPT = "kept"
        REFUSED = "refused"

    key = models.UUIDField(unique=True, default=uuid4)
    mark = models.CharField(max_length=64, blank=True)  # by which the browser knows the same file again
    received = models.PositiveBigIntegerField(default=0)
    pieces = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=7, choices=State.choices, default=State.COMING)
    reason = models.CharField(max_length=300, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    kept = models.ForeignKey(KeptFile, models.SET_NULL, null=True, related_name="+", db_index=False)
    last_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(received__lte=models.F("size")), name="upload_not_more")]
        indexes = [
            models.Index(fields=["client", "id"], name="upload_of_client"),
            models.Index(fields=["by", "mark"], condition=Q(state="coming"), name="upload_coming"),
            models.Index(fields=["last_at"], condition=Q(state="whole"), name="upload_whole"),
            models.Index(fields=["last_at"], name="upload_by_age"),
        ]


class FileRules(models.Model):
    """What a company keeps: one row."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    largest = models.PositiveBigIntegerField(default=50 * 1024 * 1024)  # bytes of one file
    most_of_deal = models.PositiveBigIntegerField(default=2 * 1024**3)  # bytes of all files of a deal, or of a client
    families = ArrayField(models.CharField(max_length=20), null=True)  # codes of `families.py`; None: all of them
    keep_removed_days = models.PositiveSmallIntegerField(default=30)
    takes_macros = models.BooleanField(default=True)
