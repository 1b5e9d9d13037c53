"""How far a table has been read whose ids become visible out of order: a number is given out before its commit."""

from __future__ import annotations

from collections.abc import Sequence

PATIENCE = 60.0  # seconds; a transaction that takes longer has rolled back, or its event is no news any more
MOST_HOLES = 1_000


class Position:
    """The last id read, and the holes below it that may still be filled."""

    def __init__(self) -> None:
        self.last: int | None = None
        self._holes: dict[int, float] = {}

    @property
    def holes(self) -> list[int]:
        return list(self._holes)

    def start(self, ids: Sequence[int], *, now: float) -> None:
        """`ids`: the newest ones, in order. They count as read."""
        self.last = ids[0] - 1 if ids else 0
        self.read(ids, now=now)

    def read(self, ids: Sequence[int], *, now: float) -> None:
        """`ids` in order."""
        last = self.last or 0
        for id in ids:
            if self._holes.pop(id, None) is None and id > last:
                for hole in range(max(last + 1, id - MOST_HOLES), id):
                    self._holes[hole] = now + PATIENCE
                last = id
        self.last = last
        if self._holes:
            self._forget(now)

    def _forget(self, now: float) -> None:
        self._holes = {hole: until for hole, until in list(self._holes.items())[-MOST_HOLES:] if until > now}
