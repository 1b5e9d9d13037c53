"""What a form is: sections of fields, conditions under which a field is asked, and checks of what was answered.

Forms are data: a company builds its own. `read.py` makes these values out of JSON; nothing here knows a database.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

Words = Mapping[str, str]  # language → text
Path = tuple[str | int, ...]
Scalar = str | bool | int | float
KIND = "kind"  # in a condition: what kind of row it is


class Kind(StrEnum):
    WHOLE = "whole"
    DECIMAL = "decimal"
    TEXT = "text"
    CHOICE = "choice"
    CHOICES = "choices"
    YES_NO = "yes_no"
    PHOTO = "photo"
    TRIPLE = "triple"  # measured three times
    SASHES = "sashes"  # from left to right: how each opens, and where it hangs
    NOTE = "note"


NUMBERS = (Kind.WHOLE, Kind.DECIMAL, Kind.TRIPLE)
WITH_CHOICES = (Kind.CHOICE, Kind.CHOICES)
WITH_DEFAULT = (Kind.WHOLE, Kind.DECIMAL, Kind.TEXT, Kind.NOTE, Kind.YES_NO, *WITH_CHOICES)
UNITS = ("", "mm", "cm", "m", "deg", "pcs", "kg")
OPENS = ("fixed", "turn", "tilt", "tilt_turn", "slide", "door")
HANGS = ("left", "right")


class Severity(StrEnum):
    STOPS = "stops"  # the form is not complete with it
    WARNS = "warns"


class Rule(StrEnum):
    REQUIRED = "required"
    RANGE = "range"
    SPREAD = "spread"  # of what was measured three times
    DIAGONALS = "diagonals"  # width, height, a diagonal or two: by Pythagoras
    DIFFER = "differ"  # two fields, by no more than
    NOT_MORE = "not_more"  # the first is no more than the second
    COMPARE = "compare"
    PHOTOS = "photos"  # at least so many
    ROWS = "rows"  # said of a section that has too few of them


SIGNS = ("<", "<=", "=", "!=", ">=", ">")


@dataclass(frozen=True)
class Choice:
    code: str
    name: Words


@dataclass(frozen=True)
class Condition:
    """Another answer is one of these, or lies between two numbers."""

    field: str
    among: tuple[Scalar, ...] = ()
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True)
class Field:
    code: str
    name: Words
    kind: Kind
    unit: str = ""
    choices: tuple[Choice, ...] = ()
    hint: Words = field(default_factory=dict)
    shown_when: tuple[Condition, ...] = ()  # all of them
    default: Any = None  # what stands there before anybody has answered


@dataclass(frozen=True)
class Check:
    rule: Rule
    fields: tuple[str, ...]
    severity: Severity = Severity.WARNS
    least: float | None = None
    most: float | None = None
    sign: str = ""
    value: Scalar | None = None
    words: Words = field(default_factory=dict)  # may name {found}, {allowed} and {unit}; empty: the house's own


@dataclass(frozen=True)
class Rows:
    """A section that is filled in once for each of several things of some kinds."""

    name: Words  # of one of them
    kinds: tuple[Choice, ...]
    least: int = 0
    most: int = 100
    counts: str = ""  # the deal's field that takes how many there are


@dataclass(frozen=True)
class Section:
    code: str
    name: Words
    fields: tuple[Field, ...]
    checks: tuple[Check, ...] = ()
    rows: Rows | None = None

    def field(self, code: str) -> Field | None:
        return next((one for one in self.fields if one.code == code), None)


@dataclass(frozen=True)
class Form:
    sections: tuple[Section, ...]

    def section(self, code: str) -> Section | None:
        return next((one for one in self.sections if one.code == code), None)


# Plain section: field → value. Section of rows: [{"id", "kind", "answers": {field: value}, "removed"?: true}, …]
Answers = Mapping[str, Any]
Row = Mapping[str, Any]


def plain(answers: Answers, section: Section) -> Mapping[str, Any]:
    given: Mapping[str, Any] = answers.get(section.code) or {}
    return given


def rows(answers: Answers, section: Section) -> Sequence[Row]:
    """With those that were removed: they can come back."""
    given: Sequence[Row] = answers.get(section.code) or ()
    return given


def standing(answers: Answers, section: Section) -> list[Row]:
    return [row for row in rows(answers, section) if not row.get("removed")]


def each(answers: Answers, section: Section) -> Iterator[tuple[Row | None, Mapping[str, Any]]]:
    """What has been answered in this section: once, or for each row that stands."""
    if section.rows is None:
        yield None, plain(answers, section)
        return
    for row in standing(answers, section):
        yield row, row["answers"]


def defaults(section: Section) -> dict[str, Any]:
    return {field.code: field.default for field in section.fields if field.default is not None}


def begun(form: Form) -> dict[str, Any]:
    """The answers of a form in which nobody has written yet."""
    return {section.code: own for section in form.sections if section.rows is None and (own := defaults(section))}


def is_known(field: Field, value: Any) -> bool:
    """Whether it is answered whole. Nought and no are answers."""
    if field.kind == Kind.TRIPLE:
        return isinstance(value, Sequence) and len(value) == 3 and all(one is not None for one in value)
    return value is not None and value != "" and value != []
