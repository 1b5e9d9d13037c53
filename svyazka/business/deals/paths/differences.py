"""What changed from one state of a pipeline to another, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext as _

from svyazka.business.deals.models import Appointing, Field, Stage, Task
from svyazka.business.deals.paths.content import Content
from svyazka.business.deals.paths.soundness import House
from svyazka.kit import words

_NOTHING = "—"


def between(before: Content, after: Content, house: House) -> list[str]:
    left = {stage["code"]: stage for stage in before["stages"]}
    come = {stage["code"]: stage for stage in after["stages"]}
    return [
        *_of_pipeline(before, after, house),
        *(_("Stage “{stage}” is new").format(stage=_name(come[code])) for code in come if code not in left),
        *(_("Stage “{stage}” is gone").format(stage=_name(left[code])) for code in left if code not in come),
        *_of_order([code for code in left if code in come], [code for code in come if code in left], come),
        *(said for code in come if code in left for said in _of_stage(left[code], come[code], house)),
    ]


def _of_pipeline(before: Content, after: Content, house: House) -> Iterator[str]:
    if before["name"] != after["name"]:
        yield _change(_("Name of the pipeline"), _both(before["name"]), _both(after["name"]))
    if before["department"] != after["department"]:
        names = [_department(content["department"], house) for content in (before, after)]
        yield _change(_("Department"), *names)
    if before["distribution"] != after["distribution"]:
        yield _("Distribution of leads: {rules}").format(
            rules="; ".join(_rule(rule, house) for rule in after["distribution"]) or _("no rules")
        )


def _of_order(before: Sequence[str], after: Sequence[str], stages: Mapping[str, Content]) -> Iterator[str]:
    if list(before) != list(after):
        yield _("Order of the stages: {order}").format(order=", ".join(_name(stages[code]) for code in after))


def _of_stage(before: Content, after: Content, house: House) -> Iterator[str]:
    for part, name in (
        ("name", _("name")),
        ("instruction", _("instruction")),
        ("next_step", _("next step")),
    ):
        if before[part] != after[part]:
            yield _in(after, _change(name, _both(before[part]), _both(after[part])))
    for said in (*_of_values(before, after), *_of_fields(before, after, house)):
        yield _in(after, said)
    if before["hand_off"] != after["hand_off"]:
        ways = "; ".join(_way(rule, house) for rule in after["hand_off"]) or _("no longer")
        yield _in(after, _("hands on: {ways}").format(ways=ways))


def _of_values(before: Content, after: Content) -> Iterator[str]:
    if before["limit_hours"] != after["limit_hours"]:
        yield _change(_("limit in hours"), before["limit_hours"], after["limit_hours"])
    if before["kind"] != after["kind"]:
        yield _change(_("kind"), *_labels(Stage.Kind, before["kind"], after["kind"]))
    if before["next_step_kind"] != after["next_step_kind"]:
        kinds = _labels(Task.Kind, before["next_step_kind"], after["next_step_kind"])
        yield _change(_("how the step is done"), *kinds)
    if before["colour"] != after["colour"]:
        yield _("another colour")


def _of_fields(before: Content, after: Content, house: House) -> Iterator[str]:
    for code in after["required"]:
        if code not in before["required"]:
            yield _("“{field}” must be filled in").format(field=house.field_name(code))
    for code in before["required"]:
        if code not in after["required"]:
            yield _("“{field}” need not be filled in any more").format(field=house.field_name(code))
    if before["only_when"] != after["only_when"]:
        yield condition(after["only_when"], house) or _("for all deals")


def condition(only_when: Mapping[str, Sequence[Any]], house: House) -> str:
    """A condition in words; empty for "always"."""
    asked = [f"{house.field_name(code)}: {_values(code, values, house)}" for code, values in only_when.items()]
    return _("only when {condition}").format(condition=", ".join(asked)) if asked else ""


def _values(code: str, values: Sequence[Any], house: House) -> str:
    field = house.fields.get(code)
    if field is None or field.kind == Field.Kind.YES:
        return " / ".join(_("yes") if value is True else _("no") if value is False else str(value) for value in values)
    names = {choice["code"]: words.here(choice["words"]) for choice in field.choices}
    return " / ".join(names.get(value, str(value)) for value in values)


def _way(rule: Content, house: House) -> str:
    to = house.pipelines[rule["to"]].name if rule["to"] in house.pipelines else rule["to"]
    return _("to “{pipeline}” ({rule})").format(pipeline=to, rule=_rule(rule, house))


def _rule(rule: Content, house: House) -> str:
    source = house.sources.get(rule.get("source", ""))
    parts = [
        source.name if source else "",
        str(Appointing.How(rule["how"]).label) if rule["how"] in Appointing.How.values else rule["how"],
        _department(rule["department"], house) if rule["department"] else "",
        condition(rule["only_when"], house),
    ]
    return ", ".join(part for part in parts if part)


def _department(code: str, house: House) -> str:
    return house.departments[code].name if code in house.departments else code or _NOTHING


def _labels(kinds: type[TextChoices], *codes: str) -> list[str]:
    """One that there is not is said by its code: the preview shows what cannot be saved, too."""
    known = dict(kinds.choices)
    return [str(known.get(code, code)) for code in codes]


def _change(what: object, before: object, after: object) -> str:
    return f"{what}: {before or _NOTHING} → {after or _NOTHING}"


def _both(said: Mapping[str, str]) -> str:
    return " / ".join(dict.fromkeys(text for text in said.values() if text))


def _name(stage: Content) -> str:
    return words.here(stage["name"])


def _in(stage: Content, said: str) -> str:
    return f"{_name(stage)}: {said}"
