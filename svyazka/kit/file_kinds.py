"""What a file is, by what stands at its beginning: what its sender calls it says nothing."""

from __future__ import annotations

import re
import zipfile
from typing import IO

UNKNOWN = "application/octet-stream"
TEXT = "text/plain"
# What browsers show or play by themselves, without running anything that stands in it.
SHOWN = frozenset(
    {
        "image/jpeg", "image/png", "image/gif", "image/webp", "audio/ogg", "audio/mpeg", "audio/mp4", "audio/wav",
        "video/mp4", "video/webm", "application/pdf",
    }
)  # fmt: skip
PICTURES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp"})
PROGRAM = "application/x-executable"

_OFFICE = {
    "word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
_STARTS: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"%PDF-", "application/pdf"),
    (b"OggS", "audio/ogg"),
    (b"ID3", "audio/mpeg"),
    (b"#!AMR", "audio/amr"),
    (b"\x1aE\xdf\xa3", "video/webm"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\x1f\x8b", "application/gzip"),
    (b"{\\rtf", "application/rtf"),
    (b"MZ", PROGRAM),
    (b"\x7fELF", PROGRAM),
    (b"\xca\xfe\xba\xbe", PROGRAM),
    (b"\xcf\xfa\xed\xfe", PROGRAM),
    (b"#!", PROGRAM),
)
_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|script|svg|body)", re.I | re.S
)


_HEAD = 4096


def kind_of(file: IO[bytes]) -> str:
    """Of a file that can be read from its beginning again; there it stands afterwards."""
    file.seek(0)
    head = file.read(_HEAD)
    kind = _of_zip(file) if head[:4] == b"PK\x03\x04" else _of_head(head)
    file.seek(0)
    return kind


def _of_head(content: bytes) -> str:
    for start, kind in _STARTS:
        if content.startswith(start):
            return kind
    if content[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav", b"AVI ": "video/x-msvideo"}.get(content[8:12], UNKNOWN)
    if content[4:8] == b"ftyp":
        return _of_iso(content[8:12])
    if len(content) > 1 and content[0] == 0xFF and content[1] & 0xE6 == 0xE2:
        return "audio/mpeg"
    if _HTML.match(content):
        return "text/html"
    return TEXT if _is_text(content) else UNKNOWN


def _of_iso(brand: bytes) -> str:
    if brand in (b"heic", b"heix", b"mif1", b"msf1"):
        return "image/heic"
    if brand == b"qt  ":
        return "video/quicktime"
    return "audio/mp4" if brand in (b"M4A ", b"M4B ") else "video/mp4"


def _of_zip(file: IO[bytes]) -> str:
    try:
        with zipfile.ZipFile(file) as packed:
            names = packed.namelist()[:200]
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError):
        return "application/zip"
    for start, kind in _OFFICE.items():
        if any(name.startswith(start) for name in names):
            return kind
    return "application/zip"


def _is_text(content: bytes) -> bool:
    if not content or b"\x00" in content:
        return False
    try:
        # A letter may be cut in two at the end.
        content.decode("utf-8", "strict")
    except UnicodeDecodeError as cut:
        return cut.start >= len(content) - 3
    return True
