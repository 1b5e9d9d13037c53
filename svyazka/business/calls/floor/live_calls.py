"""The calls that go on just now: who waits, where it rings, who speaks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from svyazka.business.calls.follow import LONGEST
from svyazka.kit import clock


class Live(NamedTuple):
    id: int
    is_waiting: bool
    direction: str
    queue: str
    number: str
    client_id: int | None
    client: str | None
    since: datetime
    rings: tuple[str, ...]  # extensions, while nobody has answered


def list_live(queues: Sequence[str] | None = None) -> list[Live]:
    """Of these queues, or all; whoever has waited longest first. One statement, over an index of what is not over."""
    given = {"queues": None if queues is None else list(queues), "since": clock.now() - LONGEST}
    with connection.cursor() as cursor:
        cursor.execute(_LIVE, given)
        return [Live(*row)._replace(rings=tuple(row[-1] or ())) for row in cursor.fetchall()]


_LIVE = """
select call.id, call.direction = 'in' and call.state = 'ringing', call.direction, call.queue, call.client_number,
       call.client_id, client.name, call.started_at,
       case when call.state = 'ringing' then (
           select array_agg(leg->>'extension') from jsonb_array_elements(call.legs) leg
           where leg->>'extension' <> '' and leg ? 'rang_at'
             and not (leg ? 'answer_at' or leg ? 'refusal' or leg ? 'hung_up_at')
       ) end
from calls_call call left join clients_client client on client.id = call.client_id
where call.state <> 'ended' and call.started_at > %(since)s
  and (%(queues)s::text[] is null or call.queue = any(%(queues)s))
order by call.started_at, call.id
"""
