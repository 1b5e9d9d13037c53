"""Payments of some days, for whoever may see them: page by page, with totals, and all of them for a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q, QuerySet, Sum

from svyazka.business.journal.record import About, Actor, record
from svyazka.business.money.models import Payment
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.business.staff.roles import Reach

PER_PAGE = 50
PIECE = 500


@dataclass(frozen=True)
class Narrowed:
    first: date
    last: date
    origin: str = ""
    only_free: bool = False  # something of it is for no invoice yet
    words: str = ""  # of the client's name, the document or the purpose


@dataclass(frozen=True)
class Total:
    origin: str
    payments: int
    amount: Decimal
    free: Decimal


def list_payments(person: Person, narrowed: Narrowed, *, page: int = 1) -> list[Payment]:
    """One more than a page, so that the reader knows whether there is another."""
    begin = (page - 1) * PER_PAGE
    return list(_rows(person, narrowed).order_by("-paid_on", "-id")[begin : begin + PER_PAGE + 1])


def totals(person: Person, narrowed: Narrowed) -> list[Total]:
    counted = _rows(person, narrowed).select_related(None).order_by().values_list("origin")
    found = counted.annotate(payments=Count("pk"), amount=Sum("amount"), free=Sum("free_amount"))
    return [Total(*row) for row in found.order_by("origin")]


def every(person: Person, narrowed: Narrowed) -> Iterator[Payment]:
    """The oldest first, by the piece."""
    return _rows(person, narrowed).order_by("paid_on", "id").iterator(chunk_size=PIECE)


def note_export(narrowed: Narrowed, *, by: Actor) -> None:
    days = f"{narrowed.first.isoformat()} – {narrowed.last.isoformat()}"
    record("money.exported", About("money", 0), by=by, changes={"days": (None, days)})


def _rows(person: Person, narrowed: Narrowed) -> QuerySet[Payment]:
    rows = Payment.objects.filter(paid_on__gte=narrowed.first, paid_on__lte=narrowed.last)
    if narrowed.origin:
        rows = rows.filter(origin=narrowed.origin)
    if narrowed.only_free:
        rows = rows.exclude(free_amount=0)
    if words := narrowed.words:
        named = Q(client__name__icontains=words) | Q(document__icontains=words) | Q(purpose__icontains=words)
        rows = rows.filter(named)
    how_far = roles.reach(person, "money.see")
    if how_far is not Reach.ALL:
        ours = Q(deal__responsible=person)
        if how_far is Reach.DEPARTMENT:
            ours |= Q(deal__department=None) | Q(deal__department=person.department_id)
        rows = rows.filter(ours)
    return rows.select_related("client", "deal", "by", "corrects")
