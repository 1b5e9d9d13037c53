"""The way there: an address on a map, in whichever the company uses."""

from __future__ import annotations

import re
from functools import lru_cache
from urllib.parse import quote

from django.conf import settings

# 5th Avenue; a house 5-A is followed by no name.
_ORDINAL = re.compile(r"\b\d+(?:-[^\W\d_]{1,2}|st|nd|rd|th)(?=\s+[^\W\d_]{3})")
# The way to an address in the maps app of a phone; a site opens the app where it is installed.
APPS = {
    "yandex": "https://yandex.ru/maps/?rtext=~{address}&rtt=auto",
    "navigator": "yandexnavi://map_search?text={address}",
    "2gis": "https://2gis.ru/search/{address}",
    "google": "https://www.google.com/maps/dir/?api=1&destination={address}",
    "apple": "https://maps.apple.com/?daddr={address}",
    "geo": "geo:0,0?q={address}",
}


def way_link(address: str, app: str) -> str:
    """In the app that was chosen; in the company's usual one where none was."""
    pattern = APPS.get(app)
    return pattern.replace("{address}", quote(address, safe="")) if pattern and address else map_link(address)


def map_link(address: str) -> str:
    pattern: str = settings.MAP_LINK
    return pattern.replace("{address}", quote(address, safe="")) if address else ""


@lru_cache(maxsize=50_000)  # a board says those of a week each time somebody does something
def street_of(address: str) -> str:
    """Without the town, where there is little room: a part without a number before another such part.

    `Moscow, Forest street, 5` → `Forest street, 5`; a street may have a number in its name.
    """
    parts = [part.strip() for part in address.split(",")]
    while len(parts) > 2 and not _has_number(parts[0]) and not _has_number(parts[1]):
        parts.pop(0)
    return ", ".join(parts)


def _has_number(text: str) -> bool:
    return any(sign.isdigit() for sign in _ORDINAL.sub("", text))
