"""What happens, as it is written down: the journal and the history, read in the order of their numbers.

Nothing is missed: a number is given out before its commit, so a lower one may appear after a higher one. Therefore rows
above `low` are asked by the age of their transaction, as `problems/sweep.py` does it, and `low` follows only when all
transactions have ended that could still write below it. What is read twice has the same key, and is one run.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from svyazka.business.automation.models import Followed
from svyazka.business.automation.trigger import Happened

PAGE = 2_000


@dataclass(frozen=True)
class Stream:
    """`question`: rows between two numbers, of these verbs, on a condition of its own."""

    name: str
    table: str
    question: str


_JOURNAL = """
select row.id, row.at, row.verb, row.kind, row.object_id, row.deal_id, row.client_id, row.by_id, row.changes,
       row.run_id, deal.pipeline_id, came.id, gone.id, '', '', row.is_brought, pipeline.code, came.kind, gone.kind
from (
    select * from journal_entry row where {place} and row.verb = any(%(verbs)s) order by {order} limit %(most)s
) row
left join deals_deal deal on deal.id = row.deal_id
left join deals_pipeline pipeline on pipeline.id = deal.pipeline_id
left join deals_stage came on came.pipeline_id = deal.pipeline_id and came.code = row.changes -> 'stage' ->> 1
left join deals_stage gone on gone.pipeline_id = deal.pipeline_id and gone.code = row.changes -> 'stage' ->> 0
order by {order}
"""
_HISTORY = """
select row.id, row.at, row.kind, row.kind, row.id, row.deal_id, row.client_id, row.by_id, row.data,
       (row.data ->> 'run')::bigint, deal.pipeline_id, null::bigint, null::bigint, row.direction, row.channel, false,
       pipeline.code, '', ''
from (
    select * from clients_interaction row where {place} and row.kind = any(%(verbs)s) order by {order} limit %(most)s
) row
left join deals_deal deal on deal.id = row.deal_id
left join deals_pipeline pipeline on pipeline.id = deal.pipeline_id
order by {order}
"""
JOURNAL = Stream("journal", "journal_entry", _JOURNAL)
HISTORY = Stream("history", "clients_interaction", _HISTORY)
_SINCE = "row.id > %(above)s and age(row.xmin) <= age(%(transaction)s::text::xid)"
_BETWEEN = "row.at >= %(since)s and row.at < %(until)s and (row.at, row.id) > (%(after_at)s, %(after)s)"


def fresh(stream: Stream, followed: Followed, verbs: Sequence[str]) -> Iterator[list[Happened]]:
    """Page by page, what the last round could not see."""
    given = {"verbs": list(verbs), "most": PAGE, "transaction": followed.transaction % 2**32}
    above = followed.low
    while page := _read(stream, _SINCE, "row.id", {**given, "above": above}):
        yield page
        if len(page) < PAGE:
            return
        above = page[-1].id


def between(
    stream: Stream, verbs: Sequence[str], *, since: datetime, until: datetime, after: tuple[datetime, int], most: int
) -> list[Happened]:
    """By time, for whoever looks back. `after`: the last one that he has seen."""
    given = {"verbs": list(verbs), "most": most, "since": since, "until": until}
    return _read(stream, _BETWEEN, "row.at, row.id", {**given, "after_at": after[0], "after": after[1]})


def follow_on(stream: Stream, followed: Followed, *, oldest: int, next_one: int, reached: int) -> None:
    """After a round. `oldest`: the first transaction that went on when it began, `next_one`: the one that had not yet
    begun; `reached`: the number that had been given out last before that."""
    if oldest >= followed.mark_transaction:
        # What the last round had seen given out belongs to transactions that had begun before this one did.
        followed.low, followed.mark, followed.mark_transaction = followed.mark, followed.reached, next_one
    followed.transaction, followed.reached = oldest, reached


def standing(stream: Stream) -> tuple[int, int, int]:
    """The number given out last, then the oldest transaction that goes on and the next one to begin."""
    with connection.cursor() as cursor:
        cursor.execute("select coalesce(pg_sequence_last_value(pg_get_serial_sequence(%s, 'id')), 0)", [stream.table])
        (reached,) = cursor.fetchone()
        cursor.execute(
            "select pg_snapshot_xmin(now)::text::bigint, pg_snapshot_xmax(now)::text::bigint"
            " from pg_current_snapshot() now"
        )
        oldest, next_one = cursor.fetchone()
    return reached, oldest, next_one


def _read(stream: Stream, place: str, order: str, given: dict[str, Any]) -> list[Happened]:
    with connection.cursor() as cursor:
        cursor.execute(stream.question.replace("{place}", place).replace("{order}", order), given)
        rows = cursor.fetchall()
    return [_happened(*row) for row in rows]


def _happened(
    number: int, at: datetime, verb: str, kind: str, object_id: int, deal_id: int | None, client_id: int | None,
    person_id: int | None, changes: Any, cause: int | None, pipeline_id: int | None, stage_id: int | None,
    left_id: int | None, direction: str, channel: str, is_brought: bool, pipeline: str | None, stage_kind: str | None,
    left_kind: str | None,
) -> Happened:  # fmt: skip
    known = json.loads(changes) if isinstance(changes, str) else changes
    return Happened(
        number, at, verb, kind, object_id, deal_id, client_id, person_id, known, cause,
        pipeline_id, stage_id, left_id, direction, channel, is_brought, pipeline or "", stage_kind or "",
        left_kind or "",
    )  # fmt: skip
