"""Tables as people keep them: CSV in whatever way it was written, and what spreadsheets write. Everything is text when
it comes out."""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
import json
import re
import shutil
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
_LONGEST_LINE = 20_000
_ONE_AT_A_TIME = Lock()
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet takes what begins so for a formula, and would run it
_NEGATIVE = re.compile(r"-\d+([.,]\d+)?")  # a plain number: as text it would be missing in every sum


@dataclass(frozen=True)
class Bounds:
    """How much of a table is taken. `merged`: what stands in merged cells is meant for each of their lines."""

    file: int
    lines: int
    columns: int
    unpacked: int
    merged: bool = False


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
    bounds = Bounds(LARGEST_FILE, MOST_LINES, MOST_COLUMNS, LARGEST_UNPACKED)
    return _sheet(read_lines(io.BytesIO(content), bounds))


def read_lines(file: IO[bytes], bounds: Bounds) -> Iterator[tuple[int, list[str]]]:
    """Each line with its number, one after the other: a file of a million takes no more memory than one of ten."""
    begins = file.read(8)
    file.seek(0)
    is_packed = begins.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0"))
    for number, cells in _workbook(file, bounds) if is_packed else _csv(file):
        yield number, [_clean(cell) for cell in cells]


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


def _csv(file: IO[bytes]) -> Iterator[tuple[int, list[str]]]:
    text = io.TextIOWrapper(file, encoding=_encoding(file), newline="")
    before = 0
    try:
        first = text.read(_LONGEST_LINE)
        text.seek(0)
        marked = re.match(r"sep=(.)\r?\n", first, re.IGNORECASE)
        if marked:
            text.readline()
        before = at_first = 1 if marked else 0
        reader = csv.reader(text, delimiter=marked[1] if marked else _sign(first))
        for cells in reader:
            yield before + 1, cells
            before = at_first + reader.line_num
    except csv.Error as fault:
        raise Refused(_("Line {number} cannot be read as a table.").format(number=before + 1)) from fault
    except UnicodeDecodeError as fault:
        raise _no_table() from fault
    finally:
        text.detach()  # whoever opened the file closes it


def _encoding(file: IO[bytes]) -> str:
    """Spreadsheets of Windows still write its own letters. The whole of it is looked through."""
    begins = file.read(4)
    file.seek(0)
    if begins.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if begins.startswith((b"\xd0\xcf\x11\xe0", b"%PDF")):
        raise _no_table()
    is_unicode, decoder = True, codecs.getincrementaldecoder("utf-8-sig")()
    while piece := file.read(_PIECE):
        if b"\x00" in piece:
            raise _no_table()
        is_unicode = is_unicode and _decodes(decoder, piece)
    is_unicode = is_unicode and _decodes(decoder, b"", final=True)
    file.seek(0)
    return "utf-8-sig" if is_unicode else "cp1251"


def _decodes(decoder: codecs.IncrementalDecoder, piece: bytes, *, final: bool = False) -> bool:
    try:
        decoder.decode(piece, final)
    except UnicodeDecodeError:
        return False
    return True


def _sign(first: str) -> str:
    """What stands between the cells: whatever parts the first line into most."""
    return max(";,\t", key=lambda sign: len(next(csv.reader(io.StringIO(first, newline=""), delimiter=sign), [])))


def _workbook(file: IO[bytes], bounds: Bounds) -> Iterator[tuple[int, list[str]]]:
    with TemporaryFile() as lines:
        # Let go before anything is read: whoever refuses the table in the middle would keep it.
        with _ONE_AT_A_TIME:
            _unpack(file, lines, bounds)
        lines.seek(0)
        for number, line in enumerate(lines, start=1):
            yield number, json.loads(line)


def _unpack(file: IO[bytes], into: IO[bytes], bounds: Bounds) -> None:
    """By a process of its own, with bounds: one text may stand in a million cells, and nobody sees that beforehand."""
    if file.read(2) == b"PK":
        _refuse_bomb(file, bounds)
    file.seek(0)
    command = [sys.executable, "-m", "svyazka.kit.workbook", *(["merged"] if bounds.merged else [])]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=into, stderr=subprocess.DEVNULL) as child:
        assert child.stdin is not None
        with contextlib.suppress(BrokenPipeError), child.stdin:
            shutil.copyfileobj(file, child.stdin)
    if child.returncode == workbook.UNREADABLE:
        raise _no_table()
    if child.returncode:
        raise _too_large()


# A cell that holds something; empty ones with a colour reach to the end of many tables and cost nothing.
_CELL = re.compile(rb"""<(?:\w+:)?c\b[^>]*?\br\s*=\s*["']([A-Za-z]+)([0-9]+)["'][^>]*?(?<!/)>""")
_LONGEST_TAG = 1024


def _refuse_bomb(file: IO[bytes], bounds: Bounds) -> None:
    """Everything is unpacked once piece by piece, before the whole of it is."""
    left = bounds.unpacked
    try:
        with zipfile.ZipFile(file) as packed:
            if not any(name.startswith(("xl/", "content.xml")) for name in packed.namelist()):
                raise _no_table()
            for part in packed.infolist():
                with packed.open(part) as unpacked:
                    left = _look_through(unpacked, part.filename, left, bounds)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as fault:
        raise _no_table() from fault


def _look_through(unpacked: Any, name: str, left: int, bounds: Bounds) -> int:
    tail = b""
    while piece := unpacked.read(_PIECE):
        left -= len(piece)
        if left < 0:
            raise _too_large()
        if name.startswith("xl/worksheets/"):
            _refuse_far_cells(tail + piece, bounds)
            tail = piece[-_LONGEST_TAG:]
    return left


def _refuse_far_cells(piece: bytes, bounds: Bounds) -> None:
    for letters, number in _CELL.findall(piece):
        if _column(letters) > 2 * bounds.columns or int(number[:9]) > bounds.lines + 1000:
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
