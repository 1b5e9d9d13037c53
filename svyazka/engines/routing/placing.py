"""Puts jobs into a draft: whichever suffers most from waiting first; where there is no room, one visit makes some."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, permutations, product
from typing import NamedTuple

import numpy as np

from svyazka.engines.routing import insertion
from svyazka.engines.routing.draft import Draft
from svyazka.engines.routing.insertion import FAR, Gaps, Place, Ways, Whole
from svyazka.engines.routing.problem import Job, Seconds, Skills, Span, Stop, WorkDay
from svyazka.engines.routing.reorder import reorder
from svyazka.engines.routing.squeeze import Squeezed, squeeze
from svyazka.engines.routing.timing import Piece
from svyazka.engines.routing.wanted import Visit

# What it costs, in seconds of driving, to leave a promise, and that somebody else comes.
PROMISE, WORKER = 10_000, 500
OPTIONS = 4  # days that are looked at for one job
STEP = 900  # of the beginnings that are tried for a team
FEW, MANY = 5, 20  # jobs without a place for which two are sent elsewhere; for which one is
CANDIDATES, MOMENTS = 4, 12  # for each place in a team; of its beginnings
TEAMS = 8  # that are tried where one visit goes elsewhere for them


@dataclass(frozen=True)
class Policy:
    worker: int = WORKER
    ejections: int = 24  # that are tried for a job without a place
    second: int = 8  # of each of them, for whoever has lost its place to the first
    detours: int = 0  # that are tried for a job that has a place, to save driving


class Option(NamedTuple):
    cost: int
    place: Place
    span: Span


def place_all(draft: Draft, jobs: Sequence[Job], policy: Policy) -> Draft:
    """The draft with as many of the jobs as find a place."""
    draft, stuck = place(draft, jobs, policy)
    return make_room(draft, stuck, policy)


def make_room(draft: Draft, jobs: Sequence[Job], policy: Policy) -> Draft:
    """For jobs of one person that found no place as things are, the most important first."""
    alone = [job for job in jobs if len(job.needs) == 1]
    for number, job in enumerate(sorted(alone, key=lambda one: -one.priority)):
        squeezed = _squeeze(draft, job, policy) or (number < MANY and _reorder(draft, job, policy))
        draft = squeezed[1] if squeezed else _ejected(draft, job, policy, number) or draft
    return draft


def make_room_for_teams(draft: Draft, teams: Sequence[Job], policy: Policy) -> Draft:
    """One visit of somebody makes room for a team, as one does for a job of one person; the most important team
    first."""
    for job in sorted(teams, key=lambda one: (-one.priority, one.id))[:FEW]:
        draft = _eject_for_team(draft, job, policy) or draft
    return draft


def _ejected(draft: Draft, job: Job, policy: Policy, number: int) -> Draft | None:
    """The more of them there are, the less is tried for one."""
    ejected = _eject(draft, job, policy, FAR, policy.ejections) if number < MANY else None
    return ejected or (_eject_twice(draft, job, policy) if number < FEW else None)


def place(draft: Draft, jobs: Sequence[Job], policy: Policy) -> tuple[Draft, list[Job]]:
    """As many as find a place, and those that found none. Whoever waits for another of them comes after it."""
    stuck, left = list(jobs), list(jobs)
    while left:
        draft, still = _place_once(draft, left, policy)
        placed = {job.id for job in left} - {job.id for job in still}
        stuck = [job for job in stuck if job.id not in placed]
        left = [job for job in stuck if job.after in placed]
    return draft, stuck


def _place_once(draft: Draft, jobs: Sequence[Job], policy: Policy) -> tuple[Draft, list[Job]]:
    """Teams first, then the hardest."""
    stuck = [job for job in jobs if len(job.needs) > 1 and not _place_team(draft, job, policy)]
    left = [job for job in jobs if len(job.needs) == 1]
    found = {job.id: options_of(draft, job, policy) for job in left}
    while left:
        job = max(left, key=lambda one: (*_regret(one, found[one.id]), -one.id))
        left.remove(job)
        before = dict(draft.routes)
        draft, is_placed = _place(draft, job, found[job.id], policy)
        if not is_placed:
            stuck.append(job)
        changed = {row for row, key in enumerate(draft.rows.keys) if draft.routes[key] != before[key]}
        for one in left:
            if any(option.place.row in changed for option in found[one.id]):
                found[one.id] = options_of(draft, one, policy)
    return draft, stuck


def _regret(job: Job, options: Sequence[Option]) -> tuple[int, int]:
    """How much is lost if the best day is taken by another; whoever has none at all comes last."""
    if not options:
        return -1, 0
    return (options[1].cost if len(options) > 1 else FAR) - options[0].cost, job.priority


def options_of(draft: Draft, job: Job, policy: Policy) -> list[Option]:
    """The cheapest place of a few days, the cheapest day first; as the kernel sees them."""
    spans = _spans(draft, job)
    if not spans:
        return []
    rows = draft.rows
    ways = insertion.ways_to(rows, job.at, draft.problem.travel)
    able, cost = _costs(draft, rows.gaps, job, ways, spans, policy)
    best = np.argmin(cost, axis=1)
    least = cost[np.arange(len(cost)), best]
    options: dict[int, Option] = {}
    for number in np.argsort(least, kind="stable"):
        if least[number] >= FAR or len(options) == OPTIONS:
            break
        place = rows.place(rows.gaps, int(able[number]))
        options.setdefault(place.row, Option(int(least[number]), place, spans[best[number]][0]))
    return list(options.values())


def _spans(draft: Draft, job: Job) -> list[tuple[Span, int]]:
    """When it may begin, and what that costs: first within what the client was told."""
    windows = draft.windows_of(job)
    if job.promise is None:
        return [(span, 0) for span in windows]
    told = [Span(max(span.start, job.promise.start), min(span.end, job.promise.end)) for span in windows]
    return [(span, 0) for span in told if span.start <= span.end] + [(span, PROMISE) for span in windows]


def _costs(
    draft: Draft, gaps: Gaps, job: Job, ways: Ways, spans: Sequence[tuple[Span, int]], policy: Policy
) -> tuple[Whole, Seconds]:
    """The gaps that may hold it, and what each costs in each span: driving, and what it means for people."""
    rows = draft.rows
    found = insertion.ranges(rows, gaps, ways, job.work)
    of_day = np.array([span for span, _cost in spans], dtype=np.int32)
    windows = np.broadcast_to(of_day, (int(rows.day.max(initial=0)) + 1, *of_day.shape))
    load = job.load if gaps is rows.gaps else 0
    able, added = insertion.costs(rows, gaps, ways, found, windows, step=1, load=load)
    row = gaps.row[able]
    is_able = np.any([draft.able(need, job.district)[row] for need in job.needs], axis=0)
    may_hold = draft.may_hold(job.work) if gaps is rows.gaps else None
    if may_hold is not None:
        is_able &= may_hold[row]
    for_people = _others(draft, job)[row][:, None] * policy.worker + np.array([cost for _span, cost in spans])
    return able, np.where(is_able[:, None] & (added < FAR), added + for_people, FAR).astype(np.int32)


def _others(draft: Draft, job: Job) -> Seconds:
    """Of each row, 1 if somebody else would come than in the plan before."""
    known = {key.worker for key, _start in draft.problem.before.places.get(job.id, ())}
    return np.array([bool(known) and key.worker not in known for key in draft.rows.keys], dtype=np.int32)


def _place(draft: Draft, job: Job, options: Sequence[Option], policy: Policy) -> tuple[Draft, bool]:
    for option in options:
        found = _exact(draft, job, option.place, option.span)
        if found:
            detour = policy.detours and _eject(draft, job, policy, option.cost, policy.detours)
            if detour:
                return detour, True
            draft.put(job, found[0])
            return draft, True
    return draft, False


def _exact(draft: Draft, job: Job, place: Place, span: Span) -> tuple[Visit, int] | None:
    if draft.work_left(draft.rows.keys[place.row]) < job.work:
        return None
    return insertion.exact(draft.rows, job.at, place, Piece(job.work, (span,)), draft.problem.travel)


def _squeeze(draft: Draft, job: Job, policy: Policy, *, only_known: bool = False) -> tuple[int, Draft] | None:
    """Into somebody's day in another order: nobody else comes to anybody, and all promises hold."""
    windows = [span for span, cost in _spans(draft, job) if not cost]
    if not windows:
        return None
    able = draft.able(job.needs[0], job.district) & ((_others(draft, job) == 0) | (not only_known))
    rows = np.flatnonzero(able).tolist()
    days = (draft.day_of(draft.rows.keys[row]) for row in rows)
    return _cheapest(draft, job, policy, rows, [squeeze(day, job, windows, draft.problem.travel) for day in days])


