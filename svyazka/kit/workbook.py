"""`python -m svyazka.kit.workbook`: XLSX, XLS or ODS comes in, its first sheet goes out, each row a line of JSON.
With `merged`, what stands in merged cells stands in each of their lines.

Started by `sheets.py`: what takes more memory or time than it may ends this process and nothing else.
"""

from __future__ import annotations

import io
import json
import resource
import sys
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

MOST_MEMORY = 1024 * 1024 * 1024
MOST_SECONDS = 60  # of the processor
LARGEST_ANSWER = 512 * 1024 * 1024
UNREADABLE = 3


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (MOST_SECONDS, MOST_SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_ANSWER, LARGEST_ANSWER))
    for cells in _rows(sys.stdin.buffer.read(), merged="merged" in sys.argv):
        print(json.dumps([_written(cell) for cell in cells]))


def _rows(content: bytes, *, merged: bool) -> Iterator[list[Any]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        repeated = _Repeated(sheet.merged_cell_ranges or []) if merged else None
        _row, left = sheet.start or (0, 0)  # of its first cell; the lines before come, the columns do not
        for number, filled in enumerate(sheet.iter_rows()):
            cells = [""] * left + filled
            yield repeated.filled(number, cells) if repeated else cells
    except (CalamineError, ValueError, OSError):
        sys.exit(UNREADABLE)


class _Repeated:
    """What stands in the first cell of a merged range is meant for each of its lines."""

    def __init__(self, ranges: list[tuple[tuple[int, int], tuple[int, int]]]) -> None:
        self.begins = {start: end[0] for start, end in ranges if end[0] > start[0]}
        self.going_on: dict[int, tuple[int, Any]] = {}  # column → its last line, and what stands there

    def filled(self, number: int, cells: list[Any]) -> list[Any]:
        for column, (last, value) in list(self.going_on.items()):
            if number > last:
                del self.going_on[column]
            elif column < len(cells) and cells[column] == "":
                cells[column] = value
        for column, value in enumerate(cells):
            if last_line := self.begins.get((number, column)):
                self.going_on[column] = (last_line, value)
        return cells


def _written(cell: Any) -> str:
    """As a person would have typed it. Dates come as the calendar of the house writes them."""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else format(cell, ".6f").rstrip("0")
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d") if cell.time() == datetime.min.time() else cell.isoformat(" ", "seconds")
    return cell.isoformat() if isinstance(cell, date) else str(cell)


if __name__ == "__main__":
    main()
