"""What cannot be so although each part of a form looks right: names of what is not there, rules that fit no field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from svyazka.engines.sheets.answers import Unfit
from svyazka.engines.sheets.answers import value as answer
from svyazka.engines.sheets.form import (
    KIND,
    NUMBERS,
    WITH_CHOICES,
    WITH_DEFAULT,
    Check,
    Condition,
    Field,
    Form,
    Kind,
    Path,
    Rule,
    Scalar,
    Section,
)

Said = tuple[Path, str, str]
# How many fields a rule is about, and of which kinds.
_OF: dict[Rule, tuple[int, int, tuple[Kind, ...]]] = {
    Rule.REQUIRED: (1, 60, tuple(Kind)),
    Rule.RANGE: (1, 60, NUMBERS),
    Rule.SPREAD: (1, 60, (Kind.TRIPLE,)),
    Rule.DIAGONALS: (3, 4, NUMBERS),
    Rule.DIFFER: (2, 2, NUMBERS),
    Rule.NOT_MORE: (2, 2, NUMBERS),
    Rule.COMPARE: (1, 60, (*NUMBERS, Kind.CHOICE, Kind.YES_NO)),
    Rule.PHOTOS: (1, 60, (Kind.PHOTO,)),
}
_WITH_MOST = (Rule.SPREAD, Rule.DIAGONALS, Rule.DIFFER)


def faults(form: Form) -> Iterator[Said]:
    yield from _twice([section.code for section in form.sections], ("sections",))
    codes = [field.code for section in form.sections for field in section.fields]
    yield from _twice([*codes, KIND], ("sections",))
    above: dict[str, Field] = {}
    for place, section in enumerate(form.sections):
        path: Path = ("sections", place)
        known = dict(above)
        for number, field in enumerate(section.fields):
            yield from _of_field(field, section, known, (*path, "fields", number))
            known[field.code] = field
        for number, check in enumerate(section.checks):
            yield from _of_check(check, section, (*path, "checks", number))
        if section.rows:
            yield from _twice([kind.code for kind in section.rows.kinds], (*path, "rows", "kinds"))
        else:
            above = known


def _of_field(field: Field, section: Section, above: Mapping[str, Field], path: Path) -> Iterator[Said]:
    if field.kind in WITH_CHOICES and not field.choices:
        yield (*path, "choices"), "no_choices", ""
    if field.choices and field.kind not in WITH_CHOICES:
        yield (*path, "choices"), "choices_of_nothing", ""
    if field.unit and field.kind not in NUMBERS:
        yield (*path, "unit"), "unit_of_nothing", ""
    yield from _twice([choice.code for choice in field.choices], (*path, "choices"))
    if field.default is not None:
        yield from _of_default(field, (*path, "default"))
    for number, condition in enumerate(field.shown_when):
        yield from _of_condition(condition, section, above, (*path, "shown_when", number))


def _of_default(field: Field, path: Path) -> Iterator[Said]:
    """Something that could have been answered, written as an answer is."""
    if field.kind not in WITH_DEFAULT:
        yield path, "default_of_nothing", ""
        return
    try:
        tidy = answer(field, field.default)
    except Unfit as fault:
        yield path, fault.code, str(field.default)[:40]
        return
    if tidy != field.default or type(tidy) is not type(field.default):
        yield path, "default_fits_not", ""


def _of_condition(condition: Condition, section: Section, above: Mapping[str, Field], path: Path) -> Iterator[Said]:
    asked = above.get(condition.field)
    if condition.field == KIND and section.rows:
        known: list[Scalar] = [kind.code for kind in section.rows.kinds]
    elif asked is None:
        yield (*path, "field"), "not_above", condition.field
        return
    elif asked.kind in NUMBERS and not condition.among:
        return
    else:
        known = _values_of(asked)
    if not known or not condition.among:
        yield path, "condition_fits_not", condition.field
        return
    for value in condition.among:
        # Yes is not one.
        if not any(value == one and isinstance(value, type(one)) for one in known):
            yield (*path, "is"), "no_such_value", str(value)[:40]


def _values_of(field: Field) -> list[Scalar]:
    if field.kind == Kind.YES_NO:
        return [True, False]
    return [choice.code for choice in field.choices]


def _of_check(check: Check, section: Section, path: Path) -> Iterator[Said]:
    if check.rule not in _OF:
        yield (*path, "rule"), "unknown", check.rule
        return
    least, most, kinds = _OF[check.rule]
    if not least <= len(check.fields) <= most:
        yield (*path, "fields"), "number_of_fields", str(least) if least == most else f"{least}–{most}"
    for code in check.fields:
        field = section.field(code)
        if field is None:
            yield (*path, "fields"), "no_such_field", code
        elif field.kind not in kinds:
            yield (*path, "fields"), "rule_fits_not", code
    yield from _twice(check.fields, (*path, "fields"))
    yield from _of_numbers(check, path)
    if check.rule == Rule.COMPARE:
        yield from _of_comparison(check, section, path)


def _of_numbers(check: Check, path: Path) -> Iterator[Said]:
    if check.rule == Rule.RANGE and check.least is None and check.most is None:
        yield path, "range_says_nothing", ""
    if check.rule == Rule.RANGE and None not in (check.least, check.most) and check.least > check.most:  # type: ignore[operator]
        yield (*path, "most"), "range_is_empty", ""
    if check.rule in _WITH_MOST and (check.most is None or check.most < 0):
        yield (*path, "most"), "number_needed", ""
    if check.rule == Rule.PHOTOS and (check.least is None or check.least < 1):
        yield (*path, "least"), "number_needed", ""


def _of_comparison(check: Check, section: Section, path: Path) -> Iterator[Said]:
    if not check.sign:
        yield (*path, "sign"), "sign_needed", ""
    for code in check.fields:
        field = section.field(code)
        if field and not _is_comparable(check, field):
            yield (*path, "value"), "value_fits_not", code


def _is_comparable(check: Check, field: Field) -> bool:
    if field.kind in NUMBERS:
        return isinstance(check.value, int | float) and not isinstance(check.value, bool)
    if check.sign not in ("=", "!=", ""):
        return False
    if field.kind == Kind.YES_NO:
        return isinstance(check.value, bool)
    return check.value in {choice.code for choice in field.choices}


def _twice(codes: Sequence[str], path: Path) -> Iterator[Said]:
    for code in sorted({code for code in codes if list(codes).count(code) > 1}):
        yield path, "twice", code
