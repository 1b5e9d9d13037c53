"""The company's own rules in a blueprint: what they name stands there by its code, so that it is found elsewhere too.

A rule that names one person, or a template that a messenger has approved for this account, cannot be taken along: it
is left out when the company is written down.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.automation import rules
from svyazka.business.automation.actions import ACTIONS
from svyazka.business.automation.asked import Ask
from svyazka.business.automation.conditions import CONDITIONS
from svyazka.business.automation.models import Rule
from svyazka.business.automation.triggers import TRIGGERS
from svyazka.business.deals.models import Stage
from svyazka.business.journal.record import Actor
from svyazka.kit.shapes import Item, Mention, OneOf, Part, Path, Reading, Record, Section, Text, Whole, Yes
from svyazka.kit.yaml_text import Node

_HERE_ONLY = ("person", "template")
_LISTS = {"stage": "stages", "pipeline": "pipelines", "role": "roles", "department": "departments", "source": "sources"}
Change = Callable[[str, Any], Any]


class HereOnly(Exception):
    """It names somebody or something that another company does not have."""


class Written:
    """A trigger with its options, conditions or actions, as the builder of rules stores them."""

    def __init__(self, is_list: bool) -> None:
        self.is_list = is_list

    def read(self, node: Node, path: Path, reading: Reading) -> Any:
        found = _plain(node)
        if self.is_list and found == "":
            return []
        if isinstance(found, list) != self.is_list:
            needed = _("A list is needed here.") if self.is_list else _("Here keys with values are needed.")
            reading.wrong(node, path, needed)
            return [] if self.is_list else {}
        return found

    def lean(self, value: Any) -> Any:
        return value

    def mentions(self, value: Any, path: Path) -> Iterator[Mention]:
        """Stages stand with their pipeline: “sales/signed”."""
        for key, one in _leaves(value):
            section = _LISTS.get(key.rstrip("s") if key.rstrip("s") in _LISTS else key)
            if section and isinstance(one, str) and one:
                yield Mention(path, section, one.rpartition("/")[2])


def _plain(node: Node) -> Any:
    if isinstance(node.value, dict):
        return {key: _plain(one) for key, one in node.value.items()}
    if isinstance(node.value, list):
        return [_plain(one) for one in node.value]
    if not node.is_quoted and node.value in ("true", "false"):
        return node.value == "true"
    return node.value


def _leaves(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping):
        for name, one in value.items():
            yield from _leaves(one, name)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _leaves(one, key)
    else:
        yield key, value


def _of_company() -> list[Item]:
    written = (_written(rule) for rule in Rule.objects.order_by("position", "id"))
    return [item for item in written if item]


def _written(rule: Rule) -> Item | None:
    content = rules.content_of(rule)
    try:
        told = _told(content, _outward)
    except (HereOnly, KeyError):
        return None
    return {
        "code": rule.name,
        "trigger": content["trigger"],
        **told,
        "once": content["once"] or "every_time",
        "wait_minutes": content["wait_minutes"],
        "is_active": rule.is_active,
    }


def _put(items: list[Item], chosen: set[str], by: Actor) -> None:
    for given in items:
        if given["code"] in chosen:
            _store(given, by=by)


def _store(given: Item, *, by: Actor) -> None:
    typed = {
        "name": given["code"],
        "trigger": given["trigger"],
        **_told(given, _inward),
        "once": "" if given["once"] == "every_time" else given["once"],
        "wait_minutes": given["wait_minutes"],
    }
    known = Rule.objects.filter(name=given["code"]).first()
    rule = rules.change(known, typed, seen=known.version, by=by) if known else rules.add(typed, by=by)
    rules.switch(rule, on=given["is_active"], by=by)


def _told(content: Mapping[str, Any], change: Change) -> dict[str, Any]:
    """Options, conditions and actions, with each of their values changed by its kind."""
    options = content["options"]
    return {
        "options": _values(TRIGGERS[content["trigger"]].form(options), options, change),
        "conditions": [_condition(one, change) for one in content["conditions"]],
        "actions": [
            {"kind": one["kind"], "given": _values(ACTIONS[one["kind"]].form(one["given"]), one["given"], change)}
            for one in content["actions"]
        ],
    }


def _condition(given: Mapping[str, Any], change: Change) -> dict[str, Any]:
    if "any" in given:
        return {"any": [_condition(one, change) for one in given["any"]]}
    form = CONDITIONS[given["kind"]].form(given["given"])
    return {"kind": given["kind"], "given": _values(form, given["given"], change)}


def _values(form: Sequence[Ask], given: Mapping[str, Any], change: Change) -> dict[str, Any]:
    """What is not filled in goes without saying, and so does what stands in a new form."""
    usual = {ask.name: str(ask.initial) for ask in form if ask.kind != "yes" and ask.initial not in ("", None)}
    found = {ask.name: _value(ask, given[ask.name], change) for ask in form if ask.name in given}
    if change is _inward:
        return {**usual, **found}
    return {name: value for name, value in found.items() if value not in ("", [], False, usual.get(name))}


def _value(ask: Ask, value: Any, change: Change) -> Any:
    if value is None:
        return ""
    fixed = {code for code, _label in ask.first}
    if isinstance(value, list):
        return [one if one in fixed else change(ask.kind, one) for one in value]
    return value if value in ("", False) or value in fixed else change(ask.kind, value)


def _outward(kind: str, value: Any) -> Any:
    if kind in _HERE_ONLY:
        raise HereOnly
    if kind == "stage":
        stage = Stage.objects.select_related("pipeline").filter(pk=value).first()
        if stage is None:
            raise HereOnly
        return f"{stage.pipeline.code}/{stage.code}"
    return value if isinstance(value, bool) else str(value)


def _inward(kind: str, value: Any) -> Any:
    if kind != "stage":
        return value
    pipeline, _slash, code = str(value).rpartition("/")
    return Stage.objects.filter(pipeline__code=pipeline, code=code).values_list("pk", flat=True).first() or ""


def told(value: Any) -> str:
    """What of it has names of its own, in one line."""
    return ", ".join(str(one) for _key, one in _leaves(value) if one not in (True, False, ""))


_ONCE = (("every_time", gettext_lazy("every time")), *((one, label) for one, label in Rule.Once.choices if one))
AUTOMATIONS = Section(
    "automations",
    gettext_lazy("Automations"),
    Record(
        {
            "code": Part(Text(longest=100), gettext_lazy("Title")),
            "trigger": Part(OneOf(tuple((code, one.title) for code, one in TRIGGERS.items())), gettext_lazy("When")),
            "options": Part(Written(is_list=False), gettext_lazy("With"), default={}),
            "conditions": Part(Written(is_list=True), gettext_lazy("If"), default=[]),
            "actions": Part(Written(is_list=True), gettext_lazy("Then")),
            "once": Part(OneOf(_ONCE), gettext_lazy("How often"), default="every_time"),
            "wait_minutes": Part(Whole(most=rules.LONGEST_WAIT), gettext_lazy("After so many minutes"), default=0),
            "is_active": Part(Yes(), gettext_lazy("In use"), default=False),
        }
    ),
    of_company=_of_company,
    put=_put,
)
