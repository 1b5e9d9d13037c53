"""DaData knows where a Russian address lies. With a secret by its cleaning, which takes free text and is paid for each
question; without one by its suggestions, some thousands of which a day are free.

Written from its documentation; never tried against the living service.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from svyazka.business.places.geocoder import Access, Found
from svyazka.business.places.models import Place
from svyazka.business.places.troubles import Trouble
from svyazka.kit import addresses
from svyazka.kit.outside import Answer, Line, Silent

SUGGESTIONS = "https://suggestions.dadata.ru"
CLEANER = "https://cleaner.dadata.ru"
LONGEST = 300  # letters of a question
# Its qc_geo. What it cannot place, 5, has no point.
PRECISIONS = {
    "0": Place.Precision.HOUSE,
    "1": Place.Precision.NEAR,
    "2": Place.Precision.STREET,
    "3": Place.Precision.TOWN,
    "4": Place.Precision.TOWN,
}
TROUBLES = {401: "wrong_key", 402: "no_money", 403: "wrong_key", 429: "too_often"}


class DaData:
    title: ClassVar[str] = "DaData"
    pace: ClassVar[float] = 0.1
    has_key: ClassVar[bool] = True
    example: ClassVar[str] = addresses.EXAMPLE

    def __init__(self, access: Access) -> None:
        self._cleans = bool(access.secret)
        headers = {"Authorization": f"Token {access.key}"}
        if self._cleans:
            headers["X-Secret"] = access.secret
        self._line = Line(access.base or (CLEANER if self._cleans else SUGGESTIONS), headers=headers)

    def find(self, address: str) -> Found | None:
        asked = address[:LONGEST]
        if self._cleans:
            answer = self._ask("/api/v1/clean/address", [asked])
            return _found(answer.listed[0] if answer.listed else None)
        answer = self._ask("/suggestions/api/4_1/rs/suggest/address", {"query": asked, "count": 1})
        suggestions = answer.said.get("suggestions")
        if not isinstance(suggestions, list):
            raise Trouble("not_understood")
        first = suggestions[0] if suggestions else None
        return _found(first.get("data") if isinstance(first, dict) else None)

    def close(self) -> None:
        self._line.close()

    def _ask(self, path: str, given: object) -> Answer:
        try:
            answer = self._line.ask("POST", path, given)
        except Silent:
            raise Trouble("unreachable") from None
        if answer.status != 200:
            raise Trouble(TROUBLES.get(answer.status, "unreachable" if answer.status >= 500 else "not_understood"))
        return answer


def _found(said: Mapping[str, Any] | None) -> Found | None:
    if not isinstance(said, dict):
        return None
    precision = PRECISIONS.get(str(said.get("qc_geo")))
    try:
        return Found(float(said["geo_lat"]), float(said["geo_lon"]), precision) if precision else None
    except (KeyError, TypeError, ValueError):
        return None
