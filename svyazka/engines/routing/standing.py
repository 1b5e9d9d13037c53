"""What of the plan in force can be kept as things are now."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from svyazka.engines.routing import placing
from svyazka.engines.routing.draft import Draft
from svyazka.engines.routing.problem import Job, Key, Problem, Stop


def of(problem: Problem) -> tuple[Draft, set[int]]:
    """The plan without whatever has lost its place, and those jobs."""
    draft = Draft(problem, _still_known(problem))
    return draft, {job.id for job in _make_homeless(draft)}


def closed(draft: Draft) -> Draft:
    """Without what waits for a job that is lost."""
    problem = draft.problem
    while True:
        starts = draft.starts
        idle = [
            job for job in problem.jobs if job.id in starts and job.after in problem.job and job.after not in starts
        ]
        if not idle:
            return draft
        for job in idle:
            draft.take_out(job.id)


def _still_known(problem: Problem) -> dict[Key, list[Stop]]:
    """What was cancelled is not in the problem any more."""
    return {key: [stop for stop in route if stop.job in problem.job] for key, route in problem.before.routes.items()}


def _make_homeless(draft: Draft) -> Iterator[Job]:
    """Takes out whatever cannot stay where it is; a team's job with all of the team."""
    problem = draft.problem
    for job in problem.jobs:
        places = problem.before.places.get(job.id, ())
        if places and not (_may_stay(problem, job, places) and _is_in_order(problem, job)):
            draft.take_out(job.id)
            yield job
    for key in draft.routes:
        while draft.routes[key] and not (draft.load_is_fine(key) and draft.retime(key)):
            job = problem.job[_least_missed(draft, key)]
            draft.take_out(job.id)
            yield job


def _may_stay(problem: Problem, job: Job, places: Sequence[tuple[Key, int]]) -> bool:
    days = [problem.workday[key] for key, _start in places if key in problem.workday]
    is_in_time = all(any(span.start <= start <= span.end for span in job.windows) for _key, start in places)
    goes = all(day.goes_to(job.district) for day in days)
    return len(days) == len(places) == len(job.needs) and goes and is_in_time and placing.meet(job.needs, days)


def _is_in_order(problem: Problem, job: Job) -> bool:
    """Whether what it waits for is over by then, as things are now."""
    places = problem.before.places
    first = problem.job.get(job.after) if job.after is not None else None
    if first is None or first.id not in places:
        return True
    return places[job.id][0][1] >= places[first.id][0][1] + first.work + job.pause


def _least_missed(draft: Draft, key: Key) -> int:
    """Whichever one makes room for the rest, the least important of them; if none does alone, the longest."""
    able = [stop.job for stop in draft.routes[key] if not draft.problem.job[stop.job].locked]
    jobs = [draft.problem.job[job] for job in able or [stop.job for stop in draft.routes[key]]]
    for job in sorted(jobs, key=lambda job: (job.priority, len(job.needs), -job.work, job.id)):
        trial = draft.copy()
        trial.take_out(job.id)
        if trial.load_is_fine(key) and trial.retime(key):
            return job.id
    return min(jobs, key=lambda job: (job.priority, len(job.needs), -job.work, job.id)).id
