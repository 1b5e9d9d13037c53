"""How far a table has been read whose ids become visible out of order: a number is given out before its commit."""

from __future__ import annotations

from collections.abc import Sequence

PATIENCE = 60.0  # seconds; a transaction that takes longer has rolled back, or its event is no news any more
MOST_HOLES = 1_000


class Position:
    """The last id read, the holes below it that may still be filled, and those that were filled lately."""

    def __init__(self) -> None:
        self.last: int | None = None
        self._holes: dict[int, float] = {}
        self._filled: dict[int, float] = {}

    @property
    def holes(self) -> list[int]:
        return list(self._holes)

    def filled(self, *, now: float) -> list[int]:
        """Whoever had read further already may have missed them."""
        return [id for id, until in self._filled.items() if until > now]

    def start(self, ids: Sequence[int], *, now: float) -> None:
        """`ids`: the newest ones, in order. They count as read."""
        self.last = ids[0] - 1 if ids else 0
        self.read(ids, now=now)

    def read(self, ids: Sequence[int], *, now: float) -> None:
        """`ids` in order."""
        last = self.last or 0
        for id in ids:
            if self._holes.pop(id, None) is not None:
                self._filled[id] = now + PATIENCE
            elif id > last:
                for hole in range(max(last + 1, id - MOST_HOLES), id):
                    self._holes[hole] = now + PATIENCE
                last = id
        self.last = last
        if self._holes or self._filled:
            self._forget(now)

    def _forget(self, now: float) -> None:
        self._holes = _still(self._holes, now)
        self._filled = _still(self._filled, now)


def _still(known: dict[int, float], now: float) -> dict[int, float]:
    return {id: until for id, until in list(known.items())[-MOST_HOLES:] if until > now}
