from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Q, Value
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients.models import Client
from svyazka.business.deals.models import Deal, Stage
from svyazka.business.staff.models import Person
from svyazka.kit import clock, words


class ResourceQuerySet(models.QuerySet["Resource"]):
    def bookable(self) -> ResourceQuerySet:
        """Those in use; whoever no longer works here goes nowhere."""
        return self.filter(Q(person=None) | Q(person__is_active=True), is_active=True)


class Resource(models.Model):
    """What can be booked: an engineer, a crew."""

    class Kind(models.TextChoices):
        ENGINEER = "engineer", _("Engineer")
        CREW = "crew", _("Crew")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=120)
    # Who carries out its visits on the phone: the engineer himself, the leader of the crew.
    person = models.OneToOneField(Person, models.PROTECT, null=True, blank=True, related_name="resource")
    skills = ArrayField(models.CharField(max_length=30), default=list)
    # Weekday (0 is Monday) → [["09:00", "18:00"], …] in the company's zone.
    hours = models.JSONField(default=dict)
    is_active = models.BooleanField(default=True)
    position = models.PositiveIntegerField(default=0)

    objects: ClassVar[ResourceQuerySet] = ResourceQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["position", "id"]

    @property
    def is_bookable(self) -> bool:
        return self.is_active and (self.person is None or self.person.is_active)

    def __str__(self) -> str:
        return self.name


class VisitKind(models.Model):
    """A kind of work on site: measurement, installation."""

    code = models.SlugField(unique=True)
    words = models.JSONField(default=dict)
    skill = models.CharField(max_length=30)
    minutes = models.PositiveIntegerField()
    minutes_per_opening = models.PositiveIntegerField(default=0)
    # Stages that a deal goes on to when such a visit is booked, and when it is done.
    booked_stage = models.SlugField(blank=True)
    booked_fact = models.SlugField(blank=True)  # the deal's field that takes the date
    done_stage = models.SlugField(blank=True)
    position = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [models.CheckConstraint(condition=Q(minutes__gt=0), name="visit_kind_takes_time")]

    @property
    def name(self) -> str:
        return words.here(self.words)

    def __str__(self) -> str:
        return self.name


class VisitQuerySet(models.QuerySet["Visit"]):
    def still_on(self) -> VisitQuerySet:
        return self.exclude(status=Visit.Status.CANCELLED)

    def ahead(self) -> VisitQuerySet:
        """Those that somebody has still to go to."""
        return self.filter(status__in=(Visit.Status.PLANNED, Visit.Status.ON_WAY), ends_at__gt=clock.now())

    def of_person(self, person: Person) -> VisitQuerySet:
        return self.filter(resource__person=person)


class Visit(models.Model):
    """An appointment at an address."""

    class Status(models.TextChoices):
        PLANNED = "planned", _("planned")
        ON_WAY = "on_way", _("on the way")
        STARTED = "started", _("started")
        DONE = "done", _("done")
        CANCELLED = "cancelled", _("cancelled")

    kind = models.ForeignKey(VisitKind, models.PROTECT, related_name="visits")
    deal = models.ForeignKey(Deal, models.PROTECT, related_name="visits")
    client = models.ForeignKey(Client, models.PROTECT, related_name="visits")
    resource = models.ForeignKey(Resource, models.PROTECT, related_name="visits")
    address = models.CharField(max_length=300)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PLANNED)
    # For taking a status back: since when it is so, and the stage that the deal left with the work being done.
    status_since = models.DateTimeField(null=True)
    left_stage = models.ForeignKey(Stage, models.SET_NULL, null=True, related_name="+")
    wishes = models.CharField(max_length=300, blank=True)  # what the client asked for: "ring before"
    report = models.TextField(blank=True)  # the engineer's note
    reason = models.CharField(max_length=300, blank=True)  # of the last move, or of the cancellation
    moves = models.PositiveIntegerField(default=0)
    confirmed_at = models.DateTimeField(null=True, blank=True)  # the client said again that it suits
    facts = models.JSONField(default=dict, db_default=Value({}, models.JSONField()))  # code of a Field → value
    # A click that arrives twice books once.
    request_id = models.UUIDField(unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    version = models.PositiveIntegerField(default=1)

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
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.starts_at:%d.%m %H:%M}"


class Booking(models.Model):
    """A period in which a resource is taken: by a visit, by a hold for the caller, by an absence.

    Written only by `booking.py`, with ON CONFLICT DO NOTHING; the constraint is the promise.
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
        ]


class VisitPhoto(models.Model):
    visit = models.ForeignKey(Visit, models.CASCADE, related_name="photos")
    file = models.FileField(upload_to="visits/%Y/%m/")
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    request_id = models.UUIDField()

    class Meta:
        # What a phone has sent once is kept once; another visit's requests are not its own.
        constraints = [models.UniqueConstraint(fields=["visit", "request_id"], name="photo_once")]
