"""Addresses as people write them: which of them name the same building, and where a town lies. Without Django."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path

LatLon = tuple[float, float]


@lru_cache(maxsize=50_000)  # a board asks for those of a week each time somebody does something
def key(address: str) -> str:
    """The same for everybody in one building, however it is written. Empty: this is no address.

    `г. Москва, ул. Лесная, д. 5, кв. 12` → `москва лесная 5`.
    """
    said = _INSIDE.sub(" ", address.lower().replace("ё", "е"))
    return " ".join(_SIGNS.sub(" ", _KINDS.sub(" ", said)).split())[:LONGEST]


def building(address: str) -> str:
    """Without what leads through the building: nobody who draws maps knows of a flat."""
    return re.sub(r"(\s*,)+\s*$", "", _INSIDE.sub(" ", address)).strip()


def town(address: str) -> LatLon | None:
    """The middle of the town that stands first in it."""
    for part in address.split(","):
        name = _SIGNS.sub(" ", _KINDS.sub(" ", part.lower().replace("ё", "е").replace("-", " ")))
        if found := _towns().get(" ".join(name.split())):
            return found
    return None


def point(typed: str) -> LatLon | None:
    """As maps give it to the clipboard: `55.751244, 37.618423`; also with commas in the numbers, and a space."""
    found = _POINT.fullmatch(typed.strip())
    if not found:
        return None
    lat, lon = (float(number.replace(",", ".")) for number in found.groups())
    return (lat, lon) if is_on_earth(lat, lon) else None


def is_on_earth(lat: float, lon: float) -> bool:
    return -90 <= lat <= 90 and -180 <= lon <= 180


LONGEST = 200
EXAMPLE = "Москва, Тверская, 1"  # which whoever knows addresses must know
_NUMBER = r"[\w/-]{1,8}"
# What follows the house: flat, entrance, floor, office, code of the door.
_INSIDE = re.compile(
    rf"(?:,|\s)\s*(?:кв(?:артира)?|под(?:ъезд)?|п-д|эт(?:аж)?|оф(?:ис)?|комн(?:ата)?|пом(?:ещение)?|домофон|код)"
    rf"(?:\.\s*|\s+)(?:№\s*)?{_NUMBER}(?=\W|$)",
    re.IGNORECASE,
)
# Words that say of what kind a part is. A building within a house number is another building: it stays.
_KINDS = re.compile(
    r"\b(?:россия|рф|г|гор|город|ул|улица|д|дом|просп|пр-кт|пр-т|проспект|пер|переулок|бул|б-р|бульвар|ш|шоссе|наб|"
    r"набережная|пл|площадь|пос|поселок|п|с|село|дер|деревня|мкр|микрорайон|обл|область|р-н|район)\b\.?"
)
_SIGNS = re.compile(r"[^\w/-]+|(?<!\w)-|-(?!\w)")
_POINT = re.compile(r"\(?(-?\d{1,3}(?:[.,]\d{1,12}))\s*(?:[,;]\s*|\s+)(-?\d{1,3}(?:[.,]\d{1,12}))\)?")


@cache
def _towns() -> dict[str, LatLon]:
    lines = (Path(__file__).parent / "towns.txt").read_text(encoding="utf-8").splitlines()
    found: dict[str, LatLon] = {}
    for line in lines[1:]:
        lat, lon, names = line.split(" ", 2)
        found.update(dict.fromkeys(names.split(", "), (float(lat), float(lon))))
    return found
