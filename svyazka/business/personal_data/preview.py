"""What would become of all that is held of a client: shown before it is done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db import connection

from svyazka.business.journal import erased as journal
from svyazka.business.personal_data import steps
from svyazka.business.personal_data.tables import every
from svyazka.kit.erased import Erased, Fate

# What he is told of, too. What has to be looked for in larger tables besides, the worker finds.
_HELD = {held.rows for held in every()}
_SHOWN = tuple(one for one in steps.TABLES if one.rows in _HELD or one in journal.ERASED)


@dataclass(frozen=True)
class Line:
    title: str
    rows: int
    why: str


def of(client_ids: Sequence[int]) -> dict[Fate, list[Line]]:
    """By fate, without what he has nothing of."""
    found: dict[Fate, list[Line]] = {Fate.REMOVED: [], Fate.EMPTIED: [], Fate.KEPT: []}
    for one, rows in zip(_SHOWN, _counted(client_ids), strict=True):
        if rows:
            why = str(steps.WHY[one.why]) if one.why else ""
            found[one.fate].append(Line(steps.title(one.name), rows, why))
    return found


def _counted(client_ids: Sequence[int]) -> list[int]:
    """All in one question."""
    asked = [_question(one, client_ids) for one in _SHOWN]
    parts = [f"select {place}, count(*) from ({sql}) held" for place, (sql, _given) in enumerate(asked)]  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(" union all ".join(parts), [value for _sql, given in asked for value in given])
        counts = dict(cursor.fetchall())
    return [counts.get(place, 0) for place in range(len(asked))]


def _question(one: Erased, client_ids: Sequence[int]) -> tuple[str, tuple[Any, ...]]:
    found = one.rows(client_ids).order_by().values("pk")
    try:
        return found.query.sql_with_params()
    except EmptyResultSet:
        return "select 1 where false", ()
