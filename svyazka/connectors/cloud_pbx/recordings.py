"""Recordings of cloud PBXs that name them by a number: asked for with a signed request, which is answered with the
sound itself or with a link to it. Never tried on a live service."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path
from typing import ClassVar
from urllib.parse import urlencode

from svyazka.business.calls.phone_system import Access, Option
from svyazka.business.calls.recordings.source import LARGEST, NotFetched, download_or_refuse
from svyazka.connectors.cloud_pbx.api import base_of
from svyazka.connectors.cloud_pbx.mango import MANGO
from svyazka.connectors.cloud_pbx.provider import Answer, Provider
from svyazka.connectors.cloud_pbx.zadarma import ZADARMA
from svyazka.kit.download import Wish

LONGEST_ANSWER = 64 * 1024
# Mango locks out whoever asks wrongly twice within two minutes, and calls by a click with him.
REST = 120.0
_REST_AFTER = frozenset({"wrong_secret", "too_often"})


class CloudRecordings:
    options: ClassVar[tuple[Option, ...]] = ()
    provider: ClassVar[Provider]

    def __init__(self, access: Access) -> None:
        assert self.provider.recordings
        self._access, self._told = access, self.provider.recordings
        self._pace = _PACES.setdefault(access, Pace(self._told.every))

    def fetch(self, place: str, to: Path) -> None:
        self._pace.wait()
        try:
            self._ask(place, to)
        except NotFetched as refusal:
            if refusal.trouble in _REST_AFTER:
                self._pace.rest(refusal.trouble)
            raise
        if answer := _said(to):
            self._follow(answer, to)

    def _ask(self, place: str, to: Path) -> None:
        request = self._told.ask(self._access, place)
        url = base_of(self._access) + request.path
        url += f"?{urlencode(request.query)}" if request.query else ""
        known = (self._access.host,)
        download_or_refuse(Wish(url, LARGEST, headers=request.headers, form=request.form, known=known), to)

    def _follow(self, answer: Answer, to: Path) -> None:
        if trouble := self._told.trouble(answer):
            raise NotFetched(trouble)
        # It opens what it names to whoever has it: it is not logged.
        download_or_refuse(Wish(self._told.link(answer), LARGEST, known=(self._access.host,)), to)


class Mango(CloudRecordings):
    provider = MANGO


class Zadarma(CloudRecordings):
    provider = ZADARMA


class Pace:
    """How often one system is asked, by this process: commands need the limits of its API more than recordings do."""

    def __init__(self, every: float) -> None:
        self._every = every
        self._lock = threading.Lock()
        self._next = self._rested = 0.0
        self._why = ""

    def wait(self) -> None:
        """Raises NotFetched while it rests."""
        with self._lock:
            now = time.monotonic()
            if now < self._rested:
                raise NotFetched(self._why)
            at = max(now, self._next)
            self._next = at + self._every
        time.sleep(at - now)

    def rest(self, why: str) -> None:
        with self._lock:
            self._rested, self._why = time.monotonic() + REST, why


_PACES: dict[Access, Pace] = {}  # an access that was changed is asked anew


def _said(came: Path) -> Answer | None:
    """What it has answered in words; nothing, where the sound itself has come."""
    with came.open("rb") as file:
        body = file.read(LONGEST_ANSWER)
    if not body.lstrip().startswith(b"{"):
        return None
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return Answer(200, found) if isinstance(found, dict) else None
