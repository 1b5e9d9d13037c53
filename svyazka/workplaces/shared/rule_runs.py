"""What automations did, drawn: in their log and on a deal's page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from svyazka.business.automation.actions import ACTIONS
from svyazka.business.automation.models import Run, Step
from svyazka.business.automation.triggers import TRIGGERS
from svyazka.business.clients.models import Client
from svyazka.workplaces.shared.short import Short

CHIPS = {
    Run.State.DONE: "good",
    Run.State.FAILED: "bad",
    Run.State.UNSURE: "bad",
    Run.State.STOPPED: "bad",
    Run.State.WAITING: "warn",
}


def rows(runs: Sequence[Run], short: Short, clients: Mapping[int, Client]) -> list[dict[str, Any]]:
    return [_row(one, clients, short) for one in runs]


def _row(run: Run, clients: Mapping[int, Client], short: Short) -> dict[str, Any]:
    trigger = TRIGGERS.get(run.rule.trigger)
    return {
        "run": run,
        "when": short.moment(run.at),
        "due": short.moment(run.due_at) if run.state == Run.State.WAITING else "",
        "event": trigger.title if trigger else run.rule.trigger,
        "client": clients.get(run.client_id or 0),
        "chip": CHIPS.get(Run.State(run.state), ""),
        "steps": [_step(one, run) for one in run.steps.all()],
        "is_repeatable": run.state in (Run.State.FAILED, Run.State.UNSURE),
        "is_leavable": run.state in (Run.State.FAILED, Run.State.UNSURE, Run.State.WAITING),
    }


def _step(step: Step, run: Run) -> dict[str, Any]:
    action = ACTIONS.get(step.kind)
    return {
        "is_done": step.state == Step.State.DONE,
        "is_begun": step.state == Step.State.BEGUN,
        "words": step.why or (action.title if action else step.kind),
        "url": _made_url(step.made, run),
    }


def _made_url(made: Mapping[str, Any], run: Run) -> str:
    """What came of it is seen on the deal, or on the client's page."""
    if deal := made.get("deal") or (run.deal_id if made else None):
        return f"/deals/{deal}/"
    client = made.get("client") or (run.client_id if made else None)
    return f"/clients/{client}/" if client else ""
