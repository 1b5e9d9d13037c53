"""The day of a resource as bytes: what a window for one call is looked for in, for hundreds of days at once.

A day is a handful of records of one size, so that many days joined are one array. Beside what was planned each stop
carries how early one can be through with it and how late one may come, so that looking for room needs no walk.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from svyazka.engines.routing import timing
from svyazka.engines.routing.problem import Break, Job, Key, Point, Span, Stop, Travel, WorkDay
from svyazka.engines.routing.timing import Piece, Reached

FORMAT = 1
NEVER = 1 << 29  # seconds: far beyond any day, and two of them are still an int32
Records = NDArray[np.void]


class Kind(IntEnum):
    START = 0
    VISIT = 1
    HOLD = 2  # kept for a caller who is still thinking
    END = 3
    BREAK = 4
    ABSENCE = 5


class Booked(NamedTuple):
    """A stop of the day. `window`: in which it may begin; where nothing else was said to anybody, that one second."""

    ref: int
    at: Point
    start: int
    work: int
    window: Span
    kind: Kind = Kind.VISIT
    load: int = 1


@dataclass(frozen=True)
class DayPlan:
    """Seconds count from midnight of that day. Skills and districts are the resource's and stay out of the bytes."""

    day: WorkDay
    stops: tuple[Booked, ...] = ()


class OldFormat(ValueError):
    """Packed by another version; it has to be packed anew from the bookings."""


RECORD = np.dtype(
    [
        ("ref", "<i8"),  # of the start: FORMAT; of the end: what capacity is left
        ("lat", "<f8"),
        ("lon", "<f8"),
        ("start", "<i4"),
        ("work", "<i4"),
        ("early", "<i4"),
        ("late", "<i4"),
        ("way", "<i4"),  # to the next one
        ("leaves", "<i4"),  # earliest, with the break still ahead
        ("leaves_fed", "<i4"),  # earliest, with the break behind, or without one
        ("due", "<i4"),  # latest arrival with the break behind, or without one
        ("due_hungry", "<i4"),  # latest arrival with the break still ahead
        ("load", "<i4"),
        ("kind", "u1"),
        ("nowhere", "u1"),  # the way from or to there takes nothing
    ]
)


def of_route(day: WorkDay, route: Iterable[tuple[Job, Stop]], *, fixed: Collection[int] = ()) -> DayPlan:
    """The plan's promises are what may not be left; who was told nothing keeps to the windows of the job. `fixed`: jobs
    whose time others depend on."""
    return DayPlan(
        day,
        tuple(
            Booked(job.id, job.at, stop.start, job.work, _window(job, stop.start, fixed), Kind.VISIT, job.load)
            for job, stop in route
        ),
    )


def _window(job: Job, start: int, fixed: Collection[int]) -> Span:
    if job.locked or len(job.needs) > 1 or job.id in fixed:
        return Span(start, start)
    spans = [job.promise] if job.promise else job.windows
    return next((span for span in spans if span.start <= start <= span.end), Span(start, start))


def is_full(plan: DayPlan, job: Job) -> bool:
    """Whether one more is too many for that day, or too much work."""
    day = plan.day
    if day.capacity is not None and sum(stop.load for stop in plan.stops) + job.load > day.capacity:
        return True
    return day.most_work is not None and sum(stop.work for stop in plan.stops) + job.work > day.most_work


def pack(plan: DayPlan, travel: Travel) -> bytes:
    return records_of(plan, ways_of(plan, travel)).tobytes()


def ways_of(plan: DayPlan, travel: Travel) -> list[int]:
    """To each stop, and to the end from the last."""
    places = [stop.at for stop in plan.stops]
    ends = [plan.day.start or plan.day.end, plan.day.end or plan.day.start]
    if not places and None in ends:
        return [0]
    first, last = ends[0] or places[0], ends[1] or places[-1]
    ways = [int(way) for way in np.diagonal(travel.matrix([first, *places, last]), 1)]
    if plan.day.start is None:
        ways[0] = 0
    if plan.day.end is None:
        ways[-1] = 0
    return ways


