"""A form out of JSON, with all that is wrong with it. A fault has a code; its room says it in words."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, TypeVar

from svyazka.engines.sheets import sound
from svyazka.engines.sheets.form import (
    SIGNS,
    UNITS,
    Check,
    Choice,
    Condition,
    Field,
    Form,
    Kind,
    Path,
    Rows,
    Rule,
    Scalar,
    Section,
    Severity,
    Words,
)

MOST_SECTIONS, MOST_FIELDS, MOST_CHOICES, MOST_CHECKS, MOST_CONDITIONS, MOST_ROWS = 20, 60, 60, 80, 5, 200
LONGEST_NAME, LONGEST_HINT = 120, 300
LARGEST = 1_000_000
_CODE = re.compile(r"[a-z][a-z0-9_]{0,39}")
_LANGUAGE = re.compile(r"[a-z]{2}")
_Of = TypeVar("_Of")
_Enum = TypeVar("_Enum", bound=StrEnum)


@dataclass(frozen=True)
class Fault:
    path: Path
    code: str
    about: str = ""  # what the words name


@dataclass
class Reading:
    faults: list[Fault] = field(default_factory=list)

    def wrong(self, path: Path, code: str, about: str = "") -> None:
        self.faults.append(Fault(path, code, about))


def read(given: Any) -> tuple[Form, tuple[Fault, ...]]:
    """With faults, the form is only what could be read of it, and must not be used."""
    reading = Reading()
    whole = _mapping(given, (), {"sections"}, reading)
    sections = _many(whole.get("sections"), ("sections",), MOST_SECTIONS, _section, reading)
    if not sections:
        reading.wrong(("sections",), "no_sections")
    form = Form(tuple(sections))
    if not reading.faults:
        reading.faults += [Fault(path, code, about) for path, code, about in sound.faults(form)]
    return form, tuple(reading.faults)


def _section(given: Any, path: Path, reading: Reading) -> Section:
    whole = _mapping(given, path, {"code", "name", "rows", "fields", "checks"}, reading)
    rows = _rows(whole["rows"], (*path, "rows"), reading) if whole.get("rows") else None
    fields = _many(whole.get("fields"), (*path, "fields"), MOST_FIELDS, _field, reading)
    if not fields:
        reading.wrong((*path, "fields"), "no_fields")
    checks = _many(whole.get("checks"), (*path, "checks"), MOST_CHECKS, _check, reading)
    return Section(*_named(whole, path, reading), tuple(fields), tuple(checks), rows)


def _rows(given: Any, path: Path, reading: Reading) -> Rows:
    whole = _mapping(given, path, {"name", "kinds", "least", "most", "counts"}, reading)
    kinds = _many(whole.get("kinds"), (*path, "kinds"), MOST_CHOICES, _choice, reading)
    if not kinds:
        reading.wrong((*path, "kinds"), "no_kinds")
    least, most = _whole(whole, "least", 0, path, reading), _whole(whole, "most", 100, path, reading)
    if not 0 <= least <= most or not 1 <= most <= MOST_ROWS:
        reading.wrong((*path, "most"), "number_of_rows", str(MOST_ROWS))
    counts = _optional_code(whole, "counts", path, reading)
    return Rows(_words(whole.get("name"), (*path, "name"), reading), tuple(kinds), least, most, counts)


def _field(given: Any, path: Path, reading: Reading) -> Field:
    whole = _mapping(given, path, {"code", "name", "kind", "unit", "choices", "hint", "shown_when", "default"}, reading)
    kind = _one_of(whole.get("kind"), Kind, (*path, "kind"), reading) or Kind.TEXT
    unit = whole.get("unit", "")
    if unit not in UNITS:
        reading.wrong((*path, "unit"), "unknown", str(unit)[:40])
        unit = ""
    hint = _words(whole["hint"], (*path, "hint"), reading, longest=LONGEST_HINT) if whole.get("hint") else {}
    return Field(
        *_named(whole, path, reading),
        kind,
        unit,
        tuple(_many(whole.get("choices"), (*path, "choices"), MOST_CHOICES, _choice, reading)),
        hint,
        tuple(_many(whole.get("shown_when"), (*path, "shown_when"), MOST_CONDITIONS, _condition, reading)),
        whole.get("default"),
    )


def _choice(given: Any, path: Path, reading: Reading) -> Choice:
    return Choice(*_named(_mapping(given, path, {"code", "name"}, reading), path, reading))


def _condition(given: Any, path: Path, reading: Reading) -> Condition:
    whole = _mapping(given, path, {"field", "is", "least", "most"}, reading)
    among = whole.get("is", [])
    if not isinstance(among, list) or not all(isinstance(one, Scalar) for one in among):
        reading.wrong((*path, "is"), "list_needed")
        among = []
    least, most = _number(whole, "least", path, reading), _number(whole, "most", path, reading)
    if not among and least is None and most is None:
        reading.wrong(path, "condition_says_nothing")
    return Condition(_code(whole.get("field"), (*path, "field"), reading), tuple(among), least, most)


def _check(given: Any, path: Path, reading: Reading) -> Check:
    keys = {"rule", "fields", "severity", "least", "most", "sign", "value", "words"}
    whole = _mapping(given, path, keys, reading)
    rule = _one_of(whole.get("rule"), Rule, (*path, "rule"), reading) or Rule.REQUIRED
    severity = _one_of(whole.get("severity", Severity.WARNS), Severity, (*path, "severity"), reading)
    sign, value = whole.get("sign", ""), whole.get("value")
    if sign and sign not in SIGNS:
        reading.wrong((*path, "sign"), "unknown", str(sign)[:40])
    if value is not None and (not isinstance(value, Scalar) or _is_endless(value)):
        reading.wrong((*path, "value"), "value_needed")
    words = whole.get("words")
    return Check(
        rule,
        tuple(_many(whole.get("fields"), (*path, "fields"), MOST_FIELDS, _code, reading)),
        severity or Severity.WARNS,
        _number(whole, "least", path, reading),
        _number(whole, "most", path, reading),
        str(sign),
        value if isinstance(value, Scalar) else None,
        _words(words, (*path, "words"), reading, longest=LONGEST_HINT) if words else {},
    )


def _mapping(given: Any, path: Path, keys: set[str], reading: Reading) -> Mapping[str, Any]:
    if not isinstance(given, Mapping):
        reading.wrong(path, "keys_needed")
        return {}
    for key in given:
        if key not in keys:
            reading.wrong((*path, str(key)[:40]), "unknown", str(key)[:40])
    return given


def _many(
    given: Any, path: Path, most: int, one: Callable[[Any, Path, Reading], _Of], reading: Reading
) -> Iterable[_Of]:
    if given is None:
        return []
    if not isinstance(given, list):
        reading.wrong(path, "list_needed")
        return []
    if len(given) > most:
        reading.wrong(path, "too_many", str(most))
        return []
    return [one(item, (*path, place), reading) for place, item in enumerate(given)]


def _named(whole: Mapping[str, Any], path: Path, reading: Reading) -> tuple[str, Words]:
    code = _code(whole.get("code"), (*path, "code"), reading)
    return code, _words(whole.get("name"), (*path, "name"), reading)


def _code(given: Any, path: Path, reading: Reading) -> str:
    if isinstance(given, str) and _CODE.fullmatch(given):
        return given
    reading.wrong(path, "code_needed")
    return ""


def _optional_code(whole: Mapping[str, Any], key: str, path: Path, reading: Reading) -> str:
    return _code(whole[key], (*path, key), reading) if whole.get(key) else ""


def _words(given: Any, path: Path, reading: Reading, *, longest: int = LONGEST_NAME) -> Words:
    if not isinstance(given, Mapping) or not given:
        reading.wrong(path, "words_needed")
        return {}
    for language, text in given.items():
        if not isinstance(language, str) or not _LANGUAGE.fullmatch(language):
            reading.wrong(path, "unknown", str(language)[:40])
        if not isinstance(text, str) or not text.strip() or "\x00" in text:
            reading.wrong(path, "words_needed")
        elif len(text) > longest:
            reading.wrong(path, "too_long", str(longest))
    return {str(language): str(text) for language, text in given.items()}


def _one_of(given: Any, of: type[_Enum], path: Path, reading: Reading) -> _Enum | None:
    if isinstance(given, str) and given in of.__members__.values():
        return of(given)
    reading.wrong(path, "unknown", str(given)[:40])
    return None


def _whole(whole: Mapping[str, Any], key: str, usual: int, path: Path, reading: Reading) -> int:
    given = whole.get(key, usual)
    if isinstance(given, int) and not isinstance(given, bool):
        return given
    reading.wrong((*path, key), "number_needed")
    return usual


def _number(whole: Mapping[str, Any], key: str, path: Path, reading: Reading) -> float | None:
    given = whole.get(key)
    if given is None:
        return None
    if isinstance(given, bool) or not isinstance(given, int | float) or _is_endless(given) or abs(given) > LARGEST:
        reading.wrong((*path, key), "number_needed")
        return None
    return given


def _is_endless(given: Any) -> bool:
    return isinstance(given, float) and not math.isfinite(given)
