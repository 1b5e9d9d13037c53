"""What a trigger, a condition or an action asks, as inputs of a page. The template: `office/automation/input.html`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from svyazka.business.automation import asked, choices
from svyazka.business.automation.asked import Ask
from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Field
from svyazka.kit import words

Option = tuple[str, str, bool]  # value, words, whether it is chosen
UNITS = (1440, 60, 1)
# How the value of a company's field is typed.
_LIKE = {
    Field.Kind.TEXT: "text",
    Field.Kind.LONG_TEXT: "long",
    Field.Kind.NUMBER: "whole",
    Field.Kind.DECIMAL: "number",
    Field.Kind.MONEY: "money",
    Field.Kind.DATE: "day",
    Field.Kind.MOMENT: "moment",
    Field.Kind.YES: "choice",
    Field.Kind.CHOICE: "choice",
    Field.Kind.CHOICES: "text",
    Field.Kind.PERSON: "person",
}


@dataclass(frozen=True)
class Input:
    """One input of one part. `redraws`: another choice may ask for something else."""

    name: str
    kind: str
    label: str
    hint: str = ""
    value: str = ""
    fault: str = ""
    is_required: bool = False
    many: bool = False
    groups: Sequence[tuple[str, Sequence[Option]]] = ()
    inserts: bool = False
    redraws: bool = False
    unit: int = 1
    longest: int = 300

    @property
    def id(self) -> str:
        return "in-" + self.name.replace(".", "-").removesuffix("[]")

    @property
    def fault_id(self) -> str:
        return fault_id(self.name)

    @property
    def units(self) -> Sequence[Option]:
        named = {1440: _("days"), 60: _("hours"), 1: _("minutes")}
        return [(str(one), named[one], one == self.unit) for one in UNITS]


def fault_id(name: str) -> str:
    return "wrong-" + name.replace(".", "-").removesuffix("[]")


def shown(form: Sequence[Ask], part: str, typed: Mapping[str, Any], faults: Mapping[str, str]) -> list[Input]:
    """Those that are asked as things stand."""
    given = {ask.name: typed.get(ask.name, ask.initial) for ask in form}
    return [_input(ask, part, given, faults) for ask in form if asked.is_shown(ask, given)]


def duration(name: str, label: str, minutes: Any, *, fault: str = "", hint: str = "") -> Input:
    text = "" if minutes in (None, "", 0, "0") else str(minutes)
    unit = next((one for one in UNITS if text.isdecimal() and int(text) % one == 0), 1)
    value = str(int(text) // unit) if text.isdecimal() else text
    return Input(name, "minutes", label, hint=hint, value=value, unit=unit if text else 1, fault=fault)


def _input(ask: Ask, part: str, typed: Mapping[str, Any], faults: Mapping[str, str]) -> Input:
    name, value = f"{part}.{ask.name}", typed.get(ask.name)
    fault, label, hint = faults.get(name, ""), str(ask.label), str(ask.help)
    if ask.kind == "minutes":
        return duration(name, label, value, fault=fault, hint=hint)
    kind, options = ask.kind, _groups(ask, value)
    if ask.kind == "value":
        kind, options = _like_its_field(ask, typed, value)
    return Input(
        name=f"{name}[]" if ask.many else name,
        kind="choice" if kind in choices.LISTS else kind,
        label=label,
        hint=hint,
        value=_text(value),
        fault=fault,
        is_required=ask.required,
        many=ask.many,
        groups=options,
        inserts=ask.inserts,
        redraws=ask.is_chosen and not ask.many,
        longest=asked.LONGEST.get(kind, 300),
    )


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else ""
    return "" if value is None or isinstance(value, list) else str(value)


def _groups(ask: Ask, value: Any) -> list[tuple[str, list[Option]]]:
    if not ask.is_chosen:
        return []
    chosen = {str(one) for one in value} if isinstance(value, list | tuple) else {_text(value)}
    given = [(str(code), str(label), str(code) in chosen) for code, label in (*ask.first, *ask.choices)]
    groups: dict[str, list[Option]] = {"": given}
    if ask.kind in choices.LISTS:
        for one in choices.list_of(ask.kind, holder=ask.holder):
            is_chosen = str(one.value) in chosen
            if one.is_offered or is_chosen:
                label = one.label if one.is_offered else _("{name} (switched off)").format(name=one.label)
                groups.setdefault(one.group, []).append((str(one.value), label, is_chosen))
    return [(group, options) for group, options in groups.items() if options]


def _like_its_field(ask: Ask, typed: Mapping[str, Any], value: Any) -> tuple[str, list[tuple[str, list[Option]]]]:
    """An input for a value of the field that another input names."""
    code = _text(typed.get(ask.of))
    field = facts.OWN_FIELDS.get(code) or Field.objects.filter(code=code).first()
    if field is None:
        return "text", []
    kind, stored = _LIKE.get(Field.Kind(field.kind), "text"), _text(value)
    if field.kind == Field.Kind.YES:
        return kind, [("", [("yes", _("Yes"), stored == "yes"), ("no", _("No"), stored == "no")])]
    if field.kind == Field.Kind.CHOICE:
        offered = [one for one in field.choices if not one.get("gone") or one["code"] == stored]
        return kind, [("", [(one["code"], words.here(one["words"]), one["code"] == stored) for one in offered])]
    if field.kind == Field.Kind.PERSON:
        return kind, _groups(Ask(ask.name, "person", ask.label), stored)
    return kind, []
