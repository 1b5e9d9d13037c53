"""Two who talk, until one hangs up or passes the other on."""

from __future__ import annotations

import asyncio

from svyazka.connectors.asterisk.stand_in import shapes
from svyazka.connectors.asterisk.stand_in.exchange import Exchange
from svyazka.connectors.asterisk.stand_in.shapes import UNKNOWN, Bridge, Channel

TRANSFERS = "transfer"  # the context
RINGS = 20.0  # seconds
LONG = 86_400.0


async def talk(
    pbx: Exchange, caller: Channel, called: Channel, *, seconds: float, hangs_up: Channel, bridge: Bridge | None = None
) -> None:
    """Afterwards both are gone. `bridge`: they are in it already."""
    if bridge is None:
        bridge = Bridge()
        await pbx.enter(called, bridge)
        await pbx.enter(caller, bridge)
    caller.ear = called.ear = asyncio.Queue()
    wish = await pbx.wish(caller.ear, seconds)
    if wish is None or wish.verb == "hang_up":
        await _part(pbx, caller, called, first=wish.channel if wish else hangs_up)
        return
    operator, client = wish.channel, called if wish.channel is caller else caller
    if wish.verb == "blind":
        await _pass_on(pbx, operator, client, wish.to, seconds)
    elif wish.verb == "attended":
        await _consult(pbx, operator, client, wish.to, seconds)
    else:
        # Nobody is being asked whom one could come back from.
        await talk(pbx, caller, called, seconds=seconds, hangs_up=hangs_up, bridge=bridge)


async def _part(pbx: Exchange, caller: Channel, called: Channel, *, first: Channel) -> None:
    for channel in (first, called if first is caller else caller):
        await pbx.leave(channel)
    await pbx.hang_up(called)
    await pbx.hang_up(caller)


async def _pass_on(pbx: Exchange, operator: Channel, client: Channel, to: str, seconds: float) -> None:
    bridge = client.bridge
    assert bridge is not None  # they talk
    await pbx.say("Unhold", shapes.of_channel(operator))
    await pbx.say("BlindTransfer", shapes.of_blind_transfer(operator, client, bridge, TRANSFERS, to))
    client.context, client.exten, client.priority = TRANSFERS, to, 1
    await pbx.leave(client)
    await pbx.leave(operator)
    await pbx.hang_up(operator)
    client.context, client.priority = "internal", 2
    target = await pbx.ring(client, to, patience=RINGS)
    if target:
        await talk(pbx, client, target, seconds=seconds, hangs_up=client)
    else:
        await pbx.hang_up(client, "127")


class _Asked:
    """Somebody is asked while the client listens to music: the operator, and the wiring to whoever is asked."""

    def __init__(self, pbx: Exchange, operator: Channel, client: Channel) -> None:
        self.pbx, self.operator, self.client = pbx, operator, client
        assert client.bridge is not None  # they talk
        self.first, self.second, self.third = client.bridge, Bridge(), Bridge()

    async def begin(self, to: str) -> None:
        pbx, linked = self.pbx, self.client.linked
        await pbx.say("Hold", shapes.of_channel(self.operator))
        name = f"Local/{to}@{TRANSFERS}-{next(pbx.names):08x}"
        self.near = await pbx.new_channel(f"{name};1", "Down", UNKNOWN, TRANSFERS, to, linked=linked)
        self.far = await pbx.new_channel(f"{name};2", "Ring", UNKNOWN, TRANSFERS, to, linked=linked)
        await pbx.enter(self.near, self.second)
        await pbx.leave(self.operator)
        await pbx.enter(self.operator, self.second)
        self.far.number, self.far.context, self.far.priority = self.operator.number, "internal", 2

    async def speak_with(self, target: Channel) -> None:
        pbx = self.pbx
        self.near.state, self.near.number = "Up", target.number
        await pbx.say_dial("DialEnd", None, self.near, ("DialStatus", "ANSWER"))
        await pbx.enter(target, self.third)
        await pbx.enter(self.far, self.third)

    async def connect(self, target: Channel) -> None:
        """The operator is gone, and then the wiring makes itself superfluous."""
        pbx = self.pbx
        await pbx.leave(self.operator)
        await pbx.leave(self.near)
        await pbx.enter(self.near, self.first)
        said = shapes.of_attended_transfer(self.operator, self.client, self.near, self.first, self.second)
        await pbx.say("AttendedTransfer", said)
        await pbx.hang_up(self.operator)
        self.client.connected = target.number
        await pbx.leave(self.client)
        await pbx.leave(self.far)
        await pbx.enter(self.client, self.third, instead_of=self.far.unique)
        await self.take_wiring_away()

    async def come_back(self, target: Channel | None) -> None:
        pbx = self.pbx
        await pbx.leave(self.operator)
        if target:
            await pbx.leave(target)
            await pbx.hang_up(target)
        await self.take_wiring_away()
        await pbx.enter(self.operator, self.first)
        await pbx.say("Unhold", shapes.of_channel(self.operator))

    async def take_wiring_away(self) -> None:
        for channel in (self.far, self.near):
            await self.pbx.leave(channel)
            await self.pbx.hang_up(channel)


async def _consult(pbx: Exchange, operator: Channel, client: Channel, to: str, seconds: float) -> None:
    """Other than in reality, who hangs up while the colleague's phone still rings comes back to the client."""
    if to not in pbx.phones and to not in pbx.outside:
        # Nobody has this number: a voice says so, and the operator is back.
        await pbx.say("Hold", shapes.of_channel(operator))
        await pbx.say("Unhold", shapes.of_channel(operator))
        await talk(pbx, client, operator, seconds=seconds, hangs_up=client, bridge=client.bridge)
        return
    asked = _Asked(pbx, operator, client)
    await asked.begin(to)
    target = await pbx.ring(asked.far, to, patience=RINGS, beside=(operator, client))
    wish = None
    if target:
        await asked.speak_with(target)
        operator.ear = client.ear = target.ear = asyncio.Queue()
        wish = await pbx.wish(operator.ear, LONG)
    if target and wish and wish.verb == "hang_up" and wish.channel is operator:
        await asked.connect(target)
        await talk(pbx, client, target, seconds=seconds, hangs_up=client, bridge=asked.third)
        return
    await asked.come_back(target)
    left = 0.0 if wish and wish.channel is client else seconds
    await talk(pbx, client, operator, seconds=left, hangs_up=client, bridge=asked.first)
