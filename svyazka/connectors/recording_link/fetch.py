"""A recording to which the telephone system has given a link, as cloud systems do."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from svyazka.business.calls.phone_system import Access, Option
from svyazka.business.calls.recordings.source import LARGEST, NotFetched, download_or_refuse
from svyazka.kit.download import Wish


class Link:
    options: ClassVar[tuple[Option, ...]] = ()

    def __init__(self, access: Access) -> None:
        self._access = access

    def fetch(self, place: str, to: Path) -> None:
        """A PBX that stands in the company's own network links to itself."""
        if not place.startswith(("https://", "http://")):
            raise NotFetched("no_way")
        download_or_refuse(Wish(place, LARGEST, known=(self._access.host,)), to)
