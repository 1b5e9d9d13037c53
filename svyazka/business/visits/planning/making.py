"""A proposal made: the days are read, planned by the engine, and each group of changes is tried before it is shown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from django.db import transaction

from svyazka.business.visits.models import Proposal, ProposalGets, ProposalGroup, ProposalMove
from svyazka.business.visits.planning import crews, figures, left_out, reading, taking
from svyazka.business.visits.planning.filling import Made, fill
from svyazka.business.visits.planning.reading import Days
from svyazka.business.visits.planning.taking import Change
from svyazka.business.visits.planning.troubles import trouble_of
from svyazka.business.visits.settling import GRID
from svyazka.engines.routing.evaluate import evaluate
from svyazka.engines.routing.optimise import optimise
from svyazka.engines.routing.problem import Job, Key, Plan, Point, Points, Problem, Seconds, Span, Stop, Travel, WorkDay
from svyazka.engines.routing.proposal import Group, Unplaced, propose, why_not
from svyazka.engines.routing.timing import Piece, earliest
from svyazka.engines.routing.watch import Watch

SEED = 1
State = Proposal.State
Route = tuple[Stop, ...]


@dataclass(frozen=True)
class InSteps:
    """Ways in whole steps of the times that can be said on the phone: then visits begin at such times, too."""

    travel: Travel

    @property
    def version(self) -> str:
        return f"{self.travel.version}/{GRID}"

    def matrix(self, points: Points) -> Seconds:
        return _up(self.travel.matrix(points))

    def to_many(self, point: Point, points: Points) -> Seconds:
        return _up(self.travel.to_many(point, points))


def make(proposal: Proposal, watch: Watch) -> None:
    """Writes the groups, and into the proposal what is to be said of it; whoever calls saves that."""
    days = reading.read(proposal.first_day, proposal.last_day)
    proposal.stays, proposal.is_estimated, others = days.why_stays, days.is_estimated, left_out.of(days)
    if trouble := trouble_of(days):
        proposal.state, proposal.trouble, proposal.unplaced = State.FAILED, trouble, others
        return
    exchanged = [
        one
        for one in crews.exchanges(days, replace(watch, seconds=watch.seconds / 4))
        if taking.can_be_taken(one.changes)
    ]
    found = propose(days.problem, as_before(days.problem, planned(days.problem, watch)))
    numbers = [number for number, group in enumerate(found.groups) if _is_for_all(group)]
    tried = {number: changes for number in numbers if (changes := _changes(days, found.groups[number]))}
    tried = {number: changes for number, changes in tried.items() if taking.can_be_taken(changes)}
    after = replace(days, problem=replace(days.problem, before=found.taken(tried)))
    for one in exchanged:
        after = taking.with_changes(after, {each.visit.pk: (each.resource_id, each.starts_at) for each in one.changes})
    groups = [Made(found.groups[at].saved, tuple(changes), (), found.groups[at].keys) for at, changes in tried.items()]
    groups += [Made(one.saved, one.changes) for one in exchanged]
    days = days.with_those_who_wait
    plan, groups = fill(days, after.problem.before, groups, InSteps(days.problem.travel))
    crews_then = {each.visit.pk: each.resource_id for one in exchanged for each in one.changes}
    proposal.figures = figures.of(days, plan, crews_then)
    proposal.unplaced = [_in_nobodys_day(one) for one in why_not(days.problem, plan)] + others
    with transaction.atomic():
        _write(proposal, groups)
    proposal.state = State.READY if groups else State.STOPPED if watch.is_stopped() else State.NOTHING


def _in_nobodys_day(one: Unplaced) -> dict[str, Any]:
    """Others who only wait do not give way to anybody: they would not have to."""
    who = {"visit": one.job} if one.job > 0 else {"waiting": -one.job}
    return {**who, "reason": one.reason, "instead_of": [job for job in one.instead_of if job > 0]}


def planned(problem: Problem, watch: Watch) -> Plan:
    """Days that do not hold as they are would keep all others of their date from becoming better: where the engine
    cannot mend them they stay, and the rest is planned without them."""
    problem = replace(problem, travel=InSteps(problem.travel))
    is_sound = evaluate(problem, problem.before).is_sound
    plan = optimise(problem, watch=replace(watch, seconds=watch.seconds if is_sound else watch.seconds / 2), seed=SEED)
    unsound = {fault.key for fault in evaluate(problem, plan).faults if fault.key}
    if not unsound:
        return plan
    rest = _without(replace(problem, before=plan), unsound)
    improved = optimise(rest, watch=watch, seed=SEED)
    return Plan({**{key: plan.of(key) for key in unsound if plan.of(key)}, **improved.routes})


def _without(problem: Problem, keys: Iterable[Key]) -> Problem:
    gone = set(keys)
    jobs = {stop.job for key in gone for stop in problem.before.of(key)}
    return replace(
        problem,
        jobs=tuple(job for job in problem.jobs if job.id not in jobs),
        days=tuple(day for day in problem.days if day.key not in gone),
        before=Plan({key: route for key, route in problem.before.routes.items() if key not in gone}),
    )


def as_before(problem: Problem, plan: Plan) -> Plan:
    """The same plan in which visits begin when they did, as far as there is time for it: nobody hurries for nothing."""
    problem = replace(problem, travel=InSteps(problem.travel))
    before = problem.before
    return Plan(
        {
            key: route if route == before.of(key) else _late_enough(problem, problem.workday[key], route)
            for key, route in plan.routes.items()
        }
    )


def _late_enough(problem: Problem, day: WorkDay, route: Route) -> Route:
    jobs = [problem.job[stop.job] for stop in route]
    pieces = [Piece(job.work, tuple(_from_before(problem, job))) for job in jobs]
    points = [day.start or jobs[0].at, *(job.at for job in jobs), day.end or jobs[-1].at]
    ways = [int(way) for way in np.diagonal(problem.travel.matrix(points), offset=1)]
    ways = [ways[0] if day.start else 0, *ways[1:-1], ways[-1] if day.end else 0]
    breaks = sorted(day.breaks, key=lambda one: one.within)
    starts = earliest(day.shift, pieces, ways, breaks, day.away)
    return tuple(map(Stop, (job.id for job in jobs), starts)) if starts else route


def _from_before(problem: Problem, job: Job) -> Iterator[Span]:
    """Its windows from the time on at which it begins now."""
    now = next((start for _key, start in problem.before.places.get(job.id, ())), 0)
    for span in job.windows:
        if now <= span.end:
            yield Span(max(now, span.start), span.end)


def _is_for_all(group: Group) -> bool:
    """Nobody loses a visit that was to come, whatever that would save."""
    return all(change.now or not change.was for change in group.changes)


def _changes(days: Days, group: Group) -> list[Change]:
    """Of visits of one resource only: those of several stay."""
    found = []
    for one in group.changes:
        visit = days.visits[one.job]
        ((key, second),) = one.now
        found.append(Change(visit, key.worker, days.begins(one.job, second), was_possible=bool(one.was)))
    return found


def _write(proposal: Proposal, groups: Sequence[Made]) -> None:
    for number, made in enumerate(groups, start=1):
        places = sum(1 for one in made.changes if not one.was_possible)
        group = ProposalGroup.objects.create(proposal=proposal, number=number, saved=made.saved, places=places)
        ProposalGets.objects.bulk_create(
            ProposalGets(
                group=group, waiting_id=one.entry.waiting_id, resource_id=one.resource_id, starts_at=one.starts_at
            )
            for one in made.gets
        )
        ProposalMove.objects.bulk_create(
            ProposalMove(
                group=group,
                visit=one.visit,
                was_resource=one.visit.resource,
                was_at=one.visit.starts_at,
                was_possible=one.was_possible,
                now_resource_id=one.resource_id,
                now_at=one.starts_at,
            )
            for one in made.changes
        )


def _up(seconds: Seconds) -> Seconds:
    step = GRID * 60
    return np.asarray(-(-seconds // step) * step, dtype=np.int32)
