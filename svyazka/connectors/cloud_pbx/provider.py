"""What tells one cloud PBX from another, as data: how its events are known to be its own, what they say, what it can be
asked. Without Django: the edge reads it too."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from svyazka.business.calls.fold import Leg
from svyazka.business.calls.phone_system import Access, CallEvent, Command, Do
from svyazka.business.intake.knock import Account, Caller, Knock, Said
from svyazka.connectors.cloud_pbx.fields import Fields, moment_in
from svyazka.connectors.cloud_pbx.tell import Call


@dataclass(frozen=True)
class Heard:
    """One event of a system, out of the ledger."""

    pbx_code: str
    path: str
    fields: Fields
    received_at: datetime

    def __getitem__(self, name: str) -> str:
        return self.fields.get(name, "").strip()

    def moment(self, name: str) -> datetime:
        return moment_in(self.fields, name, self.received_at)

    def call(self, key: str, *, at: datetime | None = None, is_out: bool = False) -> Call:
        return Call(self.pbx_code, key, at or self.received_at, is_out=is_out)


@dataclass(frozen=True)
class Request:
    """What its API is asked."""

    path: str
    method: str = "POST"
    query: Mapping[str, str] = field(default_factory=dict)
    form: Mapping[str, str] | None = None
    json: Mapping[str, Any] | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Answer:
    """What the API says. `said`: nothing where it is no JSON object."""

    status: int
    said: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""


@dataclass(frozen=True)
class Limit:
    """At most so many requests in so many seconds; `path`: of this one only."""

    times: int
    seconds: float
    path: str = ""


# What is asked, one after the other, with the legs of the call as they are known.
Ask = Callable[[Access, Command, Sequence[Leg]], Request]


@dataclass(frozen=True)
class Api:
    asks: Mapping[Do, tuple[Ask, ...]]
    trouble: Callable[[Answer], str]  # a key of calls.commands.TROUBLES; empty: accepted
    check: Callable[[Access], Request] | None = None  # something cheap that a wrong key is refused for
    limits: tuple[Limit, ...] = ()
    call_key: Callable[[Answer], str] = lambda _answer: ""  # of the call that DIAL began
    results: Mapping[Do, str] = field(default_factory=dict)  # the path under which it tells later what became of it
    undo: Mapping[Do, Ask] = field(default_factory=dict)  # where a later step was refused
    at_once: frozenset[Do] = frozenset()  # what has happened when it is answered: no event tells of it


@dataclass(frozen=True)
class Recordings:
    """How those are had that are named by a number."""

    ask: Callable[[Access, str], Request]
    trouble: Callable[[Answer], str]  # of an answer in words: a key of calls.recordings.source.TROUBLES; empty: a link
    link: Callable[[Answer], str] = lambda _answer: ""
    every: float = 1.0  # seconds between two: not half of what its API bears


@dataclass(frozen=True)
class Provider:
    """A frozen description. A new system is a new file with one of these."""

    code: str
    title: str
    host: str  # of its API; empty: each customer has one of his own
    is_genuine: Callable[[Knock, Fields, Account], bool]
    event_id: Callable[[str, Fields], str]  # path, fields → what makes a second delivery the same; empty: its words
    call_key: Callable[[Fields], str]
    read: Callable[[Heard], Sequence[CallEvent]]
    api: Api
    content: Callable[[Fields], bytes] | None = None  # the event in the envelope: what is read and written down
    private: frozenset[str] = frozenset()  # fields that are not written down
    thanks: Said | None = None
    refusal: tuple[int, Said | None] = (403, None)
    echo: str = ""  # the field that it sends to see whether somebody is there
    asks_who: Callable[[Fields], str] = lambda _fields: ""  # the number of whom it wants to know at once
    say_who: Callable[[Caller], Said] | None = None
    recordings: Recordings | None = None  # none: it gives links
    options: tuple[str, ...] = ()  # names, beside those that all have
