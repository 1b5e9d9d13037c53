"""The way there: an address on a map, in whichever the company uses."""

from __future__ import annotations

from urllib.parse import quote

from django.conf import settings


def map_link(address: str) -> str:
    pattern: str = settings.MAP_LINK
    return pattern.replace("{address}", quote(address, safe="")) if address else ""
