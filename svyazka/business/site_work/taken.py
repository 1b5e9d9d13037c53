"""Payments taken on site, for the office: by person and day, and who hands in how much cash."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from svyazka.business.journal.record import About, record
from svyazka.business.site_work.models import Payment
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.business.staff.roles import Reach
from svyazka.kit import clock

PIECE = 500


@dataclass(frozen=True)
class Narrowed:
    first: date
    last: date
    person_id: int | None = None
    way_id: int | None = None


@dataclass(frozen=True)
class Total:
    """What one person has taken on one day in one way."""

    day: date
    person_id: int
    way_id: int
    amount: Decimal


def sees_all(person: Person) -> bool:
    return roles.reach(person, "payments.see") is Reach.ALL


def may_see(person: Person, *, responsible_id: int | None, department_id: int | None) -> bool:
    """The money of a deal."""
    how_far = roles.reach(person, "payments.see")
    if how_far is Reach.ALL:
        return True
    if how_far is Reach.NONE:
        return False
    return responsible_id == person.pk or (
        how_far is Reach.DEPARTMENT and department_id in (None, person.department_id)
    )


def list_payments(person: Person, narrowed: Narrowed) -> QuerySet[Payment]:
    rows = _rows(person, narrowed)
    return rows.select_related("way", "taken_by", "visit__client", "visit__kind", "corrects")


def totals(person: Person, narrowed: Narrowed) -> list[Total]:
    day = TruncDate("at", tzinfo=timezone.get_default_timezone())
    rows = _rows(person, narrowed).order_by().annotate(day=day)
    counted = rows.values_list("day", "taken_by", "way").annotate(total=Sum("amount"))
    return [Total(*row) for row in counted.order_by("-day", "taken_by", "way")]


def every(person: Person, narrowed: Narrowed) -> Iterator[Payment]:
    """All of them, the oldest first, by the piece."""
    rows = list_payments(person, narrowed).order_by("at", "id")
    return rows.iterator(chunk_size=PIECE)


def note_export(narrowed: Narrowed, *, by: Person) -> None:
    changes = {"days": (None, f"{narrowed.first.isoformat()} – {narrowed.last.isoformat()}")}
    record("site_work.exported", About("payments", 0), by=by, changes=changes)


def _rows(person: Person, narrowed: Narrowed) -> QuerySet[Payment]:
    begins, ends = clock.day_bounds(narrowed.first)[0], clock.day_bounds(narrowed.last)[1]
    rows = Payment.objects.filter(at__gte=begins, at__lt=ends)
    if narrowed.person_id:
        rows = rows.filter(taken_by=narrowed.person_id)
    if narrowed.way_id:
        rows = rows.filter(way=narrowed.way_id)
    if sees_all(person):
        return rows
    ours = Q(deal__responsible=person)
    if roles.reach(person, "payments.see") is Reach.DEPARTMENT:
        ours |= Q(deal__department=None) | Q(deal__department=person.department_id)
    return rows.filter(ours)
