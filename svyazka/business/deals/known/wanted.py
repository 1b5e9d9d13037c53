"""Which deals or clients are wanted, by the company's own fields: as SQL, one question for each kind of a field.

What is chosen from a list is answered by the indexes over `facts`, numbers, dates and short texts by `FactKey`. Where
few have what is wanted, they are looked up first: the database cannot guess how many there are of one field's values.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.db import connection

from svyazka.business.deals.models import Field

Wish = tuple[str, list[Any]]  # of SQL, and of its values
LISTED = (Field.Kind.CHOICE, Field.Kind.CHOICES, Field.Kind.YES, Field.Kind.PERSON)
MEASURED = (Field.Kind.NUMBER, Field.Kind.DECIMAL, Field.Kind.MONEY)
DATED = (Field.Kind.DATE, Field.Kind.MOMENT)
LONG = (Field.Kind.LONG_TEXT, Field.Kind.LINK)  # longer than what `FactKey` keeps
FEW = 1000


@dataclass(frozen=True)
class Wanted:
    """`any_of`: of a list; `least` and `most`: as the field's values are stored; `part`: of a text."""

    code: str
    kind: str
    of: str = Field.Of.DEAL
    any_of: tuple[Any, ...] = ()
    least: str = ""
    most: str = ""
    part: str = ""


def condition(wanted: Wanted, *, row: str) -> Wish:
    """`row`: of which table the question is that this becomes a part of: `d` for deals, `c` for clients."""
    if wanted.any_of:
        asked = [_holding(wanted, value) for value in wanted.any_of]
        return _in_facts(wanted, " or ".join("{facts} @> %s::jsonb" for _one in asked), list(asked), row)
    if wanted.part and wanted.kind in LONG:
        return _in_facts(wanted, "{facts} ->> %s ilike %s", [wanted.code, f"%{_literally(wanted.part)}%"], row)
    return _by_key(wanted, _NUMBERS[row, wanted.of])


_NUMBERS = {("d", "deal"): "d.id", ("d", "client"): "d.client_id", ("c", "client"): "c.id"}


def _in_facts(wanted: Wanted, asked: str, values: list[Any], row: str) -> Wish:
    number = _NUMBERS[row, wanted.of]
    if number.endswith(".id"):
        return f"({asked.format(facts=f'{row}.facts')})", values
    return f"{number} in (select id from clients_client where {asked.format(facts='facts')})", values  # noqa: S608  # of our own words only


def _holding(wanted: Wanted, value: Any) -> str:
    held = [value] if wanted.kind == Field.Kind.CHOICES else value
    return json.dumps({wanted.code: held})


def _by_key(wanted: Wanted, number: str) -> Wish:
    where, values = _compared(wanted)
    question = f"select object_id from deals_factkey where holder = %s and code = %s{where}"  # noqa: S608  # of our own words only
    values = [str(Field.Of(wanted.of)), wanted.code, *values]
    with connection.cursor() as cursor:
        cursor.execute(f"{question} limit %s", [*values, FEW + 1])
        found = [object_id for (object_id,) in cursor.fetchall()]
    if len(found) <= FEW:
        return f"{number} = any(%s)", [found]
    return f"{number} in ({question})", values


def _compared(wanted: Wanted) -> Wish:
    if wanted.part:
        return " and text like %s", [f"%{_literally(_folded(wanted.part))}%"]
    measured = wanted.kind in MEASURED
    # A day holds all its hours: of a moment, what stands behind the day is greater than the day.
    last = f"{wanted.most}~" if wanted.most and not measured else wanted.most
    asked = [(sign, bound) for sign, bound in ((">=", wanted.least), ("<=", last)) if bound]
    column, cast = ("number", "::numeric") if measured else ("text", "")
    return "".join(f" and {column} {sign} %s{cast}" for sign, _bound in asked), [bound for _sign, bound in asked]


def _folded(typed: str) -> str:
    """As the keys are."""
    return typed.lower().replace("\u0451", "\u0435")


def _literally(typed: str) -> str:
    return typed.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
