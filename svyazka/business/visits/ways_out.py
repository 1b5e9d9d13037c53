"""What to do about it: somebody is ill, the van is broken, one runs late. Two or three ways out, each with all that it
would change; nothing is stored before one of them is taken (`repairing.py`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q

from svyazka.business.visits import case, delays, frozen, periods, promises, rota, slots, teams
from svyazka.business.visits.case import Case
from svyazka.business.visits.models import CrewMember, Resource, Visit
from svyazka.business.visits.periods import Overlaps
from svyazka.business.visits.rota import Rota
from svyazka.business.visits.settling import Wish, settle
from svyazka.engines.routing import repair
from svyazka.engines.routing.repair import Aim, Repaired
from svyazka.engines.routing.windows import Period
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

FURTHEST = 14  # days
MORE = 2  # days after the last one on which something is missing
MOST = 200  # visits at once
ALL: tuple[Aim, ...] = ("none_lost", "least_change", "least_travel")


@dataclass(frozen=True)
class Trouble:
    """Visits that lack somebody, and those that keep others waiting."""

    orphans: tuple[Visit, ...]
    late: tuple[Visit, ...]

    def __bool__(self) -> bool:
        return bool(self.orphans or self.late)


@dataclass(frozen=True)
class Step:
    """Of one visit: who comes and when. Without a beginning nobody can come. `without`: a member of the crew is missing
    on that day, and `instead` goes, or nobody."""

    visit: Visit
    resource: Resource
    starts_at: datetime | None
    without: Resource | None = None
    instead: Resource | None = None

    @property
    def changes_hands(self) -> bool:
        return self.starts_at is not None and self.resource.pk != self.visit.resource_id

    @property
    def moves(self) -> bool:
        return self.starts_at is not None and self.starts_at != self.visit.starts_at

    @property
    def tells_client(self) -> bool:
        return self.starts_at is not None and not promises.holds(self.visit.starts_at, self.starts_at)


@dataclass(frozen=True)
class WayOut:
    """`aims`: which of them it serves best; `travel`: seconds on the way, of all, on these days."""

    aims: tuple[Aim, ...]
    steps: tuple[Step, ...]
    travel: int = 0

    @property
    def lost(self) -> list[Step]:
        return [one for one in self.steps if one.starts_at is None]

    @property
    def handed_over(self) -> list[Step]:
        return [one for one in self.steps if one.changes_hands or one.without]

    @property
    def moved(self) -> list[Step]:
        return [one for one in self.steps if one.moves]

    @property
    def to_tell(self) -> list[Step]:
        return [one for one in self.steps if one.tells_client]


def trouble(resource: Resource | None = None) -> Trouble:
    """Of the coming days; of one resource, or of all."""
    ends = clock.day_bounds(clock.today() + timedelta(days=FURTHEST))[1]
    related = ("kind", "resource__person", "client", "lacks", "deal__responsible")
    orphans = Visit.objects.orphaned().filter(starts_at__lt=ends).select_related(*related).order_by("starts_at", "pk")
    running = Visit.objects.filter(Q(starts_at__lt=clock.now()) | Q(late_minutes__gt=0), status__in=delays.UNDER_WAY)
    running = running.on_days(*clock.day_bounds(clock.today())).filter(lacks=None).select_related(*related)
    if resource:
        orphans, running = orphans.filter(lacks=resource), running.filter(resource=resource)
    return Trouble(tuple(orphans[:MOST]), tuple(delays.late(running.order_by("starts_at", "pk")[:MOST])))


def number() -> int:
    """Of visits that lack somebody, and of those that keep others waiting; in one statement, for each calendar page."""
    now, ends = clock.now(), clock.day_bounds(clock.today() + timedelta(days=FURTHEST))[1]
    begins, evening = clock.day_bounds(clock.today())
    with connection.cursor() as cursor:
        cursor.execute(_NUMBER, {"now": now, "ends": ends, "begins": begins, "evening": evening})
        ((found,),) = cursor.fetchall()
    return int(found)


_NUMBER = """
select (
    select count(*) from visits_visit
    where lacks_id is not null and status = 'planned' and ends_at > %(now)s and starts_at < %(ends)s
) + (
    select count(*) from visits_visit running
    cross join lateral (select greatest(
        running.ends_at + running.late_minutes * interval '1 minute',
        case when running.status = 'started' then %(now)s
             when running.status = 'on_way' and running.starts_at < %(now)s
             then %(now)s + (running.ends_at - running.starts_at) end) as at) is_over
    where running.status in ('planned', 'on_way', 'started') and running.lacks_id is null
      and running.starts_at < %(evening)s and running.ends_at > %(begins)s
      and (running.starts_at < %(now)s or running.late_minutes > 0) and is_over.at > running.ends_at
      and exists (
        select from visits_visit behind
        where behind.resource_id = running.resource_id and behind.status = 'planned'
          and behind.starts_at > running.starts_at and behind.starts_at < least(is_over.at, %(evening)s))
)
"""


def find(found: Trouble) -> list[WayOut]:
    """The best first. None, where there is nothing to do."""
    simple = [one for one in found.orphans if _is_simple(one)]
    by_hand = [step for one in found.orphans if one not in simple and (step := _elsewhere(one))]
    late = {one.resource_id for one in found.late}
    if not simple and not late:
        return [WayOut(ALL, tuple(by_hand))] if by_hand else []
    day_by_day = case.build(_days([*simple, *found.late]), simple, late)
    ways = [_way_out(day_by_day, one, by_hand) for one in repair.repair(day_by_day.problem)]
    return _different(one for one in ways if one.steps)


def _different(ways: Iterable[WayOut]) -> list[WayOut]:
    """Two that come to the same are one."""
    found: dict[tuple[tuple[int, int, datetime | None], ...], WayOut] = {}
    for one in ways:
        key = tuple((step.visit.pk, step.resource.pk, step.starts_at) for step in one.steps)
        known = found.get(key)
        found[key] = replace(known, aims=(*known.aims, *one.aims)) if known else one
    return list(found.values())


def _is_simple(visit: Visit) -> bool:
    """Whoever leads it is missing, and nobody else and nothing is needed: the engine finds the best for all of them."""
    plain = not visit.kind.takes_others and not visit.goes_on
    return plain and visit.lacks_id == visit.resource_id and not frozen.stays(visit)


def _days(visits: Sequence[Visit]) -> list[date]:
    """Those on which something is missing, and a few behind them."""
    asked = {clock.local(visit.starts_at).date() for visit in visits}
    through = {day + timedelta(days=number) for day in asked for number in range(MORE + 1)}
    return sorted(day for day in through if day >= clock.today())


def _way_out(found: Case, one: Repaired, by_hand: Sequence[Step]) -> WayOut:
    steps = []
    for change in one.changes:
        visit = found.visits[change.job]
        if not change.workers or change.start is None:
            steps.append(Step(visit, visit.resource, None))
        else:
            resource = found.resources[change.workers[0]]
            steps.append(Step(visit, resource, found.begins(change.job, change.start)))
    steps += by_hand
    return WayOut(
        one.aims, tuple(sorted(steps, key=lambda step: (step.visit.starts_at, step.visit.pk))), one.costs.travel
    )


def _elsewhere(visit: Visit) -> Step | None:
    """A visit of several people or days: at its time with whoever is free besides; with others; or another time."""
    if frozen.stays(visit):
        return None
    day = clock.local(visit.starts_at).date()
    there = rota.read(day, day, without=visit)
    if visit.lacks and CrewMember.objects.filter(crew=visit.resource_id, member=visit.lacks).exists():
        first = _with_fewer(visit, visit.lacks, there)
    else:
        first = [] if visit.lacks_id == visit.resource_id else [Step(visit, visit.resource, visit.starts_at)]
    others = [one for one in teams.able_to(there, visit.kind) if one.pk not in (visit.resource_id, visit.lacks_id)]
    tried = [*first, *(Step(visit, one, visit.starts_at) for one in others)]
    return next((one for one in tried if one.without or _goes(one)), None) or _another_time(visit)


def _with_fewer(visit: Visit, away: Resource, there: Rota) -> list[Step]:
    """The crew goes all the same, if enough of it are left, or somebody who is free that day comes along."""
    day = clock.local(visit.starts_at).date()
    left = [one for one in there.members_on(visit.resource, day) if one.pk != away.pk]
    step = Step(visit, visit.resource, visit.starts_at, without=away)
    if len(left) >= visit.kind.people:
        return [step]
    period = Period(visit.starts_at, visit.ends_at)
    members = {one.pk for one in left} | {away.pk}
    able = (one for one in there.resources.values() if one.kind == Resource.Kind.ENGINEER and one.pk not in members)
    knows = (one for one in able if visit.kind.skill in one.skills)
    free = (one for one in knows if there.is_free(one, period) and there.is_there(one, period))
    return [replace(step, instead=one) for one in free][:1]


def _another_time(visit: Visit) -> Step:
    day = clock.local(visit.starts_at).date()
    free = slots.free_slots(visit.kind, from_day=day, days=FURTHEST, moving=visit)
    able = [one for one in free if one.starts_at >= visit.starts_at]
    return Step(visit, able[0].resource, able[0].starts_at) if able else Step(visit, visit.resource, None)


def _goes(step: Step) -> bool:
    """Looked at as it would be done, and nothing of it stored."""
    visit = step.visit
    try:
        with transaction.atomic():
            wish = Wish(visit.kind, step.resource, step.starts_at or visit.starts_at, visit.deal, visit=visit)
            settle(wish, so_far=periods.of_visit(visit))
            transaction.set_rollback(True)
    except (Refused, Overlaps):
        return False
    return True
