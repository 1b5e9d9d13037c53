"""Valhalla's matrix service over a real socket, from its documentation: its limits and the numbers of its errors."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from math import cos, hypot, radians
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

FARTHEST = 400_000  # metres between two places: service_limits.auto.max_matrix_distance
MOST_PAIRS = 2500  # service_limits.auto.max_matrix_location_pairs


class Error(Exception):
    def __init__(self, code: int, message: str, status: int = 400):
        super().__init__(message)
        self.status = status
        self.answer = {"error_code": code, "error": message, "status_code": status, "status": "Bad Request"}


@dataclass
class ValhallaPeer:
    url: str = ""
    kind: str = "valhalla"
    most_pairs: int = MOST_PAIRS
    knows_brief: bool = True  # since 3.5 a matrix may be asked for without its words
    broken: int = 0
    asked: list[tuple[int, int]] = field(default_factory=list)
    islands: set[tuple[float, float]] = field(default_factory=set)

    def take(self, way: str, _headers: Any, given: Any) -> tuple[int, Any]:
        if self.broken:
            return self.broken, b"<html>Bad gateway</html>"
        parts = urlsplit(way.partition(" ")[2])
        try:
            if parts.path != "/sources_to_targets":
                raise Error(106, "Try any of: '/route' '/sources_to_targets' '/status'", 404)
            if given is None and parts.query:
                given = json.loads(parse_qs(parts.query)["json"][0])
            return 200, self._answer(given or {})
        except Error as error:
            return error.status, error.answer

    def seconds(self, one: tuple[float, float], other: tuple[float, float]) -> int | None:
        if one != other and (one in self.islands or other in self.islands):
            return None
        return round(_metres(one, other) / (30 / 3.6) * (1.1 if other[0] > one[0] else 1.0))

    def _answer(self, given: dict[str, Any]) -> dict[str, Any]:
        origins, targets = (_places(given.get(side)) for side in ("sources", "targets"))
        if given.get("costing") not in ("auto", "taxi", "truck", "bicycle", "pedestrian"):
            raise Error(125, f"No costing method found: '{given.get('costing')}'")
        self.asked.append((len(origins), len(targets)))
        if len(origins) * len(targets) > self.most_pairs:
            raise Error(150, f"Exceeded max locations: {self.most_pairs}")
        if any(_metres(one, other) > FARTHEST for one in origins for other in targets):
            raise Error(154, f"Path distance exceeds the max distance limit: {FARTHEST} meters")
        took = [[self.seconds(one, other) for other in targets] for one in origins]
        far = [[round(_metres(one, other) / 1000, 3) for other in targets] for one in origins]
        if given.get("verbose", True) is False and self.knows_brief:
            matrix: Any = {"durations": took, "distances": far}
        else:
            matrix = [
                [
                    {"distance": far[row][column], "time": time, "to_index": column, "from_index": row}
                    for column, time in enumerate(times)
                ]
                for row, times in enumerate(took)
            ]
        sides = {"sources": origins, "targets": targets}
        ends = {side: [{"lat": lat, "lon": lon} for lat, lon in places] for side, places in sides.items()}
        return {"sources_to_targets": matrix, "units": "kilometers", "algorithm": "costmatrix", **ends}


def _metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    return 111_195 * 1.3 * hypot(other[0] - one[0], (other[1] - one[1]) * cos(radians(one[0])))


def _places(given: Any) -> list[tuple[float, float]]:
    if not isinstance(given, list) or not given:
        raise Error(112, "Insufficiently specified required parameter 'locations' or 'sources & targets'")
    try:
        return [(float(one["lat"]), float(one["lon"])) for one in given]
    except (KeyError, TypeError, ValueError):
        raise Error(130, "Failed to parse location") from None


@pytest.fixture
def valhalla_peer(answering) -> ValhallaPeer:
    peer = ValhallaPeer()
    peer.url = answering(peer.take)
    return peer
