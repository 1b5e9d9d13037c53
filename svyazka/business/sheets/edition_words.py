"""What changed between two editions of a form, in words: “Openings → Sill, unit: mm → cm”."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from svyazka.business.sheets import wording
from svyazka.engines.sheets.editions import Difference
from svyazka.engines.sheets.form import KIND, Check, Choice, Condition, Field, Form, Kind, Rows, Severity
from svyazka.kit import words

WHAT: Mapping[tuple[str, str], Promise] = {
    ("section", "added"): gettext_lazy("{name}: the section is new"),
    ("section", "removed"): gettext_lazy("{name}: the section is gone"),
    ("section", "moved"): gettext_lazy("{name}: the section stands elsewhere"),
    ("field", "added"): gettext_lazy("{name}: new"),
    ("field", "removed"): gettext_lazy("{name}: gone"),
    ("field", "moved"): gettext_lazy("{name}: stands elsewhere"),
    ("check", "added"): gettext_lazy("{name}: a new check: {check}"),
    ("check", "removed"): gettext_lazy("{name}: a check is gone: {check}"),
}
ASPECTS: Mapping[str, Promise] = {
    "name": gettext_lazy("name"),
    "rows": gettext_lazy("repeated"),
    "kind": gettext_lazy("kind"),
    "unit": gettext_lazy("unit"),
    "choices": gettext_lazy("to choose from"),
    "hint": gettext_lazy("help"),
    "shown_when": gettext_lazy("asked only if"),
    "default": gettext_lazy("filled in beforehand"),
}
_NAMES = Mapping[str, Field]


def said(one: Difference, before: Form, after: Form) -> str:
    name = " → ".join(words.here(thing.name) for thing in (one.section, one.field) if thing)
    if one.what == "changed":
        values = " → ".join(_value(one, value, form) for value, form in ((one.before, before), (one.after, after)))
        return f"{name}, {ASPECTS[one.aspect]}: {values}"
    check = one.before or one.after
    told = _check(check, {field.code: field for field in one.section.fields}) if isinstance(check, Check) else ""
    return str(WHAT[one.of, one.what]).format(name=name, check=told)


def _value(one: Difference, value: Any, form: Form) -> str:
    if value in (None, "", (), {}):
        return wording.NOTHING
    if one.aspect == "default" and one.field:
        return wording.said(one.section, one.field.code, value)
    return _VALUES[one.aspect](value, _names(form))


def _names(form: Form) -> _NAMES:
    return {field.code: field for section in form.sections for field in section.fields}


def _text(value: Mapping[str, str], _known: _NAMES) -> str:
    """In each language in which it is there."""
    return " / ".join(value[language] for language in sorted(value, reverse=True))


def _kind(value: Kind, _known: _NAMES) -> str:
    return str(wording.KINDS[value])


def _unit(value: str, _known: _NAMES) -> str:
    return str(wording.UNITS[value])


def _choices(value: Iterable[Choice], _known: _NAMES) -> str:
    return ", ".join(words.here(choice.name) for choice in value)


def _rows(value: Rows, known: _NAMES) -> str:
    told = _("{row}: {kinds}; from {least} to {most}").format(
        row=words.here(value.name), kinds=_choices(value.kinds, known), least=value.least, most=value.most
    )
    return f"{told}; {value.counts}" if value.counts else told


def _conditions(value: Iterable[Condition], known: _NAMES) -> str:
    return _(" and ").join(_condition(one, known) for one in value)


def _condition(one: Condition, known: _NAMES) -> str:
    field = known.get(one.field)
    name = words.here(field.name) if field else _("Kind") if one.field == KIND else one.field
    if one.among:
        return f"{name}: {_(' or ').join(_answer(field, value) for value in one.among)}"
    return f"{name}: {_span(one.least, one.most)}"


def _answer(field: Field | None, value: Any) -> str:
    if isinstance(value, bool):
        return pgettext("answer", "yes") if value else pgettext("answer", "no")
    known = {choice.code: words.here(choice.name) for choice in field.choices} if field else {}
    return known.get(str(value), str(value))


def _span(least: float | None, most: float | None) -> str:
    if least is None or most is None:
        return f"≥ {least}" if most is None else f"≤ {most}"
    return f"{least}–{most}"


def _check(check: Check, known: _NAMES) -> str:
    """“diagonals fit width and height (Width, Height; ≤ 10), stops: own words”."""
    names = ", ".join(words.here(known[code].name) if code in known else code for code in check.fields)
    limit = _limit(check, known)
    severity = _("stops") if check.severity == Severity.STOPS else _("warns")
    told = f"{wording.RULES[check.rule]} ({names}{'; ' + limit if limit else ''}), {severity}"
    return f"{told}: “{words.here(check.words)}”" if check.words else told


def _limit(check: Check, known: _NAMES) -> str:
    if check.sign:
        field = next((known[code] for code in check.fields if code in known), None)
        return f"{check.sign} {_answer(field, check.value)}"
    if check.least is None and check.most is None:
        return ""
    return _span(check.least, check.most)


_VALUES: Mapping[str, Callable[[Any, _NAMES], str]] = {
    "name": _text,
    "hint": _text,
    "kind": _kind,
    "unit": _unit,
    "choices": _choices,
    "rows": _rows,
    "shown_when": _conditions,
}
