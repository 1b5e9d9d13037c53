"""Whether a file is kept: its name, its size, and what it is by its content. Nothing is unpacked for it."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import IO, NoReturn

from django.utils import formats
from django.utils.translation import gettext as _

from svyazka.business.files import families
from svyazka.business.files.models import FileRules
from svyazka.kit import file_kinds
from svyazka.kit.refusals import Refused
from svyazka.kit.texts import storable

LONGEST_NAME = 200
NOTHING = "…"
# Of a letter's or table's file of the nineties: how a project of macros is called in it.
_MACROS_IN_OLE = "_VBA_PROJECT".encode("utf-16-le")
_AT_ONCE = 1024 * 1024
# A letter that turns what follows round: “exe.fdp” reads as “pdf.exe”.
_TURNS = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_SEPARATORS = re.compile(r"[\\/:*?\"<>|\x00-\x1f\x7f]+")


@dataclass(frozen=True)
class Judged:
    name: str
    type: str
    has_macros: bool


def clean_name(given: str) -> str:
    """The name alone, without the folders it came from and without what no disk takes."""
    last = re.split(r"[\\/]", storable(given))[-1]
    name = _SEPARATORS.sub(" ", _TURNS.sub("", unicodedata.normalize("NFC", last)))
    name = " ".join(name.split()).strip(". ")
    if len(name) <= LONGEST_NAME:
        return name or _("File")
    ending = families.ending_of(name)
    kept = f".{ending}" if 0 < len(ending) <= 10 else ""
    return name[: LONGEST_NAME - len(kept) - 1] + NOTHING + kept


def insist_name(name: str, rules: FileRules) -> None:
    """What the name alone says already, before anything is sent."""
    ending = families.ending_of(name)
    if ending in families.RUN:
        _refuse(_("“{name}” is a program, a script or a page: such files are not kept.").format(name=name))
    if (known := families.by_ending(ending)) and not _is_taken(known, rules):
        _refuse_family(name, known)


def insist_size(name: str, size: int, rules: FileRules) -> None:
    if size <= 0:
        _refuse(_("“{name}” is empty.").format(name=name))
    if size > rules.largest:
        words = _("“{name}” is too large: {size}; the most is {most}.")
        _refuse(words.format(name=name, size=in_words(size), most=in_words(rules.largest)))


def judge(given: str, content: IO[bytes], rules: FileRules) -> Judged:
    """Of a whole file that can be read anywhere. Raises Refused, in words for whoever has brought it."""
    name = clean_name(given)
    insist_name(name, rules)
    insist_size(name, content.seek(0, 2), rules)
    type_ = file_kinds.kind_of(content)
    if type_ in (file_kinds.PROGRAM, "text/html"):
        _refuse(_("“{name}” is a program, a script or a page: such files are not kept.").format(name=name))
    family = _family_of(name, type_)
    if not _is_taken(family, rules):
        _refuse_family(name, family)
    has_macros = _look_inside(name, type_, content, rules)
    if not families.by_ending(families.ending_of(name)):
        name = clean_name(f"{name}.{families.usual_ending(type_)}")
    return Judged(name, type_, has_macros)


def in_words(size: int) -> str:
    """“12 MB”: nobody counts bytes."""
    for unit, bytes_ in ((_("GB"), 1024**3), (_("MB"), 1024**2), (_("KB"), 1024)):
        if size >= bytes_:
            number = size / bytes_
            digits = 1 if number < 10 and round(number, 1) % 1 else 0
            return f"{formats.number_format(round(number, digits), digits)} {unit}"
    return _("{n} bytes").format(n=size)


def _family_of(name: str, type_: str) -> families.Family:
    ending = families.ending_of(name)
    family = families.by_ending(ending)
    if family is None:
        family = families.by_type(type_)
        if family is None or type_ == file_kinds.TEXT:
            _refuse(_("What “{name}” is, we do not know: such files are not kept.").format(name=name))
        return family
    if type_ not in family.endings[ending]:
        _refuse(_("“{name}” is not what its name says: its content is something else.").format(name=name))
    return family


def _look_inside(name: str, type_: str, content: IO[bytes], rules: FileRules) -> bool:
    """Names in an archive are read, what they stand for is not. Whether it has macros."""
    has_macros = False
    if type_ in (families.DOCX, families.XLSX, families.PPTX, "application/zip"):
        names = file_kinds.names_in_zip(content)
        if names is None:
            _refuse(_("“{name}” is no whole archive, or holds too many files.").format(name=name))
        if type_ == "application/zip" and (found := _program_in(names)):
            _refuse(_("“{name}” has a program in it: {found}.").format(name=name, found=clean_name(found)))
        has_macros = any(one.lower().endswith("vbaproject.bin") for one in names)
    elif type_ == file_kinds.OLE:
        has_macros = _holds(content, _MACROS_IN_OLE)
    elif type_ == file_kinds.TEXT and _is_script(content):
        _refuse(_("“{name}” is a program, a script or a page: such files are not kept.").format(name=name))
    if has_macros and not rules.takes_macros:
        _refuse(_("“{name}” has macros in it: such files are not kept here.").format(name=name))
    return has_macros


def _program_in(names: list[str]) -> str:
    return next((one for one in names if families.ending_of(one.rstrip(". ")) in families.RUN - _HARMLESS_INSIDE), "")


# What letters and tables of others are often packed with.
_HARMLESS_INSIDE = frozenset({"xml", "svg", "html", "htm", "url", "img", "bin", "one"})


def _holds(content: IO[bytes], wanted: bytes) -> bool:
    content.seek(0)
    before = b""
    while piece := content.read(_AT_ONCE):
        if wanted in before + piece:
            return True
        before = piece[-len(wanted) :]
    return False


_SCRIPT = re.compile(rb"\s*(?:@echo|<\?php|<%|<script|on error resume next|set-executionpolicy|powershell)", re.I)


def _is_script(content: IO[bytes]) -> bool:
    content.seek(0)
    return bool(_SCRIPT.match(content.read(4096).removeprefix(b"\xef\xbb\xbf")))


def _is_taken(family: families.Family, rules: FileRules) -> bool:
    return rules.families is None or family.code in rules.families


def _refuse_family(name: str, family: families.Family) -> NoReturn:
    words = _("“{name}” is not kept: this company keeps no files of this kind ({kind}).")
    _refuse(words.format(name=name, kind=family.name))


def _refuse(words: str) -> NoReturn:
    raise Refused(words, fields={"file": words})
