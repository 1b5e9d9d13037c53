"""The classifier: how good it was on what it had not learnt from, from which probability on it is believed, and what it
has learnt since."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from svyazka.business.sorting import figures, in_force, learning, listing
from svyazka.business.sorting.models import Category, SortModel
from svyazka.kit.refusals import Refused
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.short import Short

VERSIONS, MIXED = 12, 8
State = SortModel.State
Figures = Mapping[str, Any]


@needs("sorting.change")
def sorting(request: PageRequest) -> HttpResponse:
    settings, names, short = in_force.settings(), listing.names(), Short()
    models = list(SortModel.objects.defer("packed").select_related("by", "decided_by").order_by("-pk")[:VERSIONS])
    current = SortModel.objects.defer("packed").filter(pk=settings.model_id or 0).first()
    chosen = _asked(request, settings.threshold)
    corrections = learning.number_of_corrections()
    context: dict[str, Any] = {
        "settings": settings,
        "percent": _percent(settings.threshold),
        "is_unreadable": 0 in in_force.now().faults,
        "corrections": corrections,
        "least": learning.LEAST,
        "new": max(0, corrections - (models[0].corrections if models else 0)),
        "learns_at": learning.NEW,
        "why_not": learning.too_little(learning.examples()) if corrections < 4 * learning.LEAST else "",
        "is_learning": any(one.state == State.WAITING for one in models),
        "ready": _ready(models, settings.threshold, short),
        "versions": [_version(one, settings.model_id, short) for one in models],
        "current": current,
    }
    if current and current.figures.get("now"):
        context |= _of_model(current.figures["now"], names, settings.threshold, chosen)
    return render(request, "office/sorting.html", context)


@needs("sorting.change", "POST")
def threshold(request: PageRequest) -> HttpResponse:
    given = next((one for one in figures.STEPS if str(one) == request.POST.get("threshold")), None)
    if given is None:
        raise Refused(_("Choose one of the thresholds."))
    learning.choose(threshold=given, takes_over=request.POST.get("takes_over") == "1", by=request.person)
    messages.success(request, _("Saved."))
    return redirect("sorting")


@needs("sorting.change", "POST")
def learning_begun(request: PageRequest) -> HttpResponse:
    learning.begin(by=request.person)
    messages.success(request, _("It learns now. That takes some seconds; the page shows it by itself."))
    return redirect("sorting")


@needs("sorting.change", "POST")
def taking(request: PageRequest, pk: int) -> HttpResponse:
    learning.take(get_object_or_404(SortModel, pk=pk), by=request.person)
    return redirect("sorting")


@needs("sorting.change", "POST")
def leaving(request: PageRequest, pk: int) -> HttpResponse:
    learning.leave(get_object_or_404(SortModel, pk=pk), by=request.person)
    return redirect("sorting")


def _asked(request: PageRequest, otherwise: float) -> float:
    return next((one for one in figures.STEPS if str(one) == request.GET.get("at")), otherwise)


def _of_model(found: Figures, names: Mapping[str, Category], now: float, chosen: float) -> dict[str, Any]:
    return {
        "number": found["number"],
        "steps": [_step(one, found, now=now, chosen=chosen) for one in figures.STEPS[::-1]],
        "chosen": str(chosen),
        "chosen_percent": _percent(chosen),
        "is_other": chosen != now,
        "of_each": _of_each(found["steps"].get(str(chosen), {}).get("categories", {}), names),
        "mixed": [
            {"is": _named(is_, names), "said": _named(said, names), "number": number}
            for is_, said, number in found["confusion"]
            if said and is_ != said
        ][:MIXED],
    }


def _step(threshold: float, found: Figures, *, now: float, chosen: float) -> dict[str, Any]:
    one, number = found["steps"][str(threshold)], max(found["number"], 1)
    wrong = one["answered"] - one["right"]
    parts = (("right", one["right"]), ("wrong", wrong), ("open", number - one["answered"]))
    return {
        "percent": _percent(threshold),
        "url": f"?at={threshold}",
        "in_force": threshold == now,
        "here": threshold == chosen,
        "right": one["right"],
        "wrong": wrong,
        "open": found["number"] - one["answered"],
        "parts": [(kind, f"{100 * part / number:.2f}") for kind, part in parts if part],
    }


def _of_each(found: Mapping[str, list[int]], names: Mapping[str, Category]) -> list[dict[str, Any]]:
    return [
        {
            "name": one.name,
            "colour": one.colour,
            "there": found[code][0],
            "precision": _share(found[code][2], found[code][1]),
            "recall": _share(found[code][2], found[code][0]),
        }
        for code, one in names.items()
        if code in found
    ]


def _ready(models: list[SortModel], threshold: float, short: Short) -> dict[str, Any] | None:
    one = next((model for model in models if model.state == State.READY), None)
    if one is None:
        return None
    sides = [(_("Newly learnt"), one.figures.get("now")), (_("In force, on the same texts"), one.figures.get("before"))]
    rows = [{"title": title, **_step(threshold, found, now=0, chosen=0)} for title, found in sides if found]
    return {"id": one.pk, "at": short.moment(one.at), "texts": one.texts, "rows": rows}


def _version(one: SortModel, in_use: int | None, short: Short) -> dict[str, Any]:
    return {
        "id": one.pk,
        "at": short.moment(one.at),
        "by": one.by.full_name if one.by else _("by itself"),
        "texts": one.texts,
        "state": one.get_state_display(),
        "in_force": one.pk == in_use,
        "can_return": one.state == State.TAKEN and one.pk != in_use,
    }


def _named(code: str, names: Mapping[str, Category]) -> dict[str, str]:
    one = names.get(code)
    return {"name": one.name if one else code, "colour": one.colour if one else ""}


def _share(part: int, whole: int) -> str:
    return f"{100 * part // whole} %" if whole else "—"


def _percent(share: float) -> str:
    return str(round(100 * share))
