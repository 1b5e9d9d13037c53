"""A small PBX that lives: phones, queues and calls, with the events of a real one and in its order.

`pbx = SmallPbx(pace=0.1)`, `async with pbx.serving() as port:`, and then `await pbx.call("79161234567", to="101")`. It
says what passes the listener's filters and nothing of the rest, which is four times as much. It does what is asked of
it: Originate, BlindTransfer, Atxfer, CancelAtxfer, Hangup, QueuePause.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from typing import Any

from svyazka.connectors.asterisk.messages import Message
from svyazka.connectors.asterisk.stand_in import shapes
from svyazka.connectors.asterisk.stand_in.exchange import Exchange, Queue, recording_of
from svyazka.connectors.asterisk.stand_in.manager import Session
from svyazka.connectors.asterisk.stand_in.shapes import Channel, Wish
from svyazka.connectors.asterisk.stand_in.talks import RINGS, talk

OUR_NUMBER = "74951000101"


class SmallPbx(Exchange):
    """`call` lasts as long as the call does; many may go on side by side."""

    def __init__(
        self,
        *,
        system: str = "lab1",
        phones: Iterable[str] = ("101", "102", "103", "201"),
        queues: Mapping[str, tuple[str, ...]] | None = None,
        talks_out: float = 4.0,
        pace: float = 1.0,
        **server: Any,
    ) -> None:
        """`talks_out`: seconds of a call that a phone of ours began."""
        super().__init__(system=system, phones=phones, pace=pace, **server)
        members = queues if queues is not None else {"sales": ("101", "102")}
        self.queues = {name: Queue(name, numbers) for name, numbers in members.items()}
        self.talks_out = talks_out
        self.doing: set[asyncio.Task[None]] = set()

    async def call(
        self,
        client: str,
        *,
        to: str = "",
        queue: str = "",
        our_number: str = OUR_NUMBER,
        seconds: float = 4.0,
        patience: float = 60.0,
        operator_hangs_up: bool = False,
    ) -> str:
        """A client rings us, at a phone or in a queue; says the key of the call. `seconds`: how long they talk."""
        caller = await self.new_channel("PJSIP/trunk", "Ring", client, "from-trunk", our_number)
        caller.state = "Up" if queue else "Ring"
        await self.record(caller)
        if queue:
            called = await self._wait_in(self.queues[queue], caller, patience)
        else:
            called = await self.ring(caller, to, patience=patience)
        if called:
            await talk(self, caller, called, seconds=seconds, hangs_up=called if operator_hangs_up else caller)
        else:
            caller.technical_cause = "" if queue else "487"
            await self.hang_up(caller, "0" if queue else "127")
        await self.say_record(caller, called)
        return caller.linked

    async def _wait_in(self, queue: Queue, caller: Channel, patience: float) -> Channel | None:
        """Rings one after the other, as the strategy "linear" does, until somebody lifts or the caller gives up."""
        until = time.monotonic() + patience * self.pace
        place = [("Queue", queue.name), ("Position", "1"), ("Count", "1")]
        await self.say("QueueCallerJoin", shapes.of_channel(caller), place)
        turn = 0
        while (left := (until - time.monotonic()) / max(self.pace, 1e-6)) > 0 and not caller.has_given_up:
            number = queue.members[turn % len(queue.members)]
            turn += 1
            if number in queue.paused or self.phones[number].state != "NOT_INUSE":
                await self.sleep(0.05)
            elif called := await self.ring(caller, number, patience=min(left, queue.rings), queue=queue):
                return called
            else:
                await self.sleep(min(queue.rest, left))
        return None

    async def say_record(self, channel: Channel, other: Channel | None) -> None:
        """Before the last Hangup or after it, a real one does both."""
        recording = recording_of(channel)
        await self.say("Cdr", shapes.of_record(channel, other, answered=other is not None, recording=recording))

    # What the manager interface asks for.

    async def act(self, session: Session, asked: Message) -> bool:
        act = _ACTIONS.get(asked.get("Action").lower())
        if act is None:
            return False
        await act(self, session, asked)
        return True

    def _begin(self, story: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(story)
        self.doing.add(task)
        task.add_done_callback(self.doing.discard)

    async def _originate(self, session: Session, asked: Message) -> None:
        await session.answer(asked, "Success", ("Message", "Originate successfully queued"))
        self._begin(self._dial_for(asked))

    async def _dial_for(self, asked: Message) -> None:
        """A phone of ours rings first, and who lifts it hears the number being dialled."""
        phone = self.phones.get(asked.get("Channel").partition("/")[2])
        if phone is None or not phone.is_connected:
            await self._say_originated(asked, None, "Failure", "0")
            return
        device, number = f"PJSIP/{phone.number}", asked.get("Exten")
        key = asked.get("ChannelId")
        channel = await self.new_channel(device, "Down", phone.number, "internal", "s", unique=key)
        channel.number = channel.connected = number
        await self.say_dial("DialBegin", None, channel, ("DialString", phone.number))
        channel.state = "Ringing"
        await self.use(channel, +1)
        status = await self.until_lifted(channel, channel, phone, float(asked.get("Timeout", "30000")) / 1000)
        if status != "ANSWER":
            await self.say_dial("DialEnd", None, channel, ("DialStatus", status))
            await self._say_originated(asked, None, "Failure", "3" if status == "NOANSWER" else "0")
            channel.technical_cause = "486"
            await self.hang_up(channel, "17")
            return
        channel.state = "Up"
        await self._say_originated(asked, channel, "Success", "4")
        await self.say_dial("DialEnd", None, channel, ("DialStatus", "ANSWER"))
        await self._dial_on(channel, number)

    async def _dial_on(self, channel: Channel, number: str) -> None:
        channel.exten, channel.priority = number, 6
        await self.record(channel)
        called = await self.ring(channel, number, patience=RINGS)
        if called:
            await talk(self, channel, called, seconds=self.talks_out, hangs_up=channel)
        else:
            await self.hang_up(channel, "17")
        await self.say_record(channel, called)

    async def _say_originated(self, asked: Message, channel: Channel | None, response: str, reason: str) -> None:
        said = [
            ("ActionID", asked.get("ActionID")),
            ("Response", response),
            ("Channel", channel.name if channel else asked.get("Channel")),
            ("Context", asked.get("Context")),
            ("Exten", asked.get("Exten")),
            ("Reason", reason),
            ("Uniqueid", channel.unique if channel else shapes.UNKNOWN),
            ("CallerIDNum", asked.get("Exten")),
            ("CallerIDName", shapes.UNKNOWN),
        ]
        await self.say("OriginateResponse", said)

    async def _blind_transfer(self, session: Session, asked: Message) -> None:
        await self._wish(session, asked, "blind", "Transfer succeeded", missing="Channel specified does not exist")

    async def _attended_transfer(self, session: Session, asked: Message) -> None:
        words = "Atxfer successfully queued"
        await self._wish(session, asked, "attended", words, missing="Channel specified does not exist")

    async def _cancel(self, session: Session, asked: Message) -> None:
        words = "CancelAtxfer successfully queued"
        await self._wish(session, asked, "cancel", words, missing="Channel specified does not exist")

    async def _hang_up(self, session: Session, asked: Message) -> None:
        await self._wish(session, asked, "hang_up", "Channel Hungup", missing="No such channel")

    async def _wish(self, session: Session, asked: Message, verb: str, words: str, *, missing: str) -> None:
        channel = self.channels.get(asked.get("Channel"))
        if channel is None:
            await session.answer(asked, "Error", ("Message", missing))
            return
        await session.answer(asked, "Success", ("Message", words))
        channel.ear.put_nowait(Wish(verb, channel, asked.get("Exten")))

    async def _queue_pause(self, session: Session, asked: Message) -> None:
        interface, paused = asked.get("Interface"), asked.get("Paused") == "true"
        number = interface.partition("/")[2]
        named = [self.queues[asked.get("Queue")]] if asked.get("Queue") in self.queues else list(self.queues.values())
        concerned = [queue for queue in named if number in queue.members]
        if not concerned:
            await session.answer(asked, "Error", ("Message", "Interface not found"))
            return
        words = f"Interface {'paused' if paused else 'unpaused'} successfully"
        await session.answer(asked, "Success", ("Message", words))
        for queue in concerned:
            queue.paused.pop(number, None)
            reason = asked.get("Reason")
            if paused:
                queue.paused[number] = reason
            await self.say("QueueMemberPause", shapes.of_member(queue.name, interface, paused=paused, reason=reason))


_ACTIONS: dict[str, Callable[[SmallPbx, Session, Message], Awaitable[None]]] = {
    "originate": SmallPbx._originate,
    "blindtransfer": SmallPbx._blind_transfer,
    "atxfer": SmallPbx._attended_transfer,
    "cancelatxfer": SmallPbx._cancel,
    "hangup": SmallPbx._hang_up,
    "queuepause": SmallPbx._queue_pause,
}
