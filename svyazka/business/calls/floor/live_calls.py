"""The calls that go on just now: who waits, where it rings, who speaks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection

from svyazka.business.calls.follow import LONGEST
from svyazka.business.calls.on_the_phone import ON
from svyazka.business.calls.whose_phone import PhoneKey
from svyazka.kit import clock


class Live(NamedTuple):
    id: int
    pbx_code: str
    is_waiting: bool
    direction: str
    queue: str
    number: str
    client_id: int | None
    client: str | None
    since: datetime
    rings: tuple[PhoneKey, ...]  # while nobody has answered


def list_live(queues: Sequence[str] | None = None) -> list[Live]:
    """Of these queues, or all; whoever has waited longest first. One statement, over an index of what is not over."""
    given = {"queues": None if queues is None else list(queues), "since": clock.now() - LONGEST}
    with connection.cursor() as cursor:
        cursor.execute(_LIVE, given)
        return [_live(row) for row in cursor.fetchall()]


def _live(row: tuple[Any, ...]) -> Live:
    one = Live(*row)
    return one._replace(rings=tuple(PhoneKey(one.pbx_code, str(extension)) for extension in row[-1] or ()))


_LIVE = f"""
select call.id, call.pbx_code, call.direction = 'in' and call.state = 'ringing', call.direction, call.queue,
       call.client_number, call.client_id, client.name, call.started_at,
       case when call.state = 'ringing' then (
           select array_agg(extension order by extension) from ({ON}) on_phone where lifted_at is null
       ) end
from calls_call call left join clients_client client on client.id = call.client_id
where call.state <> 'ended' and call.started_at > %(since)s
  and (%(queues)s::text[] is null or call.queue = any(%(queues)s))
order by call.started_at, call.id
"""  # noqa: S608  # our own
