"""What an arrival from Asterisk says, in the house's words. Facts seen on Asterisk 22; see samples/."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from django.utils.translation import gettext_lazy as _

from svyazka.business.calls.phone_system import At, CallEvent, Kind, PhonesSeen, Way
from svyazka.business.intake.connector import Arrived, Ignore
from svyazka.connectors.asterisk.messages import END, Message, parse

# Events that something is made of. The driver asks Asterisk to send no others: they are 60 to 80 % of the stream.
WANTED = (
    "Newchannel",
    "QueueCallerJoin",
    "AgentCalled",
    "DialBegin",
    "DialEnd",
    "AgentConnect",
    "BridgeEnter",
    "BridgeLeave",
    "Hold",
    "Unhold",
    "BlindTransfer",
    "AttendedTransfer",
    "Hangup",
    "Cdr",
    "CoreShowChannel",
    "CoreShowChannelsComplete",
)
RECORDING_VARIABLE = "MIXMONITOR_FILENAME"  # the one VarSet that is wanted
_NOBODY = {"", "<unknown>", "unknown", "anonymous", "s", "h", "i"}
_REFUSALS = {"BUSY": Kind.BUSY, "NOANSWER": Kind.NO_ANSWER}


def read(arrival: Arrived) -> Sequence[CallEvent | PhonesSeen]:
    """The facts of one message, or of the list that answers the question what goes on; or what phones are at."""
    blocks = [parse(block) for block in bytes(arrival.body).split(END) if block.strip()]
    if blocks and blocks[0].event in ("DeviceStateChange", "DeviceStateListComplete"):
        return [_phones(blocks, arrival)]
    if any(message.event == "CoreShowChannelsComplete" for message in blocks):
        return [_only_these(blocks, arrival)]
    events = [event for message in blocks for event in _of_message(message, arrival)]
    if not events:
        raise Ignore(_("Says nothing of a call that we do not know already."))
    return events


def is_wanted(message: Message) -> bool:
    """An Asterisk that knows no filters sends everything; the ledger is spared it."""
    return message.event in WANTED or (message.event == "VarSet" and message.get("Variable") == RECORDING_VARIABLE)


def call_key_of(message: Message) -> str:
    """Linkedid: the same for the client's whole call, through transfers."""
    return next((key for name in _KEYS if (key := message.get(name))), "")


_KEYS = ("Linkedid", "DestLinkedid", "TransfererLinkedid", "OrigTransfererLinkedid")


def _of_message(message: Message, arrival: Arrived) -> list[CallEvent]:
    reader = _READERS.get(message.event)
    if reader is None or not call_key_of(message):
        return []
    wiring = _wiring(message)
    return [event for event in reader(message, _Maker(message, arrival)) if event.leg_key not in wiring]


def _wiring(message: Message) -> set[str]:
    """Local channels are inside of Asterisk: nobody stands at their end. Whom they ring is somebody."""
    named = (("Channel", "Uniqueid"), ("DestChannel", "DestUniqueid"))
    return {message.get(key) for channel, key in named if message.get(channel).startswith("Local/")}


class _Maker:
    """Makes events that have the call, the PBX and the time of one message in common."""

    def __init__(self, message: Message, arrival: Arrived) -> None:
        self.message, self.arrival = message, arrival
        self.at = _time_of(message) or arrival.received_at

    def here(self, kind: Kind, **facts: object) -> CallEvent:
        """About the channel that the message is about."""
        return self._make(kind, self.message.get("Uniqueid"), self.message.get("Channel"), facts)

    def there(self, kind: Kind, **facts: object) -> CallEvent:
        """About the channel that is being dialled."""
        return self._make(kind, self.message.get("DestUniqueid"), self.message.get("DestChannel"), facts)

    def by(self, who: str, kind: Kind, **facts: object) -> CallEvent:
        """About the channel that the message calls so."""
        return self._make(kind, self.message.get(f"{who}Uniqueid"), self.message.get(f"{who}Channel"), facts)

    def _make(self, kind: Kind, leg_key: str, channel: str, facts: dict[str, object]) -> CallEvent:
        return CallEvent(
            pbx_code=self.arrival.account,
            call_key=call_key_of(self.message),
            kind=kind,
            at=self.at,
            leg_key=leg_key,
            extension=extension_of(channel),
            **facts,  # type: ignore[arg-type]  # each reader names fields of CallEvent
        )

    @property
    def began_it(self) -> bool:
        """The channel that the call began with; the client's, when he rang us."""
        return self.message.get("Uniqueid") == call_key_of(self.message)


def extension_of(channel: str) -> str:
    """`PJSIP/101-0000002e` → `101`; empty for a trunk, which has a name and not a short number."""
    endpoint = channel.partition("/")[2].rpartition("-")[0]
    return endpoint if endpoint.isdecimal() and len(endpoint) <= 6 else ""


def _start(message: Message, make: _Maker) -> list[CallEvent]:
    return [_caller(message, make)] if make.began_it else []


def _caller(message: Message, make: _Maker) -> CallEvent:
    channel = message.get("Channel")
    if extension_of(channel):
        return make.here(Kind.START)
    return make.here(
        Kind.START,
        client_number=_number(message.get("CallerIDNum")),
        our_number=_number(message.get("Exten")),
    )


def _queue(message: Message, make: _Maker) -> list[CallEvent]:
    return [make.here(Kind.QUEUE, queue=message.get("Queue"))]


def _ring(message: Message, make: _Maker) -> list[CallEvent]:
    # The operator's own phone, rung by a click on a number, began the call: that must not pop up.
    if message.get("DestUniqueid") == call_key_of(message):
        return []
    dialled = "" if extension_of(message.get("DestChannel")) else _number(message.get("Exten"))
    ring = make.there(Kind.RING, client_number=dialled if extension_of(message.get("Channel")) else "")
    return [*_start(message, make), ring]


