"""Listening to an Asterisk through its manager interface (AMI).

A client of our own: the libraries leave out the server-side filter, deadlines, back-pressure and the question after a
break what is going on, and the protocol is small.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import itertools
import random
from collections.abc import AsyncIterator, Coroutine, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, ClassVar, TypeVar

import structlog

from svyazka.business.calls.phone_system import Access, Command, Do, Done, Ledger, Link, NotDone, Noticed
from svyazka.business.intake.write_down import NewArrival
from svyazka.connectors.asterisk.messages import END, LINE, Message, NotAmi, Splitter, compose, parse
from svyazka.connectors.asterisk.read import RECORDING_VARIABLE, WANTED, call_key_of, is_wanted

log = structlog.get_logger(__name__)

GREETING = b"Asterisk Call Manager/"
T = TypeVar("T")


@dataclass(frozen=True)
class Times:
    """In seconds."""

    answer: float = 10.0  # a PBX that has not answered by then is not there
    ping: float = 15.0
    first_pause: float = 0.5
    longest_pause: float = 30.0
    locked_pause: float = 60.0  # Asterisk's own guards lock out whoever tries a wrong secret often


class LinkLost(Exception):
    """The connection ended; `trouble` is a key of calls.links.TROUBLES."""

    def __init__(self, trouble: str) -> None:
        super().__init__(trouble)
        self.trouble = trouble


class Asterisk:
    """One PBX. Fits calls.phone_system.PhoneSystem."""

    capabilities: ClassVar[frozenset[Do]] = frozenset()

    def __init__(self, access: Access, ledger: Ledger, noticed: Noticed, *, times: Times | None = None) -> None:
        self.access = access
        self.ledger = ledger
        self.noticed = noticed
        self.times = times or Times()
        self.failures = 0

    async def run(self) -> None:
        while True:
            try:
                await self._listen_once()
            except LinkLost as lost:
                await self.noticed(Link(is_up=False, trouble=lost.trouble))
                await asyncio.sleep(self._pause_after(lost))

    async def carry_out(self, command: Command) -> Done:
        raise NotDone("no_link")

    async def _listen_once(self) -> None:
        async with _connected(self.access, self.times) as line:
            reading = asyncio.create_task(self._hand_on(line))
            try:
                await self._get_ready(line, reading)
                await self._stay(line, reading)
            finally:
                reading.cancel()
                with contextlib.suppress(asyncio.CancelledError, LinkLost):
                    await reading

    async def _get_ready(self, line: _Line, reading: asyncio.Task[None]) -> None:
        """Filters come first: from the log-in on, only what is wanted comes over the wire."""
        login = [("Username", self.access.login), ("Secret", self.access.secret), ("Events", "off")]
        answer = await _or_lost(line.ask("Login", login), reading)
        if answer.get("Response") != "Success":
            raise LinkLost("wrong_secret")
        for pairs in _filters():
            # Asterisk before 20 refuses criteria of this kind; then it sends everything and we pass over it.
            await _or_lost(line.ask("Filter", pairs), reading)
        answer = await _or_lost(line.ask("Events", [("EventMask", "on")]), reading)
        if answer.get("Response") != "Success":
            raise LinkLost("not_allowed")
        await self._ask_what_goes_on(line, reading)
        self.failures = 0
        log.info("pbx_connected", pbx=self.access.code)
        await self.noticed(Link(is_up=True))

    async def _ask_what_goes_on(self, line: _Line, reading: asyncio.Task[None]) -> None:
        """Nothing is said again after a break: calls that are not in this list have ended meanwhile."""
        asked_at = datetime.now(UTC).isoformat()
        shown = await _or_lost(line.ask_list("CoreShowChannels", until="CoreShowChannelsComplete"), reading)
        for block in shown[:-1]:
            await self._write_down(block)
        body = b"".join(block + END for block in shown)
        conversation = f"{self.access.code}/going_on"
        await self.ledger.put(self._arrival(body, conversation, {"asked_at": asked_at}))

    async def _stay(self, line: _Line, reading: asyncio.Task[None]) -> None:
        while True:
            done, _pending = await asyncio.wait([reading], timeout=self.times.ping)
            if done:
                reading.result()
            await _or_lost(line.ask("Ping", []), reading)

    async def _hand_on(self, line: _Line) -> None:
        async for block in line.events():
            await self._write_down(block)
        raise LinkLost("cut")

    async def _write_down(self, block: bytes) -> None:
        message = parse(block)
        if is_wanted(message) and (key := call_key_of(message)):
            await self.ledger.put(self._arrival(block + END, f"{self.access.code}/{key}", {}))

    def _arrival(self, body: bytes, conversation: str, headers: dict[str, str]) -> NewArrival:
        outside_id = hashlib.sha256(body + headers.get("asked_at", "").encode()).hexdigest()
        return NewArrival(self.access.code, "asterisk", outside_id, conversation, headers, body)

    def _pause_after(self, lost: LinkLost) -> float:
        self.failures += 1
        log.warning("pbx_lost", pbx=self.access.code, trouble=lost.trouble)
        if lost.trouble in ("wrong_secret", "not_allowed"):
            return self.times.locked_pause
        pause = min(self.times.first_pause * 2.0 ** min(self.failures - 1, 20), self.times.longest_pause)
        # After a restart of the PBX its listeners must not all come in the same second.
        return pause * random.uniform(0.7, 1.0)  # noqa: S311  # not a secret


class _Line:
    """One connection: actions out, answers and events in."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, times: Times) -> None:
        self.reader, self.writer, self.times = reader, writer, times
        self.numbers = itertools.count(1)
        self.asked: dict[str, _Question] = {}

    async def greet(self) -> None:
        try:
            async with asyncio.timeout(self.times.answer):
                banner = await self.reader.readuntil(LINE)
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError) as refusal:
            raise LinkLost("not_understood") from refusal
        if not banner.startswith(GREETING):
            raise LinkLost("not_understood")

    async def events(self) -> AsyncIterator[bytes]:
        """Blocks that are events nobody asked for, until the connection ends."""
        splitter = Splitter()
        try:
            while data := await self.reader.read(65536):
                for block in splitter.feed(data):
                    if not self._is_answer(block):
                        yield block
        except OSError as refusal:
            raise LinkLost("cut") from refusal
        except NotAmi as refusal:
            raise LinkLost("not_understood") from refusal

    async def ask(self, action: str, pairs: Sequence[tuple[str, str]]) -> Message:
        return parse((await self._ask(action, pairs, until=""))[0])

    async def ask_list(self, action: str, *, until: str) -> list[bytes]:
        """The events of the answer, the closing one last."""
        return (await self._ask(action, [], until=until))[1:]

    async def _ask(self, action: str, pairs: Sequence[tuple[str, str]], *, until: str) -> list[bytes]:
        number = f"svyazka-{next(self.numbers)}"
        question = self.asked[number] = _Question(until, asyncio.get_running_loop().create_future(), [])
        try:
            async with asyncio.timeout(self.times.answer):
                self.writer.write(compose([("Action", action), ("ActionID", number), *pairs]))
                await self.writer.drain()
                return await question.answer
        except TimeoutError as refusal:
            raise LinkLost("silent") from refusal
        except OSError as refusal:
            raise LinkLost("cut") from refusal
        finally:
            del self.asked[number]

    def _is_answer(self, block: bytes) -> bool:
        message = parse(block)
        question = self.asked.get(message.get("ActionID"))
        if question is None:
            return message.is_answer
        question.hear(message, block)
        return True


