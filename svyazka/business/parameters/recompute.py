"""What comes of parameters is counted and written down: for some at once, for all of them piece by piece.

Nothing of it happens in a request. What is not known anywhere, and why, is written beside (`Stuck`), never as nought.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any

from django.db import connection, transaction

from svyazka.business.deals.known import computed
from svyazka.business.parameters import circles
from svyazka.business.parameters.defining import FIELD_KINDS, code_in_formulas
from svyazka.business.parameters.models import Figure, Parameter
from svyazka.business.parameters.names import PERSON
from svyazka.business.parameters.values import Values, values_of
from svyazka.engines.formulas.evaluate import At, at, prepared, rounded
from svyazka.engines.formulas.formula import Kind, Trouble, Value
from svyazka.engines.formulas.parse import parse
from svyazka.kit import clock

LARGEST = Decimal("1e15")  # what lists can still sort by


@dataclass
class Counted:
    """By id and code of the parameter: what is stored, and where nothing came of it."""

    stored: dict[int, dict[str, Any]] = field(default_factory=dict)
    stuck: dict[int, dict[str, Trouble]] = field(default_factory=dict)
    values: dict[int, Values] = field(default_factory=dict)  # all that was put in


def now(parameter: Parameter, ids: Sequence[int]) -> list[computed.Written]:
    """One parameter of these, and those that name it."""
    active = Parameter.objects.filter(of=parameter.of, is_active=True)
    return write(circles.in_order(circles.with_followers([parameter], active)), ids)


@transaction.atomic
def write(parameters: Sequence[Parameter], ids: Sequence[int]) -> list[computed.Written]:
    """All of one holder, in the order in which they name each other. Whose values are others now."""
    if not parameters or not ids:
        return []
    of = str(parameters[0].of)
    counted = count([one for one in parameters if one.is_active], ids)
    for number in ids:
        counted.stored.setdefault(number, {})
    _write_stuck(parameters, ids, counted)
    if of == PERSON:
        _write_figures(parameters, ids, counted)
        return []
    return computed.put(of, counted.stored, [one.code for one in parameters])


def count(parameters: Sequence[Parameter], ids: Sequence[int], formulas: Mapping[str, str] | None = None) -> Counted:
    """Nothing is written. `formulas`: by code, in the place of those that are kept."""
    if not parameters:
        return Counted()
    when = at(clock.local(clock.now()))
    read = values_of(str(parameters[0].of), ids, {name for one in parameters for name in one.reads})
    found = Counted(values=read)
    for one in parameters:
        run, name = _prepared((formulas or {}).get(one.code, one.formula)), code_in_formulas(one)
        for number, values in read.items():
            result = _one(run, values, when, one)
            if isinstance(result, Trouble):
                found.stuck.setdefault(number, {})[one.code] = result
                values[name] = None
            else:
                found.stored.setdefault(number, {})[one.code] = stored(result, one)
                values[name] = result
    return found


@lru_cache(maxsize=256)
def _prepared(formula: str) -> Any:
    return prepared(parse(formula))


def _one(run: Any, values: Values, when: At, parameter: Parameter) -> Value | Trouble:
    result: Value | Trouble = run(values, when)
    if isinstance(result, Decimal):
        result = rounded(result, 2 if parameter.kind == Kind.MONEY else parameter.decimals)
        return result if abs(result) < LARGEST else Trouble("too_large", (0, 0))
    return result


def stored(result: Value, parameter: Parameter) -> Any:
    """As it stands in facts and figures."""
    if isinstance(result, Decimal):
        return format(result if result else abs(result), "f")
    if isinstance(result, datetime):
        return clock.local(result).isoformat(timespec="minutes")
    return result if isinstance(result, bool | str) else result.isoformat()  # type: ignore[union-attr]


def field_kind(parameter: Parameter) -> str:
    """As which kind of a field it is shown."""
    return str(FIELD_KINDS[Kind(parameter.kind)])


def _write_figures(parameters: Sequence[Parameter], ids: Sequence[int], counted: Counted) -> None:
    moment = clock.now()
    made = [
        Figure(parameter=one, person_id=number, value=counted.stored[number][one.code], at=moment)
        for one in parameters
        for number in ids
        if one.code in counted.stored[number]
    ]
    kept = {(one.parameter_id, one.person_id) for one in made}
    there = Figure.objects.filter(parameter__in=parameters, person_id__in=ids)
    gone = [one.pk for one in there.only("parameter_id", "person_id") if (one.parameter_id, one.person_id) not in kept]
    Figure.objects.filter(pk__in=gone).delete()
    Figure.objects.bulk_create(
        made, update_conflicts=True, unique_fields=["parameter", "person"], update_fields=["value", "at"]
    )


def _write_stuck(parameters: Sequence[Parameter], ids: Sequence[int], counted: Counted) -> None:
    by_code = {one.code: one.pk for one in parameters}
    rows = [
        {"parameter": by_code[code], "id": number, "code": trouble.code, "name": trouble.name}
        for number, troubles in counted.stuck.items()
        for code, trouble in troubles.items()
    ]
    given: dict[str, Any] = {"rows": json.dumps(rows), "parameters": list(by_code.values()), "ids": list(ids)}
    with connection.cursor() as cursor:
        cursor.execute(_STUCK, given)


_STUCK = """
with given as materialized (
    select g.parameter, g.id, g.code, g.name
    from jsonb_to_recordset(%(rows)s) as g (parameter bigint, id bigint, code text, name text)
), gone as (
    delete from parameters_stuck s where parameter_id = any(%(parameters)s) and object_id = any(%(ids)s)
        and not exists (select from given where given.parameter = s.parameter_id and given.id = s.object_id)
)
insert into parameters_stuck (parameter_id, object_id, code, name) select parameter, id, code, name from given
on conflict (parameter_id, object_id) do update set code = excluded.code, name = excluded.name
where (parameters_stuck.code, parameters_stuck.name) is distinct from (excluded.code, excluded.name)
"""
