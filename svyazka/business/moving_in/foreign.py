"""What another system knows, in our words: what a connector or a file brings when a company moves over."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Literal, Protocol


@dataclass(frozen=True, slots=True)
class ForeignPerson:
    """One of the company's staff there."""

    id: str
    name: str
    email: str = ""
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class ForeignStage:
    id: str
    pipeline_id: str
    pipeline: str
    name: str
    end: Literal["", "won", "lost"] = ""


@dataclass(frozen=True, slots=True)
class ForeignClient:
    """`phones`, `emails`: as they stand there, cell by cell. `extra`: what has no field of ours, by its title there."""

    id: str
    name: str = ""
    is_company: bool = False
    company: str = ""
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    handles: Mapping[str, str] = field(default_factory=dict)  # of messengers, by their kind
    tax_number: str = ""
    address: str = ""
    note: str = ""
    responsible_id: str = ""
    created_at: datetime | None = None
    changed_at: datetime | None = None
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ForeignDeal:
    """`client_ids`: whose it is, the main one first."""

    id: str
    client_ids: tuple[str, ...] = ()
    name: str = ""
    stage_id: str = ""
    pipeline_id: str = ""
    sum: Decimal | None = None
    source: str = ""
    address: str = ""
    note: str = ""
    responsible_id: str = ""
    created_at: datetime | None = None
    changed_at: datetime | None = None
    closed_at: datetime | None = None
    lost_because: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ForeignEvent:
    """One line of a history: of a deal, or of a client alone. `recording`: an address of what was said."""

    id: str
    kind: Literal["call", "message", "note", "task", "stage"]
    at: datetime
    client_id: str = ""
    deal_id: str = ""
    direction: Literal["in", "out", ""] = ""
    text: str = ""
    by_id: str = ""
    phone: str = ""
    seconds: int | None = None
    recording: str = ""
    due_at: datetime | None = None  # of a task
    is_done: bool = False


Thing = ForeignPerson | ForeignStage | ForeignClient | ForeignDeal | ForeignEvent
Kind = Literal["people", "stages", "clients", "deals", "events"]
KINDS: tuple[Kind, ...] = ("people", "stages", "clients", "deals", "events")


@dataclass(frozen=True, slots=True)
class Page:
    """`next`: where to go on, also days later and in another process; empty: that was the last one.
    `unreadable`: what stands there and could not be understood, with the reason (a code with words of ours)."""

    things: tuple[Thing, ...]
    next: str = ""
    unreadable: tuple[tuple[str, str], ...] = ()  # outside id, reason


class ForeignSystem(Protocol):
    """`TryLater(seconds)`: it is too busy; `Refused`: it does not let us in, in words that say what to do."""

    def read(self, kind: Kind, *, after: str = "", since: datetime | None = None) -> Page:
        """One page of a kind. `since`: only what has changed there from then on (a delta run)."""
        ...

    def counts(self) -> Mapping[Kind, int]:
        """How many there are, where the system can say so without being read through."""
        ...

    def sums(self) -> Iterator[tuple[str, int, Decimal]]:
        """For the reconciliation: stage id, how many deals stand there, and their sum."""
        ...