def _reorder(draft: Draft, job: Job, policy: Policy) -> tuple[int, Draft] | None:
    """The same in any order at all, where a small change of it does not do."""
    windows = [span for span, cost in _spans(draft, job) if not cost]
    if not windows:
        return None
    rows = np.flatnonzero(draft.able(job.needs[0], job.district)).tolist()
    days = [draft.day_of(draft.rows.keys[row]) for row in rows]
    return _cheapest(draft, job, policy, rows, reorder(days, job, windows, draft.problem.travel))


def _cheapest(
    draft: Draft, job: Job, policy: Policy, rows: Sequence[int], found: Sequence[Squeezed | None]
) -> tuple[int, Draft] | None:
    others = _others(draft, job)
    best: tuple[int, int, tuple[Stop, ...]] | None = None
    for row, squeezed in zip(rows, found, strict=True):
        cost = squeezed.added + int(others[row]) * policy.worker if squeezed else FAR
        if squeezed and (best is None or cost < best[0]):
            best = cost, row, squeezed.route
    if best is None:
        return None
    cost, row, route = best
    filled = draft.copy()
    filled.write(draft.rows.keys[row], route)
    return cost, filled


def _eject(draft: Draft, job: Job, policy: Policy, below: int, tries: int) -> Draft | None:
    """The best draft in which the job takes the place of another that goes elsewhere, if it costs less than `below`."""
    best, least = None, below
    for cost, trial, other in _exchanged(draft, job, policy, tries, but=job):
        if cost >= least:
            break
        settled = _settle(trial, other, policy)
        if settled and cost + settled[0] < least:
            least, best = cost + settled[0], settled[1]
    return best


