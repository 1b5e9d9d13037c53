"""Windows during the call: three to five times at which somebody could come, the best one first, each with its reason.

They are looked for in the packed days by the engine, and each is checked against the bookings before it is named. What
does not fit into one day is tried morning by morning (`slots.py`).
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connection

from svyazka.business.places import find, times
from svyazka.business.places.find import Placed
from svyazka.business.visits import chain, day_packing, day_plans, offering_words, rota, slots, teams, work
from svyazka.business.visits.models import Resource, Visit, VisitKind
from svyazka.business.visits.periods import NotFree
from svyazka.business.visits.rota import Asked, Rota
from svyazka.business.visits.territories import named_in, names_of
from svyazka.engines.routing import offers
from svyazka.engines.routing.problem import Span
from svyazka.engines.routing.wanted import DAY, Able, Answer, Request, WhyNot, Window
from svyazka.kit import clock

DAYS, MOST = 14, 5
STEP = 30  # minutes: people agree on half past ten
GRID = 5  # minutes that a beginning can be said in at all
TOLD = 2  # hours: the client is told such a span, the beginning lies in it
LONG = timedelta(hours=6)  # more than that may be more than a day of those who do it
FURTHER = 4  # so many times as many are looked for, where others and things of the team may not be free
PARTS = {"morning": (0, 12), "day": (12, 16), "evening": (16, 24)}


@dataclass(frozen=True)
class Wishes:
    """What the caller said. Nothing is offered against it; nothing said: any time."""

    from_day: date | None = None
    parts: frozenset[str] = frozenset()  # of PARTS
    not_days: frozenset[date] = frozenset()
    not_weekdays: frozenset[int] = frozenset()  # 0 is Monday
    knows: int | None = None  # the resource that has been there before

    def __bool__(self) -> bool:
        return self != Wishes()

    def allow_day(self, day: date) -> bool:
        return day not in self.not_days and day.weekday() not in self.not_weekdays

    def allow_hour(self, hour: int) -> bool:
        return not self.parts or any(PARTS[part][0] <= hour < PARTS[part][1] for part in self.parts)


@dataclass(frozen=True)
class Offered:
    """`added`: what the way of the day grows by. The client is told a span; the beginning lies in it."""

    resource: Resource
    starts_at: datetime
    ends_at: datetime
    told_from: datetime
    told_until: datetime
    added: timedelta = timedelta()
    reasons: tuple[str, ...] = ()

    @property
    def day(self) -> date:
        return clock.local(self.starts_at).date()


@dataclass(frozen=True)
class Offer:
    windows: tuple[Offered, ...] = ()
    why_not: tuple[str, ...] = ()  # where there is no window

    def __bool__(self) -> bool:
        return bool(self.windows)


NO_WISHES = Wishes()


def offer(
    kind: VisitKind,
    place: str,
    *,
    openings: int = 0,
    booked: timedelta = timedelta(),
    wishes: Wishes = NO_WISHES,
    resource: Resource | None = None,
    moving: Visit | None = None,
    holds: Collection[UUID] = (),
    not_before: datetime | None = None,
    at: datetime | None = None,
    days: int = DAYS,
    most: int = MOST,
) -> Offer:
    """`place`: the address. `resource`: only of this one. A visit that is `moving`, and a time that the caller `holds`,
    do not stand in the way. `not_before`: by then whatever has to come first is over. `at`: only exactly then.
    """
    if moving and (waits := chain.not_before(kind, moving.deal_id, without=moving)):
        not_before = max(waits[0], not_before or waits[0])
    if at:
        wishes, days = replace(wishes, from_day=clock.local(at).date()), 1
    length = moving.work if moving else work.length_of(kind, openings)
    call = _Call(kind, place, length, wishes, resource, moving, tuple(holds), not_before, at, max(days, 1), most)
    if length >= LONG and call.is_too_long:
        return _day_by_day(call, openings, booked)
    found = _from_packed_days(call)
    if not found.windows and kind.takes_others:
        return _day_by_day(call, openings, booked, why_not=found.why_not)
    return found


def told(starts_at: datetime) -> tuple[datetime, datetime]:
    """The span that the client is told of a visit that begins then."""
    begins = clock.local(starts_at)
    since = begins.replace(hour=begins.hour - begins.hour % TOLD, minute=0, second=0, microsecond=0)
    return since, since + timedelta(hours=TOLD)


class _Candidate(NamedTuple):
    pk: int
    territory: list[str]


@dataclass(frozen=True)
class _Call:
    kind: VisitKind
    place: str
    length: timedelta
    wishes: Wishes
    resource: Resource | None
    moving: Visit | None
    holds: tuple[UUID, ...]
    not_before: datetime | None
    at: datetime | None
    days: int
    most: int
    first: date = field(init=False)

    def __post_init__(self) -> None:
        soonest = clock.local(self.not_before).date() if self.not_before else clock.today()
        object.__setattr__(self, "first", max(self.wishes.from_day or clock.today(), clock.today(), soonest))

    @property
    def last(self) -> date:
        return self.first + timedelta(days=self.days - 1)

    @cached_property
    def placed(self) -> Placed | None:
        return find.of(self.place)

    @property
    def before(self) -> int:
        """Minutes; it begins at a time that can be said all the same."""
        return -(-self.kind.before // GRID) * GRID

    @property
    def whole(self) -> timedelta:
        return timedelta(minutes=self.before + self.kind.after) + self.length

    @property
    def is_too_long(self) -> bool:
        there = rota.unbooked(self.first, self.last)
        able = teams.able_to(there, self.kind)
        through = (self.first + timedelta(days=number) for number in range(self.days))
        return self.whole > max((work.longest_day(there, able, day) for day in through), default=timedelta())


def _from_packed_days(call: _Call) -> Offer:
    candidates, unable = _candidates(call)
    district = _district(call.place, candidates)
    able = [one.pk for one in candidates if not district or not one.territory or district & names_of(one.territory)]
    travel = times.travel(patience=times.HURRIED)
    packed = day_plans.read(able, call.first, call.days, travel, without=call.moving, holds=call.holds)
    further = FURTHER if call.kind.takes_others else 1
    answer = offers.offer(
        _request(call),
        [Able(pk, frozenset()) for pk in able],
        packed,
        travel.screening,
        days=call.days,
        most=call.most * further + bool(call.moving),
    )
    windows = _checked(call, answer)
    if windows:
        return Offer(windows)
    counts: dict[WhyNot, int] = {**answer.why_not, "skill": unable, "territory": len(candidates) - len(able)}
    if answer.windows:
        counts["team"] = len({one.visits[0].worker for one in answer.windows})
    return Offer(why_not=offering_words.why_not(counts, wished=bool(call.wishes)))


def _candidates(call: _Call) -> tuple[list[_Candidate], int]:
    """Who knows such work, and how many do not."""
    needs = [call.kind.skill, *call.kind.more_skills]
    with connection.cursor() as cursor:
        only = call.resource.pk if call.resource else None
        cursor.execute(_ABLE, [call.kind.skill, needs, only, only])
        found = cursor.fetchall()
    able = [_Candidate(pk, territory) for pk, territory, is_able in found if is_able]
    return able, len(found) - len(able)


_ABLE = """
select resource.id, resource.territory, %s = any(resource.skills) and not exists (
    select 1 from unnest(%s::text[]) need where need <> all(resource.skills) and not exists (
        select 1 from visits_crewmember go join visits_resource member on member.id = go.member_id
        where go.crew_id = resource.id and need = any(member.skills)))
