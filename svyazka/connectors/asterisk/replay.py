"""A stand-in for Asterisk's manager interface: plays what a real one sent, byte for byte, over real TCP.

For tests and for the demonstration. It has one timeline, as a PBX has: what is played while nobody listens is gone, and
whoever connects asks with CoreShowChannels what is going on.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import re
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from svyazka.connectors.asterisk.messages import END, LINE, Message, Splitter, compose, parse

SAMPLES = Path(__file__).parent / "samples"
BANNER = b"Asterisk Call Manager/11.0.0" + LINE
_SHOWN = (
    "Channel", "ChannelState", "ChannelStateDesc", "CallerIDNum", "CallerIDName", "ConnectedLineNum",
    "ConnectedLineName", "Language", "AccountCode", "Context", "Exten", "Priority", "Uniqueid", "Linkedid",
)  # fmt: skip
_STAMP = re.compile(rb"(?<=Timestamp: )(\d{10}\.\d+)")
_CALL_ID = re.compile(rb"(?<=-)(\d{10})\.(\d+)")


@dataclass(frozen=True)
class Step:
    """An event, and how many seconds after the beginning it was sent."""

    at: float
    block: bytes

    @property
    def message(self) -> Message:
        return parse(self.block)


def capture(name: str, *, folder: Path = SAMPLES) -> list[Step]:
    """The events of a captured scenario, as bytes. `name`: `s01`, or more of the file's name."""
    (text,) = folder.glob(f"{name}[_.]*ami.txt")
    blocks = [block for block in text.read_bytes().removeprefix(BANNER).split(END) if block]
    lines = map(json.loads, text.with_suffix(".jsonl").read_text().splitlines())
    times = [line["t"] for line in lines if line["dir"] == "in" and "msg" in line]
    steps = [Step(at, block) for at, block in zip(times, blocks, strict=True)]
    return [step for step in steps if step.message.event not in ("", "FullyBooted")]


