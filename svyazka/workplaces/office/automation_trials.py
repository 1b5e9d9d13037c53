"""A rule tried on the last month: how often it would have acted, on which days, on whom, and what it would do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import ngettext

from svyazka.business.automation import choices, rules, trial, wording
from svyazka.business.automation.models import Rule, Trial
from svyazka.business.clients.models import Client
from svyazka.kit import clock
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.short import Short


@needs("automations.change", "POST")
def automation_trial(request: PageRequest, pk: int) -> HttpResponse:
    rule = get_object_or_404(Rule, pk=pk)
    asked = trial.ask(rules.content_of(rule), rule=rule, by=request.person)
    return redirect("automation_tried", asked.pk)


@needs("automations.change")
def automation_tried(request: PageRequest, trial_id: int) -> HttpResponse:
    """Its figures alone are asked for again while it is being counted."""
    found = get_object_or_404(Trial.objects.select_related("rule"), pk=trial_id)
    template = "trial_figures" if request.GET.get("part") else "trial"
    with choices.read_once():
        return render(request, f"office/automation/{template}.html", {"trial": found, **_shown(found)})


@needs("automations.change", "POST")
def automation_trial_stop(request: PageRequest, trial_id: int) -> HttpResponse:
    found = get_object_or_404(Trial, pk=trial_id)
    trial.stop(found, by=request.person)
    return redirect("automation_tried", found.pk)


def _shown(found: Trial) -> dict[str, Any]:
    content = found.content
    return {
        "said": wording.sentence(content),
        "would": ngettext(
            "It would have acted {number} time.", "It would have acted {number} times.", found.fired
        ).format(number=found.fired),
        "percent": _percent(found),
        "days": _days(found),
        "least": _shortly(clock.local(found.since).date()),
        "most": _shortly(clock.local(found.until).date()),
        "left_by": _left_by(found),
        "examples": _examples(found),
        "is_running": found.state == Trial.State.RUNNING,
    }


def _percent(found: Trial) -> int:
    whole = (found.until - found.since).total_seconds()
    done = ((found.reached or found.since) - found.since).total_seconds()
    return round(100 * min(max(done / whole, 0), 1)) if whole else 100


def _days(found: Trial) -> list[dict[str, Any]]:
    """One bar for each day, as high as the highest is full."""
    counted: Mapping[str, int] = found.counted.get("days", {})
    first, last = clock.local(found.since).date(), clock.local(found.until).date()
    days = [first + timedelta(days=at) for at in range((last - first).days + 1)]
    most = max(counted.values(), default=0)
    return [
        {"day": _shortly(day), "number": (number := counted.get(day.isoformat(), 0)), "height": _height(number, most)}
        for day in days
    ]


def _height(number: int, most: int) -> int:
    return max(4, round(100 * number / most)) if number else 0


def _shortly(day: date) -> str:
    return Short().day(day)


def _left_by(found: Trial) -> list[tuple[str, int]]:
    """Which condition was the first that did not hold, and how often."""
    counted: Mapping[str, int] = found.counted.get("left", {})
    asked = found.content["conditions"]
    named = [(wording.condition(asked[int(at)]), number) for at, number in counted.items() if int(at) < len(asked)]
    return sorted(named, key=lambda one: -one[1])


def _examples(found: Trial) -> list[dict[str, Any]]:
    clients = Client.objects.in_bulk({one["client"] for one in found.examples if one["client"]})
    short = Short()
    return [
        {
            "when": short.moment(datetime.fromisoformat(one["at"])),
            "deal": one["deal"],
            "client": clients.get(one["client"]),
            "done": one["done"],
        }
        for one in found.examples
    ]
