"""OSRM: its table service says how long it takes by car from each point to each.

It allows as many pairs as its `--max-table-size` squared, 100 × 100 as it comes.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar

from svyazka.business.places.travel_source import TooMany
from svyazka.business.places.troubles import Trouble
from svyazka.engines.routing.problem import Point
from svyazka.kit.outside import Line, Silent

TROUBLES = {"NoSegment": "no_map", "NoTable": "no_map"}
MOST_BYTES = 1024 * 1024
FAR = 2000  # metres from a place to the street that the server took for it


class Osrm:
    title: ClassVar[str] = "OSRM"
    most: ClassVar[int] = 100

    def __init__(self, base: str, *, patience: float) -> None:
        self._has_base = bool(base)
        self._line = Line(base, patience=patience, most=MOST_BYTES)

    def seconds(self, origins: Sequence[Point], targets: Sequence[Point]) -> list[list[int | None]]:
        if not self._has_base:
            raise Trouble("no_address")
        places = ";".join(f"{point.lon:.6f},{point.lat:.6f}" for point in (*origins, *targets))
        query = {
            "sources": _numbers(0, len(origins)),
            "destinations": _numbers(len(origins), len(targets)),
            "annotations": "duration",
        }
        try:
            answer = self._line.ask("GET", f"/table/v1/driving/{places}", query=query)
        except Silent:
            raise Trouble("unreachable") from None
        code = answer.said.get("code")
        # 414 comes from a proxy before it: the question stands in the address.
        if code == "TooBig" or answer.status == 414:
            raise TooMany
        if answer.status >= 500 or answer.status == 429:
            raise Trouble("too_often" if answer.status == 429 else "unreachable")
        if code != "Ok":
            raise Trouble(TROUBLES.get(str(code), "not_understood"))
        said = _read(answer.said.get("durations"), len(origins), len(targets))
        # Of a place beyond its map it takes the nearest street on it, and says that the way takes nothing.
        rows, columns = (_is_near(answer.said.get(side)) for side in ("sources", "destinations"))
        return [
            [seconds if row and column else None for seconds, column in zip(times, columns, strict=True)]
            for times, row in zip(said, rows, strict=True)
        ]

    def close(self) -> None:
        self._line.close()


def _numbers(first: int, count: int) -> str:
    return ";".join(str(first + number) for number in range(count))


def _is_near(ends: Any) -> list[bool]:
    try:
        return [float(end.get("distance") or 0) <= FAR for end in ends]
    except (AttributeError, TypeError, ValueError):
        raise Trouble("not_understood") from None


def _read(durations: Any, height: int, width: int) -> list[list[int | None]]:
    try:
        if len(durations) != height or any(len(row) != width for row in durations):
            raise Trouble("not_understood")
        return [[None if one is None else round(one) for one in row] for row in durations]
    except (TypeError, ValueError, OverflowError):
        raise Trouble("not_understood") from None
