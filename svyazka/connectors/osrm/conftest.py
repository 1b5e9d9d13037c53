"""OSRM's table service over a real socket, from its documentation: its limits, its errors, and streets of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from math import cos, hypot, radians
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

_PATH = re.compile(r"/(\w+)/v1/(\w+)/([^/]+?)(?:\.json)?")


class Error(Exception):
    def __init__(self, code: str, message: str):
        super().__init__(message)
        self.answer = {"code": code, "message": message}


@dataclass
class OsrmPeer:
    url: str = ""
    kind: str = "osrm"
    largest: int = 100  # osrm-routed --max-table-size
    broken: int = 0  # a status, from a proxy before it
    asked: list[tuple[int, int]] = field(default_factory=list)  # how many sources and destinations
    beyond: set[tuple[float, float]] = field(default_factory=set)  # of its map: as seen with OSRM 26.10
    islands: set[tuple[float, float]] = field(default_factory=set)  # latitude, longitude: no road leads there

    def take(self, way: str, _headers: Any, _given: Any) -> tuple[int, Any]:
        if self.broken:
            return self.broken, b"<html>Bad gateway</html>"
        try:
            return 200, self._answer(urlsplit(unquote(way.partition(" ")[2])))
        except Error as error:
            return 400, error.answer

    def seconds(self, one: tuple[float, float], other: tuple[float, float]) -> float | None:
        """Streets of a chessboard, at 30 km/h; there it takes a tenth longer than back, as with one-way streets."""
        if {one, other} & self.beyond:
            return 0.0
        if one != other and (one in self.islands or other in self.islands):
            return None
        north, east = other[0] - one[0], (other[1] - one[1]) * cos(radians(one[0]))
        return round(111_195 * 1.3 * hypot(north, east) / (30 / 3.6) * (1.1 if north > 0 else 1.0), 1)

    def _answer(self, parts: Any) -> dict[str, Any]:
        found = _PATH.fullmatch(parts.path)
        if not found:
            raise Error("InvalidUrl", "URL string malformed close to position 1")
        if found[1] != "table":
            raise Error("InvalidService", f"Service {found[1]} not found!")
        points = _points(found[3])
        query = {name: values[0] for name, values in parse_qs(parts.query, separator="&").items()}
        wanted = query.get("annotations", "duration").split(",")
        if not {"duration", "distance"}.issuperset(wanted):
            raise Error("InvalidQuery", "Query string malformed close to position 1")
        origins, targets = (_chosen(query.get(name, "all"), points) for name in ("sources", "destinations"))
        self.asked.append((len(origins), len(targets)))
        if len(origins) * len(targets) > self.largest**2:
            raise Error("TooBig", "Too many table coordinates")
        ends = [[_end(*place, far=place in self.beyond) for place in side] for side in (origins, targets)]
        durations = [[self.seconds(one, other) for other in targets] for one in origins]
        distances = [[one and one / 3.6 * 30 for one in row] for row in durations]
        told = {"duration": {"durations": durations}, "distance": {"distances": distances}}
        matrices = {name: matrix for kind in wanted for name, matrix in told[kind].items()}
        return {"code": "Ok", **matrices, "sources": ends[0], "destinations": ends[1]}


def _end(lat: float, lon: float, *, far: bool) -> dict[str, Any]:
    return {"hint": "", "distance": 880_000.5 if far else 1.2, "name": "", "location": [lon, lat]}


def _points(text: str) -> list[tuple[float, float]]:
    try:
        pairs = [tuple(map(float, one.split(","))) for one in text.split(";")]
        points = [(lat, lon) for lon, lat in pairs]
    except ValueError:
        raise Error("InvalidQuery", "Query string malformed close to position 18") from None
    if any(abs(lat) > 90 or abs(lon) > 180 for lat, lon in points):
        raise Error("InvalidOptions", "Options are invalid, see documentation")
    if len(points) < 2:
        raise Error("InvalidOptions", "Number of coordinates needs to be at least two.")
    return points


def _chosen(text: str, points: list[tuple[float, float]]) -> list[tuple[float, float]]:
    if text == "all":
        return points
    try:
        return [points[int(number)] for number in text.split(";")]
    except (ValueError, IndexError):
        raise Error("InvalidOptions", "Source or destination indices are out of range") from None


@pytest.fixture
def osrm_peer(answering) -> OsrmPeer:
    peer = OsrmPeer()
    peer.url = answering(peer.take)
    return peer
