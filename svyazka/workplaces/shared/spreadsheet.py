"""Lists that leave the house as a file: CSV as spreadsheets take it, and as an import takes it again."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from io import StringIO
from itertools import islice
from typing import Any

from django.http.response import HttpResponseBase
from django.utils import translation

from svyazka.business.deals.models import Field
from svyazka.kit import clock
from svyazka.kit.sheets import harmless
from svyazka.workplaces.shared.said import Staff, said
from svyazka.workplaces.shared.sending import sent

TOGETHER = 100  # lines


def answer(name: str, lines: Iterable[list[str]]) -> HttpResponseBase:
    """`lines`: the first one names the columns."""
    answer = sent(_written(lines, translation.get_language()))
    answer["Content-Type"] = "text/csv; charset=utf-8"
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def cell(field: Field, value: Any, staff: Staff) -> str:
    """Numbers and dates as a spreadsheet counts with them; all else in the words of the page."""
    if value in (None, "", []):
        return ""
    try:
        if field.kind in (Field.Kind.NUMBER, Field.Kind.DECIMAL, Field.Kind.MONEY):
            return number(Decimal(str(value)))
        if field.kind == Field.Kind.DATE:
            return date.fromisoformat(value).strftime("%d.%m.%Y")
        if field.kind == Field.Kind.MOMENT:
            return moment(datetime.fromisoformat(value))
    except (ArithmeticError, TypeError, ValueError):
        return str(value)
    return said(field, value, staff)


def number(value: Decimal | None) -> str:
    return "" if value is None else format(value, "f").replace(".", ",")


def moment(at: datetime | None) -> str:
    if at is None:
        return ""
    here = clock.local(at)
    return here.strftime("%d.%m.%Y %H:%M:%S" if here.second else "%d.%m.%Y %H:%M")


def _written(lines: Iterable[list[str]], language: str | None) -> Iterator[bytes]:
    # Without the mark, the usual spreadsheet reads Russian letters as something else.
    yield "\ufeff".encode()
    left = iter(lines)
    while True:
        # A long one is made while it is sent: by then nobody knows any more in which language the page was.
        with translation.override(language):
            some = list(islice(left, TOGETHER))
        if not some:
            return
        text = StringIO()
        csv.writer(text, delimiter=";", lineterminator="\r\n").writerows([*map(harmless, cells)] for cells in some)
        yield text.getvalue().encode()
