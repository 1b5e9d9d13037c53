"""The deals of all pipelines as one sorted list, page by page."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from svyazka.business.deals.board import COUNTED, Card, Narrowed, conditions
from svyazka.business.deals.orders import SORTS, Asked, Order
from svyazka.business.journal.record import About, Actor, record

PAGE = 50
STATES = {"open": " and d.closed_at is null", "closed": " and d.closed_at is not null", "all": ""}


@dataclass(frozen=True)
class Listed:
    cards: list[Card]
    after: str  # where the next page begins; empty at the end


def list_deals(
    narrowed: Narrowed,
    *,
    order: Order = SORTS["number"],
    descending: bool = True,
    state: str = "open",
    after: str = "",
    most: int = PAGE,
) -> Listed:
    """One page; `after` is what the page before said. Nonsense there begins from the top."""
    where, values = conditions(narrowed)
    rows, marks = Asked(order, descending, where + STATES[state], values, after, most + 1).rows()
    return Listed([Card(*row) for row in rows[:most]], marks[most - 1] if len(rows) > most else "")


def facts_of(deal_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """What is known of these deals and of their clients, by code."""
    with connection.cursor() as cursor:
        cursor.execute(_FACTS, [list(deal_ids)])
        return {deal_id: json.loads(facts) for deal_id, facts in cursor.fetchall()}


_FACTS = """
select d.id, c.facts || d.facts from deals_deal d join clients_client c on c.id = d.client_id where d.id = any(%s)
"""


def count_deals(narrowed: Narrowed, *, state: str = "open") -> int:
    """How many there are on all pages; nobody counts further than `COUNTED`."""
    where, values = conditions(narrowed)
    with connection.cursor() as cursor:
        cursor.execute(
            f"select count(*) from (select from deals_deal d where true{where}{STATES[state]} limit %s) few",  # noqa: S608  # of our own words only
            [*values, COUNTED + 1],
        )
        return int(cursor.fetchone()[0])


def note_export(columns: list[str], *, by: Actor) -> None:
    """The list leaves the house as a file: the journal says who took it, and what stood in it."""
    record("deals.exported", About("deals", 0), by=by, changes={"columns": (None, ", ".join(columns))})
