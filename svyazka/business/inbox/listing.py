"""Which threads somebody sees, in which order, and how many wait."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from svyazka.business.inbox.models import Thread
from svyazka.business.staff.models import Person

COUNTED = 1000  # nobody answers more in a day


@dataclass(frozen=True)
class Wish:
    whose: str = "mine"  # mine, nobody, all
    state: str = Thread.State.OPEN
    channel: str = ""  # a kind of accounts
    category: str = ""
    department: int | None = None
    clients: Collection[int] | None = None  # only those
    newest: bool = False


def list_threads(wish: Wish, person: Person, *, most: int) -> list[Thread]:
    """Who waits longest stands first, and behind those who wait the others, the newest first."""
    found = _wished(wish, person).select_related("responsible")
    if wish.newest:
        return list(found.order_by("-last_at", "-id")[:most])
    waiting = list(found.filter(waits_since__isnull=False).order_by("waits_since", "id")[:most])
    rest = most - len(waiting)
    return waiting + (list(found.filter(waits_since=None).order_by("-last_at", "-id")[:rest]) if rest else [])


def count_waiting(person: Person) -> dict[str, int]:
    """Clients who wait for an answer: of him, of nobody, of all."""
    waits = Thread.objects.filter(state=Thread.State.OPEN, waits_since__isnull=False)
    counted = waits.aggregate(
        mine=Count("pk", filter=Q(responsible=person)), nobody=Count("pk", filter=Q(responsible=None)), all=Count("pk")
    )
    return {whose: int(number) for whose, number in counted.items()}


def count_mine(person: Person) -> int:
    waits = Thread.objects.filter(responsible=person, state=Thread.State.OPEN, waits_since__isnull=False)
    return waits[:COUNTED].count()


def categories() -> list[str]:
    """Those that an open thread has."""
    found = Thread.objects.filter(state=Thread.State.OPEN).exclude(category="")
    return sorted(found.values_list("category", flat=True).distinct())


def _wished(wish: Wish, person: Person) -> QuerySet[Thread]:
    found = Thread.objects.filter(state=wish.state)
    if wish.whose == "mine":
        found = found.filter(responsible=person)
    elif wish.whose == "nobody":
        found = found.filter(responsible=None)
    if wish.channel:
        found = found.filter(last_account__startswith=f"{wish.channel}/")
    if wish.category:
        found = found.filter(category=wish.category)
    if wish.department:
        found = found.filter(department_id=wish.department)
    return found if wish.clients is None else found.filter(client_id__in=wish.clients)
