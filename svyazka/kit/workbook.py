"""`python -m svyazka.kit.workbook`: an XLSX comes in, its first sheet goes out, each row a line of JSON.

Started by `sheets.py`: what takes more memory or time than it may ends this process and nothing else.
"""

from __future__ import annotations

import io
import json
import resource
import sys
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
    for cells in _rows(sys.stdin.buffer.read()):
        print(json.dumps([_written(cell) for cell in cells]))


def _rows(content: bytes) -> list[list[Any]]:
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        sheet = CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_index(0)
        return sheet.to_python(skip_empty_area=False)
    except (CalamineError, ValueError, OSError):
        sys.exit(UNREADABLE)


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
