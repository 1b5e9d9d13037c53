"""`Москва, ул. Лесная, 5, кв. 12` → `ул. Лесная`: as much of an address as whoever sees the screen may read."""

from __future__ import annotations

import re

_HOUSE = re.compile(r"^(?:д\.?|дом|корп\.?|корпус|стр\.?|кв\.?|оф\.?|под\.?|подъезд|этаж|flat|apt\.?)?\s*№?\s*\d", re.I)
_HOUSE_WITHIN = re.compile(
    r"[\s,.]+(?:д|дом|корп|корпус|стр|строение|кв|квартира|оф|офис|под|подъезд|этаж|код|домофон|вход|секция)"
    r"\.?\s*№?\s*\d.*$",
    re.I,
)
_NUMBER_BEHIND = re.compile(r"[\s,]+(?:д\.?\s*)?\d+\s*[\w/-]{0,6}$")
_WAY = re.compile(
    r"(?:^|[\s.])(?:ул|улица|просп|проспект|пр-т|пр-д|проезд|пер|переулок|ш|шоссе|наб|набережная|б-р|бульвар|пл|площадь"
    r"|аллея|тракт|линия|мкр|микрорайон|street|st|avenue|road|lane)(?:$|[\s.])",
    re.I,
)


def street_of(address: str) -> str:
    """Empty, where no street can be told from the rest."""
    parts = [part.strip() for part in address.split(",") if part.strip()]
    before = []
    for part in parts:
        if _HOUSE.match(part):
            break
        before.append(part)
    named = [part for part in before if _WAY.search(part)]
    if named:
        return _without_house(named[-1])
    return _without_house(before[-1]) if len(before) > 1 else ""


def _without_house(street: str) -> str:
    return _NUMBER_BEHIND.sub("", _HOUSE_WITHIN.sub("", street))
