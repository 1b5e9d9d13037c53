"""Nominatim: the geocoder of OpenStreetMap, that of its foundation or one of the company's own.

The foundation asks for one question a second at most and for a name of who asks, and shuts out whoever does otherwise
(operations.osmfoundation.org/policies/nominatim).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.conf import settings

from svyazka import __version__
from svyazka.business.places.geocoder import Access, Found
from svyazka.business.places.models import Place
from svyazka.business.places.troubles import Trouble
from svyazka.kit import addresses
from svyazka.kit.outside import Line, Silent

FOUNDATION = "https://nominatim.openstreetmap.org"
TROUBLES = {401: "wrong_key", 403: "forbidden", 429: "too_often"}
# Its place_rank: a country is 4, a town 16, a district 22, a street 26, a house 30.
RANKS = ((29, Place.Precision.HOUSE), (26, Place.Precision.STREET), (12, Place.Precision.TOWN))


class Nominatim:
    title: ClassVar[str] = "Nominatim"
    pace: ClassVar[float] = 1.1
    has_key: ClassVar[bool] = False
    example: ClassVar[str] = addresses.EXAMPLE

    def __init__(self, access: Access) -> None:
        name = f"Svyazka/{__version__} (CRM; {settings.ADDRESS or 'own installation'})"
        self._line = Line(access.base or FOUNDATION, headers={"User-Agent": name, "Accept-Language": "ru"})

    def find(self, address: str) -> Found | None:
        query = {"q": address, "format": "jsonv2", "limit": "1", "countrycodes": "ru,by,kz,kg,am"}
        try:
            answer = self._line.ask("GET", "/search", query=query)
        except Silent:
            raise Trouble("unreachable") from None
        if answer.status != 200:
            raise Trouble(TROUBLES.get(answer.status, "unreachable" if answer.status >= 500 else "not_understood"))
        if answer.said:  # an object where a list belongs
            raise Trouble("not_understood")
        return _found(answer.listed[0]) if answer.listed else None

    def close(self) -> None:
        self._line.close()


def _found(said: Mapping[str, Any]) -> Found | None:
    try:
        lat, lon, rank = float(said["lat"]), float(said["lon"]), int(said.get("place_rank", 0))
    except (KeyError, TypeError, ValueError):
        raise Trouble("not_understood") from None
    precision = next((precision for least, precision in RANKS if rank >= least), None)
    return Found(lat, lon, precision) if precision else None
