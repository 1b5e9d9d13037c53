"""Recordings of an Oktell: its journal names a link, and its web server opens that for a password of a moment, which a
user of its own is given over the WebSocket. Never tried on a live Oktell."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from svyazka.business.calls.coming_back import LinkLost
from svyazka.business.calls.phone_system import Access, Option
from svyazka.business.calls.recordings.source import LARGEST, NotFetched, download_or_refuse
from svyazka.connectors.oktell import guesses
from svyazka.connectors.oktell.handshake import answer_to, log_in
from svyazka.connectors.oktell.wire import SECURE_PORT, Line, Redirected, Times, connected
from svyazka.kit.download import Wish

OPTIONS = (
    Option(
        "recordings",
        _("Recordings"),
        _("How they come here. Oktell keeps its own files as long as it likes."),
        choices=(("", _("stay at the PBX")), ("web", _("from its web server"))),
    ),
    Option(
        "recordings_login",
        _("User for the recordings"),
        _("One of their own in Oktell, that nobody works with: each is let in once."),
    ),
    Option("recordings_password", _("Password of this user"), is_secret=True),
)
_TIMES = Times(answer=10)
_TROUBLES = {"wrong_secret": "wrong_secret", "already_in": "occupied", "licence_full": "occupied"}


class Recordings:
    options: ClassVar[tuple[Option, ...]] = OPTIONS

    def __init__(self, access: Access) -> None:
        self._access = access

    def fetch(self, place: str, to: Path) -> None:
        if self._access.option("recordings") != "web" or not self._access.option("recordings_login"):
            raise NotFetched("no_way")
        if not place.startswith("/") or place.startswith("//") or not place.isprintable():
            raise NotFetched("not_allowed")
        kept, is_new = _PASSES.take(self._access)
        try:
            self._download(kept, place, to)
        except NotFetched as refusal:
            if refusal.trouble != "wrong_secret" or is_new:
                raise
            # How long one lasts is not known: that of a moment ago may be over.
            _PASSES.forget(self._access, kept)
            self._download(_PASSES.take(self._access)[0], place, to)

    def _download(self, kept: Pass, place: str, to: Path) -> None:
        url = guesses.address_of_recording(kept.server, place, kept.word)
        is_any = self._access.option("certificate", "checked") == "any"
        download_or_refuse(Wish(url, LARGEST, known=(self._access.host,), any_certificate=is_any), to)


@dataclass(frozen=True)
class Pass:
    word: str
    server: str
    until: float


class Passes:
    """One log-in at a time, and one for several recordings: Oktell lets each user in once, and counts licences."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[Access, Pass] = {}

    def take(self, access: Access) -> tuple[Pass, bool]:
        """And whether it is a new one."""
        with self._lock:
            kept = self._kept.get(access)
            if kept and time.monotonic() < kept.until:
                return kept, False
            self._kept[access] = kept = asyncio.run(_new_pass(access))
            return kept, True

    def forget(self, access: Access, kept: Pass) -> None:
        with self._lock:
            if self._kept.get(access) == kept:
                del self._kept[access]


_PASSES = Passes()


async def _new_pass(access: Access) -> Pass:
    secure = access.option("tls", "off") == "on"
    try:
        try:
            word = await _ask(access, secure=secure)
        except Redirected:
            secure = True
            word = await _ask(access, secure=True)
    except LinkLost as lost:
        raise NotFetched(_TROUBLES.get(lost.trouble, "unreachable")) from lost
    return Pass(word, _server(access, secure=secure), time.monotonic() + guesses.PASS_LASTS)


async def _ask(access: Access, *, secure: bool) -> str:
    user = replace(access, login=access.option("recordings_login"), secret=access.option("recordings_password"))
    async with connected(access, _TIMES, None, secure=secure) as line:
        reading = asyncio.create_task(_read(line))
        try:
            await line.must_answer("ping", {})
            await log_in(line, user)
            answer = await line.must_answer(*guesses.ASK_FOR_PASS)
            await line.say("logout", {})
        finally:
            reading.cancel()
            with contextlib.suppress(asyncio.CancelledError, LinkLost):
                await reading
    word = guesses.pass_of(answer)
    if not word:
        raise NotFetched("no_right")
    return word


async def _read(line: Line) -> None:
    async for frame, _text in line.events():
        if reply := answer_to(frame):
            await line.say(*reply)


def _server(access: Access, *, secure: bool) -> str:
    """Its web server answers where its WebSocket does."""
    host = f"[{access.host}]" if ":" in access.host else access.host
    is_sent_over = secure and access.option("tls", "off") == "off"
    return f"{'https' if secure else 'http'}://{host}:{SECURE_PORT if is_sent_over else access.port}"
