"""Pipelines: the list, the editor of one with its preview, and its versions."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override

from svyazka.business.deals.models import Deal, Pipeline, Stage
from svyazka.business.deals.paths import pipelines as our
from svyazka.business.deals.paths import preview as previews
from svyazka.business.deals.paths import versions as kept
from svyazka.business.deals.paths.content import Content, content_of, full
from svyazka.business.deals.paths.soundness import House
from svyazka.kit.refusals import Refused
from svyazka.workplaces.office import pipeline_form as form
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.typed import whole_number


@needs("pipelines.change", "GET", "POST")
def pipelines(request: PageRequest) -> HttpResponse:
    refused: Refused | None = None
    if request.method == "POST":
        name = {"ru": request.POST.get("name_ru", "").strip(), "en": request.POST.get("name_en", "").strip()}
        name = {language: said for language, said in name.items() if said}
        try:
            made = our.add(
                name, stages=_first_stages(), department=request.POST.get("department", ""), by=request.person
            )
        except Refused as refusal:
            refused = refusal
        else:
            return redirect("pipeline", made.code)
    running = Count("deals", filter=Q(deals__closed_at=None))
    rows = Pipeline.objects.select_related("department").annotate(running=running).order_by("position", "id")
    stages = dict(Stage.objects.values_list("pipeline").annotate(number=Count("pk")).order_by())
    context = {
        "rows": [{"pipeline": one, "stages": stages.get(one.pk, 0)} for one in rows],
        "departments": House().departments.values(),
        "refused": refused,
        "typed": request.POST,
    }
    return render(request, "office/pipelines.html", context, status=422 if refused else 200)


def _first_stages() -> list[Content]:
    """What every pipeline has: where deals begin, and where they end. The rest is added in the editor."""
    told = [("new", "open", "blue"), ("won", "won", "green"), ("lost", "lost", "red")]
    said: dict[str, dict[str, str]] = {code: {} for code, _kind, _colour in told}
    for language in ("ru", "en"):
        with override(language):
            names = {"new": _("New"), "won": _("Won"), "lost": _("Lost")}
        for code, name in names.items():
            said[code][language] = name
    return [{"code": code, "kind": kind, "colour": colour, "name": said[code]} for code, kind, colour in told]


@needs("pipelines.change", "GET", "POST")
def pipeline(request: PageRequest, code: str) -> HttpResponse:
    found = _found(code)
    if request.method != "POST":
        return _editor(request, found, content_of(found))
    wish = form.read(request.POST, code)
    try:
        # Without a version nobody has seen what he changes.
        seen = whole_number(request.POST.get("version", "")) or 0
        saved = our.save(found, wish, version=seen, by=request.person)
    except Refused as refusal:
        return _editor(request, _found(code), _with_going(wish, found), refused=refusal, places=wish.places)
    messages.success(request, _("Saved. The board shows it already."))
    return redirect("pipeline", saved.code)


@needs("pipelines.change", "POST")
def pipeline_preview(request: PageRequest, code: str) -> HttpResponse:
    found, wish = _found(code), form.read(request.POST, code)
    seen = previews.preview(found, wish)
    context = {"preview": seen, "new_limits": wish.new_limits, "pipeline": found}
    return render(request, "office/pipeline/preview.html", context)


@needs("pipelines.change")
def pipeline_stage(request: PageRequest, code: str) -> HttpResponse:
    """An empty stage, to be filled in."""
    key = form.NEW + uuid4().hex[:8]
    (blank,) = full({"code": code, "name": {}, "stages": [{"code": key, "name": {}}]})["stages"]
    context = {"stage": form.shown_stage(blank), "open": True, "pipeline_code": code, **form.offered(House(), code)}
    return render(request, "office/pipeline/stage.html", context)


@needs("pipelines.change")
def pipeline_rule(request: PageRequest, code: str) -> HttpResponse:
    """An empty rule: of the stage `?stage=`, or of the pipeline's door."""
    stage = request.GET.get("stage", "")[:60]
    blank = {
        "number": uuid4().hex[:8],
        "to": "",
        "accept_hours": 24,
        "take_minutes": None,
        "is_active": True,
        "how": "least_loaded",
    }
    context = {"rule": blank, "name": f"{stage}.way" if stage else "lead", **form.offered(House(), code)}
    return render(request, "office/pipeline/way.html" if stage else "office/pipeline/lead.html", context)


@needs("pipelines.change", "POST")
def pipeline_state(request: PageRequest, code: str) -> HttpResponse:
    our.switch(_found(code), on=request.POST.get("on") == "1", by=request.person)
    return redirect("pipeline", code)


@needs("pipelines.change", "POST")
def pipeline_place(request: PageRequest, code: str) -> HttpResponse:
    our.shift(_found(code), up=request.POST.get("to") == "up", by=request.person)
    return redirect("pipelines")


@needs("pipelines.change")
def pipeline_versions(request: PageRequest, code: str) -> HttpResponse:
    found = _found(code)
    told = kept.list_versions(found, before=whole_number(request.GET.get("before", "")))
    older = told[-1].version.number if told and not told[-1].is_first else None
    context = {"pipeline": found, "versions": told, "older": older}
    return render(request, "office/pipeline_versions.html", context)


@needs("pipelines.change", "POST")
def pipeline_restoration(request: PageRequest, code: str, number: int) -> HttpResponse:
    kept.restore(_found(code), number, by=request.person)
    messages.success(request, _("The pipeline is as it was in version {number}.").format(number=number))
    return redirect("pipeline_versions", code)


def _found(code: str) -> Pipeline:
    return get_object_or_404(Pipeline.objects.select_related("department"), code=code)


def _with_going(wish: our.Wish, pipeline: Pipeline) -> Content:
    """What was typed, with the stages that were to go: marked, so that a place can be chosen for their deals."""
    going = [stage for stage in content_of(pipeline)["stages"] if stage["code"] in wish.places]
    content = full(wish.content)
    return {**content, "stages": [*content["stages"], *going]}


def _editor(
    request: PageRequest, pipeline: Pipeline, content: Content, *, refused: Refused | None = None, places: Any = None
) -> HttpResponse:
    house = House()
    standing = dict(
        Deal.objects.filter(pipeline=pipeline)
        .values_list("stage__code")
        .annotate(number=Count("pk", filter=Q(closed_at=None)))
        .order_by()
    )
    context = {
        "pipeline": pipeline,
        **form.shown(content, house, standing=standing),
        **form.offered(house, pipeline.code),
        "refused": refused,
        "pipeline_code": pipeline.code,
        "places": places or {},
    }
    return render(request, "office/pipeline.html", context, status=refused.status if refused else 200)
