from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from svyazka.kit import jpeg


def written(size=(60, 40), mode="RGB", **options):
    out = BytesIO()
    Image.effect_noise(size, 60).convert(mode).save(out, "JPEG", **options)
    return out.getvalue()


def exif():
    made = Image.Exif()
    made[0x010F] = "Phone"
    return made


PLAIN = [written(), written(mode="L"), written(progressive=True), written(restart_marker_blocks=2), written((2000, 3))]
NOT_PLAIN = [
    b"",
    b"\xff\xd8",
    b"no picture at all",
    written()[:-2],
    written()[: len(written()) // 2],
    written() + b"\x00",
    written() + written(),
    written((2001, 3)),
    written(mode="CMYK"),
    written(exif=exif()),
    written(comment=b"55.75, 37.61"),
    written(xmp=b"<x:xmpmeta/>"),
]


@pytest.mark.parametrize("content", PLAIN)
def test_nothing_but_a_picture(content):
    assert jpeg.is_plain(content, largest_side=2000)


@pytest.mark.parametrize("content", NOT_PLAIN)
def test_a_picture_and_something_else_or_none(content):
    assert not jpeg.is_plain(content, largest_side=2000)


@given(st.binary(max_size=200), st.integers(0, 2000))
def test_any_bytes_in_the_middle_are_no_crash(piece, at):
    whole = PLAIN[0]
    jpeg.is_plain(whole[:at] + piece + whole[at:], largest_side=2000)
