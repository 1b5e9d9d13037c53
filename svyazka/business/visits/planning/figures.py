"""What a plan costs, before and after: in all, and for each resource."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from svyazka.business.places import times
from svyazka.business.visits.planning import longer
from svyazka.business.visits.planning.longer import Longer
from svyazka.business.visits.planning.reading import Days
from svyazka.engines.routing.estimate import Estimate
from svyazka.engines.routing.evaluate import evaluate
from svyazka.engines.routing.problem import Plan

LATE = ("hours", "away", "overlap", "travel", "break", "window")


def of(days: Days, after: Plan, crews: Mapping[int, int]) -> dict[str, Any]:
    """`crews`: who goes then to work of several days that another goes to now."""
    before = days.problem.before
    was, now = longer.of(days, {}), longer.of(days, crews)
    return {
        "before": _of_plan(days, before, was),
        "after": _of_plan(days, after, now),
        "loads": _loads(days, (before, after), (was, now)),
    }


def _of_plan(days: Days, plan: Plan, beside: Sequence[Longer]) -> dict[str, int]:
    verdict = evaluate(days.problem, plan)
    late = {(fault.job, fault.key) for fault in verdict.faults if fault.rule in LATE}
    return {
        "travel": verdict.costs.travel + sum(one.way(times.travel()) for one in beside),
        "metres": evaluate(replace(days.problem, travel=_metres()), plan).costs.travel
        + sum(one.way(_metres()) for one in beside),
        "late": len(late),
        "unserved": sum(1 for one in verdict.costs.unserved if one not in days.entries),
        "waiting": sum(1 for one in verdict.costs.unserved if one in days.entries),
    }


def _metres() -> Estimate:
    """At a metre a second, the seconds that a way takes are its metres."""
    usual = times.estimate()
    return Estimate(usual.centre, rings_km=(), kmh=(3.6,), detour=usual.detour, parking=0)


def _loads(
    days: Days, plans: tuple[Plan, Plan], beside: tuple[Sequence[Longer], Sequence[Longer]]
) -> list[dict[str, Any]]:
    """Of all days together: visits, seconds of work and on the way, beside those of the shifts."""
    workers = [*(day.worker for day in days.problem.days), *(one.crew for each in beside for one in each)]
    found: dict[int, dict[str, Any]] = {
        worker: {"resource": worker, "shift": 0, "was": [0, 0, 0], "now": [0, 0, 0]} for worker in workers
    }
    for day in days.problem.days:
        one = found[day.worker]
        closed = sum(away.end - away.start for away in day.away)
        one["shift"] += max(0, day.shift.end - day.shift.start - closed)
    for which, plan, others in zip(("was", "now"), plans, beside, strict=True):
        travel = _travel(days, plan)
        for worker, one in found.items():
            one[which][2] += travel[worker]
        for key, route in plan.routes.items():
            _add(found[key.worker][which], len(route), sum(days.problem.job[stop.job].work for stop in route))
        for each in others:
            _add(found[each.crew][which], 1, each.work, each.way(times.travel()))
    for each in beside[0]:  # that time was taken out of the shifts above
        found[each.crew]["shift"] += each.work
    return list(found.values())


def _add(figures: list[int], *more: int) -> None:
    for number, one in enumerate(more):
        figures[number] += one


def _travel(days: Days, plan: Plan) -> dict[int, int]:
    found: dict[int, int] = defaultdict(int)
    for key, route in plan.routes.items():
        found[key.worker] += evaluate(days.problem, Plan({key: route})).costs.travel
    return found
