from __future__ import annotations

from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import Exists, F, OuterRef, Q, Value
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients.models import Client
from svyazka.business.deals.models import Deal, Stage
from svyazka.business.staff.models import Person
from svyazka.business.visits.models.kind import VisitKind
from svyazka.business.visits.models.resource import Resource
from svyazka.kit import clock


class VisitQuerySet(models.QuerySet["Visit"]):
    def still_on(self) -> VisitQuerySet:
        return self.exclude(status__in=Visit.OFF)

    def ahead(self) -> VisitQuerySet:
        """Those that somebody has still to go to."""
        return self.filter(status__in=(Visit.Status.PLANNED, Visit.Status.ON_WAY), ends_at__gt=clock.now())

    def orphaned(self) -> VisitQuerySet:
        """Whoever or whatever was to go there cannot, and nobody has solved it yet."""
        return self.filter(lacks__isnull=False, status=Visit.Status.PLANNED, ends_at__gt=clock.now())

    def of_person(self, person: Person) -> VisitQuerySet:
        """Those that he leads."""
        return self.filter(resource__person=person)

    def with_person(self, person: Person) -> VisitQuerySet:
        """Those that he goes to, also as one of several."""
        goes_too = Booking.objects.filter(visit=OuterRef("pk"), resource__person=person)
        return self.filter(Q(resource__person=person) | Exists(goes_too))

    def on_days(self, begins: datetime, ends: datetime) -> VisitQuerySet:
        """Also those that began on a day before."""
        return self.filter(starts_at__lt=ends, ends_at__gt=begins)


class Visit(models.Model):
    """An appointment at an address."""

    class Status(models.TextChoices):
        PLANNED = "planned", _("planned")
        ON_WAY = "on_way", _("on the way")
        STARTED = "started", _("started")
        DONE = "done", _("done")
        CANCELLED = "cancelled", _("cancelled")
        NOT_DONE = "not_done", _("could not be done")

    MOVABLE = (Status.PLANNED, Status.ON_WAY)
    OFF = (Status.CANCELLED, Status.NOT_DONE)  # nobody goes there any more, and nothing came of it

    kind = models.ForeignKey(VisitKind, models.PROTECT, related_name="visits")
    deal = models.ForeignKey(Deal, models.PROTECT, related_name="visits")
    client = models.ForeignKey(Client, models.PROTECT, related_name="visits")
    resource = models.ForeignKey(Resource, models.PROTECT, related_name="visits")
    address = models.CharField(max_length=300)
    lat = models.FloatField(null=True, blank=True)
    lon = models.FloatField(null=True, blank=True)
    placed_by = models.CharField(max_length=30, blank=True, default="", db_default="")  # source and precision
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    # How long the work takes, where that is less than from the beginning to the end: nights are between its days.
    work_minutes = models.PositiveIntegerField(null=True)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PLANNED)
    # For taking a status back: since when it is so, and the stage that the deal left with the work being done.
    status_since = models.DateTimeField(null=True)
    left_stage = models.ForeignKey(Stage, models.SET_NULL, null=True, related_name="+")
    wishes = models.CharField(max_length=300, blank=True)  # what the client asked for: "ring before"
    brief = models.CharField(max_length=300, blank=True, default="", db_default="")  # the office to whoever goes there
    report = models.TextField(blank=True)  # the engineer's note
    reason = models.CharField(max_length=300, blank=True)  # of the last move, or of the cancellation
    moves = models.PositiveIntegerField(default=0)
    confirmed_at = models.DateTimeField(null=True, blank=True)  # the client said again that it suits
    # Planning leaves it where it is: since when, who says so, and why.
    locked_at = models.DateTimeField(null=True)
    locked_by = models.ForeignKey(Person, models.SET_NULL, null=True, related_name="+", db_index=False)
    locked_why = models.CharField(max_length=200, blank=True, default="", db_default="")
    arranged_at = models.DateTimeField(null=True)  # when this time was agreed on; empty: when it was booked
    paused_at = models.DateTimeField(null=True)  # of one that has started: since when nobody works
    arrives_at = models.DateTimeField(null=True)  # as whoever set out is expected there
    # Who or what was to go there and cannot, and since when that is known: until somebody has solved it.
    lacks = models.ForeignKey(Resource, models.SET_NULL, null=True, related_name="+", db_index=False)
    lacks_since = models.DateTimeField(null=True)
    late_minutes = models.PositiveSmallIntegerField(default=0, db_default=0)  # by so much it is over later
    facts = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))  # code of a Field → value
    # A click that arrives twice books once.
    request_id = models.UUIDField(unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1)

    # Of one that is held: the people who go there, where they were read with it, and the phone that has just written
    # its report.
    people_there: frozenset[int] | None = None
    noted_on: UUID | None = None

    objects: ClassVar[VisitQuerySet] = VisitQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="visit_ends_after_start"),
        ]
        indexes = [
            models.Index(fields=["starts_at"], name="visit_start"),
            models.Index(fields=["resource", "starts_at"], name="visit_resource"),
            models.Index(fields=["deal", "starts_at"], name="visit_deal"),
            models.Index(
                fields=["ends_at"],
                condition=Q(status__in=["planned", "on_way", "started"]),
                name="visit_without_result",
            ),
            models.Index(fields=["starts_at"], condition=Q(lacks__isnull=False), name="visit_orphaned"),
            models.Index(fields=["deal"], condition=Q(status="not_done"), name="visit_not_done"),
        ]

    @property
    def goes_on(self) -> bool:
        """For more than a day."""
        return clock.local(self.starts_at).date() != clock.local(self.ends_at).date()

    @property
    def is_off(self) -> bool:
        return self.status in self.OFF

    def was_over(self, at: datetime | None) -> bool:
        """Whether it had ended by then: what a phone had no signal for was done before, and comes in after."""
        is_over = self.status == self.Status.DONE or self.is_off
        return is_over and not (at and self.status_since and at <= self.status_since)

    @property
    def is_orphaned(self) -> bool:
        return self.lacks_id is not None and self.status == self.Status.PLANNED

    @property
    def work(self) -> timedelta:
        """How long the work takes, without the nights."""
        return timedelta(minutes=self.work_minutes) if self.work_minutes else self.ends_at - self.starts_at

    def __str__(self) -> str:
        return f"{self.kind} {self.starts_at:%d.%m %H:%M}"


