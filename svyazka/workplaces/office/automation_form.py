"""A rule as it stands in the builder: its inputs read into a draft, and the draft changed by a button.

Inputs are named by the part that they belong to: `opt.stage` of the trigger, `cond.2.value` of a condition,
`act.3.title` of an action; `cond` and `act` list the parts in their order, `act-kind.3` says what one is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.http import QueryDict

from svyazka.business.automation.actions import ACTIONS
from svyazka.business.automation.conditions import CONDITIONS
from svyazka.business.automation.triggers import TRIGGERS
from svyazka.kit.refusals import Refused
from svyazka.kit.texts import storable

MOST_PARTS = 30
UNITS = (1, 60, 1440)  # minutes, hours, days


@dataclass(frozen=True)
class Part:
    """A condition or an action: `key` stays the same while it is moved about. `is_or`: a condition that makes a group
    with the one before it, of which one holds."""

    key: str
    kind: str
    typed: Mapping[str, Any] = field(default_factory=dict)
    is_or: bool = False


@dataclass(frozen=True)
class Draft:
    name: str = ""
    trigger: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)
    conditions: Sequence[Part] = ()
    actions: Sequence[Part] = ()
    once: str = ""
    wait_minutes: str = ""
    hears_brought: bool = False


def read(sent: QueryDict) -> Draft:
    typed = _storable(sent)
    trigger = typed.get("trigger", "")
    return Draft(
        name=" ".join(typed.get("name", "").split()),
        trigger=trigger if trigger in TRIGGERS else "",
        options=_typed(typed, "opt"),
        conditions=[one for key in _keys(typed, "cond") if (one := _part(typed, "cond", key)).kind in CONDITIONS],
        actions=[one for key in _keys(typed, "act") if (one := _part(typed, "act", key)).kind in ACTIONS],
        once=typed.get("once", ""),
        wait_minutes=_minutes(typed, "wait"),
        hears_brought="hears_brought" in typed,
    )


def of_rule(content: Mapping[str, Any]) -> Draft:
    """As it is stored: of a rule, of one of its versions, of an example."""
    actions = [Part(str(at), one["kind"], one["given"]) for at, one in enumerate(content["actions"], 1)]
    return Draft(
        name=content["name"],
        trigger=content["trigger"] if content["trigger"] in TRIGGERS else "",
        options=content["options"],
        conditions=[one for one in _conditions(content["conditions"]) if one.kind in CONDITIONS],
        actions=[one for one in actions if one.kind in ACTIONS],
        once=content.get("once", ""),
        wait_minutes=str(content.get("wait_minutes") or ""),
        hears_brought=bool(content.get("hears_brought")),
    )


def changed(draft: Draft, do: str) -> Draft:
    """What a button of the form makes of it: `add-act:task`, `up-act:3`, `drop-cond:1`."""
    verb, _colon, given = do.partition(":")
    what, _dash, whose = verb.partition("-")
    if whose not in ("act", "cond"):
        return draft
    parts = list(draft.actions if whose == "act" else draft.conditions)
    if what == "add" and len(parts) < MOST_PARTS and given in (ACTIONS if whose == "act" else CONDITIONS):
        parts.append(Part(_next_key(parts), given))
    elif what == "drop":
        parts = [one for one in parts if one.key != given]
    elif what in ("up", "down"):
        parts = _moved(parts, given, -1 if what == "up" else 1)
    return replace(draft, actions=parts) if whose == "act" else replace(draft, conditions=parts)


@dataclass(frozen=True)
class Sound:
    """`content`: as it is stored, where nothing is wrong. `faults`: name of an input → words."""

    content: dict[str, Any]
    faults: dict[str, str]


def judge(draft: Draft) -> Sound:
    """Part by part, so that the sentence says what is there already."""
    faults: dict[str, str] = {}
    options = _read(lambda: TRIGGERS[draft.trigger].read(draft.options), "opt", faults) if draft.trigger else {}
    asked = [
        (one.is_or, {"kind": one.kind, "given": _given(CONDITIONS[one.kind], one, f"cond.{one.key}", faults)})
        for one in draft.conditions
    ]
    done = [
        {"kind": one.kind, "given": _given(ACTIONS[one.kind], one, f"act.{one.key}", faults)} for one in draft.actions
    ]
    content = {
        "name": draft.name,
        "trigger": draft.trigger,
        "options": options,
        "conditions": _in_groups(asked),
        "actions": done,
        "once": draft.once,
        "wait_minutes": draft.wait_minutes,
        "hears_brought": draft.hears_brought,
    }
    return Sound(content, faults)


def _given(known: Any, part: Part, name: str, faults: dict[str, str]) -> Any:
    return _read(lambda: known.read(part.typed), name, faults)


def _in_groups(asked: Sequence[tuple[bool, dict[str, Any]]]) -> list[dict[str, Any]]:
    groups: list[list[dict[str, Any]]] = []
    for is_or, one in asked:
        if is_or and groups:
            groups[-1].append(one)
        else:
            groups.append([one])
    return [group[0] if len(group) == 1 else {"any": group} for group in groups]


def _conditions(stored: Sequence[Mapping[str, Any]]) -> list[Part]:
    flat = [(at > 0, one) for group in stored for at, one in enumerate(group.get("any", [group]))]
    return [Part(str(key), one["kind"], one["given"], is_or) for key, (is_or, one) in enumerate(flat, 1)]


def is_typed(draft: Draft, name: str) -> bool:
    """Whether something stands in the input of this name: `act.3.title`."""
    whose, _dot, rest = name.partition(".")
    if whose == "opt":
        return bool(draft.options.get(rest))
    key, _dot, own = rest.partition(".")
    parts = {"cond": draft.conditions, "act": draft.actions}.get(whose, ())
    return any(one.key == key and (not own or one.typed.get(own)) for one in parts)


def _read(verb: Any, name: str, faults: dict[str, str]) -> Any:
    try:
        return verb()
    except Refused as refusal:
        found = {f"{name}.{input_name}": str(words) for input_name, words in refusal.fields.items()}
        faults.update(found or {name: str(refusal.message)})
        return {}


def _storable(sent: QueryDict) -> QueryDict:
    typed = QueryDict(mutable=True)
    for name, given in sent.lists():
        typed.setlist(storable(name), [storable(one) for one in given])
    return typed


def _keys(typed: QueryDict, name: str) -> list[str]:
    listed = dict.fromkeys(key for key in typed.getlist(name) if key.isdecimal() and len(key) < 5)
    return list(listed)[:MOST_PARTS]


def _part(typed: QueryDict, name: str, key: str) -> Part:
    kind, is_or = typed.get(f"{name}-kind.{key}", ""), typed.get(f"{name}-or.{key}") == "1"
    return Part(key, kind, _typed(typed, f"{name}.{key}"), is_or)


def _typed(typed: QueryDict, name: str) -> dict[str, Any]:
    """All inputs of one part; those of which several may be ticked come as lists."""
    found: dict[str, Any] = {}
    for full, given in typed.lists():
        if not full.startswith(f"{name}."):
            continue
        own = full[len(name) + 1 :]
        if own.endswith("[]"):
            found[own[:-2]] = [one for one in given if one]
        elif own.endswith(".unit"):
            continue
        else:
            found[own] = _minutes(typed, full) if f"{full}.unit" in typed else given[-1]
    return found


def _minutes(typed: QueryDict, name: str) -> str:
    """A number and its unit, as minutes; what is no number stays as it is, to be refused."""
    number, unit = typed.get(name, "").strip(), typed.get(f"{name}.unit", "1")
    if not number.isdecimal() or len(number) > 7 or unit not in map(str, UNITS):
        return number
    return str(int(number) * int(unit))


def _next_key(parts: Sequence[Part]) -> str:
    return str(max((int(one.key) for one in parts), default=0) + 1)


def _moved(parts: list[Part], key: str, by: int) -> list[Part]:
    at = next((at for at, one in enumerate(parts) if one.key == key), None)
    if at is not None and 0 <= at + by < len(parts):
        parts[at], parts[at + by] = parts[at + by], parts[at]
    return parts