@dataclass
class _Question:
    until: str
    answer: asyncio.Future[list[bytes]]
    heard: list[bytes]

    def hear(self, message: Message, block: bytes) -> None:
        self.heard.append(block)
        refused = message.is_answer and message.get("Response") == "Error"
        if not self.answer.done() and (refused or not self.until or message.event == self.until):
            self.answer.set_result(self.heard)


@contextlib.asynccontextmanager
async def _connected(access: Access, times: Times) -> AsyncIterator[_Line]:
    try:
        async with asyncio.timeout(times.answer):
            reader, writer = await asyncio.open_connection(access.host, access.port)
    except (OSError, TimeoutError) as refusal:
        raise LinkLost("unreachable") from refusal
    try:
        line = _Line(reader, writer, times)
        await line.greet()
        yield line
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def _or_lost(asking: Coroutine[Any, Any, T], reading: asyncio.Task[None]) -> T:
    """The answer, or the end of the connection, whichever is first."""
    question = asyncio.create_task(asking)
    try:
        await asyncio.wait([question, reading], return_when=asyncio.FIRST_COMPLETED)
        if not question.done():
            reading.result()
        return await question
    finally:
        question.cancel()


def _filters() -> list[list[tuple[str, str]]]:
    """Asterisk adds them up: an event passes that fits any of them."""
    named = [[("Operation", "Add"), ("MatchCriteria", f"name({name})")] for name in WANTED]
    variable = [
        ("Operation", "Add"),
        ("MatchCriteria", "name(VarSet),header(Variable),method(starts_with)"),
        ("Filter", RECORDING_VARIABLE),
    ]
    return [*named, variable]
