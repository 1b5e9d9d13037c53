"""Nominatim's search over a real socket, from its documentation and the policy of its operator."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest


@dataclass
class NominatimPeer:
    url: str = ""
    kind: str = "nominatim"
    key: str = ""
    secret: str = ""
    pace: float = 0.0  # seconds between two questions; the foundation's own server wants one
    refuses: int = 0
    asked: list[str] = field(default_factory=list)
    agents: set[str] = field(default_factory=set)
    known: dict[str, dict[str, Any]] = field(default_factory=dict)
    _at: float = 0.0

    def know(self, piece: str, lat: float, lon: float, precision: str = "house") -> None:
        kind, rank = {"house": ("building", 30), "street": ("road", 26), "town": ("city", 16)}[precision]
        self.known[piece] = {
            "place_id": 1, "osm_type": "way", "osm_id": 1, "lat": f"{lat:.7f}", "lon": f"{lon:.7f}",
            "category": "place", "type": kind, "place_rank": rank, "importance": 0.1, "addresstype": kind,
            "name": piece, "display_name": f"{piece}, Россия", "boundingbox": ["0", "0", "0", "0"],
        }  # fmt: skip

    def take(self, way: str, headers: Any, _given: Any) -> tuple[int, Any]:
        parts = urlsplit(way.partition(" ")[2])
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        agent = headers.get("User-Agent", "")
        if self.refuses:
            return self.refuses, _error(self.refuses, "refused")
        if not agent or agent.startswith(("python-", "curl")):
            return 403, b"<html>Access denied. See the usage policy.</html>"
        if parts.path != "/search":
            return 404, b"<html>Not found</html>"
        if query.get("format") not in ("json", "jsonv2"):
            return 400, _error(400, "Parameter 'format' must be one of: json, jsonv2")
        now = time.monotonic()
        if now - self._at < self.pace:
            return 429, b"<html>Bandwidth limit exceeded</html>"
        self._at = now
        self.agents.add(agent)
        self.asked.append(query.get("q", ""))
        found = [one for piece, one in self.known.items() if piece.lower() in query.get("q", "").lower()]
        return 200, found[: int(query.get("limit", 10))]


def _error(code: int, message: str) -> dict[str, Any]:
    return {"error": {"code": code, "message": message}}


@pytest.fixture
def nominatim_peer(answering) -> NominatimPeer:
    peer = NominatimPeer()
    peer.know("Тверская, 1", 55.757, 37.615)
    peer.url = answering(peer.take)
    return peer