def _dial_end(message: Message, make: _Maker) -> list[CallEvent]:
    if message.get("DestUniqueid") == call_key_of(message):
        return []
    status = message.get("DialStatus")
    return [make.there(Kind.ANSWER if status == "ANSWER" else _REFUSALS.get(status, Kind.CANCEL))]


def _agent_connect(message: Message, make: _Maker) -> list[CallEvent]:
    return [make.there(Kind.ANSWER)]


def _join(message: Message, make: _Maker) -> list[CallEvent]:
    return [*_start(message, make), make.here(Kind.JOIN, bridge=message.get("BridgeUniqueid"))]


def _part(message: Message, make: _Maker) -> list[CallEvent]:
    return [make.here(Kind.PART, bridge=message.get("BridgeUniqueid"))]


def _hold(message: Message, make: _Maker) -> list[CallEvent]:
    return [make.here(Kind.HOLD)]


def _resume(message: Message, make: _Maker) -> list[CallEvent]:
    return [make.here(Kind.RESUME)]


def _blind(message: Message, make: _Maker) -> list[CallEvent]:
    if message.get("Result") != "Success":
        return []
    return [make.by("Transferer", Kind.TRANSFER, to=message.get("Extension"), way=Way.BLIND)]


def _attended(message: Message, make: _Maker) -> list[CallEvent]:
    """Whoever asks with a phone of his own does so in a call of its own."""
    if message.get("Result") != "Success":
        return []
    to = extension_of(message.get("TransferTargetChannel")) or _number(message.get("TransferTargetCallerIDNum"))
    passed = make.by("OrigTransferer", Kind.TRANSFER, to=to, way=Way.ATTENDED)
    asked = message.get("SecondTransfererLinkedid")
    if asked in ("", passed.call_key):
        return [passed]
    return [passed, replace(passed, kind=Kind.MERGE, part=asked)]


def _recording(message: Message, make: _Maker) -> list[CallEvent]:
    if message.get("Variable") != RECORDING_VARIABLE:
        return []
    return [make.here(Kind.RECORDING, recording=message.get("Value"))]


def _cdr(message: Message, make: _Maker) -> list[CallEvent]:
    # Its durations count the queue and its times are local; only where the recording lies is taken from it.
    if recording := message.get("RecordingFile"):
        return [make.here(Kind.RECORDING, recording=recording)]
    return []


def _hangup(message: Message, make: _Maker) -> list[CallEvent]:
    cause = message.get("Cause")
    return [make.here(Kind.HANGUP, cause=int(cause) if cause.isdecimal() else None)]


def _channel_shown(message: Message, make: _Maker) -> list[CallEvent]:
    """A channel that is there when we connect: what we have not seen of it is said by its state."""
    if make.began_it:
        events = [_caller(message, make)]
    else:
        events = [make.here(Kind.RING)] if extension_of(message.get("Channel")) else []
    if bridge := message.get("BridgeId"):
        events.append(make.here(Kind.JOIN, bridge=bridge))
    return events


_READERS: dict[str, Callable[[Message, _Maker], list[CallEvent]]] = {
    "Newchannel": _start,
    "QueueCallerJoin": _queue,
    "AgentCalled": _ring,
    "DialBegin": _ring,
    "DialEnd": _dial_end,
    "AgentConnect": _agent_connect,
    "BridgeEnter": _join,
    "BridgeLeave": _part,
    "Hold": _hold,
    "Unhold": _resume,
    "BlindTransfer": _blind,
    "AttendedTransfer": _attended,
    "VarSet": _recording,
    "Cdr": _cdr,
    "Hangup": _hangup,
    "CoreShowChannel": _channel_shown,
}


def _only_these(blocks: Sequence[Message], arrival: Arrived) -> CallEvent:
    keys = frozenset(call_key_of(message) for message in blocks if message.event == "CoreShowChannel")
    # As of the question: a call that began while the answer was under way is not in it, and not gone either.
    asked_at = arrival.headers.get("asked_at")
    at = datetime.fromisoformat(asked_at) if asked_at else arrival.received_at
    return CallEvent(arrival.account, "", Kind.ONLY_THESE, at, going_on=keys)


def _phones(blocks: Sequence[Message], arrival: Arrived) -> PhonesSeen:
    """Trunks are devices too, and so are queues: `Queue:sales_pause_PJSIP/101`."""
    at = datetime.fromisoformat(arrival.headers["at"]) if "at" in arrival.headers else arrival.received_at
    known = [(phone_of(block.get("Device")), _AT.get(block.get("State"))) for block in blocks]
    phones = {extension: state for extension, state in known if extension and state}
    return PhonesSeen(arrival.account, at, phones, are_all=blocks[-1].event == "DeviceStateListComplete")


def phone_of(device: str) -> str:
    """`PJSIP/101` → `101`; empty for what is no phone of ours."""
    return "" if ":" in device else extension_of(f"{device}-")


_AT = {
    "NOT_INUSE": At.FREE,
    **dict.fromkeys(("INUSE", "BUSY", "RINGING", "RINGINUSE", "ONHOLD"), At.BUSY),
    **dict.fromkeys(("UNAVAILABLE", "INVALID"), At.AWAY),
}


def _number(text: str) -> str:
    return "" if text.strip().lower() in _NOBODY else text.strip()


def _time_of(message: Message) -> datetime | None:
    """Asterisk's own time (`timestampevents = yes` in manager.conf)."""
    try:
        return datetime.fromtimestamp(float(message.get("Timestamp")), UTC)
    except (ValueError, OverflowError, OSError):
        return None