def records_of(plan: DayPlan, ways: Sequence[int]) -> Records:
    day, pieces = plan.day, [Piece(stop.work, (stop.window,)) for stop in plan.stops]
    breaks, away = day.breaks, day.away
    told = breaks[:1]  # looking for room minds one break; the exact check all of them
    leaves = timing.through(day.shift, pieces, ways, told, away)
    dues = [{}, *_backwards(day.shift, pieces, ways, told, away)]
    room = NEVER if day.capacity is None else day.capacity - sum(stop.load for stop in plan.stops)
    rows: list[tuple[Any, ...]] = [
        _end(Kind.START, day.start, day.shift.start, FORMAT, ways[0], leaves[0], {}, len(told)),
        *(
            (
                stop.ref, *stop.at, stop.start, stop.work, *stop.window, way,
                *_times(reached, due, len(told)), stop.load, stop.kind, 0,
            )
            for stop, way, reached, due in zip(plan.stops, ways[1:], leaves[1:], dues[1:], strict=False)
        ),
        _end(Kind.END, day.end, day.shift.end, room, 0, {}, dues[-1], len(told)),
        *((0, 0, 0, 0, one.length, *one.within, 0, 0, 0, 0, 0, 0, Kind.BREAK, 1) for one in breaks),
        *((0, 0, 0, one.start, 0, *one, 0, 0, 0, 0, 0, 0, Kind.ABSENCE, 1) for one in away),
    ]  # fmt: skip
    return np.array(rows, dtype=RECORD)


def unpack(key: Key, packed: bytes) -> DayPlan:
    return read(key, np.frombuffer(packed, RECORD).tolist())


def read(key: Key, rows: Sequence[tuple[Any, ...]]) -> DayPlan:
    """`rows`: the records of one day, as tuples."""
    by_kind: dict[int, list[tuple[Any, ...]]] = {}
    for row in rows:
        by_kind.setdefault(row[_KIND], []).append(row)
    (start,), (end,) = by_kind[Kind.START], by_kind[Kind.END]
    if start[_REF] != FORMAT:
        raise OldFormat(start[_REF])
    stops = tuple(_booked(row) for row in rows if row[_KIND] in (Kind.VISIT, Kind.HOLD))
    day = WorkDay(
        *key,
        Span(start[_START], end[_START]),
        None if start[_NOWHERE] else Point(start[1], start[2]),
        None if end[_NOWHERE] else Point(end[1], end[2]),
        breaks=tuple(Break(row[_WORK], Span(*row[_WINDOW])) for row in by_kind.get(Kind.BREAK, ())),
        away=tuple(Span(*row[_WINDOW]) for row in by_kind.get(Kind.ABSENCE, ())),
        capacity=None if end[_REF] == NEVER else end[_REF] + sum(stop.load for stop in stops),
    )
    return DayPlan(day, stops)


_PLACES = {name: number for number, name in enumerate(RECORD.names or ())}
_REF, _START, _WORK = _PLACES["ref"], _PLACES["start"], _PLACES["work"]
_KIND, _LOAD, _NOWHERE = _PLACES["kind"], _PLACES["load"], _PLACES["nowhere"]
_WINDOW = slice(_PLACES["early"], _PLACES["late"] + 1)


def _booked(row: tuple[Any, ...]) -> Booked:
    window = Span(*row[_WINDOW])
    return Booked(row[_REF], Point(row[1], row[2]), row[_START], row[_WORK], window, Kind(row[_KIND]), row[_LOAD])


def _backwards(
    shift: Span, pieces: Sequence[Piece], ways: Sequence[int], breaks: Sequence[Break], away: Sequence[Span]
) -> list[dict[int, Reached]]:
    """The same day with the clock running back: how late one may come to each stop and to the end, in that order."""
    mirrored = [Piece(one.work, tuple(_mirror(Span(w.start + one.work, w.end + one.work)) for w in one.windows))
                for one in reversed(pieces)]  # fmt: skip
    pauses = [Break(one.length, _mirror(one.within)) for one in breaks]
    steps = timing.through(_mirror(shift), mirrored, ways[::-1], pauses, [_mirror(one) for one in reversed(away)])
    return steps[::-1]


def _mirror(span: Span) -> Span:
    return Span(-span.end, -span.start)


def _times(leaves: dict[int, Reached], dues: dict[int, Reached], breaks: int) -> tuple[int, int, int, int]:
    """`leaves`, `leaves_fed`, `due`, `due_hungry`. What cannot be is never, or was due long ago."""
    never = Reached(NEVER, ())
    return (
        leaves.get(0, never).leaves if breaks else NEVER,
        leaves.get(breaks, never).leaves,
        -dues.get(0, never).leaves,
        -dues.get(1, never).leaves if breaks else -NEVER,
    )


def _end(
    kind: Kind, at: Point | None, moment: int, ref: int, way: int,
    leaves: dict[int, Reached], dues: dict[int, Reached], breaks: int,
) -> tuple[Any, ...]:  # fmt: skip
    point, times = at or Point(0, 0), _times(leaves, dues, breaks)
    return (ref, *point, moment, 0, moment, moment, way, *times, 0, kind, at is None)
