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
OLE = "application/x-ole-storage"
# What programs for telephones and for Java have in their archive.
_PACKED_PROGRAMS = frozenset({"META-INF/MANIFEST.MF", "AndroidManifest.xml", "classes.dex"})
_OPEN_DOCUMENT = b"mimetypeapplication/vnd.oasis.opendocument."
_OPEN_KINDS = {b"text": "text", b"spre": "spreadsheet", b"pres": "presentation", b"grap": "graphics"}
# An installer is kept in the same kind of file as a letter of Word of the nineties: told by the number of its root.
_INSTALLER = bytes.fromhex("84100c0000000000c000000000000046")
# A zip says at its end how long its list of names is; a longer one is not read, for it is unpacked in memory.
LONGEST_LIST = 2 * 1024 * 1024
_END_OF_ZIP, _SHORTEST_END, _LONGEST_END = b"PK\x05\x06", 22, 22 + 65_535
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
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLE),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"\x1f\x8b", "application/gzip"),
    (b"{\\rtf", "application/rtf"),
    (b"fLaC", "audio/flac"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"AC10", "image/vnd.dwg"),
    (b"AutoCAD Binary DXF", "image/vnd.dxf"),
    (b"L\x00\x00\x00\x01\x14\x02\x00", PROGRAM),
    (b"MZ", PROGRAM),
    (b"\x7fELF", PROGRAM),
    (b"\xca\xfe\xba\xbe", PROGRAM),
    (b"\xcf\xfa\xed\xfe", PROGRAM),
    (b"#!", PROGRAM),
)
_DXF = re.compile(rb"(?:\s*999\r?\n[^\n]*\n)*\s*0\r?\n\s*SECTION\r?\n")
_HTML = re.compile(
    rb"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*<(?:!doctype html|html|head|script|svg|body)", re.I | re.S
)


_HEAD = 4096


def kind_of(file: IO[bytes]) -> str:
    """Of a file that can be read from its beginning again; there it stands afterwards."""
    file.seek(0)
    head = file.read(_HEAD)
    kind = _of_zip(file, head) if head[:4] == b"PK\x03\x04" else _of_head(head)
    if kind == OLE and _is_installer(file, head):
        kind = PROGRAM
    file.seek(0)
    return kind


def names_in_zip(file: IO[bytes]) -> list[str] | None:
    """Nothing of it is unpacked. None: it is no whole zip, or holds more names than are read."""
    if not _list_is_short(file):
        return None
    try:
        with zipfile.ZipFile(file) as packed:
            return packed.namelist()
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, LookupError):
        return None


def _list_is_short(file: IO[bytes]) -> bool:
    size = file.seek(0, 2)
    file.seek(max(0, size - _LONGEST_END))
    end = file.read(_LONGEST_END)
    at = end.rfind(_END_OF_ZIP)
    return 0 <= at <= len(end) - _SHORTEST_END and int.from_bytes(end[at + 12 : at + 16], "little") <= LONGEST_LIST


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
    if content[:2] == b"BM" and content[6:10] == bytes(4):
        return "image/bmp"
    if _DXF.match(content):
        return "image/vnd.dxf"
    if _HTML.match(content):
        return "text/html"
    return TEXT if _is_text(content) else UNKNOWN


def _of_iso(brand: bytes) -> str:
    if brand in (b"heic", b"heix", b"mif1", b"msf1"):
        return "image/heic"
    if brand == b"qt  ":
        return "video/quicktime"
    return "audio/mp4" if brand in (b"M4A ", b"M4B ") else "video/mp4"


def _of_zip(file: IO[bytes], head: bytes) -> str:
    if head[30:].startswith(_OPEN_DOCUMENT):
        kind = _OPEN_KINDS.get(head[30 + len(_OPEN_DOCUMENT) :][:4])
        return f"application/vnd.oasis.opendocument.{kind}" if kind else "application/zip"
    names = names_in_zip(file) or []
    for start, kind in _OFFICE.items():
        if any(name.startswith(start) for name in names[:200]):
            return kind
    return PROGRAM if _PACKED_PROGRAMS.intersection(names) else "application/zip"


def _is_installer(file: IO[bytes], head: bytes) -> bool:
    """The root is the first entry of the list of what is in it; its number stands 80 bytes behind its beginning."""
    sector = 1 << min(int.from_bytes(head[30:32], "little"), 16)
    file.seek((int.from_bytes(head[48:52], "little") + 1) * sector + 80)
    return file.read(16) == _INSTALLER


def _is_text(content: bytes) -> bool:
    if not content or b"\x00" in content:
        return False
    try:
        # A letter may be cut in two at the end.
        content.decode("utf-8", "strict")
    except UnicodeDecodeError as cut:
        return cut.start >= len(content) - 3
    return True
