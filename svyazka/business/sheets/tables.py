"""A sheet for reading: its answers in words, its openings as a table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from svyazka.business.sheets import wording
from svyazka.engines.sheets.check import Finding, check
from svyazka.engines.sheets.form import Answers, Field, Form, Kind, Row, Rule, Section, Severity, each, is_known
from svyazka.engines.sheets.shown import shown
from svyazka.kit import words


@dataclass(frozen=True)
class Cell:
    """`findings`: what is wrong with it, in words; `stops`: the form is not complete with it."""

    name: str
    text: str
    photos: tuple[str, ...] = ()
    sketch: Mapping[str, Any] | None = None
    findings: tuple[str, ...] = ()
    stops: bool = False


@dataclass(frozen=True)
class Line:
    """One opening; `cells` stand in the order of the columns."""

    name: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    name: str
    columns: tuple[str, ...]
    lines: tuple[Line, ...]
    is_repeated: bool


def tables(form: Form, answers: Answers) -> list[Table]:
    found: dict[tuple[str, str | None, str], list[Finding]] = {}
    for one in check(form, answers):
        found.setdefault((one.section, one.row, one.field), []).append(one)
    return [_table(form, section, answers, found) for section in form.sections]


def _table(form: Form, section: Section, answers: Answers, found: Mapping[Any, list[Finding]]) -> Table:
    """Only columns in which something stands, or should."""
    rows = list(each(answers, section))
    asked = [{field.code for field in shown(form, section, answers, row)} for row, _own in rows]
    fields = [
        field
        for field in section.fields
        if any(
            field.code in codes and (is_known(field, own.get(field.code)) or _of(found, section, row, field))
            for codes, (row, own) in zip(asked, rows, strict=True)
        )
    ]
    lines = [
        Line(
            _name(section, row, number), tuple(_cell(form, section, row, own, field, codes, found) for field in fields)
        )
        for number, (codes, (row, own)) in enumerate(zip(asked, rows, strict=True), 1)
    ]
    names = tuple(words.here(field.name) for field in fields)
    return Table(words.here(section.name), names, tuple(lines), section.rows is not None)


def _name(section: Section, row: Row | None, number: int) -> str:
    return wording.row_name(section, row["kind"], number) if row else ""


def _cell(
    form: Form,
    section: Section,
    row: Row | None,
    own: Mapping[str, Any],
    field: Field,
    asked: Iterable[str],
    found: Mapping[Any, list[Finding]],
) -> Cell:
    name = words.here(field.name)
    if field.code not in asked:
        return Cell(name, "")
    value, wrong = own.get(field.code), _of(found, section, row, field)
    return Cell(
        name,
        wording.said(section, field.code, value),
        tuple(value or ()) if field.kind == Kind.PHOTO else (),
        _sketch(section, own, value) if field.kind == Kind.SASHES and value else None,
        tuple(wording.finding(form, one) for one in wrong),
        any(one.severity == Severity.STOPS for one in wrong),
    )


def _of(found: Mapping[Any, list[Finding]], section: Section, row: Row | None, field: Field) -> list[Finding]:
    return found.get((section.code, row["id"] if row else None, field.code), [])


def _sketch(section: Section, own: Mapping[str, Any], value: Any) -> dict[str, Any]:
    """Width and height are those by which the diagonals are checked."""
    rule = next((one for one in section.checks if one.rule == Rule.DIAGONALS), None)
    sizes = [own.get(code) for code in (rule.fields[:2] if rule else ())]
    width, height = [*sizes, None, None][:2]
    return {"sashes": value, "width": width, "height": height}