from visits_resource resource left join staff_person person on person.id = resource.person_id
where resource.kind in ('engineer', 'crew') and resource.is_active and coalesce(person.is_active, true)
    and (%s::bigint is null or resource.id = %s::bigint)
order by resource.position, resource.id
"""


def _district(place: str, candidates: Sequence[_Candidate]) -> frozenset[str]:
    """Which of the districts and towns that somebody goes to stand in the address. None: nobody knows, so all of them
    may go."""
    return named_in(place, {name for one in candidates for name in names_of(one.territory)})


def _request(call: _Call) -> Request:
    begins = clock.day_bounds(call.first)[0]
    before = call.before * 60
    soonest = max(clock.now() + slots.LEAD, call.not_before or begins) - begins
    promised = (clock.today() - call.first).days + call.kind.promised_days + 1
    return Request(
        call.placed.point if call.placed else day_packing.nowhere(),
        (int(call.whole.total_seconds()),),
        tuple(_slots(call, before)),
        step=math.gcd(STEP, call.before) * 60,
        not_before=int(soonest.total_seconds()) - before,
        promised_by=promised * DAY if call.kind.promised_days else None,
        dislikes=tuple(_dislikes(call)),
        worker=call.wishes.knows,
    )


def _slots(call: _Call, before: int) -> list[Span]:
    """What the client can be told. Of a day that begins with loading, when that has to begin."""
    if call.at:
        begins = int((call.at - clock.day_bounds(call.first)[0]).total_seconds()) - before
        return [Span(begins, begins)]
    last = TOLD * 3600 - GRID * 60
    hours = [hour * 3600 for hour in range(0, 24, TOLD) if call.wishes.allow_hour(hour)]
    return [Span(hour - before, hour + last - before) for hour in hours if hour >= before]


def _dislikes(call: _Call) -> list[Span]:
    through = [(number, call.first + timedelta(days=number)) for number in range(call.days)]
    return [Span(number * DAY, (number + 1) * DAY) for number, day in through if not call.wishes.allow_day(day)]


def _checked(call: _Call, answer: Answer) -> tuple[Offered, ...]:
    """Those that can really be booked, by the same rules as a booking."""
    if not answer.windows:
        return ()
    days = [call.first + timedelta(days=window.day) for window in answer.windows]
    leaders = {window.visits[0].worker for window in answer.windows}
    asked = Asked(call.kind, tuple(sorted(leaders)))
    there = rota.read(min(days), max(days), asked=asked, without=call.moving, holds=call.holds)
    found = [one for window in answer.windows if (one := _exactly(call, window, there))]
    return tuple(found[: call.most])


def _exactly(call: _Call, window: Window, there: Rota) -> Offered | None:
    (visit,) = window.visits
    resource = there.resources.get(visit.worker)
    day = call.first + timedelta(days=visit.day)
    if resource is None or not teams.knows(there, call.kind, resource, day):
        return None
    midnight = clock.day_bounds(day)[0].astimezone(UTC)
    start = midnight + timedelta(seconds=visit.start, minutes=call.before)
    if call.moving and not slots.is_another(call.moving, resource, start):
        return None
    fit = work.fit(there, call.kind, resource, start, call.length)
    if fit is None or not _goes(there, call.kind, resource, fit):
        return None
    by_pk = {one.pk: one for one in there.resources.values()}
    is_on_map = call.placed is not None and not call.placed.is_rough
    reasons = offering_words.reasons(window, by_pk, _begins(call, window), is_on_map=is_on_map)
    return Offered(resource, start, fit.ends_at, *told(start), timedelta(seconds=window.added), reasons)


def _begins(call: _Call, window: Window) -> datetime:
    return clock.day_bounds(call.first + timedelta(days=window.day))[0]


def _goes(there: Rota, kind: VisitKind, resource: Resource, fit: work.Fit) -> bool:
    try:
        teams.gather(there, kind, resource, fit.periods)
    except NotFree:
        return False
    return True


def _day_by_day(call: _Call, openings: int, booked: timedelta, *, why_not: tuple[str, ...] = ()) -> Offer:
    """Work of more than a day, or of a team that is hard to bring together: the first times at which it goes."""
    asked: dict[str, Any] = {"openings": openings, "booked": booked, "moving": call.moving, "holds": call.holds}
    free = slots.free_slots(call.kind, from_day=call.first, days=call.days, resource=call.resource, **asked)
    able = [slot for slot in free if call.not_before is None or slot.starts_at >= call.not_before]
    wished = [slot for slot in able if _suits(call.wishes, slot) and call.at in (None, slot.starts_at)]
    best = slots.best(wished, count=call.most)
    if not best:
        return Offer(why_not=why_not or offering_words.why_not({}, wished=bool(call.wishes)))
    first = min(slot.starts_at for slot in best)
    return Offer(
        tuple(
            Offered(
                slot.resource,
                slot.starts_at,
                slot.ends_at,
                *told(slot.starts_at),
                reasons=offering_words.soonest() if slot.starts_at == first else (),
            )
            for slot in best
        )
    )


def _suits(wishes: Wishes, slot: slots.Slot) -> bool:
    return wishes.allow_day(slot.day) and wishes.allow_hour(clock.local(slot.starts_at).hour)
