"""What every telephone system says, in the house's words, and what a driver must be able to do.

Fits Asterisk, Oktell and the Russian cloud PBXs: they differ in names and in the order of messages, not in these facts.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar, Protocol


class Kind(StrEnum):
    """What a message says of one leg of a call."""

    START = "start"  # the call is there: who rings, and which number of ours he dialled
    QUEUE = "queue"  # it waits in a queue
    RING = "ring"  # this phone rings
    ANSWER = "answer"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    CANCEL = "cancel"  # taken away again: the caller gave up, or another phone answered
    JOIN = "join"  # the leg's voice goes into a bridge
    PART = "part"  # and out of it
    HOLD = "hold"  # this phone lets the other side listen to music
    RESUME = "resume"
    TRANSFER = "transfer"  # this phone passes the call on, to `to`
    MERGE = "merge"  # another call, `part`, belongs to this one: in it a colleague was asked before he got the caller
    RECORDING = "recording"
    HANGUP = "hangup"
    SPOKE = "spoke"  # told afterwards: this phone spoke with the client; counts where nothing was heard of its answer
    OVER = "over"  # told afterwards: the whole call ended then, whatever was heard of its legs
    VANISHED = "vanished"  # the PBX, asked again after a break, does not know the call any more
    ONLY_THESE = "only_these"  # what the PBX answers when it is asked: these calls are going on, no others


class Way(StrEnum):
    """How a call is passed on."""

    BLIND = "blind"
    ATTENDED = "attended"  # after a word with whoever gets it


@dataclass(frozen=True)
class CallEvent:
    """One fact of one call. (pbx_code, call_key) names the call, leg_key the phone or line in it."""

    pbx_code: str
    call_key: str
    kind: Kind
    at: datetime
    leg_key: str = ""
    extension: str = ""  # of the phone in our office; empty: the leg goes to the outside
    client_number: str = ""  # as the PBX gives it; empty: hidden or unknown
    our_number: str = ""
    queue: str = ""
    bridge: str = ""
    recording: str = ""
    to: str = ""  # an extension, or a number outside
    way: Way = Way.BLIND
    part: str = ""  # a call key
    cause: int | None = None  # Q.850: 16 normal, 17 busy
    going_on: frozenset[str] = frozenset()  # call keys, with ONLY_THESE


class At(StrEnum):
    """What a phone is at."""

    FREE = "free"
    BUSY = "busy"  # it rings or talks
    AWAY = "away"  # not connected to the system: nobody can be reached there


@dataclass(frozen=True)
class PhonesSeen:
    """What phones of ours are at, by extension."""

    pbx_code: str
    at: datetime
    phones: Mapping[str, At]
    are_all: bool = False  # the answer to the question after a break: whoever is not in it is away


class Do(StrEnum):
    """What a telephone system can be asked to do. Each driver says which of these it can (`capabilities`)."""

    DIAL = "dial"  # rings the phone `extension`, and when it is lifted, `number`
    HANG_UP = "hang_up"  # `extension` leaves the call; before it is answered, the call ends
    TRANSFER = "transfer"  # the other side of `extension` goes on to `number` at once
    CONSULT = "consult"  # it listens to music while `extension` has a word with `number`
    CONNECT = "connect"  # and gets whoever was asked
    COME_BACK = "come_back"  # or it comes back, and whoever was asked is let go
    PAUSE = "pause"  # calls of `queue` (empty: of all) pass by `extension`
    RESUME = "resume"


@dataclass(frozen=True)
class Command:
    """One thing to be done, by the moment `until`."""

    id: str  # of letters and digits, never used before: fit to name a request, or a channel, on the other side
    do: Do
    extension: str
    until: datetime
    call_key: str = ""  # of the call that it is about; empty for DIAL, PAUSE, RESUME
    number: str = ""  # an extension, or E.164
    queue: str = ""
    reason: str = ""  # of a pause


@dataclass(frozen=True)
class Done:
    """It has happened: not only been accepted. `call_key`: of the call that DIAL has begun, where it is known."""

    call_key: str = ""


class NotDone(Exception):
    """It has not happened, and will not. `trouble`: a key of calls.commands.TROUBLES."""

    def __init__(self, trouble: str) -> None:
        super().__init__(trouble)
        self.trouble = trouble


@dataclass(frozen=True)
class Option:
    """What only this driver asks for, beside address, login and secret. The office draws an input from it; what is
    entered stands in Pbx.options under the name, and is handed to the driver with its Access."""

    name: str
    label: object
    help: object = ""
    default: str = ""
    choices: tuple[tuple[str, object], ...] = ()  # value, words; without any it is a line of text
    is_secret: bool = False


@dataclass(frozen=True)
class Access:
    """Where a telephone system is, and how it lets us in."""

    code: str
    host: str
    port: int
    login: str
    secret: str
    options: tuple[tuple[str, str], ...] = ()  # by name, for what only some drivers ask

    def option(self, name: str, default: str = "") -> str:
        return dict(self.options).get(name) or default


@dataclass(frozen=True)
class Link:
    """How the connection to a telephone system stands. `trouble` is a key of calls.links.TROUBLES."""

    is_up: bool
    trouble: str = ""


class Ledger(Protocol):
    """Takes an arrival; waits while too many are not written yet, so that the PBX is read more slowly."""

    async def put(self, arrival: Any) -> None: ...


Noticed = Callable[[Link], Awaitable[None]]


class PhoneSystem(Protocol):
    """A driver: `__init__(access, ledger, noticed)`, found through settings.PHONE_SYSTEMS."""

    capabilities: ClassVar[frozenset[Do]]  # the pages offer no others
    options: ClassVar[tuple[Option, ...]]  # what it asks for beside address, login and secret; maybe nothing
    # Also, where it has them: `title`, as its maker calls it; `way_in`, what stands in the address at which the edge
    # hears a system that nobody can listen to ("cloud_pbx"); `place`, where its API is: host and port, what the form
    # proposes; `bears_one_listener`, where a second one beside it, which waits for its turn, would do harm or be of no
    # use; `guide`, for whoever sets it up (setting_up/guide.py).

    @staticmethod
    def nothing_goes_on(code: str, at: datetime) -> Any:
        """The arrival that ends all calls of this system: nobody listens to it any more."""

    async def run(self) -> None:
        """Listens until it is cancelled, connects again by itself, and hands every message on to the ledger."""

    async def carry_out(self, command: Command) -> Done:
        """Asks the system and waits until it has happened; several run side by side. Raises NotDone, also while the
        connection is down, and when nothing has happened by `command.until`: that a system says “accepted” is not
        enough."""

    async def examine(self, extensions: Collection[str]) -> Sequence[Any]:
        """What is right and wrong with it, as `setting_up.guide.Finding`s; nothing while the connection is down.
        `extensions`: of our people, whose phones should be there."""
