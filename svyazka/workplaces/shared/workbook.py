"""Lists that leave the house as XLSX: numbers as numbers, moments as moments, and text never as a formula."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from io import BytesIO
from typing import Any

import xlsxwriter
from django.http import HttpResponse

from svyazka.kit import clock

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NARROWEST, WIDEST = 8, 40  # signs
# A spreadsheet takes a text that looks so for something to be run, or fetched.
_TEXT_ONLY = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False, "in_memory": True}


def answer(name: str, lines: Iterable[Sequence[Any]]) -> HttpResponse:
    """`lines`: the first one names the columns."""
    made = HttpResponse(written(lines), content_type=TYPE)
    made["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return made


def written(lines: Iterable[Sequence[Any]]) -> bytes:
    file = BytesIO()
    with xlsxwriter.Workbook(file, {**_TEXT_ONLY, "default_date_format": "dd.mm.yyyy hh:mm"}) as book:
        sheet = book.add_worksheet()
        head = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        widths: list[int] = []
        for number, line in enumerate(lines):
            widths += [NARROWEST] * (len(line) - len(widths))
            for place, cell in enumerate(line):
                _write(sheet, number, place, cell, head if number == 0 else None)
                if number:
                    widths[place] = min(max(widths[place], len(str(cell or "")) + 1), WIDEST)
        for place, width in enumerate(widths):
            sheet.set_column(place, place, width)
        sheet.freeze_panes(1, 0)
    return file.getvalue()


def _write(sheet: Any, line: int, place: int, cell: Any, looks: Any) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, datetime):
        sheet.write_datetime(line, place, clock.local(cell).replace(tzinfo=None, microsecond=0))
    elif isinstance(cell, int | float) and not isinstance(cell, bool):
        sheet.write_number(line, place, cell, looks)
    else:
        sheet.write_string(line, place, str(cell), looks)
