"""Ready examples to begin with: each opens in the builder filled in, as far as that can be said for every company."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from svyazka.business.automation.actions import ACTIONS
from svyazka.business.automation.triggers import TRIGGERS

DAY = 24 * 60


@dataclass(frozen=True)
class Example:
    """Texts are in the language of whoever begins with it: they become the company's own."""

    code: str
    name: Promise
    said: Promise
    trigger: str
    actions: Sequence[tuple[str, Mapping[str, Any]]]
    options: Mapping[str, Any] = field(default_factory=dict)
    once: str = ""


def _task(what: Promise, *, minutes: int = 8 * 60, kind: str = "other") -> tuple[str, dict[str, Any]]:
    return "task", {"who": "responsible", "what": what, "kind": kind, "due": minutes}


EXAMPLES = (
    Example(
        "missed_call",
        _("Ring back whoever did not get through"),
        _("A call is missed: whoever looks after the client gets a task to ring back within half an hour."),
        "call_missed",
        [("task", {"who": "carer", "what": _("Ring back: {client}, {phone}"), "kind": "call", "due": 30})],
    ),
    Example(
        "duplicate",
        _("Look at a likely duplicate"),
        _("A duplicate is found: whoever is responsible gets a task that says of whom, and why."),
        "duplicate_found",
        [_task(_("Look whether this is a duplicate: {duplicate}"), minutes=4 * 60)],
    ),
    Example(
        "third_move",
        _("Ask why a visit is moved again"),
        _("A visit is moved for the third time: the controller asks whoever is responsible what is the matter."),
        "visit_moved",
        [
            (
                "ask",
                {
                    "text": _("The visit of {client} has been moved for the third time. What is the matter?"),
                    "who": "responsible",
                    "asker": "controller",
                    "due": 8 * 60,
                },
            )
        ],
        {"times": 3},
    ),
    Example(
        "stuck",
        _("Remind of a deal that stands still"),
        _("A deal stays at a stage for three days: whoever is responsible is told."),
        "stays_at_stage",
        [("notify", {"who": "responsible", "text": _("Deal {deal} has been at “{stage}” for three days: {client}")})],
        {"minutes": 3 * DAY},
    ),
    Example(
        "no_contact",
        _("Do not lose touch with a client"),
        _("Nobody has been in touch for a week: a task to ring the client."),
        "no_contact",
        [_task(_("Ring {client}: nobody has been in touch for a week"), kind="call")],
        {"days": 7},
    ),
    Example(
        "visit_done",
        _("Agree on the price after a measurement"),
        _("A visit is done: whoever is responsible rings the client the next working day."),
        "visit_done",
        [_task(_("Ring {client} after the visit and agree on the price"), kind="call")],
    ),
    Example(
        "payment",
        _("Say that money has come"),
        _("A payment comes in: whoever is responsible is told how much, and goes on with the deal."),
        "payment_in",
        [("notify", {"who": "responsible", "text": _("{client} has paid {sum}, deal {deal}")})],
    ),
    Example(
        "handed_on",
        _("Begin with a deal that was handed on"),
        _("The next department accepts a deal: whoever is responsible there gets the first task."),
        "hand_off_accepted",
        [_task(_("Look through what was agreed with {client}, and name the date of the start"))],
    ),
)


def offered() -> list[Example]:
    """Those whose trigger and actions are there."""
    return [one for one in EXAMPLES if one.trigger in TRIGGERS and all(kind in ACTIONS for kind, _given in one.actions)]


def content_of(code: str) -> dict[str, Any] | None:
    found = next((one for one in offered() if one.code == code), None)
    if found is None:
        return None
    actions = [{"kind": kind, "given": _said(given)} for kind, given in found.actions]
    return {
        "name": str(found.name),
        "trigger": found.trigger,
        "options": dict(found.options),
        "conditions": [],
        "actions": actions,
        "once": found.once,
        "wait_minutes": 0,
    }


def _said(given: Mapping[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, Promise) else value for name, value in given.items()}
