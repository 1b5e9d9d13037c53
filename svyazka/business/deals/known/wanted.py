"""Which deals are wanted, by the company's own fields: as SQL, one kind of question for each kind of a field.

What is chosen from a list is answered by the index `deal_facts`; of numbers, dates and texts the facts themselves are
read one by one, so that no field that a company thinks of needs an index of its own.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from svyazka.business.deals.models import Field

Wish = tuple[str, list[Any]]  # of SQL, and of its values
LISTED = (Field.Kind.CHOICE, Field.Kind.CHOICES, Field.Kind.YES, Field.Kind.PERSON)
MEASURED = (Field.Kind.NUMBER, Field.Kind.DECIMAL, Field.Kind.MONEY)
DATED = (Field.Kind.DATE, Field.Kind.MOMENT)


@dataclass(frozen=True)
class Wanted:
    """`any_of`: of a list; `least` and `most`: as the field's values are stored; `part`: of a text."""

    code: str
    kind: str
    any_of: tuple[Any, ...] = ()
    least: str = ""
    most: str = ""
    part: str = ""


def condition(wanted: Wanted) -> Wish:
    if wanted.any_of:
        asked = [_holding(wanted, value) for value in wanted.any_of]
        return "(" + " or ".join("d.facts @> %s::jsonb" for _one in asked) + ")", list(asked)
    if wanted.part:
        return "d.facts ->> %s ilike %s", [wanted.code, f"%{_literally(wanted.part)}%"]
    return _between(wanted)


def _holding(wanted: Wanted, value: Any) -> str:
    held = [value] if wanted.kind == Field.Kind.CHOICES else value
    return json.dumps({wanted.code: held})


def _between(wanted: Wanted) -> Wish:
    read, cast = _COMPARED.get(Field.Kind(wanted.kind), ('(d.facts ->> %s collate "C")', ""))
    parts: list[str] = []
    values: list[Any] = []
    # A day holds all its hours: of a moment, what stands behind the day is greater than the day.
    last = f"{wanted.most}~" if wanted.most and wanted.kind in DATED else wanted.most
    for sign, bound in ((">=", wanted.least), ("<=", last)):
        if bound:
            parts.append(f"{read} {sign} %s{cast}")
            values += [wanted.code, bound]
    if wanted.kind == Field.Kind.NUMBER:
        parts.append("jsonb_typeof(d.facts -> %s) = 'number'")
        values.append(wanted.code)
    return " and ".join(parts), values


# What was stored while the field was of another kind is no number, and lies nowhere. Whole numbers are compared as they
# stand there, which costs less than reading them out of a text.
_READ_OUT = ("(substring(d.facts ->> %s from '^-?[0-9]+[.]?[0-9]*$'))::numeric", "::numeric")
_COMPARED = {
    Field.Kind.NUMBER: ("d.facts -> %s", "::jsonb"),
    Field.Kind.DECIMAL: _READ_OUT,
    Field.Kind.MONEY: _READ_OUT,
}


def _literally(typed: str) -> str:
    return typed.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
