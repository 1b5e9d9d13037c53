"""Judges a plan: which hard rules it breaks, and what it costs. Shares nothing with those who make plans."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import permutations
from typing import Literal, NamedTuple

from svyazka.engines.routing.problem import Break, Job, Key, Plan, Problem, Seconds, Span, Stop, WorkDay

Rule = Literal[
    "unknown",  # no such job, or no such day of that resource
    "twice",  # more often than there are places in its team
    "team",  # too few of them, or not all at the same time
    "skill",
    "territory",
    "capacity",
    "work",  # more of it than the most of that day
    "window",  # begins when it may not
    "lock",
    "chain",  # before what has to come first is over
    "hours",  # outside the shift, the way from the first place and to the last included
    "away",  # during an absence
    "overlap",
    "travel",
    "break",
]
LATER = 30 * 60  # a start that moves by less is not worth a word


class Fault(NamedTuple):
    rule: Rule
    job: int | None = None
    key: Key | None = None


@dataclass(frozen=True)
class Costs:
    travel: int  # seconds of all
    unserved: tuple[int, ...]  # jobs in nobody's day
    unserved_weight: int  # by their priorities
    lost: tuple[int, ...] = ()  # of the unserved: those that stood in the plan before
    left_promises: tuple[int, ...] = ()  # begin outside of what the client was told
    changed_workers: tuple[int, ...] = ()  # somebody else comes than in the plan before
    moved_starts: tuple[int, ...] = ()  # by half an hour or more


@dataclass(frozen=True)
class Verdict:
    faults: tuple[Fault, ...]
    costs: Costs

    @property
    def is_sound(self) -> bool:
        return not self.faults


def evaluate(problem: Problem, plan: Plan) -> Verdict:
    faults = [*_of_jobs(problem, plan)]
    travel = 0
    for key, route in plan.routes.items():
        day = problem.workday.get(key)
        if day is None or any(stop.job not in problem.job for stop in route):
            faults.append(Fault("unknown", None, key))
        elif route:
            ways = _ways(problem, day, route)
            travel += sum(ways)
            faults += _of_day(problem, day, route, ways)
    return Verdict(tuple(faults), _costs(problem, plan, travel))


def _of_jobs(problem: Problem, plan: Plan) -> Iterator[Fault]:
    for job_id, places in plan.places.items():
        job = problem.job.get(job_id)
        if job is None or any(key not in problem.workday for key, _start in places):
            continue
        starts = {start for _key, start in places}
        if len(places) > len(job.needs) or len({key.worker for key, _start in places}) < len(places):
            yield Fault("twice", job_id)
        elif len(places) < len(job.needs) or len(starts) > 1:
            yield Fault("team", job_id)
        elif not _has_skills(problem, job, [key for key, _start in places]):
            yield Fault("skill", job_id)
        if not all(any(window.start <= start <= window.end for window in job.windows) for start in starts):
            yield Fault("window", job_id)
        if not _comes_after(problem, plan, job, min(starts)):
            yield Fault("chain", job_id)
    for job in problem.jobs:
        held = problem.before.places.get(job.id, ()) if job.locked else ()
        is_possible = all(key in problem.workday for key, _start in held)
        if held and is_possible and plan.places.get(job.id) != held:
            yield Fault("lock", job.id)


def _has_skills(problem: Problem, job: Job, keys: Sequence[Key]) -> bool:
    """Whether each need is met by somebody else of them."""
    skills = [problem.workday[key].skills for key in keys]
    return any(all(map(frozenset.issubset, job.needs, order)) for order in permutations(skills))


def _comes_after(problem: Problem, plan: Plan, job: Job, start: int) -> bool:
    first = problem.job.get(job.after) if job.after is not None else None
    if first is None:
        return True
    begins = [begin for _key, begin in plan.places.get(first.id, ())]
    return bool(begins) and start >= max(begins) + first.work + job.pause


def _ways(problem: Problem, day: WorkDay, route: Sequence[Stop]) -> list[int]:
    """Seconds to each stop, and home from the last."""
    places = [problem.job[stop.job].at for stop in route]
    matrix: Seconds = problem.travel.matrix([day.start or places[0], *places, day.end or places[-1]])
    ways = [int(matrix[number, number + 1]) for number in range(len(places) + 1)]
    return [ways[0] if day.start else 0, *ways[1:-1], ways[-1] if day.end else 0]


def _of_day(problem: Problem, day: WorkDay, route: Sequence[Stop], ways: Sequence[int]) -> Iterator[Fault]:
    jobs = [problem.job[stop.job] for stop in route]
    for job in jobs:
        if not day.goes_to(job.district):
            yield Fault("territory", job.id, day.key)
    if day.capacity is not None and sum(job.load for job in jobs) > day.capacity:
        yield Fault("capacity", None, day.key)
    if day.most_work is not None and sum(job.work for job in jobs) > day.most_work:
        yield Fault("work", None, day.key)
    gaps = _gaps(day, route, jobs)
    yield from _of_absences(day, route, jobs)
    too_short = list(_of_gaps(day, route, gaps, ways))
    yield from too_short
    if not too_short and not _is_room_for(day.breaks, gaps, list(ways), day.away):
        yield Fault("break", None, day.key)


def _gaps(day: WorkDay, route: Sequence[Stop], jobs: Sequence[Job]) -> list[Span]:
    """The time before each stop, and after the last."""
    ends = [stop.start + job.work for stop, job in zip(route, jobs, strict=True)]
    begins = [stop.start for stop in route]
    return [Span(end, begin) for end, begin in zip([day.shift.start, *ends], [*begins, day.shift.end], strict=True)]


def _of_absences(day: WorkDay, route: Sequence[Stop], jobs: Sequence[Job]) -> Iterator[Fault]:
    for stop, job in zip(route, jobs, strict=True):
        work = Span(stop.start, stop.start + job.work)
        if any(max(work.start, away.start) < min(work.end, away.end) for away in day.away):
            yield Fault("away", job.id, day.key)


def _of_gaps(day: WorkDay, route: Sequence[Stop], gaps: Sequence[Span], ways: Sequence[int]) -> Iterator[Fault]:
    """The way has to fit between two jobs, and between the ends of the shift and the jobs next to them."""
    for number, (gap, way) in enumerate(zip(gaps, ways, strict=True)):
        if _free(gap, day.away) >= way:
            continue
        is_at_an_end = number in (0, len(route))
        rule: Rule = "hours" if is_at_an_end else "overlap" if gap.end < gap.start else "travel"
        yield Fault(rule, route[min(number, len(route) - 1)].job, day.key)


def _free(gap: Span, away: Sequence[Span]) -> int:
    return gap.end - gap.start - sum(max(0, min(gap.end, one.end) - max(gap.start, one.start)) for one in away)


def _is_room_for(breaks: Sequence[Break], gaps: Sequence[Span], ways: list[int], away: Sequence[Span]) -> bool:
    """Tries every gap for the first of them, and the rest thereafter. What it takes is not left for the way."""
    if not breaks:
        return True
    first, rest = breaks[0], breaks[1:]
    for number, gap in enumerate(gaps):
        begin = _first_place(first, gap, away)
        if begin is None or _free(gap, away) < ways[number] + first.length:
            continue
        ways[number] += first.length
        later = [Break(one.length, Span(max(one.within.start, begin + first.length), one.within.end)) for one in rest]
        fits = _is_room_for(later, gaps, ways, away)
        ways[number] -= first.length
        if fits:
            return True
    return False


def _first_place(pause: Break, gap: Span, away: Sequence[Span]) -> int | None:
    begin = max(pause.within.start, gap.start)
    for one in sorted(away):
        if begin < one.end and one.start < begin + pause.length:
            begin = one.end
    return begin if begin + pause.length <= min(pause.within.end, gap.end) else None


def _costs(problem: Problem, plan: Plan, travel: int) -> Costs:
    before, now = problem.before.places, plan.places
    unserved = tuple(job.id for job in problem.jobs if job.id not in now)
    both = [(job, before[job.id], now[job.id]) for job in problem.jobs if job.id in before and job.id in now]
    return Costs(
        travel=travel,
        unserved=unserved,
        unserved_weight=sum(problem.job[job].priority for job in unserved),
        lost=tuple(job for job in unserved if job in before),
        left_promises=tuple(
            job.id
            for job in problem.jobs
            if job.promise and job.id in now and not job.promise.start <= now[job.id][0][1] <= job.promise.end
        ),
        changed_workers=tuple(job.id for job, was, is_now in both if _workers(was) != _workers(is_now)),
        moved_starts=tuple(job.id for job, was, is_now in both if abs(was[0][1] - is_now[0][1]) >= LATER),
    )


def _workers(places: Sequence[tuple[Key, int]]) -> set[int]:
    return {key.worker for key, _start in places}