class Booking(models.Model):
    """A period in which a resource is taken: by a visit, by a hold for the caller, by an absence.

    One row for each day and everybody and everything that goes there. Written only by `periods.py`, with ON CONFLICT DO
    NOTHING; the constraint is the promise.
    """

    class Kind(models.TextChoices):
        VISIT = "visit", _("visit")
        HOLD = "hold", _("held")
        ABSENCE = "absence", _("absence")

    resource = models.ForeignKey(Resource, models.CASCADE, related_name="bookings")
    during = DateTimeRangeField()
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.VISIT)
    visit = models.ForeignKey(Visit, models.CASCADE, null=True, blank=True, related_name="bookings")
    note = models.CharField(max_length=200, blank=True)
    # Of a hold: by which request, by whom, for which deal, and until when.
    request_id = models.UUIDField(null=True)
    held_by = models.ForeignKey(Person, models.CASCADE, null=True, related_name="+")
    deal = models.ForeignKey(Deal, models.CASCADE, null=True, related_name="+", db_index=False)
    expires_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            ExclusionConstraint(
                name="no_double_booking",
                expressions=[("resource", RangeOperators.EQUAL), ("during", RangeOperators.OVERLAPS)],
            ),
            models.CheckConstraint(
                condition=Q(during__isempty=False) & Q(during__lower_inc=True) & Q(during__upper_inc=False),
                name="booking_is_a_period",
            ),
            models.CheckConstraint(
                condition=~Q(kind="hold") | Q(request_id__isnull=False, expires_at__isnull=False),
                name="hold_ends",
            ),
        ]
        indexes = [
            models.Index(fields=["expires_at"], condition=Q(kind="hold"), name="booking_hold_ends"),
            models.Index(fields=["request_id"], condition=Q(kind="hold"), name="booking_hold"),
            models.Index(fields=["deal"], condition=Q(kind="hold"), name="booking_hold_of_deal"),
        ]


class VisitPhoto(models.Model):
    visit = models.ForeignKey(Visit, models.CASCADE, related_name="photos")
    file = models.FileField(upload_to="visits/%Y/%m/")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()  # when it was taken
    request_id = models.UUIDField()

    class Meta:
        # What a phone has sent once is kept once; another visit's requests are not its own.
        constraints = [models.UniqueConstraint(fields=["visit", "request_id"], name="photo_once")]


class PhotoDrawing(models.Model):
    """What was drawn over a photo, as it is or once was. The photo itself never changes."""

    photo = models.ForeignKey(VisitPhoto, models.CASCADE, related_name="drawings", db_index=False)
    number = models.PositiveIntegerField()
    content = models.JSONField()  # as `engines/drawings/read.py` reads it
    by = models.ForeignKey(Person, models.PROTECT, related_name="+", db_index=False)
    at = models.DateTimeField()

    class Meta:
        ordering = ["-number"]
        constraints = [models.UniqueConstraint(fields=["photo", "number"], name="drawing_version_once")]
