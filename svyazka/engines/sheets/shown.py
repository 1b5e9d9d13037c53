"""Which fields are asked, as things were answered."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from svyazka.engines.sheets.form import KIND, Answers, Condition, Field, Form, Row, Section, plain


def shown(form: Form, section: Section, answers: Answers, row: Row | None) -> list[Field]:
    """The fields of the section that are asked; a field that is not asked counts as not answered."""
    seen = _of_plain_sections(form, section, answers)
    if row is not None:
        seen[KIND] = row["kind"]
    own: Mapping[str, Any] = row["answers"] if row is not None else plain(answers, section)
    return _asked(section, own, seen)


def _of_plain_sections(form: Form, until: Section, answers: Answers) -> dict[str, Any]:
    """What is known before this section begins: conditions look only upwards."""
    seen: dict[str, Any] = {}
    for section in form.sections:
        if section.code == until.code:
            break
        if section.rows is None:
            _asked(section, plain(answers, section), seen)
    return seen


def _asked(section: Section, own: Mapping[str, Any], seen: dict[str, Any]) -> list[Field]:
    asked = []
    for field in section.fields:
        if all(_holds(one, seen.get(one.field)) for one in field.shown_when):
            asked.append(field)
            seen[field.code] = own.get(field.code)
    return asked


def _holds(condition: Condition, value: Any) -> bool:
    if value is None:
        return False
    if condition.among:
        given = value if isinstance(value, list | tuple) else [value]
        return any(_same(one, wanted) for one in given for wanted in condition.among)
    return _is_between(condition, value)


def _is_between(condition: Condition, value: Any) -> bool:
    numbers = [one for one in (value if isinstance(value, list | tuple) else [value]) if is_number(one)]
    least, most = condition.least, condition.most
    return bool(numbers) and all((least is None or one >= least) and (most is None or one <= most) for one in numbers)


def _same(one: Any, other: Any) -> bool:
    """True is not one."""
    return bool(one == other and isinstance(one, bool) == isinstance(other, bool))


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
