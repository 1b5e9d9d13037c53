"""DaData over a real socket, from its documentation: suggestions and cleaning of addresses, its limits and refusals."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

KEY, SECRET = "a" * 40, "b" * 40
SUGGEST, CLEAN = "/suggestions/api/4_1/rs/suggest/address", "/api/v1/clean/address"


class Error(Exception):
    def __init__(self, status: int, reason: str):
        super().__init__(reason)
        self.status = status
        self.answer = {"family": "CLIENT_ERROR", "reason": reason, "message": reason}


@dataclass
class DadataPeer:
    url: str = ""
    kind: str = "dadata"
    key: str = KEY
    secret: str = ""  # what somebody enters beside the key: cleaning instead of suggestions
    refuses: int = 0
    asked: list[str] = field(default_factory=list)
    # What it knows: a piece of the address → latitude, longitude, qc_geo. Its points are texts.
    known: dict[str, tuple[str, str, str]] = field(default_factory=dict)

    def know(self, piece: str, lat: float, lon: float, precision: str = "house") -> None:
        self.known[piece] = (str(lat), str(lon), {"house": "0", "near": "1", "street": "2", "town": "4"}[precision])

    def take(self, way: str, headers: Any, given: Any) -> tuple[int, Any]:
        method, _space, path = way.partition(" ")
        try:
            if self.refuses:
                raise Error(self.refuses, "refused")
            if headers.get("Authorization") != f"Token {KEY}":
                raise Error(401 if not headers.get("Authorization") else 403, "Unauthorized")
            if method != "POST":
                raise Error(405, "Method Not Allowed")
            if path == SUGGEST:
                return 200, self._suggest(given)
            if path == CLEAN:
                return 200, self._clean(headers, given)
            raise Error(404, "Not Found")
        except Error as error:
            return error.status, error.answer

    def _suggest(self, given: Any) -> dict[str, Any]:
        query = given.get("query") if isinstance(given, dict) else None
        if not isinstance(query, str):
            raise Error(400, "Bad Request")
        if len(query) > 300:
            raise Error(413, "Payload Too Large")
        self.asked.append(query)
        count = given.get("count", 10)
        data = [data for piece in self.known if (data := self._data(query, piece))]
        return {"suggestions": [{"value": query, "unrestricted_value": query, "data": one} for one in data[:count]]}

    def _clean(self, headers: Any, given: Any) -> list[dict[str, Any]]:
        if headers.get("X-Secret") != SECRET:
            raise Error(403, "Forbidden")
        if not isinstance(given, list) or len(given) != 1:
            raise Error(400, "Bad Request")
        self.asked.append(given[0])
        found = next((data for piece in self.known if (data := self._data(given[0], piece))), None)
        nothing = {"geo_lat": None, "geo_lon": None, "qc_geo": 5, "qc": 1}
        answer = {**found, "qc_geo": int(found["qc_geo"]), "qc": 0} if found else nothing
        return [{"source": given[0], "result": given[0] if found else None, **answer}]

    def _data(self, query: str, piece: str) -> dict[str, Any] | None:
        if piece.lower() not in query.lower():
            return None
        lat, lon, precision = self.known[piece]
        return {"country": "Россия", "fias_id": None, "geo_lat": lat, "geo_lon": lon, "qc_geo": precision, "qc": None}


@pytest.fixture
def dadata_peer(answering) -> DadataPeer:
    peer = DadataPeer()
    peer.know("Тверская, 1", 55.757, 37.615)
    peer.url = answering(peer.take)
    return peer
