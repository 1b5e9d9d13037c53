"""Tables as people keep them: CSV in whatever way it was written, and XLSX. Everything is text when it comes out."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from tempfile import TemporaryFile
from threading import Lock
from typing import IO, Any

from django.utils.translation import gettext as _

from svyazka.kit import workbook
from svyazka.kit.refusals import Refused

LARGEST_FILE = 10 * 1024 * 1024
MOST_LINES, MOST_COLUMNS = 50_000, 100
# A small file can unpack into gigabytes, and one cell far out makes a table of millions.
LARGEST_UNPACKED = 150 * 1024 * 1024
_PIECE = 256 * 1024
_ONE_AT_A_TIME = Lock()
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet takes what begins so for a formula, and would run it
_NEGATIVE = re.compile(r"-\d+([.,]\d+)?")  # a plain number: as text it would be missing in every sum


@dataclass(frozen=True)
class Sheet:
    titles: list[str]
    lines: list[tuple[int, list[str]]]  # with its number in the file


def read(content: bytes) -> Sheet:
    """By what stands in it, whatever it is called. The first line names the columns; empty lines are passed over."""
    if not content.strip():
        raise Refused(_("The file is empty."))
    if len(content) > LARGEST_FILE:
        raise Refused(_("The file is too large: up to 10 MB can be read."))
    lines = _xlsx(content) if content.startswith(b"PK\x03\x04") else _csv(content)
    return _sheet((number, [_clean(cell) for cell in cells]) for number, cells in lines)


def harmless(cell: str) -> str:
    """As it may stand in a file of ours."""
    return f"'{cell}" if cell.startswith(FORMULA) and not _NEGATIVE.fullmatch(cell) else cell


def _sheet(lines: Iterable[tuple[int, list[str]]]) -> Sheet:
    filled = ((number, cells) for number, cells in lines if any(cells))
    _number, titles = next(filled, (0, []))
    titles = titles[: max((place for place, title in enumerate(titles, start=1) if title), default=0)]
    if len(titles) > MOST_COLUMNS:
        raise Refused(_("The file has too many columns: up to {number} can be read.").format(number=MOST_COLUMNS))
    width, kept = len(titles), list[tuple[int, list[str]]]()
    for number, cells in filled:
        if len(kept) == MOST_LINES:
            raise Refused(_("The file has too many lines: up to {number} can be read.").format(number=MOST_LINES))
        kept.append((number, [*cells[:width], *[""] * (width - len(cells))]))
    if not kept:
        raise Refused(_("The first line names the columns; the file has nothing beneath it."))
    return Sheet(titles, kept)


def _clean(cell: str) -> str:
    text = cell.replace("\x00", "").strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(FORMULA) else text


def _csv(content: bytes) -> Iterator[tuple[int, list[str]]]:
    text = _decoded(content)
    first, _end, rest = text.partition("\n")
    marked = re.fullmatch(r"sep=(.)\r?", first, re.IGNORECASE)
    reader = csv.reader(
        io.StringIO(rest if marked else text, newline=""), delimiter=marked[1] if marked else _sign(text)
    )
    before = at_first = 1 if marked else 0
    try:
        for cells in reader:
            yield before + 1, cells
            before = at_first + reader.line_num
    except csv.Error as fault:
        raise Refused(_("Line {number} cannot be read as a table.").format(number=before + 1)) from fault


def _decoded(content: bytes) -> str:
    """Spreadsheets of Windows still write its own letters."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _or_none(content, "utf-16")
    if content.startswith((b"\xd0\xcf\x11\xe0", b"%PDF")) or b"\x00" in content:
        raise _no_table()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _or_none(content, "cp1251")


def _or_none(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as fault:
        raise _no_table() from fault


def _sign(text: str) -> str:
    """What stands between the cells: whatever parts the first line into most."""
    first = text[:20_000]
    return max(";,\t", key=lambda sign: len(next(csv.reader(io.StringIO(first, newline=""), delimiter=sign), [])))


def _xlsx(content: bytes) -> Iterator[tuple[int, list[str]]]:
    with TemporaryFile() as lines:
        # Let go before anything is read: whoever refuses the table in the middle would keep it.
        with _ONE_AT_A_TIME:
            _unpack(content, lines)
        lines.seek(0)
        for number, line in enumerate(lines, start=1):
            yield number, json.loads(line)


def _unpack(content: bytes, into: IO[bytes]) -> None:
    """By a process of its own, with bounds: one text may stand in a million cells, and nobody sees that beforehand."""
    _refuse_bomb(content)
    command = [sys.executable, "-m", "svyazka.kit.workbook"]
    done = subprocess.run(command, input=content, stdout=into, stderr=subprocess.DEVNULL, check=False)
    if done.returncode == workbook.UNREADABLE:
        raise _no_table()
    if done.returncode:
        raise _too_large()


# A cell that holds something; empty ones with a colour reach to the end of many tables and cost nothing.
_CELL = re.compile(rb"""<(?:\w+:)?c\b[^>]*?\br\s*=\s*["']([A-Za-z]+)([0-9]+)["'][^>]*?(?<!/)>""")
_LONGEST_TAG = 1024


def _refuse_bomb(content: bytes) -> None:
    """Everything is unpacked once piece by piece, before the whole of it is."""
    left = LARGEST_UNPACKED
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as packed:
            if not any(name.startswith("xl/") for name in packed.namelist()):
                raise _no_table()
            for part in packed.infolist():
                with packed.open(part) as unpacked:
                    left = _look_through(unpacked, part.filename, left)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as fault:
        raise _no_table() from fault


def _look_through(unpacked: Any, name: str, left: int) -> int:
    tail = b""
    while piece := unpacked.read(_PIECE):
        left -= len(piece)
        if left < 0:
            raise _too_large()
        if name.startswith("xl/worksheets/"):
            _refuse_far_cells(tail + piece)
            tail = piece[-_LONGEST_TAG:]
    return left


def _refuse_far_cells(piece: bytes) -> None:
    for letters, number in _CELL.findall(piece):
        if _column(letters) > 2 * MOST_COLUMNS or int(number[:9]) > MOST_LINES + 1000:
            raise Refused(_("A cell of this table lies too far out: copy what you need into a new one."))


def _column(letters: bytes) -> int:
    place = 0
    for letter in letters.upper()[:5]:
        place = 26 * place + letter - ord("A") + 1
    return place


def _no_table() -> Refused:
    return Refused(_("This is no table that can be read. Save it as CSV or XLSX."))


def _too_large() -> Refused:
    return Refused(_("What is packed in this file is too large."))
