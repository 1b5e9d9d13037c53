"""What the engine of forms says in codes, in words: faults of a form, refusals of answers, findings, values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext, pgettext_lazy

from svyazka.engines.sheets.check import Finding
from svyazka.engines.sheets.form import KIND, Field, Form, Kind, Path, Rule, Section
from svyazka.engines.sheets.read import Fault
from svyazka.kit import words

NOTHING = "—"
FAULTS: Mapping[str, Promise] = {
    "answers_needed": gettext_lazy("Here answers are needed."),
    "choices_of_nothing": gettext_lazy("Only a field with a choice has something to choose from."),
    "code_needed": gettext_lazy("A code is needed here: small Latin letters, digits and “_”, a letter first."),
    "condition_fits_not": gettext_lazy("A condition cannot ask “{about}” for this."),
    "condition_says_nothing": gettext_lazy("The condition names neither values nor a number."),
    "default_fits_not": gettext_lazy("This cannot stand there before anybody has answered."),
    "default_of_nothing": gettext_lazy("A field of this kind begins empty."),
    "edits_needed": gettext_lazy("This is nothing that a form sends."),
    "keys_needed": gettext_lazy("Here keys with values are needed."),
    "list_needed": gettext_lazy("A list is needed here."),
    "no_choices": gettext_lazy("There is nothing to choose from."),
    "no_fields": gettext_lazy("A section needs a field at least."),
    "no_kinds": gettext_lazy("Rows that are repeated need a kind at least."),
    "no_sections": gettext_lazy("A form needs a section at least."),
    "no_such_field": gettext_lazy("There is no such field here: “{about}”."),
    "no_such_section": gettext_lazy("There is no such section in this form."),
    "no_such_value": gettext_lazy("“{about}” is not among what can be chosen."),
    "not_above": gettext_lazy("A condition asks only for what stands above; “{about}” does not."),
    "number_needed": gettext_lazy("A number is needed here."),
    "number_of_fields": gettext_lazy("This check is about {about} fields."),
    "number_of_rows": gettext_lazy("From 1 to {about} rows, and no more at least than at most."),
    "photos_needed": gettext_lazy("These are no photos, or too many of them."),
    "range_is_empty": gettext_lazy("The smallest number is larger than the largest."),
    "range_says_nothing": gettext_lazy("A range needs a smallest or a largest number."),
    "row_needs_id": gettext_lazy("A row is not named as it has to be."),
    "row_twice": gettext_lazy("A row stands there twice."),
    "rows_needed": gettext_lazy("Here rows are needed, and not so many."),
    "rule_fits_not": gettext_lazy("This check cannot be made of the field “{about}”."),
    "sashes_needed": gettext_lazy("The sashes are not described as they have to be."),
    "sign_needed": gettext_lazy("How it is compared is not said."),
    "text_needed": gettext_lazy("A text is needed here."),
    "too_long": gettext_lazy("This is too long."),
    "too_many": gettext_lazy("There are more than {about} of them."),
    "triple_needed": gettext_lazy("Three numbers are needed here."),
    "twice": gettext_lazy("“{about}” stands there twice."),
    "unit_of_nothing": gettext_lazy("Only a number has a unit."),
    "unknown": gettext_lazy("“{about}” is not known here."),
    "value_fits_not": gettext_lazy("The field “{about}” cannot be compared with this."),
    "value_needed": gettext_lazy("A value is needed here."),
    "whole_needed": gettext_lazy("A whole number is needed here."),
    "words_needed": gettext_lazy("A name is needed here."),
    "yes_needed": gettext_lazy("Yes or no is needed here."),
}
KINDS: Mapping[Kind, Promise] = {
    Kind.WHOLE: gettext_lazy("whole number"),
    Kind.DECIMAL: gettext_lazy("number with a fraction"),
    Kind.TRIPLE: gettext_lazy("measured three times"),
    Kind.CHOICE: gettext_lazy("one of several"),
    Kind.CHOICES: gettext_lazy("several of several"),
    Kind.YES_NO: gettext_lazy("yes or no"),
    Kind.TEXT: gettext_lazy("line of text"),
    Kind.NOTE: gettext_lazy("long text"),
    Kind.PHOTO: gettext_lazy("photos"),
    Kind.SASHES: gettext_lazy("sashes, with a sketch"),
}
UNITS: Mapping[str, Promise] = {
    "mm": pgettext_lazy("unit", "mm"),
    "cm": pgettext_lazy("unit", "cm"),
    "m": pgettext_lazy("unit", "m"),
    "deg": pgettext_lazy("unit", "°"),
    "pcs": pgettext_lazy("unit", "pcs"),
    "kg": pgettext_lazy("unit", "kg"),
}
RULES: Mapping[Rule, Promise] = {
    Rule.REQUIRED: gettext_lazy("must be answered"),
    Rule.RANGE: gettext_lazy("within a range"),
    Rule.SPREAD: gettext_lazy("three measurements are close to each other"),
    Rule.DIAGONALS: gettext_lazy("diagonals fit width and height"),
    Rule.DIFFER: gettext_lazy("two numbers are close to each other"),
    Rule.NOT_MORE: gettext_lazy("one is no more than the other"),
    Rule.COMPARE: gettext_lazy("compared with a value"),
    Rule.PHOTOS: gettext_lazy("enough photos"),
}
# What a check says when the company has no words of its own for it.
FINDINGS: Mapping[str, Promise] = {
    "required": gettext_lazy("not filled in"),
    "range_below": gettext_lazy("{found} {unit} is less than {allowed}"),
    "range_above": gettext_lazy("{found} {unit} is more than {allowed}"),
    "spread": gettext_lazy("the three differ by {found} {unit}, at most {allowed} is usual: measure again"),
    "diagonals": gettext_lazy("{found} {unit} off from width and height, at most {allowed}: measure again"),
    "differ": gettext_lazy("differs by {found} {unit}, at most {allowed}"),
    "not_more": gettext_lazy("{found} {unit} cannot be more than {allowed}"),
    "compare": gettext_lazy("not as it should be"),
    "photos": gettext_lazy("photos: {found}, at least {allowed} are needed"),
    "rows": gettext_lazy("there are {found}, at least {allowed} are needed"),
}
OPENS: Mapping[str, Promise] = {
    "fixed": pgettext_lazy("sash", "fixed"),
    "turn": pgettext_lazy("sash", "turn"),
    "tilt": pgettext_lazy("sash", "tilt"),
    "tilt_turn": pgettext_lazy("sash", "tilt and turn"),
    "slide": pgettext_lazy("sash", "sliding"),
    "door": pgettext_lazy("sash", "door"),
}
HANGS: Mapping[str, Promise] = {"left": pgettext_lazy("sash", "left"), "right": pgettext_lazy("sash", "right")}


def fault(form: Any, one: Fault) -> str:
    """With its place, as whoever builds the form sees it: “Openings → Width: …”."""
    place = _place(form, one.path)
    said = refusal(one.code, one.about)
    return f"{place}: {said}" if place else said


def refusal(code: str, about: str = "") -> str:
    return str(FAULTS[code]).format(about=about)


def _place(given: Any, path: Path) -> str:
    """The names of what a path goes through, as far as they can be read; it may be anything."""
    names = []
    for step in path:
        try:
            given = given[step]
        except (KeyError, IndexError, TypeError):
            break
        name = given.get("name") or given.get("code") if isinstance(given, Mapping) else None
        if called := _called(name):
            names.append(called)
        elif isinstance(step, int) and path and "checks" in path:
            names.append(_("check {number}").format(number=step + 1))
    return " → ".join(names)


def _called(name: Any) -> str:
    texts = (
        words.here(name) if isinstance(name, Mapping) and all(isinstance(one, str) for one in name.values()) else name
    )
    return texts if isinstance(texts, str) else ""


def finding(form: Form, one: Finding) -> str:
    """In the company's words, or in the house's."""
    section = form.section(one.section)
    own = section.checks[one.check].words if section and one.check >= 0 else {}
    field = section.field(one.field) if section else None
    text = words.here(own) or str(FINDINGS[key_of(one)])
    numbers = {"{found}": _number(one.found), "{allowed}": _number(one.allowed), "{unit}": unit(field)}
    for key, value in numbers.items():
        text = text.replace(key, value)
    return text.replace("  ", " ")


def key_of(one: Finding) -> str:
    if one.rule != Rule.RANGE:
        return one.rule
    return "range_below" if (one.found or 0) < (one.allowed or 0) else "range_above"


def unit(field: Field | None) -> str:
    return str(UNITS[field.unit]) if field and field.unit else ""


def named(section: Section, code: str) -> str:
    """What a field is called."""
    if code == KIND:
        return _("Kind")
    field = section.field(code)
    return words.here(field.name) if field else code


def row_name(section: Section, kind: str, number: int) -> str:
    """“2. Window”."""
    return f"{number}. {kind_name(section, kind)}"


def kind_name(section: Section, code: str) -> str:
    known = section.rows.kinds if section.rows else ()
    return next((words.here(kind.name) for kind in known if kind.code == code), code)


def said(section: Section, code: str, value: Any) -> str:
    """An answer for people."""
    if code == KIND:
        return kind_name(section, value)
    field = section.field(code)
    if field is None or value in (None, "", []):
        return NOTHING
    return _SAID.get(field.kind, _plain)(field, value)


def _plain(_field: Field, value: Any) -> str:
    return str(value)


def _measured(field: Field, value: Any) -> str:
    shown = " / ".join(_number(one) for one in value) if isinstance(value, list) else _number(value)
    return f"{shown} {unit(field)}".strip()


def _chosen(field: Field, value: Any) -> str:
    names = {choice.code: words.here(choice.name) for choice in field.choices}
    chosen: list[str] = value if isinstance(value, list) else [value]
    return ", ".join(names.get(one, one) for one in chosen)


def _yes_no(_field: Field, value: Any) -> str:
    return pgettext("answer", "yes") if value else pgettext("answer", "no")


def _photos(_field: Field, value: Any) -> str:
    return ngettext("{count} photo", "{count} photos", len(value)).format(count=len(value))


def _sashes(_field: Field, value: Iterable[Mapping[str, Any]]) -> str:
    return " | ".join(_sash(one) for one in value)


def _sash(sash: Mapping[str, Any]) -> str:
    parts = [OPENS[sash["opens"]], HANGS.get(sash.get("hangs", ""), ""), sash.get("width", "")]
    return " ".join(str(part) for part in parts if part)


_SAID: dict[Kind, Callable[[Field, Any], str]] = {
    Kind.WHOLE: _measured,
    Kind.DECIMAL: _measured,
    Kind.TRIPLE: _measured,
    Kind.CHOICE: _chosen,
    Kind.CHOICES: _chosen,
    Kind.YES_NO: _yes_no,
    Kind.PHOTO: _photos,
    Kind.SASHES: _sashes,
}


def _number(value: float | None) -> str:
    if value is None:
        return NOTHING
    tidy = round(value, 3)
    return number_format(int(tidy) if tidy == int(tidy) else tidy, use_l10n=True, force_grouping=False)