def _eject_twice(draft: Draft, job: Job, policy: Policy) -> Draft | None:
    """Whoever makes room for the job finds some where a third one makes it. The first that is found is taken."""
    for _cost, trial, other in _exchanged(draft, job, policy, policy.ejections, but=job):
        for _more, further, third in _exchanged(trial, other, policy, policy.second, but=job):
            settled = _settle(further, third, policy)
            if settled:
                return settled[1]
    return None


def _eject_for_team(draft: Draft, job: Job, policy: Policy) -> Draft | None:
    """The team comes where one visit goes elsewhere, the least important one first. The first that is found is
    taken."""
    for other in _in_the_way(draft, job)[: policy.ejections]:
        trial = draft.copy()
        trial.take_out(other.id)
        for visits in islice(_places_of_team(trial, job, policy), TEAMS):
            together = trial.copy()
            for visit in visits:
                together.put(job, visit)
            if settled := _settle(together, other, policy):
                return settled[1]
    return None


def _in_the_way(draft: Draft, job: Job) -> list[Job]:
    """Visits of whoever could come with the team, at a time when it could be there: the least important first, then
    those that are nearest to its old time."""
    windows = draft.windows_of(job)
    old = next((start for _key, start in draft.problem.before.places.get(job.id, ())), None)
    able = np.any([draft.able(need, job.district) for need in job.needs], axis=0)
    found = []
    for row in np.flatnonzero(able).tolist():
        for stop in draft.routes[draft.rows.keys[row]]:
            other = draft.problem.job[stop.job]
            meets = any(one.start - other.work <= stop.start <= one.end + job.work for one in windows)
            if meets and _may_go(draft, other):
                found.append((other.priority, 0 if old is None else abs(stop.start - old), other.id))
    return [draft.problem.job[number] for _priority, _apart, number in sorted(found)]


def _settle(draft: Draft, job: Job, policy: Policy) -> tuple[int, Draft] | None:
    """With whoever was to come anyway, in another order of his day, or wherever it costs the least."""
    found = _squeeze(draft, job, policy, only_known=True)
    for option in options_of(draft, job, policy)[:1]:
        there = _exact(draft, job, option.place, option.span)
        if there and (found is None or option.cost < found[0]):
            draft.put(job, there[0])
            return option.cost, draft
    return found


def _exchanged(draft: Draft, job: Job, policy: Policy, tries: int, *, but: Job) -> Iterator[tuple[int, Draft, Job]]:
    """Drafts in which the job stands where another did, the cheapest first, and who has no place now."""
    for cost, place, span, other in _swaps(draft, job, policy)[:tries]:
        if other.id == but.id:
            continue
        trial = draft.copy()
        trial.take_out(other.id)
        found = _exact(trial, job, place, span)
        if found:
            trial.put(job, found[0])
            yield cost, trial, other


