"""What a PBX is made of: phones, channels, bridges; each change is said as a real one says it."""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from svyazka.connectors.asterisk.messages import Message, compose
from svyazka.connectors.asterisk.stand_in import shapes
from svyazka.connectors.asterisk.stand_in.itself import Pairs
from svyazka.connectors.asterisk.stand_in.manager import ManagerServer
from svyazka.connectors.asterisk.stand_in.shapes import UNKNOWN, Bridge, Channel, Wish


@dataclass
class Phone:
    """What somebody does when this phone rings. Seconds; None: it is not lifted."""

    number: str
    lifts_after: float | None = 1.0
    declines: bool = False
    is_connected: bool = True
    in_calls: int = 0

    @property
    def state(self) -> str:
        return "UNAVAILABLE" if not self.is_connected else "BUSY" if self.in_calls else "NOT_INUSE"


@dataclass
class Queue:
    name: str
    members: tuple[str, ...]
    rings: float = 6.0  # at one phone, before it is the next one's turn
    rest: float = 1.0
    paused: dict[str, str] = field(default_factory=dict)  # and why


class Exchange(ManagerServer):
    """`pace`: how long a second takes here."""

    def __init__(self, *, system: str, phones: Iterable[str], pace: float, **server: Any) -> None:
        super().__init__(**server)
        self.system, self.pace = system, pace
        self.phones = {number: Phone(number) for number in phones}
        self.outside: dict[str, Phone] = {}  # clients who do something else than lift after a second
        self.channels: dict[str, Channel] = {}  # by name
        self.names, self.uniques = itertools.count(), itertools.count()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(max(seconds, 0) * self.pace)

    async def wish(self, ear: asyncio.Queue[Wish], within: float) -> Wish | None:
        """What is asked for first; nothing, if the time passes."""
        try:
            return await asyncio.wait_for(ear.get(), max(within, 0) * self.pace)
        except TimeoutError:
            return None

    async def say(self, event: str, *pairs: Pairs) -> None:
        said = [*shapes.head(event, self.system), *itertools.chain.from_iterable(pairs)]
        await self.tell(Message(tuple(said)), compose(said))

    async def new_channel(
        self, device: str, state: str, number: str, context: str, exten: str, *, linked: str = "", unique: str = ""
    ) -> Channel:
        name = device if device.startswith("Local/") else f"{device}-{next(self.names):08x}"
        unique = unique or f"{self.system}-{int(time.time())}.{next(self.uniques)}"
        channel = Channel(name, unique, linked or unique, state, number, context, exten)
        self.channels[name] = channel
        await self.say("Newchannel", shapes.of_channel(channel))
        return channel

    async def hang_up(self, channel: Channel, cause: str = "16") -> None:
        if self.channels.pop(channel.name, None):
            await self.say("Hangup", shapes.of_hangup(channel, cause))
            await self.use(channel, -1)

    async def enter(self, channel: Channel, bridge: Bridge, *, instead_of: str = "") -> None:
        bridge.members += 1
        channel.bridge = bridge
        swap = [("SwapUniqueid", instead_of)] if instead_of else []
        await self.say("BridgeEnter", shapes.of_bridge(bridge), shapes.of_channel(channel), swap)

    async def leave(self, channel: Channel) -> None:
        if bridge := channel.bridge:
            bridge.members -= 1
            channel.bridge = None
            await self.say("BridgeLeave", shapes.of_bridge(bridge), shapes.of_channel(channel))

    async def record(self, channel: Channel) -> None:
        variable = [("Variable", "MIXMONITOR_FILENAME"), ("Value", recording_of(channel))]
        await self.say("VarSet", shapes.of_channel(channel), variable)

    async def ring(
        self,
        caller: Channel,
        number: str,
        *,
        patience: float,
        queue: Queue | None = None,
        beside: Iterable[Channel] = (),
    ) -> Channel | None:
        """One phone rings; its channel, if it is lifted. `beside`: who may break it off as well."""
        phone = self.phones.get(number) or self.outside.setdefault(number, Phone(number))
        is_ours = number in self.phones
        if is_ours and not phone.is_connected:
            return None
        device, context = (f"PJSIP/{number}", "internal") if is_ours else ("PJSIP/trunk", "from-trunk")
        shown = number if is_ours else UNKNOWN
        called = await self.new_channel(device, "Down", shown, context, "s", linked=caller.linked)
        called.number, called.connected, called.exten = number, caller.number, caller.exten
        called.ear = asyncio.Queue()
        for channel in (caller, *beside):
            channel.ear = called.ear
        member = [("Queue", queue.name), ("Interface", device), ("MemberName", device)] if queue else []
        if queue:
            await self.say("AgentCalled", shapes.of_channel(caller), shapes.of_channel(called, "Dest"), member)
        await self.say_dial("DialBegin", caller, called, ("DialString", number))
        called.state, caller.connected = "Ringing", number
        await self.use(called, +1)
        status = await self.until_lifted(caller, called, phone, patience)
        if status == "ANSWER":
            return await self._lifted(caller, called, member)
        await self._not_lifted(caller, called, status, queue)
        return None

    async def until_lifted(self, caller: Channel, called: Channel, phone: Phone, patience: float) -> str:
        lifts = phone.lifts_after if phone.lifts_after is not None else patience + 1
        wish = await self.wish(called.ear, min(lifts, patience))
        if wish:
            # Whoever gave up does not want to be rung again.
            caller.has_given_up = wish.channel is caller
            return "BUSY" if wish.channel is called else "CANCEL"
        if lifts > patience:
            return "NOANSWER"
        return "BUSY" if phone.declines else "ANSWER"

    async def _lifted(self, caller: Channel, called: Channel, member: Pairs) -> Channel:
        called.state = "Up"
        if not member:
            called.exten = ""
        await self.say_dial("DialEnd", caller, called, ("DialStatus", "ANSWER"))
        if member:
            waited = [*member, ("HoldTime", "1"), ("RingTime", "1")]
            await self.say("AgentConnect", shapes.of_channel(caller), shapes.of_channel(called, "Dest"), waited)
        caller.state = "Up"
        return called

    async def _not_lifted(self, caller: Channel, called: Channel, status: str, queue: Queue | None) -> None:
        """A queue takes its call away again, and says so, after the phone has let it ring."""
        for said in (status, "CANCEL") if queue else (status,):
            await self.say_dial("DialEnd", caller, called, ("DialStatus", said))
        cause, technical = ("0", "") if queue else ("17", "486") if status == "BUSY" else ("127", "500")
        called.technical_cause = technical
        await self.hang_up(called, cause)

    async def say_dial(self, event: str, caller: Channel | None, called: Channel, more: tuple[str, str]) -> None:
        """`caller`: nobody, when the PBX itself rings a phone."""
        calling = shapes.of_channel(caller) if caller else []
        await self.say(event, calling, shapes.of_channel(called, "Dest"), [more])

    async def use(self, channel: Channel, change: int) -> None:
        phone = self.phones.get(channel.device.rpartition("/")[2])
        if phone is None or channel.name.startswith("Local/"):
            return
        before = phone.state
        phone.in_calls = max(phone.in_calls + change, 0)
        if phone.state != before:
            await self.say("DeviceStateChange", [("Device", channel.device), ("State", phone.state)])

    async def connect_phone(self, number: str, *, is_connected: bool) -> None:
        phone = self.phones[number]
        phone.is_connected = is_connected
        await self.say("DeviceStateChange", [("Device", f"PJSIP/{number}"), ("State", phone.state)])

    def forget_channels(self) -> None:
        """As after a restart: no call of before is there any more."""
        self.channels.clear()

    def channels_shown(self) -> Iterator[Pairs]:
        for channel in self.channels.values():
            application = [("Application", "Dial"), ("ApplicationData", ""), ("Duration", "00:00:01")]
            bridge = channel.bridge.id if channel.bridge else ""
            yield [*shapes.of_channel(channel), *application, ("BridgeId", bridge)]

    def devices_shown(self) -> Iterator[tuple[str, str]]:
        for phone in self.phones.values():
            yield f"PJSIP/{phone.number}", phone.state
        yield "Queue:sales_pause_PJSIP/101", "NOT_INUSE"


def recording_of(channel: Channel) -> str:
    return f"/var/spool/asterisk/monitor/{channel.linked}.wav"
