"""Automations of the company: the list, what each did lately, and the switches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import Count, Max, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from svyazka.business.automation import choices, examples, rules, wording
from svyazka.business.automation.models import Rule, Run
from svyazka.business.automation.triggers import TRIGGERS
from svyazka.business.deals.models import Pipeline
from svyazka.kit import clock
from svyazka.kit.texts import folded
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.short import Short

LATELY = timedelta(days=7)
ACTED = (Run.State.DONE, Run.State.FAILED, Run.State.UNSURE)


@needs("automations.change")
def automations(request: PageRequest) -> HttpResponse:
    every = rules.list_rules()
    wanted = {name: request.GET.get(name, "")[:100].strip() for name in ("q", "trigger", "pipeline")}
    with choices.read_once():
        shown = [one for one in every if _is_wanted(one, wanted)]
        lately, short = _lately(), Short()
        rows = [_row(one, lately.get(one.pk, {}), short) for one in shown]
        context = {
            "rows": rows,
            "is_empty": not every,
            "wanted": wanted,
            "is_narrowed": any(wanted.values()),
            "triggers": [(code, one.title) for code, one in TRIGGERS.items() if any(r.trigger == code for r in every)],
            "pipelines": [(one.code, one.name) for one in Pipeline.objects.all()],
            "examples": examples.offered(),
        }
        return render(request, "office/automation/list.html", context)


@needs("automations.change", "POST")
def automation_state(request: PageRequest, pk: int) -> HttpResponse:
    found, on = get_object_or_404(Rule, pk=pk), request.POST.get("on") == "1"
    rules.switch(found, on=on, by=request.person)
    messages.success(request, _("It is switched on.") if on else _("It is switched off: it does nothing more."))
    return redirect("automations") if request.POST.get("from") == "list" else redirect("automation", pk)


@needs("automations.change", "POST")
def automation_place(request: PageRequest, pk: int) -> HttpResponse:
    rules.move(get_object_or_404(Rule, pk=pk), up=request.POST.get("to") == "up", by=request.person)
    return redirect("automations")


@needs("automations.change", "POST")
def automation_copy(request: PageRequest, pk: int) -> HttpResponse:
    made = rules.copy(get_object_or_404(Rule, pk=pk), by=request.person)
    messages.success(request, _("This is the copy, switched off."))
    return redirect("automation", made.pk)


@needs("automations.change", "POST")
def automation_removal(request: PageRequest, pk: int) -> HttpResponse:
    rules.remove(get_object_or_404(Rule, pk=pk), by=request.person)
    messages.success(request, _("The automation is removed."))
    return redirect("automations")


def _lately() -> dict[int, dict[str, Any]]:
    """How often each acted, and when it failed last: one statement over the days shown."""
    since = clock.now() - LATELY
    counted = (
        Run.objects.filter(at__gte=since, state__in=ACTED)
        .order_by()
        .values("rule")
        .annotate(acted=Count("pk"), failed=Max("at", filter=Q(state=Run.State.FAILED)))
    )
    return {one["rule"]: dict(one) for one in counted}


def _row(rule: Rule, lately: Mapping[str, Any], short: Short) -> dict[str, Any]:
    failed: datetime | None = lately.get("failed")
    return {
        "rule": rule,
        "said": wording.sentence(rules.content_of(rule)),
        "acted": lately.get("acted", 0),
        "failed": short.moment(failed) if failed else "",
        "stopped": short.moment(rule.stopped_at) if rule.stopped_at else "",
    }


def _is_wanted(rule: Rule, wanted: Mapping[str, str]) -> bool:
    return (
        (not wanted["trigger"] or rule.trigger == wanted["trigger"])
        and (not wanted["pipeline"] or wanted["pipeline"] in _pipelines(rule))
        and (not wanted["q"] or folded(wanted["q"]) in folded(f"{rule.name} {_plain(rule)}"))
    )


def _plain(rule: Rule) -> str:
    return wording.plain(wording.sentence(rules.content_of(rule)))


def _pipelines(rule: Rule) -> set[str]:
    """Those that its trigger names, itself or by a stage."""
    trigger = TRIGGERS.get(rule.trigger)
    found: set[str] = set()
    for ask in trigger.form(rule.options) if trigger else ():
        given = rule.options.get(ask.name)
        values: Sequence[Any] = given if isinstance(given, list) else [given]
        if ask.kind == "pipeline":
            found |= {str(one) for one in values}
        elif ask.kind == "stage":
            found |= {one.within for one in choices.list_of("stage") if one.value in values}
    return found
