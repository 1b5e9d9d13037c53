"""Which visits are about a day, and what of them may change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from svyazka.engines.routing.problem import Job, Problem, Span, WorkDay
from svyazka.engines.routing.solvers.day_case import DayCase, Spans, day_case

Followers = Mapping[int, Sequence[Job]]


def case_of(problem: Problem, day: int) -> DayCase:
    days = [one for one in problem.days if one.day == day]
    places = problem.before.places
    keys = {one.key for one in days}
    here = [job for job in problem.jobs if any(key in keys for key, _start in places.get(job.id, ()))]
    followers = followers_of(problem)
    chained = {job.id for job in problem.jobs if job.after in problem.job} | set(followers)
    fixed = {job.id for job in here if job.locked or len(places[job.id]) > 1 or job.id in chained}
    windows = {job.id: windows_of(problem, job, followers) for job in problem.jobs}
    free = [
        job for job in problem.jobs if job.id not in places and len(job.needs) == 1 and _may_be(windows[job.id], days)
    ]
    return day_case(problem, days, [*here, *free], fixed=fixed, windows=windows)


def windows_of(problem: Problem, job: Job, followers: Followers) -> Spans:
    """In which it may begin without breaking a word that was given, or the order of a chain."""
    spans = job.windows
    if job.promise:
        spans = _cut(spans, job.promise.start, job.promise.end) or spans
    if job.after is not None and job.after in problem.job:
        over = _over(problem, job.after)
        spans = () if over is None else _cut(spans, over + job.pause, None)
    for later in followers.get(job.id, ()):
        starts = [start for _key, start in problem.before.places.get(later.id, ())]
        spans = _cut(spans, None, min(starts) - later.pause - job.work) if starts else spans
    return spans


def followers_of(problem: Problem) -> Followers:
    """Job → those that come after it."""
    found: dict[int, list[Job]] = {}
    for job in problem.jobs:
        if job.after is not None:
            found.setdefault(job.after, []).append(job)
    return found


def _over(problem: Problem, job: int) -> int | None:
    starts = [start for _key, start in problem.before.places.get(job, ())]
    return max(starts) + problem.job[job].work if starts else None


def _cut(spans: Spans, start: int | None, end: int | None) -> Spans:
    cut = (Span(max(one.start, start or one.start), min(one.end, end if end is not None else one.end)) for one in spans)
    return tuple(span for span in cut if span.start <= span.end)


def _may_be(windows: Spans, days: Iterable[WorkDay]) -> bool:
    return any(span.start < day.shift.end and day.shift.start <= span.end for span in windows for day in days)
