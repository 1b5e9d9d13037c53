"""What a plan costs, before and after: in all, and for each resource."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any

from svyazka.business.places import times
from svyazka.business.visits.planning.reading import Days
from svyazka.engines.routing.estimate import Estimate
from svyazka.engines.routing.evaluate import evaluate
from svyazka.engines.routing.problem import Plan

LATE = ("hours", "away", "overlap", "travel", "break", "window")


def of(days: Days, after: Plan) -> dict[str, Any]:
    before = days.problem.before
    return {
        "before": _of_plan(days, before),
        "after": _of_plan(days, after),
        "loads": _loads(days, before, after),
    }


def _of_plan(days: Days, plan: Plan) -> dict[str, int]:
    verdict = evaluate(days.problem, plan)
    late = {(fault.job, fault.key) for fault in verdict.faults if fault.rule in LATE}
    return {
        "travel": verdict.costs.travel,
        "metres": evaluate(replace(days.problem, travel=_metres()), plan).costs.travel,
        "late": len(late),
        "unserved": len(verdict.costs.unserved),
    }


def _metres() -> Estimate:
    """At a metre a second, the seconds that a way takes are its metres."""
    usual = times.estimate()
    return Estimate(usual.centre, rings_km=(), kmh=(3.6,), detour=usual.detour, parking=0)


def _loads(days: Days, before: Plan, after: Plan) -> list[dict[str, Any]]:
    """Of all days together: visits, seconds of work and on the way, beside those of the shifts."""
    found: dict[int, dict[str, Any]] = {}
    for day in days.problem.days:
        one = found.setdefault(day.worker, {"resource": day.worker, "shift": 0, "was": [0, 0, 0], "now": [0, 0, 0]})
        closed = sum(away.end - away.start for away in day.away)
        one["shift"] += max(0, day.shift.end - day.shift.start - closed)
    travel = [_travel(days, plan) for plan in (before, after)]
    for number, plan in enumerate((before, after)):
        for key, route in plan.routes.items():
            figures = found[key.worker]["now" if number else "was"]
            figures[0] += len(route)
            figures[1] += sum(days.problem.job[stop.job].work for stop in route)
    for one in found.values():
        one["was"][2], one["now"][2] = (by_worker[one["resource"]] for by_worker in travel)
    return list(found.values())


def _travel(days: Days, plan: Plan) -> dict[int, int]:
    found: dict[int, int] = defaultdict(int)
    for key, route in plan.routes.items():
        found[key.worker] += evaluate(days.problem, Plan({key: route})).costs.travel
    return found
