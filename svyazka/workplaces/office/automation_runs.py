"""The log of automations: each event that one heard, what it did then, and why not; done again, or left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from svyazka.business.automation import changes, choices, log, rules
from svyazka.business.automation.models import Rule, Run
from svyazka.business.clients.models import Client
from svyazka.workplaces.shared import rule_runs
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.short import Short
from svyazka.workplaces.shared.typed import whole_number

# Which states are shown under which word.
FILTERS: Mapping[str, Sequence[str]] = {
    "": (),
    "done": (Run.State.DONE,),
    "failed": (Run.State.FAILED, Run.State.UNSURE, Run.State.STOPPED),
    "left": (Run.State.LEFT,),
    "waiting": (Run.State.WAITING,),
}


@needs("automations.change")
def automation_runs(request: PageRequest, pk: int | None = None) -> HttpResponse:
    rule = get_object_or_404(Rule, pk=pk) if pk else None
    state = request.GET.get("state", "")
    found = log.list_runs(rule=rule, states=FILTERS.get(state, ()), before=_before(request.GET.get("before", "")))
    shown = found[: log.PAGE]
    last = shown[-1] if len(found) > log.PAGE else None
    context = {
        "rule": rule,
        "rows": _rows(shown),
        "state": state if state in FILTERS else "",
        "filters": _filters(),
        "older": f"{last.at.isoformat()}~{last.pk}" if last else "",
        "next": request.get_full_path(),
    }
    return render(request, "office/automation/runs.html", context)


@needs("automations.change")
def automation_run(request: PageRequest, run_id: int) -> HttpResponse:
    """One of them: the history of a deal leads here."""
    found = log.whole(run_id)
    if found is None:
        raise Http404
    context = {"rows": _rows([found]), "rule": found.rule, "one": found, "next": request.get_full_path()}
    return render(request, "office/automation/run.html", context)


@needs("automations.change", "POST")
def automation_run_again(request: PageRequest, run_id: int) -> HttpResponse:
    log.again(get_object_or_404(Run, pk=run_id), by=request.person)
    messages.success(request, _("It is done again, at once."))
    return _back(request, run_id)


@needs("automations.change", "POST")
def automation_run_leaving(request: PageRequest, run_id: int) -> HttpResponse:
    log.leave(get_object_or_404(Run, pk=run_id), by=request.person)
    messages.success(request, _("It is left: nothing more comes of it."))
    return _back(request, run_id)


@needs("automations.change")
def automation_versions(request: PageRequest, pk: int) -> HttpResponse:
    rule = get_object_or_404(Rule, pk=pk)
    with choices.read_once():
        return render(request, "office/automation/versions.html", {"rule": rule, "versions": _versions(rule)})


@needs("automations.change", "POST")
def automation_restoration(request: PageRequest, pk: int, number: int) -> HttpResponse:
    seen = whole_number(request.POST.get("seen")) or 0
    rules.take_back(get_object_or_404(Rule, pk=pk), number, seen=seen, by=request.person)
    messages.success(request, _("The automation is as it was in version {number}.").format(number=number))
    return redirect("automation", pk)


def _before(text: str) -> log.Before | None:
    at, _tilde, number = text.partition("~")
    try:
        moment = datetime.fromisoformat(at.replace(" ", "+"))
    except ValueError:
        return None
    pk = whole_number(number)
    return (moment, pk) if pk and moment.tzinfo else None


def _filters() -> list[tuple[str, str]]:
    return [
        ("", _("All")),
        ("done", _("Done")),
        ("failed", _("Failed")),
        ("left", _("Conditions did not hold")),
        ("waiting", _("Waiting")),
    ]


def _back(request: PageRequest, run_id: int) -> HttpResponse:
    """To where the button stood: only within the log."""
    back = request.POST.get("next", "")
    if back.startswith(reverse("automations")):
        return HttpResponseRedirect(back)
    return redirect("automation_run", run_id)


def _rows(runs: Sequence[Run]) -> list[dict[str, Any]]:
    clients = Client.objects.in_bulk({one.client_id for one in runs if one.client_id})
    return rule_runs.rows(runs, Short(), clients)


def _versions(rule: Rule) -> list[dict[str, Any]]:
    kept = rules.list_versions(rule)
    return [
        {
            "one": one,
            "is_now": one.version == rule.version,
            "changes": changes.changes(before.content, one.content) if before else [],
        }
        for one, before in zip(kept, [*kept[1:], None], strict=True)
    ]
