"""Where one more visit costs the least: all gaps of all days at once, then the few best ones exactly."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from svyazka.engines.routing import day_plan, timing
from svyazka.engines.routing.day_plan import NEVER, RECORD, DayPlan, Kind, Records
from svyazka.engines.routing.problem import Key, Point, Seconds, Span, Travel
from svyazka.engines.routing.table import Table
from svyazka.engines.routing.timing import Piece
from svyazka.engines.routing.wanted import Moved, Visit

Whole = NDArray[np.intp]
FAR = NEVER  # what an insertion costs that is impossible
FEW = 100  # places between which the way is asked for in both directions


class Place(NamedTuple):
    """Where it is to be put: into whose day, and before which of its stops (or at the end)."""

    row: int
    position: int


class Ways(NamedTuple):
    """Between a new place and every record: from there, and on to there."""

    to: Seconds
    on: Seconds


@dataclass(frozen=True)
class Ranges:
    """Of each gap, in which seconds the work may begin there: one range for every way of placing the break."""

    low: Seconds  # variants × gaps
    high: Seconds
    work: int


@dataclass(frozen=True)
class Gaps:
    """Where something may be put: between two records of a row."""

    before: Whole
    behind: Whole
    row: Whole
    way: Seconds  # what the way between them takes now


class Rows:
    """Packed days, by day and resource."""

    def __init__(self, packed: Iterable[tuple[Key, bytes]]) -> None:
        ordered = sorted(packed, key=lambda one: (one[0].day, one[0].worker))
        self.keys = [key for key, _bytes in ordered]
        self.records: Records = np.frombuffer(b"".join(one for _key, one in ordered), RECORD)
        sizes = np.array([len(one) for _key, one in ordered], dtype=np.intp) // RECORD.itemsize
        self.first: Whole = np.concatenate([np.zeros(1, dtype=np.intp), np.cumsum(sizes)])
        self.row_of_record: Whole = np.repeat(np.arange(len(self.keys)), sizes)
        if (self.records["ref"][self.first[:-1]] != day_plan.FORMAT).any():
            raise day_plan.OldFormat

    @cached_property
    def day(self) -> NDArray[np.int32]:
        return np.array([key.day for key in self.keys], dtype=np.int32)

    @cached_property
    def points(self) -> NDArray[np.float64]:
        return np.column_stack((self.records["lat"], self.records["lon"]))

    @cached_property
    def room(self) -> Seconds:
        """What capacity each day has left."""
        return np.asarray(self.records["ref"][self.records["kind"] == Kind.END], dtype=np.int32)

    @cached_property
    def busy(self) -> NDArray[np.float64]:
        """How much of each shift is work already."""
        if not self.keys:
            return np.zeros(0)
        work = np.where(self.records["kind"] < Kind.END, self.records["work"], 0)
        shift = self.records["start"][self.records["kind"] == Kind.END] - self.records["start"][self.first[:-1]]
        return np.asarray(np.add.reduceat(work, self.first[:-1]) / np.maximum(shift, 1))

    @cached_property
    def gaps(self) -> Gaps:
        before = np.flatnonzero(self.records["kind"] < Kind.END)
        return Gaps(before, before + 1, self.row_of_record[before], self.records["way"][before])

    @cached_property
    def swaps(self) -> Gaps:
        """What is between the neighbours of each stop once that is taken out."""
        kind = self.records["kind"]
        stop = np.flatnonzero((kind == Kind.VISIT) | (kind == Kind.HOLD))
        way = self.records["way"][stop - 1] + self.records["way"][stop]
        return Gaps(stop - 1, stop + 1, self.row_of_record[stop], way)

    @cached_property
    def breaks(self) -> tuple[NDArray[np.bool_], Seconds, Seconds, Seconds]:
        """Of each row: whether it has a break, how long that is, and between which times."""
        at = np.full(len(self.keys), -1, dtype=np.intp)
        found = np.flatnonzero(self.records["kind"] == Kind.BREAK)[::-1]  # the first of a day is written last
        at[self.row_of_record[found]] = found
        rows = self.records[at]
        return at >= 0, rows["work"], rows["early"], rows["late"]

    @cached_property
    def away(self) -> list[tuple[Seconds, Seconds]]:
        """From when to when each row is away the first time, the second …; whoever is not: never."""
        at = np.flatnonzero(self.records["kind"] == Kind.ABSENCE)
        row = self.row_of_record[at]
        number = np.arange(len(at)) - np.searchsorted(row, row)
        found: Seconds = np.full((int(number.max(initial=-1)) + 1, 2, len(self.keys)), NEVER, dtype=np.int32)
        found[number, 0, row], found[number, 1, row] = self.records["early"][at], self.records["late"][at]
        return [(start, end) for start, end in found]

    def place(self, gaps: Gaps, gap: int) -> Place:
        row = int(gaps.row[gap])
        return Place(row, int(gaps.before[gap] - self.first[row]))

    def plan(self, row: int) -> DayPlan:
        return day_plan.read(self.keys[row], self.records[self.first[row] : self.first[row + 1]].tolist())

    def listed(self, row: int) -> list[tuple[Any, ...]]:
        found: list[tuple[Any, ...]] = self.records[self.first[row] : self.first[row + 1]].tolist()
        return found


def ways_to(rows: Rows, at: Point, travel: Travel) -> Ways:
    on = travel.to_many(at, rows.points)
    to, is_nowhere = _ways_back(rows.points, at, travel, on), rows.records["nowhere"] == 1
    return Ways(*(np.where(is_nowhere, 0, ways).astype(np.int32) for ways in (to, on)))


def _ways_back(points: NDArray[np.float64], at: Point, travel: Travel, on: Seconds) -> Seconds:
    """Of many places it would take too long to ask; there the exact check minds the direction."""
    if isinstance(travel, Table):
        return travel.from_many(points, at)
    return travel.matrix(np.vstack((at, points)))[1:, 0] if 0 < len(points) <= FEW else on


def added(gaps: Gaps, ways: Ways) -> Seconds:
    """What the way of the day grows by, for each gap."""
    return np.asarray(ways.to[gaps.before] + ways.on[gaps.behind] - gaps.way, dtype=np.int32)


def ranges(rows: Rows, gaps: Gaps, ways: Ways, work: int) -> Ranges:
    """Exact for days with one break; otherwise never too narrow. Whether one is away then costs() asks."""
    to, on = ways.to[gaps.before], ways.on[gaps.behind]
    leaves_fed, leaves = (rows.records[name][gaps.before] for name in ("leaves_fed", "leaves"))
    due, due_hungry = (rows.records[name][gaps.behind] for name in ("due", "due_hungry"))
    there = _later(rows, gaps, leaves, to)
    low, high = (
        [_later(rows, gaps, leaves_fed, to)],
        [_sooner(rows, gaps, due, on) - work],
    )  # the break is behind, or none
    has_break, length, begin, end = (of_row[gaps.row] for of_row in rows.breaks)
    if has_break.any():
        low.append(there)  # it comes after the next stop
        high.append(_sooner(rows, gaps, due_hungry, on) - work)
        is_in_time = has_break & (np.maximum(leaves, begin) + length <= end)
        low.append(np.where(is_in_time, np.maximum(there, begin) + length, NEVER))  # right before the work
        high.append(high[0])
        low.append(there)  # right after it
        is_in_time = has_break & (begin + length <= np.minimum(due, end))
        high.append(np.where(is_in_time, np.minimum(due - on, end) - length - work, -NEVER))
    return Ranges(np.array(low, dtype=np.int32), np.array(high, dtype=np.int32), work)


def _later(rows: Rows, gaps: Gaps, moment: Seconds, way: Seconds) -> Seconds:
    """When one is there who sets out then; nobody drives while he is away."""
    for start, end in ((start[gaps.row], end[gaps.row]) for start, end in rows.away):
        is_met = (end > moment) & (moment + way > start)
        way = np.where(is_met, way - np.maximum(0, start - moment), way)
        moment = np.where(is_met, end, moment)
    return moment + way


def _sooner(rows: Rows, gaps: Gaps, moment: Seconds, way: Seconds) -> Seconds:
    """When one has to set out who has to be there then."""
    for start, end in ((start[gaps.row], end[gaps.row]) for start, end in reversed(rows.away)):
        is_met = (start < moment) & (moment - way < end)
        way = np.where(is_met, way - np.maximum(0, moment - end), way)
        moment = np.where(is_met, start, moment)
    return moment - way


def costs(
    rows: Rows, gaps: Gaps, ways: Ways, found: Ranges, windows: Seconds, *, step: int, load: int = 1
) -> tuple[Whole, Seconds]:
    """The gaps that hold the work at all, and of each what it adds in every window of its day (or FAR).

    `windows`: day × window × (first, last beginning).
    """
    able = np.flatnonzero((found.low <= found.high).any(axis=0) & (rows.room[gaps.row] >= load))
    of_gap = windows[rows.day[gaps.row[able]]]
    fits = np.zeros(of_gap.shape[:2], dtype=bool)
    for low, high in zip(found.low[:, able], found.high[:, able], strict=True):
        start = _begin(rows, gaps.row[able], np.maximum(of_gap[:, :, 0], low[:, None]), found.work, step)
        fits |= start <= np.minimum(of_gap[:, :, 1], high[:, None])
    return able, np.where(fits, added(gaps, ways)[able][:, None], FAR).astype(np.int32)


def _begin(rows: Rows, row: Whole, start: Seconds, work: int, step: int) -> Seconds:
    """The first beginning of each from then on, gap × window, at which he is not away."""
    start = -(-start // step) * step if step > 1 else start
    for gone, back in ((gone[row, None], back[row, None]) for gone, back in rows.away):
        clear = np.where((start < back) & (gone < start + work), back, start)
        start = -(-clear // step) * step if step > 1 else clear
    return start


def ways_of(rows: Rows, place: Place, at: Point, travel: Travel) -> tuple[int, int, int]:
    """The way there, the way on from there, and what the way of the day grows by; each in its own direction."""
    before = rows.records[rows.first[place.row] + place.position]
    behind = rows.records[rows.first[place.row] + place.position + 1]
    ends = [Point(float(one["lat"]), float(one["lon"])) for one in (before, behind)]
    matrix = travel.matrix([ends[0], at, ends[1]])
    way_to = 0 if before["nowhere"] else int(matrix[0, 1])
    way_on = 0 if behind["nowhere"] else int(matrix[1, 2])
    return way_to, way_on, way_to + way_on - int(before["way"])


def exact(rows: Rows, at: Point, place: Place, piece: Piece, travel: Travel) -> tuple[Visit, int] | None:
    """The visit at this place, as early as can be, and what it adds; None when it does not fit. Whatever is planned
    stays at its time if it can."""
    listed = rows.listed(place.row)
    plan = day_plan.read(rows.keys[place.row], listed)
    way_to, way_on, added = ways_of(rows, place, at, travel)
    ways = [row[_WAY] for row in listed[: len(plan.stops) + 1]]
    ways[place.position : place.position + 1] = [way_to, way_on]
    not_sooner = [Span(max(stop.window.start, stop.start), stop.window.end) for stop in plan.stops]
    starts = _starts(plan, not_sooner, place, piece, ways)
    starts = starts or _starts(plan, [stop.window for stop in plan.stops], place, piece, ways)
    if starts is None:
        return None
    others = zip(plan.stops, [*starts[: place.position], *starts[place.position + 1 :]], strict=True)
    moved = tuple(Moved(stop.ref, start) for stop, start in others if stop.start != start)
    return Visit(*rows.keys[place.row], starts[place.position], place.position, moved), added


def _starts(
    plan: DayPlan, windows: Sequence[Span], place: Place, piece: Piece, ways: Sequence[int]
) -> tuple[int, ...] | None:
    pieces = [Piece(stop.work, (window,)) for stop, window in zip(plan.stops, windows, strict=True)]
    pieces.insert(place.position, piece)
    return timing.earliest(plan.day.shift, pieces, ways, plan.day.breaks, plan.day.away)


_WAY = (RECORD.names or ()).index("way")
