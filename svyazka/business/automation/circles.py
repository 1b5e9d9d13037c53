"""Circles that are seen before a rule runs: what its actions write, and which rules that would fire."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from svyazka.business.automation.actions import ACTIONS
from svyazka.business.automation.models import Rule
from svyazka.business.automation.triggers import TRIGGERS


@dataclass(frozen=True)
class _Node:
    name: str
    writes: frozenset[str]
    hears: frozenset[str]


def by_itself(rule: Mapping[str, Any]) -> str:
    """Why it cannot be so, in words; empty: it does not fire itself."""
    node = _node(rule["name"], rule)
    if node.writes & node.hears:
        return _("This rule does what it waits for: it would fire itself again and again.")
    return ""


def over_others(rule: Mapping[str, Any], number: int | None) -> list[str]:
    """Circles over rules that are switched on, each named in its order."""
    start = _node(rule["name"], rule)
    others = [one for one in Rule.objects.filter(is_active=True) if one.pk != number]
    nodes = [_node(one.name, vars(one)) for one in others]
    words = _("It may go round in a circle: {rules}. The house stops that after one round.")
    return [words.format(rules=" → ".join(f"“{name}”" for name in [*way, start.name])) for way in _ways(start, nodes)]


def _ways(start: _Node, others: list[_Node]) -> list[list[str]]:
    """The shortest way from what it writes back to what it waits for, by each rule that it fires first."""
    found = []
    for first in others:
        if first.hears & start.writes and (way := _way_back(first, start, others)):
            found.append([start.name, *way])
    return found


def _way_back(first: _Node, goal: _Node, others: list[_Node]) -> list[str]:
    ways: list[list[_Node]] = [[first]]
    seen = {first.name}
    while ways:
        way = ways.pop(0)
        if way[-1].writes & goal.hears:
            return [one.name for one in way]
        for one in others:
            if one.name not in seen and one.hears & way[-1].writes:
                seen.add(one.name)
                ways.append([*way, one])
    return []


def _node(name: str, rule: Mapping[str, Any]) -> _Node:
    """One that names what is not there any more writes and hears nothing."""
    trigger = TRIGGERS.get(rule["trigger"])
    hears = trigger.fired_by(rule["options"]) if trigger else frozenset()
    actions = [(ACTIONS.get(one["kind"]), one["given"]) for one in rule["actions"]]
    writes = frozenset(write for action, given in actions if action for write in action.writes(given))
    return _Node(name, writes, hears)
