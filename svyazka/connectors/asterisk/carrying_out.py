"""Doing what the pages ask for: an action, and then the event that proves it.

`Response: Success` says that Asterisk has put the wish into a queue, no more: Atxfer says it and then does nothing
while a prompt is missing, Originate says it for a phone that does not exist (docs/decisions/commands-once-at-most.md).
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from svyazka.business.calls.coming_back import LinkLost
from svyazka.business.calls.phone_system import Access, Command, Do, Done, NotDone
from svyazka.connectors.asterisk.channels import Channel, Channels
from svyazka.connectors.asterisk.line import Line
from svyazka.connectors.asterisk.messages import Message
from svyazka.kit import clock

# What is heard beside the events that calls are made of: by these it is known what became of a command.
PROOFS = ("OriginateResponse", "QueueMemberPause")
RINGS = 30  # seconds for which the operator's own phone rings before a call out is given up
_BUSY, _OUTSIDE = "17", re.compile(r"\+?\d{7,15}")
_INSIDE = re.compile(r"[0-9*#]{1,6}")


@dataclass(frozen=True)
class DialPlan:
    """How the customer's Asterisk wants to be spoken to; from the options of the PBX. FreePBX needs none of them."""

    channel: str = "PJSIP/{extension}"  # what an operator's phone is called there
    queue_member: str = ""  # and as a member of a queue; FreePBX: Local/{extension}@from-queue/n. Empty: as the phone
    context: str = "from-internal"  # in which a number is dialled as from an operator's phone
    transfer_context: str = ""  # and for a transfer; empty: the same
    trunk_prefix: str = ""  # dialled before a number outside
    caller_id: str = "{number}"  # what the operator's phone shows while it rings; {extension}: where trunks want that

    @classmethod
    def of(cls, access: Access) -> DialPlan:
        known = dict(access.options)
        return cls(**{name: known[name] for name in cls.__dataclass_fields__ if known.get(name)})

    @property
    def technology(self) -> str:
        """`PJSIP/`"""
        return self.channel.partition("{")[0]

    def dialled(self, number: str) -> str:
        if _INSIDE.fullmatch(number):
            return number
        if _OUTSIDE.fullmatch(number):
            return self.trunk_prefix + number.removeprefix("+")
        raise NotDone("no_such_phone")

    def phone(self, extension: str) -> str:
        return self.channel.replace("{extension}", _checked(extension))

    def member(self, extension: str) -> str:
        return (self.queue_member or self.channel).replace("{extension}", _checked(extension))

    def shown(self, number: str, extension: str) -> str:
        shown = self.caller_id.replace("{number}", number).replace("{extension}", extension)
        return f"{shown} <{shown}>"


def _checked(extension: str) -> str:
    # `101&PJSIP/102` would ring two phones.
    if not extension.isalnum():
        raise NotDone("no_such_phone")
    return extension


async def carry_out(command: Command, *, line: Line, channels: Channels, plan: DialPlan) -> Done:
    """Once, and never again: a number that is dialled twice is worse than one that is not dialled."""
    doing = _Doing(command, line, channels, plan)
    try:
        async with asyncio.timeout((command.until - clock.now()).total_seconds()):
            return await _STORIES[command.do](doing)
    except TimeoutError as refusal:
        raise NotDone("no_effect" if doing.is_accepted else "cut") from refusal
    except LinkLost as refusal:
        raise NotDone("cut") from refusal


@dataclass
class _Doing:
    command: Command
    line: Line
    channels: Channels
    plan: DialPlan
    is_accepted: bool = False

    def own(self) -> Channel:
        """The operator's channel in this call: nobody touches another's phone."""
        command = self.command
        if channel := self.channels.phone_in(command.call_key, command.extension):
            return channel
        raise NotDone("not_yours" if self.channels.of_call(command.call_key) else "no_such_call")

    def talking(self) -> Channel:
        channel = self.own()
        if not channel.bridge:
            raise NotDone("not_talking")
        return channel

    def client_who_waits(self, channel: Channel) -> Channel:
        """Alone with the music, while the operator speaks with somebody else."""
        others = [one for one in self.channels.of_call(channel.call_key) if one.bridge and not one.extension]
        for one in others:
            is_wiring = one.name.startswith("Local/")
            if not is_wiring and one.bridge != channel.bridge and not self.channels.beside(one):
                return one
        raise NotDone("nobody_asked")

    async def ask(self, action: str, *pairs: tuple[str, str], number: str = "") -> None:
        answer = await self.line.ask(action, pairs, number=number)
        if answer.get("Response") != "Success":
            raise NotDone(_REFUSALS.get(answer.get("Message"), "refused"))
        self.is_accepted = True


# What Asterisk says instead of "Success"; whatever else it says is a refusal without a reason that people could use.
_REFUSALS = {
    "Channel specified does not exist": "no_such_call",
    "No such channel": "no_such_call",
    "Transfer invalid": "no_such_phone",
    "Interface not found": "not_in_queue",
}


async def _dial(doing: _Doing) -> Done:
    """Done when the operator has lifted his phone and the number is being dialled; what comes then the call tells."""
    command, plan = doing.command, doing.plan
    number = plan.dialled(command.number)
    pairs = [
        ("Channel", plan.phone(command.extension)),
        ("Context", plan.context),
        ("Exten", number),
        ("Priority", "1"),
        ("CallerID", plan.shown(number, command.extension)),
        ("Timeout", str(RINGS * 1000)),
        ("Async", "true"),
        # It becomes the Linkedid: so it is known which call this is before Asterisk says anything of it.
        ("ChannelId", command.id),
    ]
    with doing.line.watching(command.id) as heard:
        await doing.ask("Originate", *pairs, number=command.id)
        status = ""
        async for message in heard:
            event = message.event
            if event == "DialEnd" and message.get("DestUniqueid") == command.id:
                status = message.get("DialStatus")
            elif event == "OriginateResponse" and message.get("Response") != "Success":
                raise NotDone(_why_not_lifted(status, message))
            elif event in ("DialBegin", "BridgeEnter") and message.get("Uniqueid") == command.id:
                return Done(call_key=command.id)
            elif event == "Hangup" and message.get("Uniqueid") == command.id:
                raise NotDone(_why_not_dialled(status, message))
    raise NotDone("cut")


