"""`svyazka blueprint ...`: a company's set-up as a file. The caller has set up Django."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from django.utils import translation

from svyazka.business.company import blueprint, words
from svyazka.business.company.blueprint import Blueprint, company
from svyazka.business.company.compare import Difference, Kind
from svyazka.business.company.compare import compare as differences_of
from svyazka.business.company.take import take as take_over
from svyazka.business.company.write import written
from svyazka.config.holding import CannotStart
from svyazka.config.staffing import BY
from svyazka.kit.refusals import Refused
from svyazka.kit.yaml_text import LONGEST

_LANGUAGE = "en"  # as all that the command line says


def check(name: str) -> int:
    found = _read(name)
    print("\n".join(_faults(name, found)) or f"{name}: no fault found.")
    return 1 if found.faults else 0


def sound(name: str) -> Blueprint:
    found = _read(name)
    if found.faults:
        raise CannotStart("\n".join(["the blueprint has faults; nothing is stored.", *_faults(name, found)]))
    return found


def export(file: Path | None) -> int:
    text = written(company())
    if file is None:
        print(text, end="")
    else:
        _write(file, text)
    return 0


def compare(name: str) -> int:
    """Fails when there is something to take over, so that a script can ask."""
    given, own = sound(name).content, company()
    found = differences_of(own, given)
    with translation.override(_LANGUAGE):
        names = words.Names(own, given)
        print("\n".join(line for one in found for line in _told(one, names)) or "There is no difference.")
    return 1 if any(one.kind is not Kind.OURS for one in found) else 0


def take(name: str, parts: Sequence[str]) -> int:
    given = sound(name).content
    offered = {one.section for one in differences_of(company(), given) if one.kind is not Kind.OURS}
    with translation.override(_LANGUAGE):
        try:
            taken = take_over(given, parts or offered, by=BY)
        except Refused as refusal:
            raise CannotStart(str(refusal)) from None
    print("\n".join(f"taken over: {one.part}" for one in taken) or "There is nothing to take over.")
    return 0


def _read(name: str) -> Blueprint:
    with translation.override(_LANGUAGE):
        return blueprint.read(_bytes(name))


def _bytes(name: str) -> bytes:
    """A code of the house's, or a file. Of a file that is far too long no more than shows it."""
    if name in blueprint.known():
        return blueprint.text_of_house(name)
    try:
        with Path(name).open("rb") as file:
            return file.read(LONGEST + 1)
    except OSError as fault:
        known = ", ".join(blueprint.known())
        raise CannotStart(f"There is no blueprint “{name}” ({fault.strerror}). Known: {known}; or a file.") from None


def _faults(name: str, found: Blueprint) -> list[str]:
    lines = []
    for fault in found.faults:
        place = f"{name}:{fault.line}:{fault.column}" if fault.line else name
        where = " → ".join(str(one + 1) if isinstance(one, int) else one for one in fault.path)
        lines.append(f"{place}: {where}: {fault.text}" if where else f"{place}: {fault.text}")
    return lines


def _told(one: Difference, names: words.Names) -> list[str]:
    title = {Kind.NEW: "new", Kind.CHANGED: "changed", Kind.OURS: "only here"}[one.kind]
    changes = [f"    {change.what}: {change.before} → {change.after}" for change in words.changes_of(one, names)]
    return [f"{title}: {one.part} “{words.name_of(one.item)}”", *changes]


def _write(file: Path, text: str) -> None:
    """The whole file or none of it."""
    try:
        handle, half = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
        with os.fdopen(handle, "w", encoding="utf-8") as new:
            new.write(text)
        Path(half).chmod(0o644)
        Path(half).replace(file)
    except OSError as fault:
        raise CannotStart(f"{file} cannot be written: {fault.strerror}.") from None
