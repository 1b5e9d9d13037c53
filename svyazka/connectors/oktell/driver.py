"""Listening to an Oktell over one WebSocket from server to server: it carries the telephones of all users.

Written from documents and other people's code; nobody has tried it on a live Oktell (docs/how-to/oktell.md). What had
to be guessed stands in guesses.py.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Collection, Coroutine
from datetime import UTC, datetime
from typing import Any, ClassVar

from django.conf import settings

from svyazka.business.calls.coming_back import ComingBack, LinkLost, end, or_lost
from svyazka.business.calls.last_words import LastWords
from svyazka.business.calls.phone_system import Access, Command, Do, Done, Ledger, NotDone, Noticed, Option
from svyazka.business.calls.setting_up.guide import Finding, Guide
from svyazka.business.intake.write_down import NewArrival
from svyazka.connectors.oktell import guesses, handshake, orders
from svyazka.connectors.oktell.arrivals import Arrivals, going_on
from svyazka.connectors.oktell.directory import Directory
from svyazka.connectors.oktell.floor import Chain, Floor, Notes
from svyazka.connectors.oktell.frames import Frame, compose
from svyazka.connectors.oktell.guide import GUIDE, found
from svyazka.connectors.oktell.handshake import ask_if_it_can
from svyazka.connectors.oktell.options import OPTIONS
from svyazka.connectors.oktell.phones import said_by
from svyazka.connectors.oktell.raw_log import RawLog
from svyazka.connectors.oktell.read import LINE_STATE
from svyazka.connectors.oktell.wire import Line, Redirected, Times, Unanswered, connected

LINES_AT_ONCE = 10


class Oktell:
    """One PBX. Fits calls.phone_system.PhoneSystem."""

    capabilities: ClassVar[frozenset[Do]] = frozenset(Do)
    bears_one_listener: ClassVar[bool] = True  # one web-CRM at a time
    options: ClassVar[tuple[Option, ...]] = OPTIONS
    place: ClassVar[tuple[str, int]] = ("", 4055)
    guide: ClassVar[Guide] = GUIDE

    def __init__(self, access: Access, ledger: Ledger, noticed: Noticed, *, times: Times | None = None) -> None:
        self.access, self.times = access, times or Times()
        self.coming_back = ComingBack(access.code, noticed, self.times)
        self.secure = access.option("tls", "off") == "on"
        self.floor = Floor(after_talk=self.times.after_talk, after_ring=self.times.after_ring)
        self.directory = Directory()
        self.phones: LastWords[str] = LastWords()
        self.arrivals = Arrivals(access.code, ledger, self.directory, access.option("lines"))
        self.breaks: dict[str, Any] = {}
        self.dated = 0  # the server's version, as it dates it; 0: it did not say
        self.line: Line | None = None  # while it is up
        self.turned = asyncio.Condition()  # told whenever something has changed on the floor
        self.asides: set[asyncio.Task[None]] = set()

    @staticmethod
    def nothing_goes_on(code: str, at: datetime) -> NewArrival:
        return going_on(code, (), at)

    async def run(self) -> None:
        await self.coming_back.keep(self._listen_or_be_redirected)

    async def carry_out(self, command: Command) -> Done:
        if self.line is None:
            raise NotDone("no_link")
        try:
            return await orders.carry_out(self, self.line, command)
        except LinkLost as lost:
            raise NotDone("cut") from lost

    async def examine(self, extensions: Collection[str]) -> list[Finding]:
        return found(self.directory, self.dated, extensions) if self.line else []

    async def _listen_or_be_redirected(self) -> None:
        try:
            await self._listen_once()
        except Redirected:
            if self.secure:
                # Over TLS already: it would send us round in a circle, without a pause.
                raise LinkLost("not_understood") from None
            self.secure = True

    async def _listen_once(self) -> None:
        frames = RawLog(settings.PHONE_FRAMES, self.access.code) if self.access.option("raw_log") == "on" else None
        async with connected(self.access, self.times, frames, secure=self.secure) as line:
            tasks = [asyncio.create_task(self._hand_on(line))]
            try:
                await or_lost(self._get_ready(line), *tasks)
                self._aside(self._close_unconfirmed(datetime.now(UTC)))
                chores = (self._keep_alive, self._ask_queue, self._look_what_is_over, self._tell_of_phones)
                tasks += [asyncio.create_task(chore(line)) for chore in chores]
                await or_lost(asyncio.Event().wait(), *tasks)
            finally:
                self.line = None
                await self._notify()
                await end([*tasks, *self.asides])
                if frames is not None:
                    frames.close()

    async def _get_ready(self, line: Line) -> None:
        await handshake.shake_hands(line, self.access)
        await self._learn(line)
        await handshake.subscribe(line)
        await self._ask_what_goes_on(line)
        self.line = line
        await self.coming_back.succeeded()

    async def _learn(self, line: Line) -> None:
        version = (await ask_if_it_can(line, "getversion", {"showalloweddbstoredprocs": 1})).get("version") or {}
        self.dated = int(version["dated"]) if str(version.get("dated")).isdecimal() else 0
        self.breaks = guesses.breaks_of(await ask_if_it_can(line, "cc_getlunchtypes", {}))
        await self._learn_users(line)
        if numbers := guesses.numbers_of(await ask_if_it_can(line, "getpbxnumbers", guesses.of_all(mode="full"))):
            await self.arrivals.add_phones(numbers, datetime.now(UTC), are_all=True)

    async def _learn_users(self, line: Line) -> None:
        self.directory.take_in(await ask_if_it_can(line, "getallusernumbers", guesses.of_all(fillsubordinates=True)))

    async def _ask_what_goes_on(self, line: Line) -> None:
        """Nothing is said again after a break: each line is asked, a few at a time, until one does not answer."""
        self.floor.doubt()
        users = list(self.directory.numbers)
        for place in range(0, len(users), LINES_AT_ONCE):
            asked = [self._ask_line(line, user) for user in users[place : place + LINES_AT_ONCE]]
            if not all(await asyncio.gather(*asked)):
                return

    async def _ask_line(self, line: Line, user: str) -> bool:
        """Whether it was answered."""
        try:
            answer = await line.ask("getextendedlineinfo", guesses.ask_as(self.directory.login_of(user), user))
        except Unanswered:
            return False
        frame = Frame(LINE_STATE, answer.body, whose=user)
        if answer.succeeded and (notes := self.floor.hear_line(frame, datetime.now(UTC))):
            await self.arrivals.add(frame, compose(frame.name, frame.body), notes)
        return True

    async def _hand_on(self, line: Line) -> None:
        async for heard, text in line.events():
            if answer := handshake.answer_to(heard):
                await line.say(*answer)
                continue
            self.phones.hear(said_by(heard))
            frame = self.directory.named(heard)
            notes = self.floor.hear(frame, datetime.now(UTC))
            await self._notify()
            if notes is not None:
                await self.arrivals.add(frame, text, notes)
                self._look_after(line, frame, notes)

    def _look_after(self, line: Line, frame: Frame, notes: Notes) -> None:
        """What a message leaves open is asked, while the next ones are heard."""
        if notes["direction"] == "out" and notes.get("client") and not notes.get("number"):
            self._aside(self._ask_whom_he_dialled(line, frame, notes))
        if frame.user not in self.directory.numbers:
            self.directory.numbers[frame.user] = ""  # asked for once
            self._aside(self._learn_users(line))

    async def _ask_whom_he_dialled(self, line: Line, frame: Frame, notes: Notes) -> None:
        asked = guesses.ask_as(self.directory.login_of(frame.user), frame.user)
        answer = Frame(LINE_STATE, await ask_if_it_can(line, "getextendedlineinfo", asked), whose=frame.user)
        if number := guesses.other_side(answer):
            self.floor.chains[notes["chain"]].number = number
            told = {**notes, "number": number, "dialled": "1"}
            await self.arrivals.add(answer, compose(answer.name, answer.body), told)

    async def _keep_alive(self, line: Line) -> None:
        while True:
            await asyncio.sleep(self.times.ping)
            await line.must_answer("ping", {})

    async def _ask_queue(self, line: Line) -> None:
        """There is no event for it; the vendor's client asks as often."""
        while True:
            self.floor.waiting = guesses.waiting_in(await ask_if_it_can(line, "getcurrentqueue", {}))
            await asyncio.sleep(self.times.queue)

    async def _tell_of_phones(self, _line: Line) -> None:
        while True:
            await self.arrivals.add_phones(await self.phones.news(), datetime.now(UTC))
            await asyncio.sleep(self.times.phones)

    async def _look_what_is_over(self, line: Line) -> None:
        while True:
            await asyncio.sleep(self.times.look)
            for chain in self.floor.over(datetime.now(UTC)):
                await self.arrivals.add_end(chain, chain.quiet_since or datetime.now(UTC))
                if chain.spoke:
                    self._aside(self._ask_recordings(line, chain))

    async def _ask_recordings(self, line: Line, chain: Chain) -> None:
        """The journal has them a moment after the call is over, if at all."""
        for pause in (0.0, self.times.recording):
            await asyncio.sleep(pause)
            answer = Frame("", await ask_if_it_can(line, "getpbxcalljournal", guesses.journal_of(chain.key)))
            if guesses.recordings(answer.body):
                await self.arrivals.add_recordings(chain, answer)
                return

    async def _close_unconfirmed(self, asked_at: datetime) -> None:
        """What neither a line nor an event has confirmed for a while after the break has vanished in it."""
        await asyncio.sleep(self.times.grace)
        self.floor.give_up_doubtful()
        await self.arrivals.add_going_on(self.floor.going_on(), asked_at)

    def tell_turned(self) -> None:
        """Whoever waits for something looks again."""
        self._aside(self._notify())

    async def _notify(self) -> None:
        async with self.turned:
            self.turned.notify_all()

    def _aside(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(_unless_lost(work))
        self.asides.add(task)
        task.add_done_callback(self.asides.discard)


async def _unless_lost(work: Coroutine[Any, Any, None]) -> None:
    with contextlib.suppress(LinkLost):
        await work
