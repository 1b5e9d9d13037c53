"""Which window fits whom of those who wait: found by the search that finds windows for a caller, and so exactly what
the booking will accept.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet

from svyazka.business.calls.dialling import hours
from svyazka.business.clients.models import ContactPoint
from svyazka.business.places import find, times
from svyazka.business.visits import chain, offering, waiting_rules, wishes, work
from svyazka.business.visits.models import Resource, Visit, Waiting, WaitingOffer
from svyazka.engines.routing.problem import Point
from svyazka.kit import clock

MOST = 3  # are told of one window at a time
MOST_CHECKED = 12  # of those who wait, the nearest first, for one free time
MOST_LOOKED_AT = 10  # windows for one who waits
MOST_OPEN = 3  # windows proposed for one who waits
UNKNOWN = timedelta(days=1)  # how far away is what nobody can find on a map
OPEN = WaitingOffer.State.OPEN


@dataclass(frozen=True)
class Window:
    """A time at which somebody could come. `added`: by how much the way of that day grows."""

    resource: Resource
    starts_at: datetime
    ends_at: datetime
    added: timedelta = timedelta()
    reasons: tuple[str, ...] = ()

    def meets(self, resource_id: int, begins: datetime, ends: datetime) -> bool:
        return self.resource.pk == resource_id and self.starts_at < ends and self.ends_at > begins


@dataclass(frozen=True)
class Fit:
    entry: Waiting
    window: Window


def allows_day(entry: Waiting, day: date) -> bool:
    wished = wishes.read(entry.wishes)
    begins = wished.from_day or day
    return begins <= day <= entry.until and wished.allow_day(day)


def windows(
    entry: Waiting, *, resource: Resource | None = None, first: date | None = None, days: int = offering.DAYS
) -> list[Window]:
    """Those that suit him, the shortest way first."""
    deal, kind, wished = entry.deal, entry.kind, wishes.read(entry.wishes)
    begins = max(clock.today(), wished.from_day or clock.today(), first or clock.today())
    last = min(entry.until, (first or clock.today()) + timedelta(days=days - 1))
    if last < begins:
        return []
    found = offering.offer(
        kind,
        entry.address,
        openings=work.openings_of(deal),
        booked=work.booked_of(deal, kind),
        wishes=replace(wished, from_day=begins),
        resource=resource,
        not_before=chain.begins(kind, deal.pk),
        days=(last - begins).days + 1,
        most=MOST_LOOKED_AT,
    )
    made = [Window(one.resource, one.starts_at, one.ends_at, one.added, one.reasons) for one in found.windows]
    return sorted(made, key=lambda one: (one.resource.pk != wished.knows, one.added, one.starts_at))


def new_windows(entry: Waiting, **where: Any) -> list[Window]:
    """Those of which he was not told before, and that nobody else is just thinking about."""
    known = Q(waiting=entry) & ~Q(state=WaitingOffer.State.GONE)
    told = WaitingOffer.objects.filter(known | Q(state=OPEN)).values_list("resource_id", "starts_at", "ends_at")
    return [one for one in windows(entry, **where) if not any(one.meets(*other) for other in told)]


def whom_to_ask(resource: Resource, begins: datetime, ends: datetime, *, most: int = MOST) -> list[Fit]:
    """To whom this free time of a resource is worth telling, the nearest first. Different times for different people
    where there is room for that."""
    found: list[Fit] = []
    first = max(clock.local(begins).date(), clock.today())
    days = (clock.local(ends).date() - first).days + 1
    for entry in _nearest_first(_may_be_told(resource, begins, ends), resource, first, days)[:MOST_CHECKED]:
        fitting = new_windows(entry, resource=resource, first=first, days=days)
        # Beside it there may have been time that was too short alone.
        inside = [one for one in fitting if one.meets(resource.pk, begins, ends)] or fitting
        if inside:
            found.append(Fit(entry, _of_its_own(inside, [fit.window for fit in found])))
        if len(found) == most:
            break
    return sorted(found, key=lambda fit: fit.window.added)


def apart_from(found: Sequence[Window], taken: Collection[tuple[int, datetime, datetime]]) -> Window | None:
    """The first that meets nothing of what is promised to others."""
    return next((one for one in found if not any(one.meets(*other) for other in taken)), None)


def may_be_written_to(entries: Collection[Waiting]) -> set[int]:
    """Whose client may get a message now: it is day where he is, and he got no more today than is allowed."""
    begins, _ends = clock.day_bounds(clock.today())
    clients = {entry.client_id for entry in entries}
    counted = WaitingOffer.objects.filter(to_client=True, made_at__gte=begins, waiting__client__in=clients)
    written = dict(counted.values_list("waiting__client").annotate(number=Count("pk")))
    most, phones = waiting_rules.rules().offers_a_day, _phones(clients)
    return {
        entry.pk
        for entry in entries
        if written.get(entry.client_id, 0) < most and not _is_night(phones.get(entry.client_id, ""), entry.address)
    }


def open_entries() -> QuerySet[Waiting]:
    """Who waits and could be told of another window, with what is needed to look for one."""
    proposed = Count("offers", filter=Q(offers__state=OPEN))
    rows = Waiting.objects.filter(state=Waiting.State.OPEN, deal__closed_at=None, until__gte=clock.today())
    # Of one deal with two kinds of work: the house holds one time for it, not two.
    asked = WaitingOffer.objects.filter(state=OPEN, to_client=True).values("waiting__deal")
    rows = rows.exclude(deal__in=asked).alias(proposed=proposed)
    return rows.filter(proposed__lt=MOST_OPEN).select_related("deal__client", "kind").order_by("since", "pk")


def _may_be_told(resource: Resource, begins: datetime, ends: datetime) -> list[Waiting]:
    rows = open_entries().filter(kind__skill__in=resource.skills)
    first, last = clock.local(begins).date(), clock.local(ends).date()
    days = [first + timedelta(days=number) for number in range((last - first).days + 1)]
    found = [entry for entry in rows if any(allows_day(entry, day) for day in days)]
    by_message = [entry for entry in found if entry.told_by == Waiting.ToldBy.MESSAGE]
    told = may_be_written_to(by_message) if by_message else set()
    return [entry for entry in found if entry.told_by != Waiting.ToldBy.MESSAGE or entry.pk in told]


def _nearest_first(entries: list[Waiting], resource: Resource, first: date, days: int) -> list[Waiting]:
    """As the crow flies, to whatever that resource does in these days; who waits longest first where that says
    nothing."""
    begins, ends = clock.day_bounds(first)[0], clock.day_bounds(first + timedelta(days=days - 1))[1]
    rows = Visit.objects.still_on().filter(resource=resource, starts_at__lt=ends, ends_at__gt=begins)
    addresses = list(rows.values_list("address", flat=True))
    placed = find.of_all({*addresses, *(entry.address for entry in entries)})
    stops = [placed[one].point for one in addresses if one in placed] or _home(resource)
    if not stops:
        return entries
    travel = times.estimate()
    far = UNKNOWN.total_seconds()
    ways = {address: min(travel.to_many(at.point, stops)) for address, at in placed.items()}
    return sorted(entries, key=lambda entry: (-entry.urgency, ways.get(entry.address, far)))


def _of_its_own(inside: Sequence[Window], others: Sequence[Window]) -> Window:
    taken = [(one.resource.pk, one.starts_at, one.ends_at) for one in others]
    return apart_from(inside, taken) or inside[0]


def _home(resource: Resource) -> list[Point]:
    return [] if resource.lat is None or resource.lon is None else [Point(resource.lat, resource.lon)]


def _phones(clients: Collection[int]) -> dict[int, str]:
    rows = ContactPoint.objects.filter(client__in=clients, kind=ContactPoint.Kind.PHONE).order_by("-pk")
    return dict(rows.values_list("client", "value"))


def _is_night(number: str, address: str) -> bool:
    return hours.there(number, address=address, moment=clock.now()).is_late
