"""Windows for several resources at once, and for work of several days: all of them begin at the same time."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
from numpy.typing import NDArray

from svyazka.engines.routing import choosing, insertion, wanted
from svyazka.engines.routing.choosing import Cell
from svyazka.engines.routing.insertion import FAR, Rows, Ways
from svyazka.engines.routing.problem import Key, Seconds, Span, Travel
from svyazka.engines.routing.timing import Piece
from svyazka.engines.routing.wanted import Request, Visit, Window

STEP = 1800  # of the beginnings that are tried
CANDIDATES = 5  # for each place in the team
TEAMS, MOMENTS = 40, 8  # that are tried for one window, the cheapest first; of the moments more if none of them goes
PAUSE = 3  # days between two days of the same work at most: a weekend with a holiday

Placed = tuple[Visit, int]  # and what it adds
Moments = list[int]  # by their numbers


class _Part:
    """The work of one day: what it adds to each row at each beginning."""

    def __init__(self, request: Request, rows: Rows, ways: Ways, starts: Sequence[int], days: int, work: int):
        self.work = work
        windows = wanted.windows_of(request, [Span(start, start) for start in starts], days=days, work=work)
        found = insertion.ranges(rows, rows.gaps, ways, work)
        self.able, self.of_gap = insertion.costs(rows, rows.gaps, ways, found, windows, step=1, load=request.load)
        self.of_row: Seconds = np.full((len(rows.keys), len(starts)), FAR, dtype=np.int32)
        self.bounds = np.searchsorted(rows.gaps.row[self.able], np.arange(len(rows.keys) + 1))
        full = np.flatnonzero(np.diff(self.bounds))
        if len(full):
            self.of_row[full] = np.minimum.reduceat(self.of_gap, self.bounds[full])

    def gaps(self, row: int, moment: int) -> list[int]:
        """Those of the row that may hold it, the cheapest first."""
        begin, end = self.bounds[row], self.bounds[row + 1]
        added = self.of_gap[begin:end, moment]
        return [int(self.able[begin + gap]) for gap in np.argsort(added, kind="stable") if added[gap] < FAR]


class Together:
    def __init__(
        self, request: Request, rows: Rows, ways: Ways, travel: Travel, days: int, able: Sequence[Sequence[int]],
        starts: Sequence[int],
    ) -> None:  # fmt: skip
        self.request, self.rows, self.travel, self.days, self.starts = request, rows, travel, days, starts
        self.windows = wanted.windows_of(request, request.slots, days=days, work=request.parts[0])
        self.weights, self.row_weights = choosing.of_window(request, self.windows), choosing.of_row(request, rows)
        workers = np.array([key.worker for key in rows.keys])
        self.may: list[NDArray[np.bool_]] = [np.isin(workers, list(one)) for one in able]
        self.row_of = {key: number for number, key in enumerate(rows.keys)}
        self.bounds = np.searchsorted(rows.day, np.arange(days + 1))
        self.parts = [_Part(request, rows, ways, self.starts, days, work) for work in request.parts]
        self.tried: dict[tuple[int, int, int], Placed | None] = {}

    def cells(self) -> list[Cell]:
        found = []
        for day in range(self.days):
            least = self._least(day)
            for slot in range(self.windows.shape[1]):
                best = min((least[moment] for moment in self._moments(day, slot)), default=FAR)
                if best < FAR:
                    found.append(Cell(day, slot, float(best + self.weights[day, slot] - choosing.KNOWN)))
        return found

    def settle(self, cell: Cell) -> Cell | None:
        least = self._least(cell.day)
        moments = [moment for moment in self._moments(cell.day, cell.slot) if least[moment] < FAR]
        best: list[Placed] = []
        for number, moment in enumerate(sorted(moments, key=lambda number: int(least[number]))):
            if best and (number >= MOMENTS or least[moment] >= _added(best)):
                break
            teams = (self._whole(team, cell.day, moment) for team in self._teams(cell.day, moment))
            placed = next((one for one in teams if one), None)
            if placed and (not best or _added(placed) < _added(best)):
                best = placed
        return self._settled(cell, best) if best else None

    def _settled(self, cell: Cell, placed: Sequence[Placed]) -> Cell:
        visits, added = tuple(visit for visit, _grown in placed), _added(placed)
        weight = min(float(self.row_weights[self.row_of[Key(visit.worker, visit.day)]]) for visit in visits)
        span = Span(*self.windows[cell.day, cell.slot].tolist())
        score = added + weight + float(self.weights[cell.day, cell.slot])
        return Cell(cell.day, cell.slot, score, Window(cell.day, span, visits[0].start, visits, added))

    def _moments(self, day: int, slot: int) -> Moments:
        first, last = self.windows[day, slot].tolist()
        return [number for number, start in enumerate(self.starts) if first <= start <= last]

    def _least(self, day: int) -> Seconds:
        """For each beginning what the first day adds at least, whoever makes up the team."""
        of_day = slice(self.bounds[day], self.bounds[day + 1])
        of_row = self.parts[0].of_row[of_day]
        each = [np.min(of_row[may[of_day]], axis=0, initial=FAR) for may in self.may]
        return np.asarray(np.where(np.max(each, axis=0) >= FAR, FAR, np.minimum(np.sum(each, axis=0), FAR)))

    def _teams(self, day: int, moment: int) -> list[tuple[int, ...]]:
        """Rows, one for each need, the cheapest teams first."""
        begin, of_row = self.bounds[day], self.parts[0].of_row[:, moment]
        weighed = of_row + self.row_weights
        able = [
            [row for row in range(begin, self.bounds[day + 1]) if may[row] and of_row[row] < FAR] for may in self.may
        ]
        nearest = [sorted(rows, key=lambda row: float(weighed[row]))[:CANDIDATES] for rows in able]
        teams = [team for team in product(*nearest) if len(set(team)) == len(team)]
        return sorted(teams, key=lambda team: sum(float(weighed[row]) for row in team))[:TEAMS]

    def _whole(self, team: Sequence[int], day: int, moment: int) -> list[Placed] | None:
        """All days of all of them, or nothing."""
        placed = self._at_once(0, team, moment)
        workers = [self.rows.keys[row].worker for row in team]
        for part in range(1, len(self.parts)):
            if not placed:
                break
            further = self._next_day(part, workers, placed[-1][0].day)
            placed = further and placed + further
        return placed

    def _next_day(self, part: int, workers: Sequence[int], after: int) -> list[Placed] | None:
        """On the next day that any of them works; all of them have to."""
        for day in range(after + 1, min(after + 1 + PAUSE + 1, self.days)):
            team = [self.row_of[key] for worker in workers if (key := Key(worker, day)) in self.row_of]
            if team:
                return self._soonest(part, team) if len(team) == len(workers) else None
        return None

    def _soonest(self, part: int, team: Sequence[int]) -> list[Placed] | None:
        """As early on that day as all of them can."""
        fits = (self.parts[part].of_row[list(team)] < FAR).all(axis=0)
        tries = (self._at_once(part, team, int(moment)) for moment in np.flatnonzero(fits))
        return next((placed for placed in tries if placed), None)

    def _at_once(self, part: int, team: Sequence[int], moment: int) -> list[Placed] | None:
        placed = []
        for row in team:
            key = (part, row, moment)
            if key not in self.tried:
                self.tried[key] = self._exactly(*key)
            one = self.tried[key]
            if one is None:
                return None
            placed.append(one)
        return placed

    def _exactly(self, part: int, row: int, moment: int) -> Placed | None:
        start = self.starts[moment]
        piece = Piece(self.parts[part].work, (Span(start, start),))
        places = (self.rows.place(self.rows.gaps, gap) for gap in self.parts[part].gaps(row, moment))
        tries = (insertion.exact(self.rows, self.request.at, place, piece, self.travel) for place in places)
        return next((placed for placed in tries if placed), None)


def _added(placed: Sequence[Placed]) -> int:
    return sum(grown for _visit, grown in placed)


def beginnings(request: Request, *, step: int = STEP) -> list[int]:
    """Those of the slots on a grid; for the days after the first any of them will do."""
    step = max(step, request.step)
    return sorted(
        {start for slot in request.slots for start in range(-(-slot.start // step) * step, slot.end + 1, step)}
    )