class StandIn:
    """The PBX. `async with stand_in.serving() as port:` and then `await stand_in.play(capture("s01"))`."""

    def __init__(
        self,
        *,
        login: str = "crm",
        secret: str = "crm-lab-secret",  # noqa: S107  # of the laboratory where the samples were captured
        knows_filters: bool = True,
        refusal_after: float = 1.0,
    ) -> None:
        self.login, self.secret = login, secret
        self.knows_filters = knows_filters
        self.refusal_after = refusal_after  # a real one takes a second over a wrong secret
        self.sessions: list[_Session] = []
        self.conversations: set[asyncio.Task[None]] = set()
        self.channels: dict[str, Message] = {}
        self.bridges: dict[str, str] = {}
        self.logins = 0  # tried, rightly or not
        self.plays = itertools.count()
        self.changed = asyncio.Condition()

    @contextlib.asynccontextmanager
    async def serving(self, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[int]:
        server = await asyncio.start_server(self._serve, host, port)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
            await self.cut()
            # Each conversation notices by itself that it is over; a loop that ends before would call that an error.
            await asyncio.gather(*self.conversations, return_exceptions=True)

    async def listened_to(self, *, by: int = 1) -> None:
        """Waits until so many clients hear events and have asked what goes on."""
        async with self.changed:
            await self.changed.wait_for(lambda: len([one for one in self.sessions if one.is_ready]) >= by)

    async def play(self, steps: Iterable[Step], *, speed: float | None = None, restamp: bool = False) -> None:
        """To everybody who listens. `speed` 1 is as it was, None without pauses; `restamp`: as if it happened now."""
        steps = list(steps)
        newly = _restamper(steps, next(self.plays)) if restamp and steps else bytes
        begun, first = time.monotonic(), steps[0].at if steps else 0.0
        for step in steps:
            if speed:
                await asyncio.sleep(max(0.0, begun + (step.at - first) / speed - time.monotonic()))
            await self.send(newly(step.block))

    async def send(self, block: bytes) -> None:
        message = parse(block)
        self.note(message)
        for session in list(self.sessions):
            if session.hears(message):
                await session.send(block + END)

    async def cut(self, *, inside: bytes = b"") -> None:
        """Breaks all connections; with `inside`, in the middle of this block."""
        for session in list(self.sessions):
            if inside:
                await session.send(inside[: len(inside) // 2])
            session.writer.close()
        self.sessions.clear()

    def forget_channels(self) -> None:
        """As after a restart of the PBX: no call of before is there any more."""
        self.channels.clear()
        self.bridges.clear()

    async def tell_change(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    def channels_shown(self) -> Iterator[list[tuple[str, str]]]:
        for unique, message in self.channels.items():
            shown = [(key, message.get(key)) for key in _SHOWN]
            yield [*shown, ("Duration", "00:00:01"), ("BridgeId", self.bridges.get(unique, ""))]

    def note(self, message: Message) -> None:
        """What goes on, for whoever asks."""
        unique = message.get("Uniqueid")
        if message.event == "Hangup":
            self.channels.pop(unique, None)
        elif message.event == "Newchannel" or (unique in self.channels and message.get("ChannelStateDesc")):
            self.channels[unique] = message
        if message.event == "BridgeEnter":
            self.bridges[unique] = message.get("BridgeUniqueid")
        elif message.event == "BridgeLeave":
            self.bridges.pop(unique, None)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        conversation = asyncio.current_task()
        assert conversation is not None  # a server's callback always is a task
        self.conversations.add(conversation)
        conversation.add_done_callback(self.conversations.discard)
        session = _Session(self, writer)
        with contextlib.suppress(OSError):
            await session.send(BANNER)
            splitter = Splitter()
            while data := await reader.read(65536):
                for block in splitter.feed(data):
                    await session.act(parse(block))
        if session in self.sessions:
            self.sessions.remove(session)
        writer.close()


class _Session:
    def __init__(self, stand_in: StandIn, writer: asyncio.StreamWriter) -> None:
        self.stand_in, self.writer = stand_in, writer
        self.is_let_in = False
        self.wants_events = False
        self.has_asked = False
        self.filters: list[Callable[[Message], bool]] = []

    @property
    def is_ready(self) -> bool:
        return self.wants_events and self.has_asked

    def hears(self, message: Message) -> bool:
        passes = not self.filters or any(fits(message) for fits in self.filters)
        return self.wants_events and passes

    async def send(self, data: bytes) -> None:
        with contextlib.suppress(OSError):
            self.writer.write(data)
            await self.writer.drain()

    async def act(self, asked: Message) -> None:
        action = asked.get("Action").lower()
        if action == "login":
            await self._log_in(asked)
        elif not self.is_let_in:
            await self._answer(asked, "Error", ("Message", "Permission denied"))
        elif act := getattr(self, f"_do_{action}", None):
            await act(asked)
        else:
            advice = "Use Action: ListCommands to show available commands."
            words = f"Invalid/unknown command: {asked.get('Action')}. {advice}"
            await self._answer(asked, "Error", ("Message", words))

    async def _log_in(self, asked: Message) -> None:
        self.stand_in.logins += 1
        if (asked.get("Username"), asked.get("Secret")) != (self.stand_in.login, self.stand_in.secret):
            await asyncio.sleep(self.stand_in.refusal_after)
            await self._answer(asked, "Error", ("Message", "Authentication failed"))
            self.writer.close()
            return
        self.is_let_in = True
        self.wants_events = asked.get("Events", "on").lower() != "off"
        self.stand_in.sessions.append(self)
        await self._answer(asked, "Success", ("Message", "Authentication accepted"))
        if self.wants_events:
            booted = [("Event", "FullyBooted"), ("Privilege", "system,all"), ("Uptime", "9"), ("LastReload", "9")]
            await self.send(compose([*booted, ("Status", "Fully Booted")]))
        await self.stand_in.tell_change()

    async def _do_logoff(self, asked: Message) -> None:
        await self._answer(asked, "Goodbye", ("Message", "Thanks for all the fish."))
        self.writer.close()

    async def _do_ping(self, asked: Message) -> None:
        await self._answer(asked, "Success", ("Ping", "Pong"), ("Timestamp", f"{time.time():.6f}"))

    async def _do_events(self, asked: Message) -> None:
        self.wants_events = asked.get("EventMask").lower() != "off"
        await self._answer(asked, "Success", ("Events", "On" if self.wants_events else "Off"))

    async def _do_filter(self, asked: Message) -> None:
        fits = _filter_of(asked) if self.stand_in.knows_filters else None
        if fits is None:
            await self._answer(asked, "Error", ("Message", "Filter format error"))
            return
        self.filters.append(fits)
        await self._answer(asked, "Success", ("Message", "Success"))

    async def _do_coreshowchannels(self, asked: Message) -> None:
        number = [("ActionID", asked.get("ActionID"))] if asked.get("ActionID") else []
        await self._answer(asked, "Success", ("EventList", "start"), ("Message", "Channels will follow"))
        shown = list(self.stand_in.channels_shown())
        for channel in shown:
            await self.send(compose([("Event", "CoreShowChannel"), *number, *channel]))
        end = [("EventList", "Complete"), ("ListItems", str(len(shown)))]
        await self.send(compose([("Event", "CoreShowChannelsComplete"), *number, *end]))
        self.has_asked = True
        await self.stand_in.tell_change()

    async def _answer(self, asked: Message, response: str, *pairs: tuple[str, str]) -> None:
        number = [("ActionID", asked.get("ActionID"))] if asked.get("ActionID") else []
        await self.send(compose([("Response", response), *number, *pairs]))


def _filter_of(asked: Message) -> Callable[[Message], bool] | None:
    """`name(VarSet),header(Variable),method(starts_with)` with `Filter: CRM_`; other methods are not played here."""
    criteria = dict(re.findall(r"(\w+)\(([^)]*)\)", asked.get("MatchCriteria")))
    name, header, method, text = (*map(criteria.get, ("name", "header", "method")), asked.get("Filter"))
    if not name or method not in (None, "starts_with"):
        return None
    return lambda message: message.event == name and (not header or message.get(header).startswith(text))


def _restamper(steps: list[Step], play: int) -> Callable[[bytes], bytes]:
    """Moves times and call ids to now; each play gets ids of its own."""
    stamps = [match[1] for step in steps if (match := _STAMP.search(step.block))]
    later = time.time() - float(stamps[0]) if stamps else 0.0

    def newly(block: bytes) -> bytes:
        block = _STAMP.sub(lambda match: b"%.6f" % (float(match[1]) + later), block)
        return _CALL_ID.sub(lambda match: b"%d.%d" % (int(match[1]) + int(later), int(match[2]) + 1000 * play), block)

    return newly
