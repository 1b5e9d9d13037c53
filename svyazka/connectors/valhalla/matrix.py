"""Valhalla: its matrix service, sources_to_targets, says how long it takes by car from each point to each.

It allows 2,500 pairs at once, as it comes, and names what is wrong by a number.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from svyazka.business.places.travel_source import TooMany
from svyazka.business.places.troubles import Trouble
from svyazka.engines.routing.problem import Point
from svyazka.kit.outside import Line, Silent

TOO_MANY = {150}
# Too far apart; nothing near; no way.
NO_MAP = {154, 170, 171, 442}
MOST_BYTES = 1024 * 1024


class Valhalla:
    title: ClassVar[str] = "Valhalla"
    most: ClassVar[int] = 50

    def __init__(self, base: str, *, patience: float) -> None:
        self._has_base = bool(base)
        self._line = Line(base, patience=patience, most=MOST_BYTES)

    def seconds(self, origins: Sequence[Point], targets: Sequence[Point]) -> list[list[int | None]]:
        if not self._has_base:
            raise Trouble("no_address")
        # Not verbose: times as bare numbers. Servers from before 3.5 take no notice of it, and say more.
        asked = {"sources": _places(origins), "targets": _places(targets), "costing": "auto", "verbose": False}
        try:
            answer = self._line.ask("POST", "/sources_to_targets", asked)
        except Silent:
            raise Trouble("unreachable") from None
        if answer.status != 200:
            _explain(answer.status, answer.said.get("error_code"))
        return _read(answer.said.get("sources_to_targets"), len(origins), len(targets))

    def close(self) -> None:
        self._line.close()


def _places(points: Sequence[Point]) -> list[dict[str, float]]:
    return [{"lat": round(point.lat, 6), "lon": round(point.lon, 6)} for point in points]


def _explain(status: int, code: Any) -> None:
    if code in TOO_MANY:
        raise TooMany
    if status == 429:
        raise Trouble("too_often")
    if status >= 500 and not code:
        raise Trouble("unreachable")
    raise Trouble("no_map" if code in NO_MAP else "not_understood")


def _read(said: Any, height: int, width: int) -> list[list[int | None]]:
    try:
        rows = said["durations"] if isinstance(said, dict) else [[one["time"] for one in row] for row in said]
        if len(rows) != height or any(len(row) != width for row in rows):
            raise Trouble("not_understood")
        return [[None if one is None else round(one) for one in row] for row in rows]
    except (KeyError, TypeError, ValueError, OverflowError):
        raise Trouble("not_understood") from None
