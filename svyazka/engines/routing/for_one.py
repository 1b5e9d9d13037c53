"""Windows for one resource on one day: what nearly every call asks for."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from svyazka.engines.routing import choosing, insertion, wanted
from svyazka.engines.routing.choosing import Cell
from svyazka.engines.routing.insertion import FAR, Rows, Ways
from svyazka.engines.routing.problem import Span, Travel
from svyazka.engines.routing.timing import Piece
from svyazka.engines.routing.wanted import Request, Window

# In one window; the kernel is too hopeful only where somebody has several breaks, or one beside an absence.
TRIES = 12


class ForOne:
    def __init__(self, request: Request, rows: Rows, ways: Ways, travel: Travel, days: int) -> None:
        self.request, self.rows, self.travel = request, rows, travel
        (self.work,) = request.parts
        self.windows = wanted.windows_of(request, request.slots, days=days, work=self.work)
        self.weights = choosing.of_window(request, self.windows)
        found = insertion.ranges(rows, rows.gaps, ways, self.work)
        self.able, self.added = insertion.costs(
            rows, rows.gaps, ways, found, self.windows, step=request.step, load=request.load
        )
        row = rows.gaps.row[self.able]
        self.score = np.where(self.added < FAR, self.added + choosing.of_row(request, rows)[row][:, None], FAR)
        self.bounds = np.searchsorted(rows.day[row], np.arange(days + 1))

    def cells(self) -> list[Cell]:
        full = np.flatnonzero(np.diff(self.bounds))
        if not len(full):
            return []
        best = np.minimum.reduceat(self.score, self.bounds[full])
        return [
            Cell(int(full[place]), int(slot), float(best[place, slot] + self.weights[full[place], slot]))
            for place, slot in np.argwhere(best < FAR)
        ]

    def settle(self, cell: Cell) -> Cell | None:
        for gap in self._cheapest(cell):
            window = self._window(cell, gap)
            if window:
                score = window.added + float(self.score[gap, cell.slot] - self.added[gap, cell.slot])
                return Cell(cell.day, cell.slot, score + float(self.weights[cell.day, cell.slot]), window)
        return None

    def _cheapest(self, cell: Cell) -> Iterator[int]:
        begin, end = self.bounds[cell.day], self.bounds[cell.day + 1]
        scores = self.score[begin:end, cell.slot]
        for gap in np.argsort(scores, kind="stable")[:TRIES]:
            if scores[gap] < FAR:
                yield int(begin + gap)

    def _window(self, cell: Cell, gap: int) -> Window | None:
        place = self.rows.place(self.rows.gaps, int(self.able[gap]))
        span = Span(*self.windows[cell.day, cell.slot].tolist())
        piece = Piece(self.work, (span,), self.request.step)
        found = insertion.exact(self.rows, self.request.at, place, piece, self.travel)
        if found is None:
            return None
        visit, added = found
        return Window(cell.day, span, visit.start, (visit,), added)
