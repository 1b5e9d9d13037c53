"""Objects read by plain SQL, where a page asks the same question every time; or written in one statement with others.

The ORM writes each question anew, which costs more than the database's answer to a small one. The objects are the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, TypeVar

from django.db import connection
from django.db.models import JSONField, Model

from svyazka.kit.asking import Asking, Rows, answered, ask

M = TypeVar("M", bound=Model)


def columns(*models: type[Model]) -> str:
    """What stands between `select` and `from`; each table goes by its own name."""
    return ", ".join(f"{model._meta.db_table}.{name}" for model in models for name in _names(model))


def read(model: type[M], rest: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> list[M]:
    """All of one table. `rest`: what follows its name in the question; never what somebody typed."""
    return answered(asked(model, rest, parameters))


def asked(model: type[M], rest: str, parameters: Sequence[Any] | Mapping[str, Any] = ()) -> Asking[list[M]]:
    """The same, beside other questions."""
    question = f"select {columns(model)} from {model._meta.db_table} {rest}"  # noqa: S608  # names of our own only
    return [_made(model, list(row)) for row in (yield from ask(question, parameters))]


def read_joined(
    question: str, parameters: Sequence[Any] | Mapping[str, Any], *models: type[Model]
) -> Iterator[tuple[Any, ...]]:
    """For each row an object of each model, None where an outer join found nothing; what else was asked behind them."""
    with connection.cursor() as cursor:
        cursor.execute(question, parameters)
        rows = cursor.fetchall()
    yield from _joined(rows, models)


def asked_joined(
    question: str, parameters: Sequence[Any] | Mapping[str, Any], *models: type[Model]
) -> Asking[list[tuple[Any, ...]]]:
    """The same, beside other questions."""
    return list(_joined((yield from ask(question, parameters)), models))


@contextmanager
def unanswered() -> Iterator[None]:
    """Within it, what changes rows waits for no answer: it is sent with the next question, or at the end. How many rows
    it has changed cannot be asked."""
    connection.ensure_connection()
    with connection.connection.pipeline():
        yield


def insertion(model: type[Model], *, key: str, source: str) -> str:
    """One new row of this table; what it says is one parameter, `content` of it. `key`: in the words of `source`, which
    stands behind `from`."""
    table, names = model._meta.db_table, [field.column for field in _besides_the_key(model)]
    read = f"json_populate_record(null::{table}, %s::json) as given"
    columns = ", ".join([str(model._meta.pk.column), *names])
    values = ", ".join([key, *(f"given.{name}" for name in names)])
    return f"insert into {table} ({columns}) select {values} from {read}, {source}"  # noqa: S608  # names of our own only


def content(thing: Model) -> str:
    """One parameter in the place of thirty: to hand over each costs more than the database needs for all."""
    fields = _besides_the_key(type(thing))
    return json.dumps({field.column: field.pre_save(thing, add=True) for field in fields}, default=str)


def insertions(model: type[Model]) -> str:
    """New rows of this table with keys of the database's, which it gives back in their order; what they say is one
    parameter, `contents` of them."""
    table, names = model._meta.db_table, ", ".join(field.column for field in _besides_the_key(model))
    given = f"json_populate_recordset(null::{table}, %s::json)"
    return f"insert into {table} ({names}) select {names} from {given} returning {model._meta.pk.column}"  # noqa: S608  # names of our own only


def contents(things: Sequence[Model]) -> str:
    return f"[{', '.join(map(content, things))}]"


def is_there(thing: Model, number: int) -> None:
    """It was written so, with this key."""
    thing.pk, thing._state.adding, thing._state.db = number, False, connection.alias


def _besides_the_key(model: type[Model]) -> list[Any]:
    return [field for field in model._meta.concrete_fields if not field.primary_key]


def _joined(rows: Rows, models: Sequence[type[Model]]) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        values = iter(row)
        yield *(_made(model, list(islice(values, len(_names(model))))) for model in models), *values


def _made(model: type[Model], values: list[Any]) -> Any:
    if values[0] is None:
        return None
    for place, field in enumerate(model._meta.concrete_fields):
        if isinstance(field, JSONField) and values[place] is not None:
            values[place] = json.loads(values[place])
    return model.from_db("default", _names(model), values)


def _names(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]
