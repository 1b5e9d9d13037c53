"""Three to five windows for one call, each with its reasons; when there is none, why not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from svyazka.engines.routing import choosing, insertion, together, wanted
from svyazka.engines.routing.day_plan import Booked, Kind
from svyazka.engines.routing.for_one import ForOne
from svyazka.engines.routing.insertion import Rows, Ways
from svyazka.engines.routing.problem import Key, Point, Travel
from svyazka.engines.routing.together import Together
from svyazka.engines.routing.wanted import Able, Answer, Reason, Request, Visit, WhyNot, Window

MOST = 5
HORIZON = 14
NEAR = 20 * 60


def offer(
    request: Request,
    resources: Sequence[Able],
    packed: Iterable[tuple[Key, bytes]],
    travel: Travel,
    *,
    days: int = HORIZON,
    most: int = MOST,
) -> Answer:
    """The best window comes first. `packed`: the days of those in `able_to(request, resources)`, numbered from 0."""
    able = wanted.able_to(request, resources)
    anybody = set().union(*able)
    rows = Rows((key, one) for key, one in packed if key.worker in anybody and 0 <= key.day < days)
    ways = insertion.ways_to(rows, request.at, travel)
    if request.is_for_one:
        windows = choosing.choose(ForOne(request, rows, ways, travel, days), request, most)
    else:
        windows = _together(request, rows, ways, travel, days, able, most)
    if not windows:
        return Answer((), _why_not(request, resources, rows, ways, days))
    soonest = min((window.day, window.start) for window in windows)
    return Answer(
        tuple(
            replace(window, reasons=tuple(_reasons(window, request, rows, travel, able, soonest))) for window in windows
        )
    )


def _together(
    request: Request, rows: Rows, ways: Ways, travel: Travel, days: int, able: Sequence[Sequence[int]], most: int
) -> list[Window]:
    """At a time that is easily said; where there is none, at any other."""
    for starts in (together.beginnings(request), together.beginnings(request, step=request.step)):
        found = choosing.choose(Together(request, rows, ways, travel, days, able, starts), request, most)
        if found:
            return found
    return []


def _reasons(
    window: Window,
    request: Request,
    rows: Rows,
    travel: Travel,
    able: Sequence[Sequence[int]],
    soonest: tuple[int, int],
) -> Iterator[Reason]:
    """What tells this window from others first, what it costs last."""
    of_first_day = [visit for visit in window.visits if visit.day == window.day]
    if any(visit.worker == request.worker for visit in of_first_day):
        yield Reason("known", request.worker)
    if any(choosing.is_wished(request, window.day, slot) for slot in _slots_of(window, request)):
        yield Reason("wish")
    for visit in of_first_day:
        yield from _of_day(visit, request, rows, travel)
    for workers in able:
        if len(workers) == 1:
            yield Reason("only", workers[0])
    if (window.day, window.start) == soonest:
        yield Reason("soonest")
    yield Reason("added", seconds=window.added)


def _slots_of(window: Window, request: Request) -> list[int]:
    first, last = window.span
    return [number for number, slot in enumerate(request.slots) if slot.start <= first and last <= slot.end]


def _of_day(visit: Visit, request: Request, rows: Rows, travel: Travel) -> Iterator[Reason]:
    """A stop close by, before or after it; or that there is none at all."""
    stops = rows.plan(rows.keys.index(Key(visit.worker, visit.day))).stops
    if not stops:
        yield Reason("empty_day", visit.worker)
    beside = stops[max(0, visit.position - 1) : visit.position + 1]
    if beside:
        seconds, nearest = min(_ways(request.at, beside, travel), key=lambda one: one[0])
        if seconds <= NEAR:
            yield Reason("near", visit.worker, nearest.ref, nearest.start, seconds)


def _ways(at: Point, stops: Sequence[Booked], travel: Travel) -> list[tuple[int, Booked]]:
    ways = travel.to_many(at, [stop.at for stop in stops])
    return [(int(way), stop) for way, stop in zip(ways, stops, strict=True)]


def _why_not(request: Request, resources: Sequence[Able], rows: Rows, ways: Ways, days: int) -> dict[WhyNot, int]:
    """Of each resource the rule that it came as far as."""
    said = Counter(wanted.failed_before(request, resources))
    left = len(resources) - sum(said.values())
    steps = [_has_shift(request, rows, days), _fits(request, rows, Ways(*map(np.zeros_like, ways)), days)]
    steps.append(_fits(request, rows, ways, days))
    rules: tuple[WhyNot, ...] = ("shift", "booked", "travel")
    for rule, able in zip(rules, steps, strict=True):
        said[rule], left = left - len(able), len(able)
    said["booked" if request.is_for_one else "team"] += left  # of one alone: an absence that the kernel did not see
    return {rule: number for rule, number in said.items() if number}


def _has_shift(request: Request, rows: Rows, days: int) -> set[int]:
    """Whose shift would hold it if there was nothing else on that day."""
    work = request.parts[0]
    windows = wanted.windows_of(request, request.slots, days=days, work=work)[rows.day]
    begin = rows.records["start"][rows.first[:-1]][:, None]
    end = rows.records["start"][rows.records["kind"] == Kind.END][:, None]
    fits = np.maximum(windows[:, :, 0], begin) <= np.minimum(windows[:, :, 1], end - work)
    return {rows.keys[row].worker for row in np.flatnonzero(fits.any(axis=1))}


def _fits(request: Request, rows: Rows, ways: Ways, days: int) -> set[int]:
    work = request.parts[0]
    windows = wanted.windows_of(request, request.slots, days=days, work=work)
    found = insertion.ranges(rows, rows.gaps, ways, work)
    able, added = insertion.costs(rows, rows.gaps, ways, found, windows, step=request.step, load=request.load)
    gaps = able[(added < insertion.FAR).any(axis=1)]
    return {rows.keys[row].worker for row in rows.gaps.row[gaps]}
