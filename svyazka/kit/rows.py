"""Objects read by plain SQL, where a page asks the same question every time.

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


def read(model: type[M], rest: str, parameters: Sequence[Any] = ()) -> list[M]:
    """All of one table. `rest`: what follows its name in the question; never what somebody typed."""
    return answered(asked(model, rest, parameters))


def asked(model: type[M], rest: str, parameters: Sequence[Any] = ()) -> Asking[list[M]]:
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
