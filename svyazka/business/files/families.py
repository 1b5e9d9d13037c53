"""Which files a company may keep, in groups that it switches on and off; how each may be called, and what it is then.

Programs and scripts are in no group: there is nothing to switch on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from svyazka.kit import file_kinds

_OPEN = "application/vnd.oasis.opendocument."
_OFFICE = "application/vnd.openxmlformats-officedocument."
DOCX, XLSX, PPTX = (
    f"{_OFFICE}{one}"
    for one in ("wordprocessingml.document", "spreadsheetml.sheet", "presentationml.presentation")
)  # fmt: skip


@dataclass(frozen=True)
class Family:
    """`endings`: what a name ends with → what such a file may be by its content."""

    code: str
    name: Promise
    endings: Mapping[str, frozenset[str]]

    @property
    def types(self) -> frozenset[str]:
        return frozenset().union(*self.endings.values())


def _any(endings: str, *types: str) -> dict[str, frozenset[str]]:
    return dict.fromkeys(endings.split(), frozenset(types))


FAMILIES: dict[str, Family] = {
    one.code: one
    for one in (
        Family(
            "pictures",
            pgettext_lazy("kind of file", "Pictures"),
            {
                **_any("jpg jpeg jpe jfif", "image/jpeg"), **_any("png", "image/png"), **_any("gif", "image/gif"),
                **_any("webp", "image/webp"), **_any("heic heif", "image/heic"), **_any("tif tiff", "image/tiff"),
                **_any("bmp", "image/bmp"),
            },
        ),
        Family("pdf", pgettext_lazy("kind of file", "PDF"), _any("pdf", "application/pdf")),
        Family(
            "documents",
            pgettext_lazy("kind of file", "Office documents and texts"),
            {
                **_any("docx docm dotx", DOCX), **_any("xlsx xlsm xltx", XLSX), **_any("pptx pptm ppsx", PPTX),
                **_any("doc", file_kinds.OLE, "application/rtf"), **_any("xls ppt pps msg vsd mpp", file_kinds.OLE),
                **_any("rtf", "application/rtf"), **_any("odt", f"{_OPEN}text"), **_any("ods", f"{_OPEN}spreadsheet"),
                **_any("odp", f"{_OPEN}presentation"), **_any("odg", f"{_OPEN}graphics"),
                **_any("txt csv tsv log md", file_kinds.TEXT, file_kinds.UNKNOWN),
                **_any("eml ics vcf", file_kinds.TEXT),
            },
        ),
        Family(
            "archives",
            pgettext_lazy("kind of file", "Archives"),
            {
                **_any("zip", "application/zip"), **_any("rar", "application/vnd.rar"),
                **_any("7z", "application/x-7z-compressed"), **_any("gz tgz", "application/gzip"),
            },
        ),
        Family(
            "drawings",
            pgettext_lazy("kind of file", "Drawings (DWG, DXF)"),
            {**_any("dwg", "image/vnd.dwg"), **_any("dxf", "image/vnd.dxf")},
        ),
        Family(
            "audio",
            pgettext_lazy("kind of file", "Sound"),
            {
                **_any("mp3", "audio/mpeg"), **_any("wav", "audio/wav"), **_any("ogg oga opus", "audio/ogg"),
                **_any("m4a", "audio/mp4", "video/mp4"), **_any("amr", "audio/amr"), **_any("flac", "audio/flac"),
            },
        ),
        Family(
            "video",
            pgettext_lazy("kind of file", "Video"),
            {
                **_any("mp4 m4v 3gp", "video/mp4", "audio/mp4"), **_any("mov", "video/quicktime", "video/mp4"),
                **_any("webm mkv", "video/webm"), **_any("avi", "video/x-msvideo"), **_any("ogv", "audio/ogg"),
            },
        ),
    )
}  # fmt: skip
# By what people run something, whatever stands in it: a page, a script, a shortcut, settings of the system.
RUN = frozenset(
    """
    exe com scr pif msi msp msix appx bat cmd ps1 psm1 vbs vbe js jse mjs wsf wsh hta cpl dll sys drv ocx jar apk xapk
    ipa app dmg pkg deb rpm sh bash zsh run bin elf py pyc pyw rb pl php lnk url desktop reg inf scf iso img vhd vhdx
    html htm xhtml mht mhtml svg svgz xml xsl chm jnlp application gadget msc ade adp xll one onepkg command workflow
    """.split()  # noqa: SIM905
)


def ending_of(name: str) -> str:
    """In lower case, without the dot; empty, where there is none."""
    before, dot, ending = name.rpartition(".")
    return ending.strip().lower() if dot and before else ""


def by_ending(ending: str) -> Family | None:
    return next((one for one in FAMILIES.values() if ending in one.endings), None)


def by_type(type_: str) -> Family | None:
    """Of text that may be anything: only by its name."""
    told = type_ != file_kinds.UNKNOWN
    return next((one for one in FAMILIES.values() if told and type_ in one.types), None)


def usual_ending(type_: str) -> str:
    """For a name that has none."""
    if type_ in ("video/mp4", "audio/mp4"):
        return "mp4" if type_ == "video/mp4" else "m4a"
    found = by_type(type_)
    return next((ending for ending, types in found.endings.items() if type_ in types), "") if found else ""
