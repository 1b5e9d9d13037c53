"""Whether a JPEG is nothing but a picture: no place, no device, no thumbnail, nothing hidden behind its end."""

from __future__ import annotations

import re
from io import BytesIO

from PIL import Image

_JFIF, _ICC = b"JFIF\x00", b"ICC_PROFILE\x00"
LONGEST_PROFILE = 4_096  # that of a usual screen takes 500 bytes
_START, _END, _SCAN = 0xD8, 0xD9, 0xDA
_APP0, _APP2 = 0xE0, 0xE2
# Tables, sizes and restarts: what a decoder needs.
_NEEDED = {0xC0, 0xC1, 0xC2, 0xC4, 0xDB, 0xDD}
# Behind the data of a scan: a marker that is neither a stuffed byte nor a restart. It begins with one fixed byte,
# which is looked for ten times as fast as a run of them.
_MARKER = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")


def is_plain(content: bytes, *, largest_side: int) -> bool:
    """Of its segments only those that a decoder needs, grey or in colours, not larger than that, and whole."""
    return _has_only_needed(content) and _can_be_read(content, largest_side)


def _has_only_needed(content: bytes) -> bool:
    if content[:2] != b"\xff\xd8":
        return False
    at = 2
    while at + 4 <= len(content):
        if content[at] != 0xFF:
            return False
        marker, length = content[at + 1], int.from_bytes(content[at + 2 : at + 4])
        body = content[at + 4 : at + 2 + length]
        if marker == _SCAN:
            behind = _MARKER.search(content, at + 2 + length)
            if behind is None:
                return False
            at = behind.end() - 2
            if content[at + 1] == _END:
                return at + 2 == len(content)
        elif length < 2 or not _is_needed(marker, body):
            return False
        else:
            at += 2 + length
    return False


def _is_needed(marker: int, body: bytes) -> bool:
    if marker == _APP0:
        return body.startswith(_JFIF) and len(body) == 14  # without a thumbnail
    if marker == _APP2:
        return body.startswith(_ICC) and len(body) <= LONGEST_PROFILE
    return marker in _NEEDED


def _can_be_read(content: bytes, largest_side: int) -> bool:
    try:
        with Image.open(BytesIO(content), formats=["JPEG"]) as picture:
            if max(picture.size) > largest_side or picture.mode not in ("RGB", "L"):
                return False
            # All of its data is read, at an eighth of the size: a sixth of the work.
            picture.draft("L", (max(1, picture.width // 8), max(1, picture.height // 8)))
            picture.load()
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return False
    return True