def _why_not_lifted(status: str, message: Message) -> str:
    """A phone that is not connected, or unknown, never gets a channel; one that rang has ended its ringing somehow."""
    if status in ("BUSY", "NOANSWER", "CANCEL") or message.get("Reason") in _RANG:
        return "not_lifted"
    return "phone_away"


_RANG = ("1", "3", "5")  # AST_CONTROL_HANGUP, _RINGING, _BUSY


def _why_not_dialled(status: str, message: Message) -> str:
    if status != "ANSWER":
        return "not_lifted"
    return "busy" if message.get("Cause") == _BUSY else "no_such_phone"


async def _hang_up(doing: _Doing) -> Done:
    channel = doing.own()
    with doing.line.watching(channel.call_key) as heard:
        await doing.ask("Hangup", ("Channel", channel.name), ("Cause", "16"))
        return await _until(heard, lambda message: _is("Hangup", message, channel))


async def _transfer(doing: _Doing) -> Done:
    """Not Redirect: that passes the call on as well, but leaves no trace of who did it."""
    channel, to = doing.talking(), doing.plan.dialled(doing.command.number)
    with doing.line.watching(channel.call_key) as heard:
        await doing.ask("BlindTransfer", ("Channel", channel.name), ("Exten", to), _transfer_context(doing.plan))
        return await _until(heard, lambda message: _has_passed_on("BlindTransfer", "Transferer", message, channel))


async def _consult(doing: _Doing) -> Done:
    """Proven when the operator's voice goes elsewhere, to whoever is being dialled. If he is back without that, there
    is nobody of this number."""
    channel, to = doing.talking(), doing.plan.dialled(doing.command.number)
    bridge = channel.bridge
    with doing.line.watching(channel.call_key) as heard:
        await doing.ask("Atxfer", ("Channel", channel.name), ("Exten", to), _transfer_context(doing.plan))
        return await _until(heard, lambda message: _has_gone_elsewhere(message, channel, bridge))


async def _connect(doing: _Doing) -> Done:
    """Asterisk joins the two when the one between them hangs up; without somebody asked, the client would be lost."""
    channel = doing.talking()
    doing.client_who_waits(channel)
    with doing.line.watching(channel.call_key) as heard:
        await doing.ask("Hangup", ("Channel", channel.name), ("Cause", "16"))
        return await _until(heard, lambda message: _has_connected(message, channel))


async def _come_back(doing: _Doing) -> Done:
    channel = doing.talking()
    bridge = doing.client_who_waits(channel).bridge
    with doing.line.watching(channel.call_key) as heard:
        await doing.ask("CancelAtxfer", ("Channel", channel.name))
        return await _until(
            heard, lambda message: _is("BridgeEnter", message, channel) and message.get("BridgeUniqueid") == bridge
        )


async def _pause(doing: _Doing) -> Done:
    reason = [("Reason", doing.command.reason)] if doing.command.reason else []
    return await _set_paused(doing, "true", *reason)


async def _resume(doing: _Doing) -> Done:
    return await _set_paused(doing, "false")


async def _set_paused(doing: _Doing, paused: str, *more: tuple[str, str]) -> Done:
    member = doing.plan.member(doing.command.extension)
    queue = [("Queue", doing.command.queue)] if doing.command.queue else []
    with doing.line.watching(member) as heard:
        await doing.ask("QueuePause", ("Interface", member), ("Paused", paused), *queue, *more)
        return await _until(heard, lambda message: message.get("Paused") == ("1" if paused == "true" else "0"))


async def _until(heard: AsyncIterator[Message], is_proof: Callable[[Message], bool]) -> Done:
    async for message in heard:
        if is_proof(message):
            return Done()
    raise NotDone("cut")


def _transfer_context(plan: DialPlan) -> tuple[str, str]:
    return ("Context", plan.transfer_context or plan.context)


def _is(event: str, message: Message, channel: Channel) -> bool:
    return message.event == event and message.get("Uniqueid") == channel.unique


def _has_gone_elsewhere(message: Message, channel: Channel, bridge: str) -> bool:
    if _is("Unhold", message, channel):
        raise NotDone("no_such_phone")
    return _is("BridgeEnter", message, channel) and message.get("BridgeUniqueid") != bridge


def _has_connected(message: Message, channel: Channel) -> bool:
    return _has_passed_on("AttendedTransfer", "OrigTransferer", message, channel) or _is("Hangup", message, channel)


def _has_passed_on(event: str, who: str, message: Message, channel: Channel) -> bool:
    if message.event != event or message.get(f"{who}Uniqueid") != channel.unique:
        return False
    if message.get("Result") != "Success":
        raise NotDone("refused")
    return True


_STORIES: dict[Do, Callable[[_Doing], Awaitable[Done]]] = {
    Do.DIAL: _dial,
    Do.HANG_UP: _hang_up,
    Do.TRANSFER: _transfer,
    Do.CONSULT: _consult,
    Do.CONNECT: _connect,
    Do.COME_BACK: _come_back,
    Do.PAUSE: _pause,
    Do.RESUME: _resume,
}
CAPABILITIES = frozenset(_STORIES)
