"""Where an address lies, as far as it is known. Nobody waits for a geocoder: until one has answered, it is the middle
of the town, and marked as such.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import connection

from svyazka.business.places.models import Background, Place
from svyazka.engines.routing.problem import Point
from svyazka.kit import addresses, clock


@dataclass(frozen=True)
class Placed:
    point: Point
    precision: str  # of Place.Precision
    source: str  # who says so; empty: nobody, it is the middle of the town or of where the company works

    @property
    def is_rough(self) -> bool:
        return self.precision == Place.Precision.TOWN


def of(address: str) -> Placed | None:
    return of_all([address]).get(address)


def of_all(wanted: Iterable[str]) -> dict[str, Placed]:
    """In one statement; what nobody has asked for yet is put on the geocoder's list. An address of which not even the
    town is known is missing in the answer."""
    keys = {address: key for address in wanted if (key := addresses.key(address))}
    known = _known(sorted(set(keys.values())))
    want({key: address for address, key in keys.items() if key not in known})
    roughly = _Roughly()
    found = {address: known.get(key) or roughly.placed(address) for address, key in keys.items()}
    return {address: placed for address, placed in found.items() if placed}


def _known(keys: list[str]) -> dict[str, Placed | None]:
    """Not as objects of the ORM: a board asks for four hundred of them."""
    with connection.cursor() as cursor:
        cursor.execute("select key, lat, lon, precision, source from places_place where key = any(%s)", [keys])
        return {
            key: None if lat is None else Placed(Point(lat, lon), precision, source)
            for key, lat, lon, precision, source in cursor.fetchall()
        }


def want(missing: dict[str, str]) -> None:
    """Key → address."""
    if not missing:
        return
    with connection.cursor() as cursor:
        cursor.execute(_WANT, [clock.now(), list(missing), [address[:300] for address in missing.values()]])


_WANT = """
insert into places_place (key, address, precision, source, ask_at, tries, version)
select key, address, '', '', %s, 0, 1 from unnest(%s::text[], %s::text[]) as missing (key, address) order by key
on conflict do nothing
"""


def place_of(address: str) -> Place | None:
    return Place.objects.select_related("placed_by").filter(key=addresses.key(address)).first()


def centre() -> Point | None:
    """Where the company works, if it has said so."""
    background = Background.objects.filter(pk=1).first()
    if background is None or background.lat is None or background.lon is None:
        return None
    return Point(background.lat, background.lon)


def nearby(point: Point, *, most: int = 200) -> list[Place]:
    """What is placed around there, for a map that has no other background: some ten kilometres."""
    lat, lon = point
    around = Place.objects.filter(lat__range=(lat - 0.1, lat + 0.1), lon__range=(lon - 0.2, lon + 0.2))
    return list(around.order_by("-placed_at")[:most])


class _Roughly:
    """Asks where the company works once at most, and only if it matters."""

    def __init__(self) -> None:
        self._centre: list[Point | None] = []

    def placed(self, address: str) -> Placed | None:
        if middle := addresses.town(address):
            return Placed(Point(*middle), Place.Precision.TOWN, "")
        if not self._centre:
            self._centre.append(centre())
        return Placed(self._centre[0], Place.Precision.TOWN, "") if self._centre[0] else None
