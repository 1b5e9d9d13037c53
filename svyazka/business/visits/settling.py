"""Where a visit goes in the rota, and who goes along: looked at before anything is written."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NoReturn
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from svyazka.business.deals.models import Deal
from svyazka.business.visits import chain, periods, rota, teams, work
from svyazka.business.visits.models import Resource, Visit, VisitKind
from svyazka.business.visits.periods import FURTHEST, Overlaps, Taken
from svyazka.business.visits.rota import Asked, Rota
from svyazka.business.visits.work import Fit
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

GRID = 5  # minutes: a visit begins at a time that can be said on the phone


@dataclass(frozen=True)
class Wish:
    """`visit`: that moves; `holds`: that become the visit, or another hold. What they take so far is no hindrance."""

    kind: VisitKind
    resource: Resource
    start: datetime
    deal: Deal
    visit: Visit | None = None
    holds: tuple[UUID, ...] = ()

    @property
    def day(self) -> date:
        return clock.local(self.start).date()


@dataclass(frozen=True)
class Settled:
    fit: Fit
    wanted: tuple[Taken, ...]
    limited: frozenset[int]  # of whom there may be only so much on a day


def settle(wish: Wish, *, so_far: Collection[Taken] = (), stays: bool = False) -> Settled:
    """Stands in line where that is needed before anything is taken. Raises Refused where it cannot be, Overlaps where
    somebody was quicker.

    `so_far`: what the visit or its hold takes now; it is given back, unless that is what is wanted and it `stays`.
    """
    _refuse_time(wish.start)
    found = _find(wish, so_far)
    resources = {one.resource_id for one in found.wanted}
    before = set() if stays and list(found.wanted) == list(so_far) else {one.resource_id for one in so_far}
    if so_far or found.limited:  # otherwise in the statement that takes
        periods.stand_in_line(resources, alone={*before, *resources} if before else found.limited)
    # A limit of the day is no constraint of the database: it is looked at again, now that nobody else can book.
    if found.limited and _find(wish, so_far) != found:
        raise Overlaps
    return found


def look(wish: Wish, *, so_far: Collection[Taken] = ()) -> Settled:
    """Whether it would go as things are now. Nobody stands in line for it, and nothing is promised."""
    _refuse_time(wish.start)
    return _find(wish, so_far)


def _find(wish: Wish, so_far: Collection[Taken]) -> Settled:
    kind = wish.kind
    last = wish.day + timedelta(days=kind.most_days + work.DAYS_OFF if kind.most_days > 1 else 0)
    asked = Asked(kind, (wish.resource.pk,))
    there = rota.read(wish.day, last, asked=asked, without=wish.visit, holds=wish.holds)
    resource = there.resources.get(wish.resource.pk)
    if resource is None or not teams.knows(there, kind, resource, wish.day):
        message = _("This person or crew does not do such work.")
        raise Refused(message, fields={"resource": message})
    fit = work.fit(there, kind, resource, wish.start, _length(wish, there, resource))
    if fit is None:
        _refuse(_("This is outside the working hours."))
    chain.insist(kind, wish.deal.pk, fit.starts_at, without=wish.visit)
    rows = teams.gather(there, kind, resource, fit.periods, keep={one.resource_id for one in so_far})
    wanted = sorted(Taken(one.resource.pk, one.period.start, one.period.end) for one in rows)
    return Settled(fit, tuple(wanted), frozenset(one.resource.pk for one in rows if one.resource.is_limited))


def _length(wish: Wish, there: Rota, resource: Resource) -> timedelta:
    """A visit that moves stays as long as it is. How much of longer work goes into a day, all say who can do it."""
    if wish.visit:
        return wish.visit.work
    deal, kind, able = wish.deal, wish.kind, [resource]
    openings, booked = work.openings_of(deal), work.booked_of(deal, kind)
    if kind.most_days == 1 and work.length_of(kind, openings) > work.longest_day(there, able, wish.day):
        there = rota.unbooked(wish.day, wish.day)
        able = teams.able_to(there, kind)
    return work.length_on(there, wish.day, able, kind, openings=openings, booked=booked)


def _refuse_time(start: datetime) -> None:
    if start < clock.now():
        _refuse(_("This time has already passed."))
    if start > clock.now() + FURTHEST:
        _refuse(_("This is more than a year ahead."))
    if start.minute % GRID or start.second or start.microsecond:
        _refuse(_("Choose one of the times that are offered."))


def _refuse(message: Promise | str) -> NoReturn:
    raise Refused(message, fields={"starts_at": message})
