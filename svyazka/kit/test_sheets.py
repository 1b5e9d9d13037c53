# ruff: noqa: E501 - a workbook's parts as they stand in it
from __future__ import annotations

import io
import time
import zipfile
from datetime import date, datetime

import pytest

from svyazka.kit import sheets
from svyazka.kit.refusals import Refused

_RELS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"


def xlsx(cells: str) -> bytes:
    """The smallest workbook that a spreadsheet opens, with these rows of its first sheet."""
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="r" Type="{_RELS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_RELS}"><sheets><sheet name="A" sheetId="1" r:id="s"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="s" Type="{_RELS}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="t" Type="{_RELS}/styles" Target="styles.xml"/></Relationships>',
        "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/></cellXfs></styleSheet>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}"><sheetData>{cells}</sheetData></worksheet>',
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as into:
        for name, text in parts.items():
            into.writestr(name, text)
    return packed.getvalue()


def text(place: str, said: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{said}</t></is></c>'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
@pytest.mark.parametrize("sign", [";", ",", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_csv_is_read_however_it_was_written(encoding, sign, end):
    lines = ["№{0}Имя", "", '1{0}"Вера {0} ""Павлова"""', " 2 {0}Ёж{0}больше", "3"]
    content = end.join(line.format(sign) for line in lines).encode(encoding)
    read = sheets.read(content)
    assert read.titles == ["№", "Имя"]
    assert read.lines == [(3, ["1", f'Вера {sign} "Павлова"']), (4, ["2", "Ёж"]), (5, ["3", ""])]


def test_a_line_has_the_number_where_it_begins():
    read = sheets.read('sep=;\r\nA;B\r\n"два\r\nэтажа";1\r\nтри;2\r\n'.encode())
    assert [number for number, _cells in read.lines] == [3, 5]


def test_a_negative_number_stays_one_and_a_formula_does_not():
    given = ["-450,00", "-1.5", "-7", "-2+3", "-1,5,5", "--1", "-", "-1\n", "-cmd|' /C calc'!A0"]
    assert [sheets.harmless(cell) == cell for cell in given] == [True] * 3 + [False] * 6


def test_what_we_made_harmless_is_as_it_was():
    kept = ["+79160000000", "=1", "-1", "-2+3"]
    content = "A;B;C;D\n" + ";".join(map(sheets.harmless, kept))
    assert sheets.read(content.encode()).lines == [(2, kept)]
    assert sheets.read("A\n'Вера'".encode()).lines == [(2, ["'Вера'"])]


def test_an_xlsx_is_read_as_people_would_have_typed_it():
    day, moment = (date(2026, 12, 1) - date(1899, 12, 30)).days, (datetime(2026, 12, 1, 9, 30) - datetime(1899, 12, 30))
    content = xlsx(
        f'<row r="2">{text("A2", "Номер")}{text("B2", "Имя")}</row>'
        f'<row r="4"><c r="A4"><v>17</v></c>{text("B4", "Вера")}<c r="C4"><v>9</v></c></row>'
        f'<row r="5"><c r="A5"><v>54300.5</v></c><c r="B5" t="b"><v>1</v></c></row>'
        f'<row r="6"><c r="A6" s="1"><v>{day}</v></c><c r="B6" s="2"><v>{moment.total_seconds() / 86400}</v></c></row>'
        f'<row r="7"><c r="A7"><v>79161234567</v></c><c r="XFD7" s="1"/></row>'
    )
    read = sheets.read(content)
    assert read.titles == ["Номер", "Имя"]
    assert read.lines == [
        (4, ["17", "Вера"]),
        (5, ["54300.5", "yes"]),
        (6, ["2026-12-01", "2026-12-01 09:30:00"]),
        (7, ["79161234567", ""]),
    ]


def bomb() -> bytes:
    packed = io.BytesIO(xlsx(""))
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as into, into.open("xl/media/a.bin", "w") as part:
        for _piece in range(160):
            part.write(bytes(1024 * 1024))
    return packed.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"  \n ",
        "только названия;столбцов".encode(),
        b"\x89PNG\r\n\x1a\n\x00\x00",
        b"%PDF-1.7",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        b"\x98\xff;a\n1;2",
        b"PK\x03\x04 and no more",
        xlsx("")[:-40],
        xlsx("<row"),
        xlsx(f'{text("A1", "A")}<row r="2">{text("ZZZ2", "B")}</row>'),
        xlsx(f'<row r="1">{text("A1", "A")}</row><row r="900000">{text("A900000", "B")}</row>'),
        b";".join([b"a"] * 101) + b"\n1",
        b'a;b\n"' + b"x" * 200_000 + b'"',
        b"x" * (sheets.LARGEST_FILE + 1),
    ],
    ids=range(15),
)
def test_what_is_no_table_is_said_in_words(content):
    with pytest.raises(Refused):
        sheets.read(content)


def test_what_unpacks_into_gigabytes_is_not_unpacked():
    with pytest.raises(Refused):
        sheets.read(bomb())


def test_no_more_lines_than_can_be_worked_off(monkeypatch):
    monkeypatch.setattr(sheets, "MOST_LINES", 2)
    assert len(sheets.read(b"a\n1\n2").lines) == 2
    with pytest.raises(Refused):
        sheets.read(b"a\n1\n2\n3")


def test_a_line_of_empty_titles_costs_nothing():
    """Each of them was taken off by itself: 300 kB kept a page busy for two minutes."""
    began = time.monotonic()
    with pytest.raises(Refused):
        sheets.read(b"a" + b";" * 1_000_000)
    assert time.monotonic() - began < 10


def shared() -> bytes:
    """A text of a megabyte that stands in two thousand cells: two gigabytes out of a few kilobytes."""
    rows = "".join(f'<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>' for row in range(1, 2001))
    packed = io.BytesIO(xlsx(rows))
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED) as into:
        into.writestr("xl/sharedStrings.xml", f'<sst xmlns="{_MAIN}"><si><t>{"x" * 1024 * 1024}</t></si></sst>')
    return packed.getvalue()


def far() -> bytes:
    """Cells that do not say where they stand, beside many lines: a table of a billion."""
    first = f'<row r="1">{"<c><v>1</v></c>" * 50_000}</row>'
    rows = "".join(f'<row r="{row}"><c r="A{row}"><v>1</v></c></row>' for row in range(2, 20_000))
    return xlsx(first + rows)


@pytest.mark.parametrize("make", [shared, far])
def test_what_becomes_too_large_only_as_a_table_ends_nothing_else(make):
    with pytest.raises(Refused, match=str(sheets._too_large().message)):
        sheets.read(make())


def test_a_table_refused_in_the_middle_keeps_nobody_waiting(monkeypatch):
    monkeypatch.setattr(sheets, "MOST_LINES", 1)
    content = xlsx("".join(f'<row r="{row}">{text(f"A{row}", "A")}</row>' for row in range(1, 5)))
    with pytest.raises(Refused) as _kept:
        sheets.read(content)
    assert not sheets._ONE_AT_A_TIME.locked()
