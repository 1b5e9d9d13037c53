"""What the events of an Asterisk look like: which headers, in which order. Held against the captures by a test."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from uuid import uuid4

from svyazka.connectors.asterisk.stand_in.itself import Pairs

_STATES = {"Down": "0", "Ring": "4", "Ringing": "5", "Up": "6"}
UNKNOWN = "<unknown>"
_AGENT_EVENTS = ("QueueCallerJoin", "AgentCalled", "AgentConnect", "QueueMemberPause")
_PRIVILEGES = {"VarSet": "dialplan,all", "Cdr": "cdr,all", **dict.fromkeys(_AGENT_EVENTS, "agent,all")}
_CAUSES = {"0": "Unknown", "16": "Normal Clearing", "17": "User busy", "127": "Interworking, unspecified"}


@dataclass
class Bridge:
    id: str = field(default_factory=lambda: str(uuid4()))
    members: int = 0


@dataclass(frozen=True)
class Wish:
    """What somebody wants of a channel: hang_up, blind, attended, cancel; blind and attended with a number."""

    verb: str
    channel: Channel
    to: str = ""


@dataclass
class Channel:
    """A line of the PBX: a phone of ours, the trunk, or the wiring between them."""

    name: str
    unique: str
    linked: str
    state: str  # a key of _STATES
    number: str
    context: str
    exten: str
    priority: int = 1
    connected: str = UNKNOWN
    bridge: Bridge | None = None
    technical_cause: str = ""
    has_given_up: bool = False
    # Where what is asked of it is heard: shared by the channels that one story is about.
    ear: asyncio.Queue[Wish] = field(default_factory=asyncio.Queue)

    @property
    def device(self) -> str:
        """`PJSIP/101`"""
        return self.name.rpartition("-")[0]


def head(event: str, system: str) -> Pairs:
    return [
        ("Event", event),
        ("Privilege", _PRIVILEGES.get(event, "call,all")),
        ("Timestamp", f"{time.time():.6f}"),
        ("SystemName", system),
    ]


def of_channel(channel: Channel, who: str = "") -> Pairs:
    return [
        (f"{who}Channel", channel.name),
        (f"{who}ChannelState", _STATES[channel.state]),
        (f"{who}ChannelStateDesc", channel.state),
        (f"{who}CallerIDNum", channel.number),
        (f"{who}CallerIDName", UNKNOWN),
        (f"{who}ConnectedLineNum", channel.connected),
        (f"{who}ConnectedLineName", UNKNOWN),
        (f"{who}Language", "en"),
        (f"{who}AccountCode", ""),
        (f"{who}Context", channel.context),
        (f"{who}Exten", channel.exten),
        (f"{who}Priority", str(channel.priority)),
        (f"{who}Uniqueid", channel.unique),
        (f"{who}Linkedid", channel.linked),
    ]


def of_bridge(bridge: Bridge, who: str = "") -> Pairs:
    return [
        (f"{who}BridgeUniqueid", bridge.id),
        (f"{who}BridgeType", "basic"),
        (f"{who}BridgeTechnology", "simple_bridge"),
        (f"{who}BridgeCreator", UNKNOWN),
        (f"{who}BridgeName", UNKNOWN),
        (f"{who}BridgeNumChannels", str(bridge.members)),
        (f"{who}BridgeVideoSourceMode", "none"),
    ]


def of_hangup(channel: Channel, cause: str) -> Pairs:
    technical = [("TechCause", channel.technical_cause)] if channel.technical_cause else []
    return [*of_channel(channel), ("Cause", cause), ("Cause-txt", _CAUSES[cause]), *technical]


def of_blind_transfer(operator: Channel, client: Channel, bridge: Bridge, context: str, to: str) -> Pairs:
    return [
        ("Result", "Success"),
        *of_channel(operator, "Transferer"),
        *of_channel(client, "Transferee"),
        *of_bridge(bridge),
        ("IsExternal", "Yes"),
        ("Context", context),
        ("Extension", to),
    ]


def of_attended_transfer(operator: Channel, client: Channel, target: Channel, first: Bridge, second: Bridge) -> Pairs:
    return [
        ("Result", "Success"),
        *of_channel(operator, "OrigTransferer"),
        *of_bridge(first, "Orig"),
        *of_channel(operator, "SecondTransferer"),
        *of_bridge(second, "Second"),
        *of_channel(client, "Transferee"),
        *of_channel(target, "TransferTarget"),
        ("IsExternal", "No"),
        ("DestType", "Bridge"),
        ("DestBridgeUniqueid", first.id),
    ]


def of_member(queue: str, interface: str, *, paused: bool, reason: str) -> Pairs:
    never = ("CallsTaken", "LastCall", "LastPause", "LoginTime", "InCall")
    return [
        ("Queue", queue),
        ("MemberName", interface),
        ("Interface", interface),
        ("StateInterface", interface),
        ("Membership", "static"),
        ("Penalty", "0"),
        *((name, "0") for name in never),
        ("Status", "1"),
        ("Paused", str(int(paused))),
        ("PausedReason", reason),
        ("Ringinuse", "0"),
        ("Wrapuptime", "0"),
    ]


def of_record(channel: Channel, other: Channel | None, *, answered: bool, recording: str) -> Pairs:
    """A CDR. The house takes nothing from it but where the recording lies, so its times are none."""
    return [
        ("AccountCode", ""),
        ("Source", channel.number),
        ("Destination", channel.exten),
        ("DestinationContext", channel.context),
        ("CallerID", f"<{channel.number}>"),
        ("Channel", channel.name),
        ("DestinationChannel", other.name if other else ""),
        ("LastApplication", "Dial"),
        ("LastData", ""),
        ("StartTime", ""),
        ("AnswerTime", ""),
        ("EndTime", ""),
        ("Duration", "0"),
        ("BillableSeconds", "0"),
        ("Disposition", "ANSWERED" if answered else "NO ANSWER"),
        ("AMAFlags", "DOCUMENTATION"),
        ("UniqueID", channel.unique),
        ("UserField", ""),
        ("UserField", ""),
        ("Linkedid", channel.linked),
        ("RecordingFile", recording),
    ]
