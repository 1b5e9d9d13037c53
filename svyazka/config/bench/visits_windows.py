"""Windows for one call: how long they take, how good the first is, and whether all of them can be kept."""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from svyazka.config.bench.dispatch import SKILLS, TRAVEL, Weeks
from svyazka.config.bench.report import Row
from svyazka.engines.routing import day_plan, timing, wanted
from svyazka.engines.routing.day_plan import DayPlan
from svyazka.engines.routing.evaluate import evaluate
from svyazka.engines.routing.offers import offer
from svyazka.engines.routing.problem import Job, Key, Plan, Problem, Span, Stop
from svyazka.engines.routing.timing import Piece
from svyazka.engines.routing.wanted import DAY, Able, Answer, Request, Visit, Window

DAYS = 14
NEW = -1  # the job that is asked for; its further days are counted down from there
MINUTE = 60


def rows(quick: bool) -> list[Row]:
    calls = 60 if quick else 300
    few, many = House(Weeks(1, 60)), House(Weeks(2, 240 if quick else 700))
    of_few, of_many = _took(few, calls), _took(many, calls)
    near, broken = judged(few, calls // 2)
    return [
        Row(f"windows for one call, 60 crews × {DAYS} days, p50", _at(of_few, 50), "CPU ms"),
        Row(f"windows for one call, 60 crews × {DAYS} days, p95", _at(of_few, 95), "CPU ms", must=25, aim=10),
        Row(f"windows for one call, {many.crews} crews × {DAYS} days, p50", _at(of_many, 50), "CPU ms"),
        Row(
            f"windows for one call, {many.crews} crews × {DAYS} days, p95", _at(of_many, 95), "CPU ms", must=120, aim=40
        ),
        Row("first window within a minute of an exhaustive search", near, "%", better="higher", must=95, aim=99),
        Row("windows shown that cannot be kept", broken, "windows", must=0, aim=0),
    ]


class House:
    """A company whose packed days lie in memory, by resource."""

    def __init__(self, weeks: Weeks) -> None:
        self.weeks, self.crews = weeks, len(weeks.able)
        print(f"bench: {self.crews} crews", file=sys.stderr, flush=True)
        self.days: dict[int, list[tuple[Key, bytes]]] = defaultdict(list)
        for key, packed in weeks.packed:
            self.days[key.worker].append((key, packed))

    def offer(self, request: Request) -> Answer:
        able = sorted(set().union(*wanted.able_to(request, self.weeks.able)))
        packed = [one for worker in able for one in self.days[worker]]
        return offer(request, self.weeks.able, packed, TRAVEL, days=DAYS)


def _took(house: House, calls: int) -> list[float]:
    took = []
    for request in house.weeks.requests(calls):
        began = time.process_time()
        house.offer(request)
        took.append((time.process_time() - began) * 1000)
    return sorted(took)


def _at(took: Sequence[float], hundredth: int) -> float:
    return took[min(len(took) - 1, len(took) * hundredth // 100)]


def judged(house: House, calls: int) -> tuple[float, float]:
    """In how many of a hundred calls the first window is as good as any; and how many windows were false."""
    near = broken = asked = 0
    for request in house.weeks.requests(calls):
        answer, best = house.offer(request), least_added(house.weeks.able, house.weeks.plans, request)
        asked += 1
        near += (best is None) if not answer.windows else best is not None and answer.windows[0].added <= best + MINUTE
        for one in (request, *_larger(request)):
            broken += sum(not can_be_kept(house.weeks, window, one) for window in house.offer(one).windows)
    return 100 * near / asked, broken


def _larger(request: Request) -> Iterator[Request]:
    """The same place, for two people, and for two days."""
    yield replace(request, needs=(*request.needs, frozenset(SKILLS[:1])))
    yield replace(request, parts=(2 * 3600, 3600))


def least_added(resources: Sequence[Able], plans: Mapping[Key, DayPlan], request: Request) -> int | None:
    """The least that a visit adds anywhere: every place of every day is tried exactly, from the cheapest on."""
    (able,) = wanted.able_to(request, resources)
    places = []
    for key, plan in plans.items():
        if key.worker in able:
            ways, to = day_plan.ways_of(plan, TRAVEL), _to_stops(plan, request)
            for position, way in enumerate(ways):
                places.append((to[position] + to[position + 1] - way, key, position, ways, to))
    for added, key, position, ways, to in sorted(places, key=lambda place: place[:3]):
        if _fits(plans[key], request, position, _with_it(ways, to, position)):
            return added
    return None


def fits_at(plan: DayPlan, request: Request, position: int) -> bool:
    return _fits(plan, request, position, _with_it(day_plan.ways_of(plan, TRAVEL), _to_stops(plan, request), position))


def _with_it(ways: Sequence[int], to: Sequence[int], position: int) -> list[int]:
    return [*ways[:position], to[position], to[position + 1], *ways[position + 1 :]]


def _to_stops(plan: DayPlan, request: Request) -> list[int]:
    ends = [plan.day.start or request.at, *(stop.at for stop in plan.stops), plan.day.end or request.at]
    return [int(way) for way in TRAVEL.to_many(request.at, ends)]


def _fits(plan: DayPlan, request: Request, position: int, ways: Sequence[int]) -> bool:
    pieces = [Piece(stop.work, (stop.window,)) for stop in plan.stops]
    earliest = request.not_before - plan.day.day * DAY
    windows = [Span(max(span.start, earliest), span.end) for span in request.slots if span.end >= earliest]
    pieces.insert(position, Piece(request.parts[0], tuple(windows), request.step))
    return timing.earliest(plan.day.shift, pieces, ways, plan.day.breaks, plan.day.away) is not None


def can_be_kept(weeks: Weeks, window: Window, request: Request) -> bool:
    """What the evaluator says of the days as they would be. Moments count from midnight of each day: no rule here
    reaches from one into another."""
    jobs: dict[int, Job] = {}
    routes = {}
    able = {one.worker: one for one in weeks.able}
    plans = [weeks.plans[Key(visit.worker, visit.day)] for visit in window.visits]
    for number, (visit, plan) in enumerate(zip(window.visits, plans, strict=True)):
        part = number // len(request.needs)
        new = NEW - part
        jobs |= {stop.ref: Job(stop.ref, stop.at, stop.work, (stop.window,)) for stop in plan.stops}
        span = window.span if part == 0 else Span(0, DAY)
        jobs[new] = Job(new, request.at, request.parts[part], (span,), request.needs, district=request.district)
        routes[plan.day.key] = _route(plan, visit, new)
    days = [
        replace(plan.day, skills=able[plan.day.worker].skills, districts=able[plan.day.worker].districts)
        for plan in plans
    ]
    return evaluate(Problem(tuple(jobs.values()), tuple(days), TRAVEL), Plan(routes)).is_sound


def _route(plan: DayPlan, visit: Visit, new: int) -> tuple[Stop, ...]:
    moved = {one.ref: one.start for one in visit.moved}
    route = [Stop(stop.ref, moved.get(stop.ref, stop.start)) for stop in plan.stops]
    route.insert(visit.position, Stop(new, visit.start))
    return tuple(route)
