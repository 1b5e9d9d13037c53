from __future__ import annotations

import zipfile
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svyazka.kit.file_kinds import PROGRAM, TEXT, UNKNOWN, kind_of, names_in_zip


def packed(*names: str) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return made.getvalue()


def ole(number: bytes) -> bytes:
    """With the list of what is in it in its second sector."""
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(22) + b"\x09\0" + bytes(16) + b"\x01\0\0\0"
    return head.ljust(1024, b"\0") + bytes(80) + number + bytes(32)


ODT = "application/vnd.oasis.opendocument.text"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "image/webp"),
        (b"RIFF\0\0\0\0WAVEfmt ", "audio/wav"),
        (b"\0\0\0\x18ftypmp42", "video/mp4"),
        (b"\0\0\0\x18ftypM4A ", "audio/mp4"),
        (b"\0\0\0\x18ftypheic", "image/heic"),
        (b"\xff\xfb\x90\x00", "audio/mpeg"),
        (packed("word/document.xml"), "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (packed("xl/workbook.xml"), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (packed("a.txt"), "application/zip"),
        (b"PK\x03\x04 cut off", "application/zip"),
        (packed("META-INF/MANIFEST.MF", "a.class"), PROGRAM),
        (packed("AndroidManifest.xml"), PROGRAM),
        (b"PK\x03\x04" + bytes(26) + b"mimetypeapplication/vnd.oasis.opendocument.text", ODT),
        (b"AC1032" + bytes(20), "image/vnd.dwg"),
        (b"  0\r\nSECTION\r\n  2\r\nHEADER\r\n", "image/vnd.dxf"),
        (b"999\nmade by a program\n0\nSECTION\n", "image/vnd.dxf"),
        (b"II*\0", "image/tiff"),
        (b"BM\x36\x10\0\0\0\0\0\0\x36\0\0\0", "image/bmp"),
        (b"L\0\0\0\x01\x14\x02\0", PROGRAM),
        (ole(bytes(16)), "application/x-ole-storage"),
        (ole(bytes.fromhex("84100c0000000000c000000000000046")), PROGRAM),
        ("Здравствуйте".encode(), TEXT),
        (("ы" * 4096).encode()[:4095], TEXT),
        ("Здравствуйте".encode("cp1251"), UNKNOWN),
        (b"MZ\x90\x00", PROGRAM),
        (b"\x7fELF\x02", PROGRAM),
        (b"#!/bin/sh", PROGRAM),
        (b"\n<!-- a -->\n<HTML><body>", "text/html"),
        (b'<?xml version="1.0"?><svg onload="x">', "text/html"),
        (b"", UNKNOWN),
    ],
)
def test_what_stands_in_a_file_says_what_it_is(content, kind):
    assert kind_of(BytesIO(content)) == kind


@given(st.binary(max_size=200))
def test_any_bytes_are_something_and_the_file_is_whole_afterwards(content):
    file = BytesIO(content)
    assert kind_of(file)
    assert file.read() == content


def test_a_list_of_names_that_is_too_long_is_not_read():
    few, many = BytesIO(packed("a.txt")), bytearray(packed("a.txt"))
    assert names_in_zip(few) == ["a.txt"]
    at = many.rindex(b"PK\x05\x06")
    many[at + 12 : at + 16] = (3 * 1024 * 1024).to_bytes(4, "little")
    assert names_in_zip(BytesIO(bytes(many))) is None
    assert kind_of(BytesIO(bytes(many))) == "application/zip"
