from __future__ import annotations

import zipfile
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svyazka.kit.file_kinds import PROGRAM, TEXT, UNKNOWN, kind_of


def packed(*names: str) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return made.getvalue()


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
