"""One connection to the manager interface: actions out, their answers and everybody's events in."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from dataclasses import dataclass, field

from svyazka.business.calls.coming_back import LinkLost, Pauses
from svyazka.business.calls.phone_system import Access
from svyazka.connectors.asterisk.messages import LINE, Message, NotAmi, Splitter, compose, parse
from svyazka.connectors.asterisk.read import call_key_of

GREETING = b"Asterisk Call Manager/"
Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Times(Pauses):
    """In seconds."""

    answer: float = 10.0  # a PBX that has not answered by then is not there
    ping: float = 15.0
    phones: float = 1.0  # what phones are at is told that often at most: nobody reads faster


class Line:
    """Who asks gets the answer; who watches a subject hears the events about it, until the connection ends."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, times: Times) -> None:
        self.reader, self.writer, self.times = reader, writer, times
        self.numbers = itertools.count(1)
        self.asked: dict[str, _Question] = {}
        self.watchers: dict[str, list[asyncio.Queue[Message | None]]] = {}

    async def greet(self) -> None:
        try:
            async with asyncio.timeout(self.times.answer):
                banner = await self.reader.readuntil(LINE)
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, OSError) as refusal:
            raise LinkLost("not_understood") from refusal
        if not banner.startswith(GREETING):
            raise LinkLost("not_understood")

    async def events(self) -> AsyncIterator[tuple[Message, bytes]]:
        """What nobody asked for, read and as it came, until the connection ends."""
        splitter = Splitter()
        try:
            while data := await self.reader.read(65536):
                for block in splitter.feed(data):
                    message = parse(block)
                    if not self._is_answer(message, block):
                        yield message, block
        except OSError as refusal:
            raise LinkLost("cut") from refusal
        except NotAmi as refusal:
            raise LinkLost("not_understood") from refusal

    async def ask(self, action: str, pairs: Pairs, *, number: str = "") -> Message:
        """`number`: by which later events name the action; it must never come twice."""
        question = _Question("", lambda _message: None)
        return parse((await self._ask(question, action, pairs, number or self._number()))[0])

    async def ask_list(
        self, action: str, *, until: str, pairs: Pairs = (), each: Callable[[Message], None] = lambda _message: None
    ) -> list[bytes]:
        """The events of the answer, the closing one last; nothing where it was refused. `each` hears them where they
        stand among the other events."""
        return (await self._ask(_Question(until, each), action, pairs, self._number()))[1:]

    @contextlib.contextmanager
    def watching(self, subject: str) -> Iterator[AsyncIterator[Message]]:
        """What is said of it from now on; begin before you ask, for the event may be faster than the answer."""
        queue: asyncio.Queue[Message | None] = asyncio.Queue()
        watchers = self.watchers.setdefault(subject, [])
        watchers.append(queue)
        try:
            yield _heard(queue)
        finally:
            watchers.remove(queue)
            if not watchers:
                self.watchers.pop(subject, None)

    def tell_watchers(self, message: Message) -> None:
        if self.watchers:
            for queue in self.watchers.get(subject_of(message), ()):
                queue.put_nowait(message)

    def end(self) -> None:
        """Nobody waits for what will never come."""
        for question in self.asked.values():
            if not question.answer.done():
                question.answer.set_exception(LinkLost("cut"))
        for queue in itertools.chain.from_iterable(self.watchers.values()):
            queue.put_nowait(None)

    def _number(self) -> str:
        return f"svyazka-{next(self.numbers)}"

    async def _ask(self, question: _Question, action: str, pairs: Pairs, number: str) -> list[bytes]:
        self.asked[number] = question
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

    def _is_answer(self, message: Message, block: bytes) -> bool:
        question = self.asked.get(message.get("ActionID")) if self.asked else None
        # OriginateResponse bears the number of the action too, and is no answer to it.
        if question is None or not (message.is_answer or question.until):
            return message.is_answer
        question.hear(message, block)
        return True


async def _heard(queue: asyncio.Queue[Message | None]) -> AsyncIterator[Message]:
    while (message := await queue.get()) is not None:
        yield message


def subject_of(message: Message) -> str:
    """A call; the action that it came of; or the queue's member."""
    if message.event == "OriginateResponse":
        return message.get("ActionID")
    if message.event == "QueueMemberPause":
        return message.get("Interface")
    return call_key_of(message)


@dataclass
class _Question:
    """`until`: the event that closes a list; empty: one answer is all."""

    until: str
    each: Callable[[Message], None]
    answer: asyncio.Future[list[bytes]] = field(default_factory=lambda: asyncio.get_running_loop().create_future())
    heard: list[bytes] = field(default_factory=list)

    def hear(self, message: Message, block: bytes) -> None:
        self.heard.append(block)
        self.each(message)
        refused = message.is_answer and message.get("Response") == "Error"
        if not self.answer.done() and (refused or not self.until or message.event == self.until):
            self.answer.set_result(self.heard)


@contextlib.asynccontextmanager
async def connected(access: Access, times: Times) -> AsyncIterator[Line]:
    try:
        async with asyncio.timeout(times.answer):
            reader, writer = await asyncio.open_connection(access.host, access.port)
    except (OSError, TimeoutError) as refusal:
        raise LinkLost("unreachable") from refusal
    line = Line(reader, writer, times)
    try:
        await line.greet()
        yield line
    finally:
        line.end()
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
