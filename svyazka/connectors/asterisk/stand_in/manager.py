"""The manager interface as a server: log-in, filters, lists, events to whoever listens, and what goes wrong with it.

For tests, the demonstration and the measurements. What happens on the PBX is told by whoever inherits from it: a
capture that is played (../replay.py), or a small PBX that lives (small_pbx.py).
"""

from __future__ import annotations

import asyncio
import contextlib
import random
import re
import time
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import dataclass, field

from svyazka.connectors.asterisk.messages import LINE, Message, Splitter, compose, parse
from svyazka.connectors.asterisk.stand_in.itself import Itself, Pairs

BANNER = b"Asterisk Call Manager/11.0.0" + LINE


@dataclass
class Faults:
    """What may go wrong. A connection is cut, a secret refused and the stream stalled by the server itself."""

    twice: bool = False  # each event is sent again
    mixed: int = 0  # so many events are sent in an order that chance makes
    idle: frozenset[str] = frozenset()  # actions, in small letters, that are accepted and not carried out
    chance: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311  # no secret


class ManagerServer:
    """`async with server.serving() as port:`, and whoever logs in hears what is sent."""

    def __init__(
        self,
        *,
        login: str = "crm",
        secret: str = "crm-lab-secret",  # noqa: S107  # of the laboratory where the samples were captured
        knows_filters: bool = True,
        refusal_after: float = 1.0,
        faults: Faults | None = None,
        itself: Itself | None = None,
    ) -> None:
        self.login, self.secret = login, secret
        self.knows_filters = knows_filters
        self.refusal_after = refusal_after  # a real one takes a second over a wrong secret
        self.faults = faults or Faults()
        self.itself = itself or Itself()
        self.held_back: list[tuple[Message, bytes]] = []
        self.flows = asyncio.Event()
        self.flows.set()
        self.sessions: list[Session] = []
        self.conversations: set[asyncio.Task[None]] = set()
        self.logins = 0  # tried, rightly or not
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

    async def tell(self, message: Message, data: bytes) -> None:
        """An event, to everybody who listens."""
        if not self.faults.mixed:
            await self._tell(message, data)
            return
        self.held_back.append((message, data))
        if len(self.held_back) >= self.faults.mixed:
            await self.let_go()

    async def let_go(self) -> None:
        """What was held back to be mixed up."""
        held, self.held_back = self.held_back, []
        self.faults.chance.shuffle(held)
        for message, data in held:
            await self._tell(message, data)

    async def _tell(self, message: Message, data: bytes) -> None:
        await self.flows.wait()
        for session in list(self.sessions):
            if session.hears(message):
                await session.send(data + data if self.faults.twice else data)

    def stall(self) -> None:
        """Nothing more is sent until `flow`, and the connections stay up."""
        self.flows.clear()

    def flow(self) -> None:
        self.flows.set()

    async def cut(self, *, inside: bytes = b"") -> None:
        """Breaks all connections; with `inside`, in the middle of this block."""
        for session in list(self.sessions):
            if inside:
                await session.send(inside[: len(inside) // 2])
            session.writer.close()
        self.sessions.clear()

    async def tell_change(self) -> None:
        async with self.changed:
            self.changed.notify_all()

    def channels_shown(self) -> Iterable[Pairs]:
        """Each as CoreShowChannel says it."""
        return []

    def devices_shown(self) -> Iterable[tuple[str, str]]:
        """Each with its state."""
        return []

    async def act(self, session: Session, asked: Message) -> bool:
        """Whether this PBX knows the action."""
        return False

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        conversation = asyncio.current_task()
        assert conversation is not None  # a server's callback always is a task
        self.conversations.add(conversation)
        conversation.add_done_callback(self.conversations.discard)
        session = Session(self, writer)
        with contextlib.suppress(OSError):
            await session.send(BANNER)
            splitter = Splitter()
            while data := await reader.read(65536):
                for block in splitter.feed(data):
                    await session.act(parse(block))
        if session in self.sessions:
            self.sessions.remove(session)
        writer.close()


class Session:
    """One client."""

    def __init__(self, server: ManagerServer, writer: asyncio.StreamWriter) -> None:
        self.server, self.writer = server, writer
        self.is_let_in = False
        self.wants_events = False
        self.has_asked = False
        self.filters: dict[str, list[Callable[[Message], bool]]] = {}  # by the event's name

    @property
    def is_ready(self) -> bool:
        return self.wants_events and self.has_asked

    def hears(self, message: Message) -> bool:
        passes = not self.filters or any(fits(message) for fits in self.filters.get(message.event, ()))
        return self.wants_events and passes

    async def send(self, data: bytes) -> None:
        with contextlib.suppress(OSError):
            self.writer.write(data)
            await self.writer.drain()

    async def act(self, asked: Message) -> None:
        await self.server.flows.wait()
        action = asked.get("Action").lower()
        if action == "login":
            await self._log_in(asked)
        elif not self.is_let_in:
            await self.answer(asked, "Error", ("Message", "Permission denied"))
        elif action in self.server.faults.idle:
            await self.answer(asked, "Success", ("Message", "Success"))
        elif act := getattr(self, f"_do_{action}", None):
            await act(asked)
        elif not await self.server.act(self, asked):
            advice = "Use Action: ListCommands to show available commands."
            words = f"Invalid/unknown command: {asked.get('Action')}. {advice}"
            await self.answer(asked, "Error", ("Message", words))

    async def _log_in(self, asked: Message) -> None:
        self.server.logins += 1
        if (asked.get("Username"), asked.get("Secret")) != (self.server.login, self.server.secret):
            await asyncio.sleep(self.server.refusal_after)
            await self.answer(asked, "Error", ("Message", "Authentication failed"))
            self.writer.close()
            return
        self.is_let_in = True
        self.wants_events = asked.get("Events", "on").lower() != "off"
        self.server.sessions.append(self)
        await self.answer(asked, "Success", ("Message", "Authentication accepted"))
        if self.wants_events:
            booted = [("Event", "FullyBooted"), ("Privilege", "system,all"), ("Uptime", "9"), ("LastReload", "9")]
            await self.send(compose([*booted, ("Status", "Fully Booted")]))
        await self.server.tell_change()

    async def _do_logoff(self, asked: Message) -> None:
        await self.answer(asked, "Goodbye", ("Message", "Thanks for all the fish."))
        self.writer.close()

    async def _do_ping(self, asked: Message) -> None:
        now = time.time() + self.server.itself.clock_off
        await self.answer(asked, "Success", ("Ping", "Pong"), ("Timestamp", f"{now:.6f}"))

    async def _do_events(self, asked: Message) -> None:
        self.wants_events = asked.get("EventMask").lower() != "off"
        await self.answer(asked, "Success", ("Events", "On" if self.wants_events else "Off"))

    async def _do_filter(self, asked: Message) -> None:
        may = "system" in self.server.itself.rights
        fits = _filter_of(asked) if self.server.knows_filters and may else None
        if fits is None:
            await self.answer(asked, "Error", ("Message", "Filter format error"))
            return
        name, fits_too = fits
        self.filters.setdefault(name, []).append(fits_too)
        await self.answer(asked, "Success", ("Message", "Success"))

    async def _do_coreshowchannels(self, asked: Message) -> None:
        shown = self.server.channels_shown()
        await self._list(asked, "CoreShowChannel", "CoreShowChannelsComplete", "Channels will follow", shown)
        self.has_asked = True
        await self.server.tell_change()

    async def _do_devicestatelist(self, asked: Message) -> None:
        shown = [[("Device", device), ("State", state)] for device, state in self.server.devices_shown()]
        words = "Device State Changes will follow"
        await self._list(asked, "DeviceStateChange", "DeviceStateListComplete", words, shown)

    async def _do_coresettings(self, asked: Message) -> None:
        await self.answer(asked, "Success", *self.server.itself.settings())

    async def _do_listcommands(self, asked: Message) -> None:
        await self.answer(asked, "Success", *self.server.itself.commands())

    async def _do_modulecheck(self, asked: Message) -> None:
        if asked.get("Module") in self.server.itself.modules:
            await self.answer(asked, "Success", ("Version", ""))
        else:
            await self.answer(asked, "Error", ("Message", "Module not loaded"))

    async def _do_showdialplan(self, asked: Message) -> None:
        context = asked.get("Context")
        if context not in self.server.itself.contexts:
            await self.answer(asked, "Error", ("Message", f"Did not find context {context}"))
            return
        shown = self.server.itself.extensions_of(context)
        await self._list(asked, "ListDialplan", "ShowDialPlanComplete", "DialPlan list will start", shown)

    async def _list(self, asked: Message, event: str, end: str, words: str, shown: Iterable[Pairs]) -> None:
        number = _number(asked)
        await self.answer(asked, "Success", ("EventList", "start"), ("Message", words))
        items = [compose([("Event", event), *number, *pairs]) for pairs in shown]
        close = [("EventList", "Complete"), ("ListItems", str(len(items)))]
        await self.send(b"".join(items) + compose([("Event", end), *number, *close]))

    async def answer(self, asked: Message, response: str, *pairs: tuple[str, str]) -> None:
        await self.send(compose([("Response", response), *_number(asked), *pairs]))


def _number(asked: Message) -> Pairs:
    return [("ActionID", asked.get("ActionID"))] if asked.get("ActionID") else []


def _filter_of(asked: Message) -> tuple[str, Callable[[Message], bool]] | None:
    """`name(VarSet),header(Variable),method(starts_with)` with `Filter: CRM_`; other methods are not played here."""
    criteria = dict(re.findall(r"(\w+)\(([^)]*)\)", asked.get("MatchCriteria")))
    name, header, method, text = (*map(criteria.get, ("name", "header", "method")), asked.get("Filter"))
    if not name or method not in (None, "starts_with"):
        return None
    return name, lambda message: not header or message.get(header).startswith(text)
