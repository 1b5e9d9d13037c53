"""The contract of a trigger: on what a rule can wait.

Each is one class in `triggers/`, named in `triggers/__init__.py`. It says in which stream its events stand: the journal
(`verbs`), the history (`lines`), or time itself (`sweep`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar, Protocol, runtime_checkable

from django.db.models import Q

from svyazka.business.automation.asked import Ask


@dataclass(frozen=True)
class Event:
    """Something that happened. `key`: the same for the same thing, however often it is heard of. `data`: ids, codes and
    moments, never anything personal."""

    key: str
    at: datetime
    deal_id: int | None = None
    client_id: int | None = None
    object_id: int | None = None  # of what it is about: a call, a visit, a payment
    person_id: int | None = None  # who did it
    data: Mapping[str, Any] = field(default_factory=dict)
    cause: int | None = None  # the run of which it came


@dataclass(frozen=True)
class Happened:
    """A row of a stream, as it is read: of the journal or of the history."""

    id: int
    at: datetime
    verb: str  # of the history: the kind of the line
    kind: str
    object_id: int
    deal_id: int | None
    client_id: int | None
    person_id: int | None
    changes: Mapping[str, Any]  # of the history: what the line knows besides (`Interaction.data`)
    cause: int | None
    pipeline_id: int | None = None  # of the deal
    stage_id: int | None = None  # of the journal: the stage that its change of `stage` leads to, and the one it left
    left_id: int | None = None
    direction: str = ""  # of the history
    channel: str = ""
    is_brought: bool = False  # it has happened elsewhere: out of a file, a move
    pipeline: str = ""  # its code
    stage_kind: str = ""  # of those two stages: open, won, lost
    left_kind: str = ""


def key_of(row: Happened) -> str:
    """For what happens once with each row."""
    return f"{row.verb}/{row.id}"


class Trigger(Protocol):
    code: ClassVar[str]
    title: ClassVar[Any]  # lazy words: “The deal enters a stage”
    group: ClassVar[Any]  # under which heading it is offered
    verbs: ClassVar[Sequence[str]]  # of the journal; none: it does not stand there
    lines: ClassVar[Sequence[str]]  # kinds of lines of the history
    is_by_time: ClassVar[bool]

    def form(self, options: Mapping[str, Any]) -> Sequence[Ask]:
        """Which inputs the builder draws for it (asked.py)."""

    def read(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        """What the form of the builder sends, as it is stored. Raises Refused with `fields`."""

    def words(self, options: Mapping[str, Any]) -> str:
        """In the language of the page: “The deal enters «Offer» of «Sales»”."""

    def event(self, row: Happened, options: Mapping[str, Any]) -> Event | None:
        """None: it does not concern a rule with these options. Asks nothing of the database."""

    def fired_by(self, options: Mapping[str, Any]) -> frozenset[str]:
        """Which of what actions say in `writes` makes it happen: `field:amount`, `stage:17`."""

    def sweep(self, options: Mapping[str, Any], *, since: datetime, until: datetime) -> Iterable[Event]:
        """Only of time: what has become due between these moments; one statement over an index."""


@runtime_checkable
class OverDeals(Protocol):
    """Of time, and due for every deal at once: only those are asked for that may fulfil the rule's conditions."""

    def sweep_among(
        self, options: Mapping[str, Any], *, since: datetime, until: datetime, among: Q
    ) -> Iterable[Event]: ...
