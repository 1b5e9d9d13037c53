"""What the names of formulas stand for, of many deals, clients or people: a statement for each source."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import connection
from django.utils import timezone

from svyazka.business.deals.models import Field
from svyazka.business.parameters.models import Figure
from svyazka.business.parameters.names import CLIENT, DEAL, FIELD, FIGURE, KINDS, KNOWN, PERSON
from svyazka.business.parameters.sources import Known, Source
from svyazka.engines.formulas.formula import Kind, Value
from svyazka.kit import clock

Values = dict[str, Value | None]


def values_of(holder: str, ids: Sequence[int], names: Iterable[str]) -> dict[int, Values]:
    """By id and code; None, or no entry: it is not known."""
    found: dict[int, Values] = {number: {} for number in ids}
    asked = list(dict.fromkeys(names))
    for source, known in _sources(holder, asked):
        _read_source(source, known, found)
    if fields := [code.removeprefix(FIELD) for code in asked if code.startswith(FIELD)]:
        _read_facts(holder, fields, found)
    if figures := [code.removeprefix(FIGURE) for code in asked if code.startswith(FIGURE)]:
        _read_figures(figures, found)
    return found


def _sources(holder: str, asked: Collection[str]) -> list[tuple[Source, list[Known]]]:
    by_source: dict[int, tuple[Source, list[Known]]] = {}
    for code in asked:
        if code in KNOWN[holder]:
            source, known = KNOWN[holder][code]
            by_source.setdefault(id(source), (source, []))[1].append(known)
    return list(by_source.values())


def _read_source(source: Source, known: Sequence[Known], found: dict[int, Values]) -> None:
    noughts = {one.code: Decimal(0) for one in known if one.nought and one.kind in (Kind.NUMBER, Kind.MONEY)}
    # A row of one deal says itself what is not known of it.
    if noughts and "group by" in source.question:
        for values in found.values():
            values.update(noughts)
    question = source.question.replace("{columns}", ", ".join(one.sql for one in known))
    columns = [(one.code, _READERS[one.kind]) for one in known]
    for number, *row in _ask(question, {"ids": list(found), **_times()}):
        values = found[number]
        for (code, reader), value in zip(columns, row, strict=True):
            values[code] = None if value is None else reader(value)


def _read_facts(holder: str, codes: Sequence[str], found: dict[int, Values]) -> None:
    fields = list(Field.objects.filter(code__in=codes))
    if not fields:
        return
    columns = ", ".join(f"{_facts_of(holder, one)} ->> %(code{at})s" for at, one in enumerate(fields))
    given = {f"code{at}": one.code for at, one in enumerate(fields)}
    readers = [(f"{FIELD}{one.code}", _READERS[KINDS[one.kind]]) for one in fields if one.kind in KINDS]
    for number, *row in _ask(_FACTS[holder].replace("{columns}", columns), {"ids": list(found), **given}):
        for (code, reader), value in zip(readers, row, strict=True):
            found[number][code] = None if value in (None, "") else reader(value)


_FACTS = {
    DEAL: """
        select d.id, {columns} from deals_deal d join clients_client c on c.id = d.client_id where d.id = any(%(ids)s)
    """,
    CLIENT: "select c.id, {columns} from clients_client c where c.id = any(%(ids)s)",
}


def _facts_of(holder: str, field: Field) -> str:
    return "d.facts" if holder == DEAL and field.of == Field.Of.DEAL else "c.facts"


def _read_figures(codes: Sequence[str], found: dict[int, Values]) -> None:
    rows = Figure.objects.filter(parameter__code__in=codes, person_id__in=list(found))
    for number, code, kind, value in rows.values_list("person_id", "parameter__code", "parameter__kind", "value"):
        found[number][f"{FIGURE}{code}"] = read_stored(kind, value)


def read_stored(kind: str, value: Any) -> Value | None:
    """A value as it stands in facts and figures."""
    if value in (None, "", []):
        return None
    return _READERS[Kind(kind)](value)


def _number(value: Any) -> Decimal | None:
    try:
        found = value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation:  # stored while the field was of another kind
        return None
    return found if found.is_finite() else None


def _moment(value: Any) -> datetime | None:
    if not isinstance(value, datetime):
        try:
            value = datetime.fromisoformat(value)
        except ValueError:
            return None
    return value if value.tzinfo else timezone.make_aware(value)


def _date(value: Any) -> date | None:
    try:
        return value if isinstance(value, date) else date.fromisoformat(value)
    except ValueError:
        return None


def _list(value: Any) -> tuple[str, ...]:
    if isinstance(value, str) and value.startswith("["):
        value = json.loads(value)
    return tuple(map(str, value)) if isinstance(value, list) else (str(value),)


_READERS: Mapping[Kind, Callable[[Any], Value | None]] = {
    Kind.NUMBER: _number,
    Kind.MONEY: _number,
    Kind.TEXT: str,
    Kind.DATE: _date,
    Kind.MOMENT: _moment,
    Kind.YES: lambda value: value if isinstance(value, bool) else value == "true",
    Kind.LIST: _list,
}


def _times() -> dict[str, Any]:
    today = clock.today()
    month = today.replace(day=1)
    last_month = (month - timedelta(days=1)).replace(day=1)
    return {
        "now": clock.now(),
        "today": today,
        "month": clock.day_bounds(month)[0],
        "last_month": clock.day_bounds(last_month)[0],
        "month_day": month,
        "last_month_day": last_month,
    }


def _ask(question: str, given: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question, given)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows


def everybody(holder: str, *, after: int, most: int) -> list[int]:
    """The next ones, in the order of their numbers."""
    table = {DEAL: "deals_deal", CLIENT: "clients_client", PERSON: "staff_person"}[holder]
    which = {DEAL: "", CLIENT: "and merged_into_id is null", PERSON: "and is_active"}[holder]
    question = f"select id from {table} where id > %(after)s {which} order by id limit %(most)s"  # noqa: S608
    return [number for (number,) in _ask(question, {"after": after, "most": most})]
