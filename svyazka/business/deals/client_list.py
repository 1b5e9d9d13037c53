"""The clients as one list, the latest first, narrowed by what the company knows of them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection

from svyazka.business.deals.known.wanted import Wanted, Wish, condition

COUNTED = 1000  # nobody counts further


def list_clients(wanted: Sequence[Wanted] = (), *, before: int | None = None, most: int) -> list[int]:
    """Their numbers; `before`: the last one of the page before."""
    where, values = _where(wanted)
    if before:
        where += " and c.id < %s"
        values.append(before)
    question = f"select c.id from clients_client c where c.merged_into_id is null{where} order by c.id desc limit %s"  # noqa: S608  # of our own words only
    return [number for (number,) in _ask(question, [*values, most])]


def count_clients(wanted: Sequence[Wanted] = ()) -> int:
    where, values = _where(wanted)
    question = f"select from clients_client c where c.merged_into_id is null{where} limit %s"  # of our own words only
    return len(_ask(question, [*values, COUNTED + 1]))


def facts_of(numbers: Sequence[int]) -> dict[int, dict[str, Any]]:
    """What is known of these clients, by code."""
    rows = _ask("select id, facts from clients_client where id = any(%s)", [list(numbers)])
    return {number: json.loads(facts) for number, facts in rows}


def _where(wanted: Sequence[Wanted]) -> Wish:
    wishes = [condition(one, row="c") for one in wanted]
    return "".join(f" and {asked}" for asked, _given in wishes), [value for _asked, given in wishes for value in given]


def _ask(question: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        return list(cursor.fetchall())
