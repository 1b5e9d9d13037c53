"""Offers as a list: whoever sees only those of his department gets no others."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from svyazka.business.offers.models import Offer
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.business.staff.roles import Reach
from svyazka.kit import clock

ORDERS = {"new": ("-made_at", "-id"), "old": ("made_at", "id"), "dear": ("-total", "-id"), "cheap": ("total", "id")}


@dataclass(frozen=True)
class Narrowed:
    """Days are those on which an offer was made."""

    state: str = ""
    manager_id: int | None = None
    first: date | None = None
    last: date | None = None
    order: str = "new"


def list_offers(person: Person, asked: Narrowed) -> QuerySet[Offer]:
    """The newest version of each, without what it says."""
    rows = Offer.objects.filter(_within(person), is_current=True)
    if asked.state in Offer.State.values:
        rows = rows.filter(state=asked.state)
    if asked.manager_id:
        rows = rows.filter(deal__responsible=asked.manager_id)
    if asked.first:
        rows = rows.filter(made_at__gte=clock.day_bounds(asked.first)[0])
    if asked.last:
        rows = rows.filter(made_at__lt=clock.day_bounds(asked.last)[1])
    order = ORDERS.get(asked.order, ORDERS["new"])
    return rows.select_related("client", "deal__responsible").defer("content").order_by(*order)


def _within(person: Person) -> Q:
    reach = roles.reach(person, "offers.see")
    if reach is Reach.ALL:
        return Q()
    own = Q(deal__responsible=person)
    if reach is Reach.DEPARTMENT:
        own |= Q(deal__department=person.department_id) | Q(deal__department=None)
    return own if reach is not Reach.NONE else Q(pk=None)
