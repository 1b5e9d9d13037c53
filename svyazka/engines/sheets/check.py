"""What is wrong with answers, at once: the browser does the same over the same JSON; a table of cases proves it."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from svyazka.engines.sheets.form import (
    NUMBERS,
    Answers,
    Check,
    Field,
    Form,
    Kind,
    Row,
    Rule,
    Section,
    Severity,
    each,
    is_known,
    standing,
)
from svyazka.engines.sheets.shown import is_number, shown


@dataclass(frozen=True)
class Finding:
    """`check`: its place in the section; `found` and `allowed`: the numbers that its words name."""

    section: str
    row: str | None
    field: str
    rule: Rule
    severity: Severity
    check: int
    found: float | None = None
    allowed: float | None = None


@dataclass(frozen=True)
class _Asked:
    """A field that is asked, and what was answered."""

    field: Field
    value: Any

    @property
    def numbers(self) -> list[float]:
        if self.field.kind == Kind.TRIPLE:
            return [one for one in self.value or () if is_number(one)]
        return [self.value] if self.field.kind in NUMBERS and is_number(self.value) else []


@dataclass(frozen=True)
class _Said:
    field: str
    found: float | None = None
    allowed: float | None = None


_Rule = Callable[[Check, Sequence[_Asked]], Iterator[_Said]]


def check(form: Form, answers: Answers) -> list[Finding]:
    """In the order of the form, the rows and the checks."""
    return [finding for section in form.sections for finding in _of_section(form, section, answers)]


def _of_section(form: Form, section: Section, answers: Answers) -> Iterator[Finding]:
    number = len(standing(answers, section)) if section.rows else 0
    if section.rows and number < section.rows.least:
        yield Finding(section.code, None, "", Rule.ROWS, Severity.STOPS, -1, number, section.rows.least)
    for row, own in each(answers, section):
        yield from _of_one(form, section, answers, row, own)


def _of_one(
    form: Form, section: Section, answers: Answers, row: Row | None, own: Mapping[str, Any]
) -> Iterator[Finding]:
    asked = {field.code: _Asked(field, own.get(field.code)) for field in shown(form, section, answers, row)}
    name = row["id"] if row is not None else None
    for place, one in enumerate(section.checks):
        concerned = [asked[code] for code in one.fields if code in asked]
        if len(concerned) < len(one.fields) and one.rule in _TOGETHER:
            continue
        for said in _RULES[one.rule](one, concerned):
            yield Finding(section.code, name, said.field, one.rule, one.severity, place, said.found, said.allowed)


def _required(_check: Check, asked: Sequence[_Asked]) -> Iterator[_Said]:
    for one in asked:
        if not is_known(one.field, one.value):
            yield _Said(one.field.code)


def _range(check: Check, asked: Sequence[_Asked]) -> Iterator[_Said]:
    for one in asked:
        for number in one.numbers:
            if check.least is not None and number < check.least:
                yield _Said(one.field.code, number, check.least)
                break
            if check.most is not None and number > check.most:
                yield _Said(one.field.code, number, check.most)
                break


def _spread(check: Check, asked: Sequence[_Asked]) -> Iterator[_Said]:
    for one in asked:
        if len(one.numbers) > 1 and (found := max(one.numbers) - min(one.numbers)) > _most(check):
            yield _Said(one.field.code, found, check.most)


def _diagonals(check: Check, asked: Sequence[_Asked]) -> Iterator[_Said]:
    """Of two that are off, the worse."""
    width, height, *diagonals = asked
    if not width.numbers or not height.numbers:
        return
    wanted = math.sqrt(_mean(width.numbers) ** 2 + _mean(height.numbers) ** 2)
    off = [(math.floor(abs(one.numbers[0] - wanted) + 0.5), one.field.code) for one in diagonals if one.numbers]
    worst = max(off, key=lambda one: one[0], default=None)
    if worst and worst[0] > _most(check):
        yield _Said(worst[1], worst[0], check.most)


def _differ(check: Check, asked: Sequence[_Asked]) -> Iterator[_Said]:
    first, second = asked
    if first.numbers and second.numbers:
        found = abs(_mean(first.numbers) - _mean(second.numbers))
        if found > _most(check):
            yield _Said(second.field.code, found, check.most)


def _not_more(_check: Check, asked: Sequence[_Asked]) -> Iterator[_Said]:
    first, second = asked
    if first.numbers and second.numbers and (found := max(first.numbers)) > (allowed := min(second.numbers)):
        yield _Said(first.field.code, found, allowed)


def _compare(check: Check, asked: Sequence[_Asked]) -> Iterator[_Said]:
    for one in asked:
        given = one.numbers if is_number(check.value) else [] if one.value in (None, "") else [one.value]
        wrong = next((value for value in given if not _stands(value, check.sign, check.value)), None)
        if wrong is not None:
            numbers = (wrong, check.value) if is_number(check.value) else (None, None)
            yield _Said(one.field.code, *numbers)


def _photos(check: Check, asked: Sequence[_Asked]) -> Iterator[_Said]:
    for one in asked:
        if (found := len(one.value or ())) < (check.least or 0):
            yield _Said(one.field.code, found, check.least)


def _stands(value: Any, sign: str, wanted: Any) -> bool:
    if sign in ("=", "!="):
        return bool((value == wanted) == (sign == "="))
    return bool(_SIGNS[sign](value, wanted))


_SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "<": lambda one, other: one < other,
    "<=": lambda one, other: one <= other,
    ">=": lambda one, other: one >= other,
    ">": lambda one, other: one > other,
}


def _most(check: Check) -> float:
    return check.most if check.most is not None else math.inf


def _mean(numbers: Sequence[float]) -> float:
    return sum(numbers) / len(numbers)


# These say nothing unless all of their fields are asked.
_TOGETHER = (Rule.DIAGONALS, Rule.DIFFER, Rule.NOT_MORE)
_RULES: dict[Rule, _Rule] = {
    Rule.REQUIRED: _required,
    Rule.RANGE: _range,
    Rule.SPREAD: _spread,
    Rule.DIAGONALS: _diagonals,
    Rule.DIFFER: _differ,
    Rule.NOT_MORE: _not_more,
    Rule.COMPARE: _compare,
    Rule.PHOTOS: _photos,
}
