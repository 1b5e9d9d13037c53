"""A rule as one sentence: when this happens, if it is so, then that is done."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from svyazka.business.automation.actions import ACTIONS
from svyazka.business.automation.conditions import CONDITIONS
from svyazka.business.automation.triggers import TRIGGERS


@dataclass(frozen=True)
class Sentence:
    when: str
    ifs: Sequence[str]
    thens: Sequence[str]


def sentence(content: Mapping[str, Any]) -> Sentence:
    """In the language of the page. What stands there and is not filled in yet, or not known here, is “…”."""
    return Sentence(
        when=_when(content),
        ifs=[condition(one) for one in content["conditions"]],
        thens=[then(one) for one in content["actions"]],
    )


def condition(one: Mapping[str, Any]) -> str:
    """Of a group, one of which holds."""
    return _(" or ").join(_condition(each) for each in one.get("any", [one]))


def _condition(one: Mapping[str, Any]) -> str:
    known = CONDITIONS.get(one["kind"])
    if known is None:
        return "…"
    return _said(known.words, one["given"]) if one["given"] else f"{known.title}…"


def then(action: Mapping[str, Any]) -> str:
    known = ACTIONS.get(action["kind"])
    if known is None:
        return "…"
    return _said(known.words, action["given"]) if action["given"] else f"{known.title}…"


def _when(content: Mapping[str, Any]) -> str:
    trigger = TRIGGERS.get(content["trigger"])
    if trigger is None:
        return "…"
    said = _said(trigger.words, content["options"]) if content["options"] is not None else "…"
    return str(trigger.title) if said == "…" else said


def plain(said: Sentence) -> str:
    """For a title or a reader that hears it."""
    parts = [_("When {when}").format(when=said.when)]
    if said.ifs:
        parts.append(_("if {ifs}").format(ifs=_(" and ").join(said.ifs)))
    parts.append(_("then {thens}").format(thens=_("; ").join(said.thens) or "…"))
    return ", ".join(parts)


def _said(words: Any, given: Any) -> str:
    try:
        return str(words(given))
    except (KeyError, TypeError, ValueError):
        # Half of it is typed, or it names what a later version no longer knows.
        return "…"
