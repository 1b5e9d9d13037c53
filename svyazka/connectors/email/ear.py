"""A mailbox is read for as long as it is switched on: told by IDLE (RFC 2177), and looked into all the same.

A letter is known by (folder, UIDVALIDITY, UID). How far a folder has been read is stored once what was read is
committed; whatever breaks in between is read again, and known in the ledger by that number.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from imap_tools import BaseMailBox

from svyazka.business.conversations import mailbox
from svyazka.business.intake.ear import Into
from svyazka.business.intake.write_down import NewArrival
from svyazka.business.notices.messengers import Access, Unreached
from svyazka.connectors.email import imap, letters

LOOK_EVERY = 120.0  # seconds; far less than the 29 minutes after which servers forget an IDLE
WITHOUT_IDLE = 20.0
GRACE = 3.0  # for ending by itself
SLICE = 1.0  # until a stop is noticed
LARGEST = 30 * 1024 * 1024
AT_ONCE = 20  # letters in one transaction
MOST_BYTES = 8 * 1024 * 1024  # of them
CLOCKS_MAY_DIFFER = 300.0  # seconds: rather a letter from before than one that is lost
A_DAY = 86_400.0
READ_ANEW = 30 * A_DAY  # of a folder whose numbers have changed: all before that was committed long ago


class Stopped(Exception):
    """Somebody has switched it off."""


class Mails:
    always = True

    def __init__(self, access: Access, cursor: Mapping[str, Any], into: Into) -> None:
        self._account = access.account
        self._mailbox = mailbox.of(access)
        self._cursor = {folder: dict(place) for folder, place in cursor.items()}
        self._into = into
        self._stop = threading.Event()
        self._box: BaseMailBox | None = None

    async def run(self) -> None:
        if self._mailbox.reading is None:
            await asyncio.Event().wait()
        loop = asyncio.get_running_loop()
        # A thread of its own: the common ones are few, and this one is taken for days.
        with ThreadPoolExecutor(1, f"mailbox {self._account}") as threads:
            work = loop.run_in_executor(threads, self._listen, loop)
            try:
                await asyncio.shield(work)
            except asyncio.CancelledError:
                self._stop.set()
                if not (await asyncio.wait([work], timeout=GRACE))[0]:
                    self._hang_up()
                    await asyncio.wait([work])
                work.exception()
                raise

    def _listen(self, loop: asyncio.AbstractEventLoop) -> None:
        assert self._mailbox.reading is not None
        with imap.opened(self._mailbox.reading) as box:
            self._box = box
            sent = imap.sent_folder(box) if self._mailbox.reads_sent else ""
            # The first of them last: it stays open, and whatever comes into it from then on is told.
            folders = [*([sent] if sent else []), *reversed(self._mailbox.folders)]
            is_told = imap.can_idle(box)
            while not self._stop.is_set():
                for folder in folders:
                    self._read(box, folder, is_sent=folder == sent, loop=loop)
                _wait_for(loop, self._into.heard())
                if not imap.was_told_of_more(box):
                    self._rest(box, is_told=is_told)

    def _read(self, box: BaseMailBox, folder: str, *, is_sent: bool, loop: asyncio.AbstractEventLoop) -> None:
        box.folder.set(folder, readonly=is_sent or not self._mailbox.marks_read)
        place = self._place(box, folder)
        for piece in self._pieces(box, place):
            arrivals = [self._arrival(folder, place, found, raw, is_sent) for found, raw in piece if raw]
            place = {**place, "uid": piece[-1][0].uid, "heard": time.time()}
            self._store(folder, place, arrivals, loop)
            if not is_sent and self._mailbox.marks_read:
                imap.mark_read(box, [found.uid for found, _raw in piece])
        if place != self._cursor.get(folder):
            self._store(folder, place, [], loop)

    def _place(self, box: BaseMailBox, folder: str) -> dict[str, Any]:
        """How far it has been read. Of what lay there up to `old` only that is read which arrived after `after`."""
        status = box.folder.status(folder, ["UIDVALIDITY", "UIDNEXT"])
        validity, now = status.get("UIDVALIDITY", 0), time.time()
        known = self._cursor.get(folder)
        last = max(status.get("UIDNEXT", 1) - 1, 0)
        if known is None:
            if not self._mailbox.since_days:
                return {"validity": validity, "uid": last, "old": last, "after": now, "heard": now}
            after = now - self._mailbox.since_days * A_DAY
            return {"validity": validity, "uid": 0, "old": last, "after": after, "heard": now}
        if known["validity"] != validity:
            # Numbers mean other letters now. Those that we have are known by what they say (`conversations/letters`).
            after = max(known["after"], known["heard"] - READ_ANEW)
            return {**known, "validity": validity, "uid": 0, "old": last, "after": after}
        return known

    def _pieces(self, box: BaseMailBox, place: Mapping[str, Any]) -> Iterator[list[tuple[imap.Found, bytes | None]]]:
        """What has come since, a few letters at a time."""
        uids = _new(box, place)
        for at in range(0, len(uids), AT_ONCE):
            piece: list[tuple[imap.Found, bytes | None]] = []
            size = 0
            for found in imap.measured(box, uids[at : at + AT_ONCE]):
                self._insist_on()
                is_ours = found.uid > place["old"] or found.at + CLOCKS_MAY_DIFFER >= place["after"]
                raw = imap.content(box, found.uid, whole=found.size <= LARGEST) if is_ours else None
                piece.append((found, raw))
                size += len(raw or b"")
                if size >= MOST_BYTES:
                    yield piece
                    piece, size = [], 0
            if piece:
                yield piece

    def _arrival(
        self, folder: str, place: Mapping[str, Any], found: imap.Found, raw: bytes | None, is_sent: bool
    ) -> NewArrival:
        headers = {"folder": folder, "validity": str(place["validity"]), "uid": str(found.uid)}
        headers |= {"sent": "1"} if is_sent else {}
        headers |= {"cut": "1"} if found.size > LARGEST else {}
        return NewArrival(
            account=self._account,
            connector="email",
            outside_id=f"{folder}/{place['validity']}/{found.uid}",
            conversation=f"{self._account} {_with_whom(raw or b'', is_sent)}",
            headers=headers,
            body=raw or b"",
        )

    def _store(
        self, folder: str, place: dict[str, Any], arrivals: Sequence[NewArrival], loop: asyncio.AbstractEventLoop
    ) -> None:
        cursor = {**self._cursor, folder: place}
        _wait_for(loop, self._into.write(arrivals, cursor))
        self._cursor = cursor

    def _rest(self, box: BaseMailBox, *, is_told: bool) -> None:
        until = time.monotonic() + (LOOK_EVERY if is_told else WITHOUT_IDLE)
        if not is_told:
            self._stop.wait(until - time.monotonic())
            return
        with box.idle as idle:
            while not self._stop.is_set() and (left := until - time.monotonic()) > 0:
                began = time.monotonic()
                if idle.poll(timeout=min(SLICE, left)):
                    return
                if time.monotonic() - began < min(SLICE, left) / 2:
                    raise Unreached("unreached")  # the other side has hung up

    def _hang_up(self) -> None:
        """Whoever waits for an answer in the thread gets none."""
        if self._box is not None:
            with contextlib.suppress(OSError):
                self._box.client.sock.shutdown(socket.SHUT_RDWR)

    def _insist_on(self) -> None:
        if self._stop.is_set():
            raise Stopped


def _new(box: BaseMailBox, place: Mapping[str, Any]) -> list[int]:
    uid, old = place["uid"], place["old"]
    lay_there = imap.look(box, f"UID {uid + 1}:{old} SINCE {imap.day(place['after'])}") if uid < old else []
    # A server answers with the last letter, where there is none above.
    return [one for one in (*lay_there, *imap.look(box, f"UID {max(uid, old) + 1}:*")) if one > uid]


def _with_whom(raw: bytes, is_sent: bool) -> str:
    """Letters with the same person are worked off in their order, whichever side they come from."""
    message = letters.parsed(raw[:200_000])
    found = letters.addresses(message, "to" if is_sent else "from")
    return found[0].value if found else "unknown"


def _wait_for(loop: asyncio.AbstractEventLoop, work: Coroutine[Any, Any, None]) -> None:
    asyncio.run_coroutine_threadsafe(work, loop).result()
