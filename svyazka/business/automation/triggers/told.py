"""What triggers have in common that hear of something when it has happened, and of those that time alone makes due."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from svyazka.business.automation import asked
from svyazka.business.automation.asked import Ask
from svyazka.business.automation.trigger import Event, Happened, key_of


class Told:
    """A verb of the journal or a line of the history. Whoever has options of his own says so in his class."""

    title: ClassVar[Any]
    verbs: ClassVar[Sequence[str]] = ()
    lines: ClassVar[Sequence[str]] = ()
    is_by_time: ClassVar[bool] = False
    fired: ClassVar[frozenset[str]] = frozenset()

    def form(self, options: Mapping[str, Any]) -> Sequence[Ask]:
        return []

    def read(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        return asked.read(self.form(typed), typed)

    def words(self, options: Mapping[str, Any]) -> str:
        return str(self.title)

    def event(self, row: Happened, options: Mapping[str, Any]) -> Event | None:
        return event_of(row)

    def fired_by(self, options: Mapping[str, Any]) -> frozenset[str]:
        return self.fired

    def sweep(self, options: Mapping[str, Any], *, since: datetime, until: datetime) -> Iterable[Event]:
        return ()


class ByTime(Told):
    is_by_time: ClassVar[bool] = True

    def event(self, row: Happened, options: Mapping[str, Any]) -> Event | None:
        return None


def event_of(row: Happened, **data: Any) -> Event:
    return Event(
        key_of(row),
        row.at,
        deal_id=row.deal_id,
        client_id=row.client_id,
        object_id=row.object_id,
        person_id=row.person_id,
        data={name: value for name, value in data.items() if value not in (None, "")},
        cause=row.cause,
    )


def besides(title: Any, *more: str) -> str:
    """The sentence, with what its options add to it."""
    said = ", ".join(filter(None, more))
    return f"{title}: {said}" if said else str(title)
