"""What is different between two states of a form."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from svyazka.engines.sheets.form import KIND, Answers, Form, Row, Section, plain, standing


@dataclass(frozen=True)
class Change:
    """`what`: a row came, went, or an answer is another. `field`: its code, or `kind` of a row."""

    what: Literal["added", "removed", "set"]
    section: str
    row: str | None = None
    field: str = ""
    before: Any = None
    after: Any = None


def changes(form: Form, before: Answers, after: Answers) -> list[Change]:
    """In the order of the form; rows in the order in which they stand now, those that went behind them."""
    return [change for section in form.sections for change in _of_section(section, before, after)]


def _of_section(section: Section, before: Answers, after: Answers) -> Iterator[Change]:
    if section.rows is None:
        yield from _of_values(section, None, plain(before, section), plain(after, section))
        return
    were = {row["id"]: row for row in standing(before, section)}
    for row in standing(after, section):
        was = were.pop(row["id"], None)
        if was is None:
            yield Change("added", section.code, row["id"], after=row)
        else:
            yield from _of_row(section, was, row)
    for name, row in were.items():
        yield Change("removed", section.code, name, before=row)


def _of_row(section: Section, was: Row, row: Row) -> Iterator[Change]:
    if was[KIND] != row[KIND]:
        yield Change("set", section.code, row["id"], KIND, was[KIND], row[KIND])
    yield from _of_values(section, row["id"], was["answers"], row["answers"])


def _of_values(
    section: Section, row: str | None, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[Change]:
    for field in section.fields:
        if before.get(field.code) != after.get(field.code):
            yield Change("set", section.code, row, field.code, before.get(field.code), after.get(field.code))