def _swaps(draft: Draft, job: Job, policy: Policy) -> list[tuple[int, Place, Span, Job]]:
    spans = _spans(draft, job)
    if not spans:
        return []
    rows, gaps = draft.rows, draft.rows.swaps
    ways = insertion.ways_to(rows, job.at, draft.problem.travel)
    able, cost = _costs(draft, gaps, job, ways, spans, policy)
    best = np.argmin(cost, axis=1)
    found = []
    for number, gap in enumerate(able):
        other = draft.problem.job[int(rows.records["ref"][gaps.before[gap] + 1])]
        room = rows.room[gaps.row[gap]] + other.load >= job.load
        if cost[number, best[number]] < FAR and room and _may_go(draft, other):
            place = rows.place(gaps, int(gap))
            # Whoever was with somebody else already can be passed on for nothing.
            passed_on = int(_others(draft, other)[place.row]) * policy.worker
            found.append((int(cost[number, best[number]]) - passed_on, place, spans[best[number]][0], other))
    return sorted(found, key=lambda one: (one[0], one[1]))


def _may_go(draft: Draft, job: Job) -> bool:
    return len(job.needs) == 1 and not job.locked and job.id not in draft.fixed


def _place_team(draft: Draft, job: Job, policy: Policy) -> bool:
    """All of them at once: at its old time if that can be, with those who would have come."""
    for visits in _places_of_team(draft, job, policy):
        for visit in visits:
            draft.put(job, visit)
        return True
    return False


def _places_of_team(draft: Draft, job: Job, policy: Policy) -> Iterator[list[Visit]]:
    """The cheapest beginning first, and of each the cheapest team."""
    rows, moments = draft.rows, _moments(draft, job)
    if not moments:
        return
    ways = insertion.ways_to(rows, job.at, draft.problem.travel)
    able, cost = _costs(draft, rows.gaps, job, ways, [(Span(start, start), extra) for start, extra in moments], policy)
    of_row = np.full((len(rows.keys), len(moments)), FAR, dtype=np.int32)
    np.minimum.at(of_row, rows.gaps.row[able], cost)
    least = np.sum([np.min(of_row[draft.able(need, job.district)], axis=0, initial=FAR) for need in job.needs], axis=0)
    for number in np.argsort(least, kind="stable")[:MOMENTS]:
        for team in _teams(draft, job, of_row[:, number]):
            gaps = [able[(rows.gaps.row[able] == row) & (cost[:, number] < FAR)] for row in team]
            visits = list(_members(draft, job, gaps, moments[number][0]))
            if len(visits) == len(team):
                yield visits


def _members(draft: Draft, job: Job, gaps: Sequence[Whole], start: int) -> Iterator[Visit]:
    for of_row in gaps:
        places = (draft.rows.place(draft.rows.gaps, int(gap)) for gap in of_row)
        tries = (_exact(draft, job, place, Span(start, start)) for place in places)
        found = next((one for one in tries if one), None)
        if found is None:
            return
        yield found[0]


def _moments(draft: Draft, job: Job) -> list[tuple[int, int]]:
    """The old beginning, and those of a grid; with what each costs."""
    found: dict[int, int] = {}
    old = [start for _key, start in draft.problem.before.places.get(job.id, ())[:1]]
    for span, cost in _spans(draft, job):
        first = -(-span.start // STEP) * STEP
        for start in [*old, *range(first, span.end + 1, STEP), span.start]:
            if span.start <= start <= span.end:
                found.setdefault(start, cost + min(abs(start - old[0]) // 60, PROMISE // 20) if old else cost)
    return list(found.items())


def _teams(draft: Draft, job: Job, cost: Seconds) -> list[tuple[int, ...]]:
    nearest = []
    for need in job.needs:
        rows = np.flatnonzero(draft.able(need, job.district) & (cost < FAR))
        nearest.append(rows[np.argsort(cost[rows], kind="stable")][:CANDIDATES].tolist())
    workers = draft.rows.keys
    teams = [
        team for team in product(*nearest)
        if len({workers[row].worker for row in team}) == len(team) and len({workers[row].day for row in team}) == 1
    ]  # fmt: skip
    return sorted(teams, key=lambda team: sum(int(cost[row]) for row in team))


def meet(needs: Sequence[Skills], days: Sequence[WorkDay]) -> bool:
    """Whether each need is met by somebody else of them."""
    return any(all(need <= day.skills for need, day in zip(needs, order, strict=False)) for order in permutations(days))
