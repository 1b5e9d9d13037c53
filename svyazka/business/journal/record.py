"""Every change leaves a row, and the browsers hear of it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Protocol

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction

from svyazka.business.journal import because, bell
from svyazka.business.journal.models import LiveEvent
from svyazka.kit import clock

REMEMBERED = timedelta(days=1)
SEEN, SEEN_AGAIN = "clients.seen", timedelta(hours=1)


class Actor(Protocol):
    """Whoever changes something: a person of the staff, or the house itself."""

    @property
    def actor_id(self) -> int | None: ...

    @property
    def actor_name(self) -> str: ...


@dataclass(frozen=True)
class Automaton:
    """The house acting by itself: an arrival worked off, a rule, the command line."""

    actor_name: str
    actor_id: None = None


@dataclass(frozen=True)
class About:
    """What a change was about, and whom it concerns."""

    kind: str
    object_id: int
    client_id: int | None = None
    deal_id: int | None = None


_RECORD = """
with entry as (
    insert into journal_entry
        (at, by_id, actor, verb, kind, object_id, client_id, deal_id, changes, note, run_id, is_brought)
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)
)
insert into journal_liveevent (at, topic, object_id, people, data) values (%s, %s, %s, %s, %s)
"""
_RECORD_FOR_PEOPLE = f"{_RECORD.rstrip()}, (%s, %s, %s, %s, %s)"

_ANNOUNCE = "insert into journal_liveevent (at, topic, object_id, people, data) values (%s, %s, %s, %s, %s)"


def record(
    verb: str,
    about: About,
    *,
    by: Actor,
    changes: Mapping[str, tuple[Any, Any]] | None = None,
    note: str = "",
    people: Iterable[int] = (),
    data: Mapping[str, Any] | None = None,
) -> None:
    """Writes the journal row of a change and tells the office of it, and besides it `people` (ids of the staff).

    `changes`: field → (from, to). `data`: further ids for the browsers; never anything personal.
    Call it inside the transaction that makes the change.
    """
    now, reason = clock.now(), because.now()
    ids = _json({**_whose(about), **(data or {})})
    concerned = sorted(set(people))
    # People without the office's view (engineers, crews) hear only what is addressed to them: a row of their own.
    written = [
        now, by.actor_id, "" if by.actor_id else by.actor_name, verb, about.kind, about.object_id,
        about.client_id, about.deal_id, _json(dict(changes or {})), note, reason.run_id, reason.is_brought,
        now, about.kind, about.object_id, None, ids,
    ]  # fmt: skip
    with connection.cursor() as cursor:
        if concerned:
            cursor.execute(_RECORD_FOR_PEOPLE, [*written, now, about.kind, about.object_id, concerned, ids])
        else:
            cursor.execute(_RECORD, written)
    transaction.on_commit(bell.ring)


def _whose(about: About) -> dict[str, int]:
    whose = {"client": about.client_id, "deal": about.deal_id}
    return {kind: number for kind, number in whose.items() if number}


def seen(client_id: int, *, by: Actor) -> None:
    """Somebody has opened a client's page: once an hour is enough, and nobody has to hear of it."""
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(
            _SEEN, {"at": now, "by": by.actor_id, "verb": SEEN, "client": client_id, "since": now - SEEN_AGAIN}
        )


_SEEN = """
insert into journal_entry (at, by_id, actor, verb, kind, object_id, client_id, changes, note)
select %(at)s::timestamptz, %(by)s::bigint, '', %(verb)s::varchar, 'client', %(client)s::bigint, %(client)s::bigint,
    '{}', ''
where not exists (
    select from journal_entry
    where client_id = %(client)s::bigint and by_id = %(by)s::bigint and verb = %(verb)s::varchar
        and at > %(since)s::timestamptz and at <= %(at)s::timestamptz
)
"""


def announce(topic: str, object_id: int, *, people: Iterable[int] = (), data: Mapping[str, Any] | None = None) -> None:
    """Tells the browsers of what is no change of a record: a phone that rings. Without `people`, the office."""
    with connection.cursor() as cursor:
        cursor.execute(_ANNOUNCE, [clock.now(), topic, object_id, sorted(set(people)) or None, _json(dict(data or {}))])
    transaction.on_commit(bell.ring)


@dataclass(frozen=True)
class Change:
    """What `record` is told, when there is much of it."""

    verb: str
    about: About
    by: Actor
    changes: Mapping[str, tuple[Any, Any]]


def record_all(changes: Sequence[Change], *, quietly: bool = False, is_brought: bool | None = None) -> None:
    """In two statements, in this order. `quietly`: there are thousands, and no page has to show each at once. What is
    so has happened elsewhere and fires no rule, unless `is_brought` says that it happened here."""
    if not changes:
        return
    reason = because.now()
    rows = [
        {
            "by_id": one.by.actor_id, "actor": "" if one.by.actor_id else one.by.actor_name, "verb": one.verb,
            "kind": one.about.kind, "object_id": one.about.object_id, "client_id": one.about.client_id,
            "deal_id": one.about.deal_id, "changes": dict(one.changes),
        }
        for one in changes
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            _RECORD_ALL,
            [
                clock.now(),
                reason.run_id,
                reason.is_brought or (quietly if is_brought is None else is_brought),
                _json(rows),
            ],
        )
    if not quietly:
        announce_all(News(one.about.kind, one.about.object_id, _whose(one.about)) for one in changes)


_RECORD_ALL = """
insert into journal_entry
    (at, by_id, actor, verb, kind, object_id, client_id, deal_id, changes, note, run_id, is_brought)
select %s, by_id, actor, verb, kind, object_id, client_id, deal_id, changes, '', %s, %s
from jsonb_to_recordset(%s) as changed (
    by_id bigint, actor text, verb text, kind text, object_id bigint, client_id bigint, deal_id bigint, changes jsonb)
"""


@dataclass(frozen=True)
class News:
    """What `announce` is told, when there is much of it."""

    topic: str
    object_id: int
    data: Mapping[str, Any]
    people: Sequence[int] = ()


def announce_all(news: Iterable[News]) -> None:
    """In one statement, in this order."""
    told = [
        {"topic": one.topic, "object_id": one.object_id, "people": sorted(set(one.people)) or None, "data": one.data}
        for one in news
    ]
    if not told:
        return
    with connection.cursor() as cursor:
        cursor.execute(_ANNOUNCE_ALL, [clock.now(), _json(told)])
    transaction.on_commit(bell.ring)


_ANNOUNCE_ALL = """
insert into journal_liveevent (at, topic, object_id, people, data)
select %s, topic, object_id, people, data
from jsonb_to_recordset(%s) as told (topic text, object_id bigint, people bigint[], data jsonb)
"""


def forget_old_news() -> None:
    """Browsers that were away for longer load anew."""
    LiveEvent.objects.filter(at__lt=clock.now() - REMEMBERED).delete()


def _json(value: Any) -> str:
    return json.dumps(value, cls=DjangoJSONEncoder, ensure_ascii=False)
