"""Values that were changed, cell by cell, so that they can be put back where nobody has changed them since.

Values are kept in JSON as the database itself writes them, and never pass through Python: what is put back is exactly
what was there.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import Model


@dataclass(frozen=True)
class Cell:
    """One value, before and after; `facts/tax_number`: one key of a column. Without a column it is the whole row, which
    was not there before, or is not there after."""

    table: str
    row: int
    column: str
    before: str | None
    after: str | None


def move(model: type[Model], column: str, before: int, after: int) -> list[Cell]:
    """All rows that point to `before` point to `after` from now on."""
    table, key = model._meta.db_table, model._meta.pk.column
    moved = _ask(f"update {table} set {column} = %s where {column} = %s returning {key}", [after, before])  # noqa: S608
    return [Cell(table, row, column, str(before), str(after)) for (row,) in sorted(moved)]


def change(model: type[Model], row: int, values: Mapping[str, Any]) -> list[Cell]:
    """Sets these columns of one row; those that stay as they are make no cell."""
    if not values:
        return []
    table, key = model._meta.db_table, model._meta.pk.column
    pairs = ", ".join(f"to_jsonb(old.{column})::text, to_jsonb({table}.{column})::text" for column in values)
    sets = ", ".join(f"{column} = new.{column}" for column in values)
    question = (
        f"update {table} set {sets} from (select * from {table} where {key} = %s for update) old,"  # noqa: S608
        f" jsonb_populate_record(null::{table}, %s::jsonb) new where {table}.{key} = old.{key} returning {pairs}"
    )
    found = _ask(question, [row, json.dumps(values, cls=DjangoJSONEncoder)])
    said = found[0] if found else ()
    cells = [
        Cell(table, row, column, said[2 * place], said[2 * place + 1]) for place, column in enumerate(values) if found
    ]
    return [cell for cell in cells if cell.before != cell.after]


def change_key(model: type[Model], row: int, column: str, key: str, value: Any) -> Cell:
    """Sets one key of a column that holds an object."""
    table = model._meta.db_table
    question = (
        f"update {table} set {column} = jsonb_set({table}.{column}, array[%(path)s::text], %(value)s::jsonb)"  # noqa: S608
        f" from (select id, {column} from {table} where id = %(row)s for update) old where {table}.id = old.id"
        f" returning {_key_of('old', column)}, {_key_of(table, column)}"
    )
    values = {"path": key, "value": json.dumps(value, cls=DjangoJSONEncoder), "row": row}
    before, after = _ask(question, values)[0]
    return Cell(table, row, f"{column}/{key}", before, after)


def take_out(model: type[Model], rows: Collection[int]) -> list[Cell]:
    """These rows are kept here alone."""
    table = model._meta.db_table
    question = f"delete from {table} where id = any(%s) returning id, to_jsonb({table})::text"  # noqa: S608
    return [Cell(table, row, "", whole, None) for row, whole in sorted(_ask(question, [list(rows)]))]


def added(model: type[Model], rows: Collection[int]) -> list[Cell]:
    """These rows have just come."""
    table = model._meta.db_table
    question = f"select id, to_jsonb({table})::text from {table} where id = any(%s)"  # noqa: S608
    return [Cell(table, row, "", None, whole) for row, whole in sorted(_ask(question, [list(rows)]))]


def put_back(cells: Sequence[Cell]) -> list[Cell]:
    """The last one first. Says which could not be: somebody has changed them since, and they stay as they are."""
    left: list[Cell] = []
    kind = groupby(reversed(cells), key=lambda cell: (cell.table, cell.column, cell.before is None))
    for (table, column, is_new), some in kind:
        given = list(some)
        left += _left(_statement(table, column, given, is_new=is_new), given)
    return left


def _statement(table: str, column: str, given: Sequence[Cell], *, is_new: bool) -> str:
    key = next(model._meta.pk.column for model in apps.get_models() if model._meta.db_table == table)
    if not column:
        return (_REMOVE if is_new else _INSERT).format(table=table, key=key)
    column, _slash, path = column.partition("/")
    if path:
        return _SET_KEY.format(table=table, key=key, column=column, now=_key_of(table, column))
    return _SET.format(table=table, key=key, column=column, where=_one_place(table, column, given))


def _one_place(table: str, column: str, given: Sequence[Cell]) -> str:
    """What many rows point to is found by its index rather than row by row in each of a table's pieces."""
    pointed = {cell.after for cell in given}
    after = pointed.pop() if len(pointed) == 1 else None
    return f" and {table}.{column} = {int(after)}" if column.endswith("_id") and after else ""


def _left(statement: str, given: Sequence[Cell]) -> list[Cell]:
    values = {
        "rows": [cell.row for cell in given],
        "befores": [cell.before for cell in given],
        "afters": [cell.after for cell in given],
        "path": given[0].column.partition("/")[2],
    }
    done = {row for (row,) in _ask(statement, values)}
    return [cell for cell in given if cell.row not in done]


_GIVEN = (
    "unnest(%(rows)s::bigint[], %(befores)s::text[]::jsonb[], %(afters)s::text[]::jsonb[])"
    " as given (row, before, after)"
)
_VALUE = "(jsonb_populate_record(null::{{table}}, jsonb_build_object('{{column}}', given.{when}))).{{column}}"
_SET = (
    f"update {{table}} set {{column}} = {_VALUE.format(when='before')} from {_GIVEN}"  # noqa: S608
    f" where {{table}}.{{key}} = given.row{{where}}"
    f" and {{table}}.{{column}} is not distinct from {_VALUE.format(when='after')} returning given.row"
)
_SET_KEY = (
    "update {table} set {column} = case when given.before = '[]' then {table}.{column} - %(path)s::text"  # noqa: S608
    f" else jsonb_set({{table}}.{{column}}, array[%(path)s::text], given.before -> 0) end from {_GIVEN}"
    " where {table}.{key} = given.row and {now}::jsonb = given.after returning given.row"
)
_INSERT = (
    "insert into {table} select (jsonb_populate_record(null::{table}, given.before)).*"  # noqa: S608
    f" from {_GIVEN} on conflict do nothing returning {{key}}"
)
_REMOVE = (
    f"delete from {{table}} using {_GIVEN}"  # noqa: S608
    " where {table}.{key} = given.row and to_jsonb({table}) = given.after returning given.row"
)


def _key_of(table: str, column: str) -> str:
    """A key that is not there is `[]`: there may be a null in it, too."""
    whole = f"{table}.{column}"
    return f"(case when {whole} ? %(path)s::text then jsonb_build_array({whole} -> %(path)s::text) else '[]' end)::text"


def _ask(question: str, values: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        return list(cursor.fetchall())
