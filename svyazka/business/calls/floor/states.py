"""What people of the floor are doing: ready, on the phone, on a break, at after-call work, away."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db import connection

from svyazka.business.calls.follow import LONGEST
from svyazka.business.calls.on_the_phone import ON
from svyazka.kit import clock, words


class Kind(StrEnum):
    READY = "ready"
    BUSY = "busy"  # on the phone
    BREAK = "break"
    AFTER_CALL = "after_call"
    AWAY = "away"


@dataclass(frozen=True)
class State:
    kind: Kind
    since: datetime
    until: datetime | None = None  # of a break: how long it may last
    reason: str = ""  # of a break, in the reader's language

    def is_too_long(self, now: datetime) -> bool:
        return self.kind == Kind.BREAK and self.until is not None and self.until < now


def states(people: Collection[int] | None = None) -> dict[int, State]:
    """By id: of `people`, or of the whole staff, in one statement. Whoever has never said what he does and is not on
    the phone is not in it: of him nothing is known."""
    now = clock.now()
    given = {"people": None if people is None else list(people), "since": now - LONGEST}
    with connection.cursor() as cursor:
        cursor.execute(_STATES, given)
        return {row[0]: _state(row, now) for row in cursor.fetchall()}


# Whoever passed a call on is free again, and whoever got it is not: the legs know.
_STATES = f"""
with talks as materialized (
    select call.pbx_code, on_phone.extension, min(on_phone.lifted_at) as since
    from calls_call call cross join lateral ({ON}) on_phone
    where call.state <> 'ended' and call.started_at > %(since)s
    group by call.pbx_code, on_phone.extension
)
select person.id, talks.since, state.kind, state.since, state.until, reason.words
from staff_person person
left join talks on talks.extension = person.extension and person.pbx_code in ('', talks.pbx_code)
left join calls_personstate state on state.person_id = person.id
left join calls_breakreason reason on reason.id = state.reason_id
where person.is_active and (state.person_id is not null or talks.since is not null)
  and (%(people)s::bigint[] is null or person.id = any(%(people)s))
"""  # noqa: S608  # our own


def _state(row: tuple[int, datetime | None, str, datetime, datetime | None, str | None], now: datetime) -> State:
    _number, talks_since, kind, since, until, reason = row
    if talks_since:
        return State(Kind.BUSY, talks_since)
    if kind == Kind.AFTER_CALL and until and until <= now:
        return State(Kind.READY, until)
    return State(Kind(kind), since, until, words.here(json.loads(reason)) if reason else "")
