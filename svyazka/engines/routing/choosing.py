"""Which few of all windows are named: cheap ones first, then such as are unlike those named already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from svyazka.engines.routing.insertion import Rows
from svyazka.engines.routing.problem import Seconds, Span
from svyazka.engines.routing.wanted import DAY, Request, Window

MOST_A_DAY = 2
# Seconds of driving that a window may cost more for what speaks for it. What is weighed for every request stays below
# a minute in all: of two places the nearer one comes first.
BUSY, LATE_A_DAY = 30, 1
KNOWN, WISH, PROMISE = 1800, 7200, 14400
SAME_PART, SAME_DAY = 900, 600  # the next window is for somebody whom the first did not suit
PARTS_OF_DAY = (12 * 3600, 16 * 3600)

Weights = NDArray[np.float64]


@dataclass(frozen=True)
class Cell:
    """A window of a day. `score` is what it costs at least, until it is settled."""

    day: int
    slot: int
    score: float
    window: Window | None = None


class Finder(Protocol):
    def cells(self) -> list[Cell]: ...

    def settle(self, cell: Cell) -> Cell | None:
        """With the window and what it really costs; None when nothing fits there after all."""


def choose(finder: Finder, request: Request, most: int) -> list[Window]:
    """A cell is looked at exactly only when it is its turn, so a dozen of them are."""
    left = {(cell.day, cell.slot): cell for cell in finder.cells()}
    chosen: list[Cell] = []
    while left and len(chosen) < most:
        able = [cell for cell in left.values() if _may_follow(cell, chosen, request)]
        if not able:
            break
        best = min(able, key=lambda cell: (cell.score + _likeness(cell, chosen, request), cell.day, cell.slot))
        if best.window:
            chosen.append(left.pop((best.day, best.slot)))
        elif settled := finder.settle(best):
            left[best.day, best.slot] = settled
        else:
            del left[best.day, best.slot]
    return [cell.window for cell in chosen if cell.window]


def of_row(request: Request, rows: Rows) -> Weights:
    """What it counts whose day it is."""
    known = np.array([key.worker == request.worker for key in rows.keys])
    return np.asarray(np.minimum(rows.busy, 1) * BUSY - known * KNOWN)


def of_window(request: Request, windows: Seconds) -> Weights:
    """Day × window: what it counts when it is."""
    days, columns = windows.shape[:2]
    return np.array([[_when(request, day, number) for number in range(columns)] for day in range(days)])


def part_of(request: Request, slot: int) -> int:
    return sum(_middle(request, slot) >= bound for bound in PARTS_OF_DAY)


def is_wished(request: Request, day: int, slot: int) -> bool:
    middle = day * DAY + _middle(request, slot)
    return any(like.start <= middle < like.end for like in request.likes)


def _middle(request: Request, slot: int) -> float:
    return sum(_span(request, slot)) / 2


def _span(request: Request, slot: int) -> Span:
    """There are more windows than slots where the client is away in the middle of one."""
    return request.slots[slot % len(request.slots)]


def _when(request: Request, day: int, slot: int) -> float:
    late = request.promised_by is not None and day * DAY + _span(request, slot).start > request.promised_by
    return day * LATE_A_DAY + late * PROMISE - is_wished(request, day, slot) * WISH


def _may_follow(cell: Cell, chosen: Sequence[Cell], request: Request) -> bool:
    """Two of a day at most, and not in the same part of it."""
    same_day = [one for one in chosen if one.day == cell.day]
    parts = {part_of(request, one.slot) for one in same_day}
    return len(same_day) < MOST_A_DAY and part_of(request, cell.slot) not in parts


def _likeness(cell: Cell, chosen: Sequence[Cell], request: Request) -> int:
    part = part_of(request, cell.slot)
    same_part = sum(part_of(request, one.slot) == part for one in chosen)
    return same_part * SAME_PART + sum(one.day == cell.day for one in chosen) * SAME_DAY
