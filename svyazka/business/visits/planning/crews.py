"""Which crew goes to work of several people, of one to three days. When it begins the client was told, and its vans and
tools are kept for it; but whoever lives nearer may go."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import datetime

from svyazka.business.places import find, times
from svyazka.business.visits.models import Booking, Resource, Visit
from svyazka.business.visits.planning.reading import Days, is_nowhere
from svyazka.business.visits.planning.taking import Change
from svyazka.business.visits.rota import in_force
from svyazka.engines.routing.installations import Crew, Installation, Placed, Weeks, schedule
from svyazka.engines.routing.problem import Point
from svyazka.engines.routing.watch import Watch
from svyazka.kit import clock

CrewDay = tuple[int, int]


@dataclass(frozen=True)
class Exchange:
    """Crews that change only together, and how many seconds on the way that saves."""

    saved: int
    changes: tuple[Change, ...]


def exchanges(days: Days, watch: Watch) -> list[Exchange]:
    weeks = _weeks(days)
    now = {job.id: Placed(days.visits[job.id].resource_id, job.first) for job in weeks.jobs}
    if len(weeks.crews) < 2 or not now:
        return []
    then = {**now, **schedule(weeks, watch=watch).placed}
    found = (_exchange(days, weeks, now, then, jobs) for jobs in _together(weeks, now, then))
    return [one for one in found if one.saved > 0]


def _weeks(days: Days) -> Weeks:
    """Only the work that has its crew's days for itself; what else crews do keeps them."""
    people = days.rota.resources.values()
    crews = {one.pk: one for one in people if one.kind == Resource.Kind.CREW and one.lat and one.lon}
    busy = _busy(days)
    visits = [one for pk, one in days.visits.items() if days.stays.get(pk) == "team" and one.resource_id in crews]
    placed = find.of_all({visit.address for visit in visits})
    jobs = {
        visit.pk: Installation(
            visit.pk,
            placed[visit.address].point,
            len(taken),
            taken[0],
            taken[0],
            taken[0],
            frozenset(visit.kind.skills),
        )
        for visit in visits
        if not is_nowhere(placed.get(visit.address)) and (taken := _whole_days(visit, busy))
    }
    others = {at for at, there in busy.items() if not there <= jobs.keys()}
    horizon = (days.last - days.first).days + 1
    found = tuple(_crew(one, days, others, horizon) for one in crews.values())
    return Weeks(tuple(jobs.values()), found, horizon, {}, times.travel())


def _busy(days: Days) -> Mapping[CrewDay, set[int]]:
    """What everybody does on which day, crews with what their members do: visits by number, other things as 0."""
    crews: dict[int, set[int]] = defaultdict(set)
    for crew, members in days.rota.members.items():
        for member in members:
            crews[member].add(crew)
    found: dict[CrewDay, set[int]] = defaultdict(set)
    span = (clock.day_bounds(days.first)[0], clock.day_bounds(days.last)[1])
    for one in in_force(Booking.objects.filter(during__overlap=span)):
        for day in range(_number(days, one.during.lower), _number(days, one.during.upper) + 1):
            for who in (one.resource_id, *crews[one.resource_id]):
                found[who, day].add(one.visit_id or 0)
    return found


def _whole_days(visit: Visit, busy: Mapping[CrewDay, Set[int]]) -> list[int]:
    """One after the other, with nothing else on them."""
    taken = sorted(day for (who, day), there in busy.items() if who == visit.resource_id and visit.pk in there)
    is_alone = all(busy[visit.resource_id, day] == {visit.pk} for day in taken)
    return taken if is_alone and taken and taken[-1] - taken[0] == len(taken) - 1 else []


def _crew(one: Resource, days: Days, others: Set[CrewDay], horizon: int) -> Crew:
    off = {day for day in range(horizon) if not days.rota.hours(one, days.day(day)) or (one.pk, day) in others}
    skills = frozenset(skill for each in days.rota.people(one, days.first) for skill in each.skills)
    return Crew(one.pk, Point(one.lat or 0, one.lon or 0), skills, frozenset(off))


def _together(weeks: Weeks, now: Mapping[int, Placed], then: Mapping[int, Placed]) -> Iterator[set[int]]:
    """Jobs that pass a crew's day on to each other."""
    left = {pk for pk in now if now[pk] != then[pk]}
    days = {pk: {(at.crew, day) for at in (now[pk], then[pk]) for day in _days_of(weeks, pk)} for pk in left}
    while left:
        group, reached = set[int](), {min(left)}
        while reached:
            group |= reached
            taken = {day for pk in group for day in days[pk]}
            reached = {pk for pk in left - group if days[pk] & taken}
        left -= group
        yield group


def _days_of(weeks: Weeks, pk: int) -> Iterable[int]:
    job = weeks.job[pk]
    return range(job.first, job.first + job.days)


def _exchange(
    days: Days, weeks: Weeks, now: Mapping[int, Placed], then: Mapping[int, Placed], jobs: Set[int]
) -> Exchange:
    ways = {crew.id: number for number, crew in enumerate(weeks.crews)}
    saved = 0
    for pk in jobs:
        job = weeks.job[pk]
        saved += 2 * job.days * (weeks.way(ways[now[pk].crew], job) - weeks.way(ways[then[pk].crew], job))
    visits = [days.visits[pk] for pk in sorted(jobs)]
    return Exchange(saved, tuple(Change(one, then[one.pk].crew, one.starts_at) for one in visits))


def _number(days: Days, moment: datetime) -> int:
    return (clock.local(moment).date() - days.first).days
