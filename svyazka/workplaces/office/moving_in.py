"""A company moves over: a file is uploaded, understood, tried out, moved, counted against its source, taken back."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from svyazka.business.clients.models import Source
from svyazka.business.deals.models import Pipeline, Stage
from svyazka.business.moving_in import cleaning, columns, mapping, reconciling, storing, undoing, upload
from svyazka.business.moving_in.going_on import figures, figures_of_events
from svyazka.business.moving_in.models import MoveIn, Repair
from svyazka.business.moving_in.system import of_code
from svyazka.business.staff.models import Person
from svyazka.kit.refusals import Refused
from svyazka.workplaces.office import moving_in_lines as lines
from svyazka.workplaces.office import moving_in_systems as systems
from svyazka.workplaces.shared import spreadsheet
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.paging import page_of
from svyazka.workplaces.shared.short import money

SHOWN_CELLS, SHOWN_REPAIRS = 3, 100
State = MoveIn.State


@needs("clients.move_in", "GET", "POST")
def moves(request: PageRequest) -> HttpResponse:
    """GET: all of them; POST takes a file in."""
    if request.method != "POST":
        return _list(request)
    sent = request.FILES.get("file")
    try:
        if sent is None:
            raise Refused(_("Choose a file first."))
        made = upload.take_in(str(sent.name), sent, by=request.person)
    except Refused as refusal:
        return _list(request, refusal)
    return redirect("move", made.pk)


@needs("clients.move_in")
def move(request: PageRequest, pk: int) -> HttpResponse:
    """One of them, as far as it is."""
    given = _given(pk)
    if given.state == State.CHOOSING:
        return redirect(_next_page(given), pk)
    return render(request, "office/move.html", _now(given))


@needs("clients.move_in")
def move_now(request: PageRequest, pk: int) -> HttpResponse:
    """How far it is: asked again and again while it is at work."""
    given = _given(pk)
    if given.state == State.CHOOSING:
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = reverse(_next_page(given), args=[pk])
        return answer
    return render(request, "office/move_now.html", _now(given))


@needs("clients.move_in", "GET", "POST")
def move_columns(request: PageRequest, pk: int) -> HttpResponse:
    """Which column is what."""
    given = _given(pk)
    if given.is_of_a_system:
        return redirect("move_mapping", pk)
    if given.state not in (State.CHOOSING, State.CHECKED):
        return redirect("move", pk)
    if request.method != "POST":
        return _columns_page(request, given)
    chosen = {str(place): request.POST.get(f"column.{place}", "") for place in range(len(given.titles))}
    makes_deals = request.POST.get("makes") == "deals"
    try:
        columns.choose(given, chosen, makes_deals=makes_deals, by=request.person)
    except Refused as refusal:
        given.columns, given.makes_deals = chosen, makes_deals
        return _columns_page(request, given, refusal)
    return redirect("move_mapping", pk)


@needs("clients.move_in", "GET", "POST")
def move_mapping(request: PageRequest, pk: int) -> HttpResponse:
    """Whose words are whose. POST begins the dry run."""
    given = _given(pk)
    if given.state not in (State.CHOOSING, State.CHECKED) or not given.columns:
        return redirect("move", pk)
    mapping.propose(given)
    if request.method != "POST" and not _asks_for_mapping(given):
        return render(request, "office/move_mapping.html", {"given": given, "parts": [], **_pipelines(given)})
    if request.method != "POST":
        return _mapping_page(request, given)
    try:
        mapping.choose(given, _mapped(request, given), pipeline=_pipeline(request, given), by=request.person)
    except Refused as refusal:
        return _mapping_page(request, given, refusal)
    return redirect("move", pk)


@needs("clients.move_in")
def move_lines(request: PageRequest, pk: int) -> HttpResponse:
    """Line by line: what would become of it, or has."""
    given = _given(pk)
    context = {"given": given, **lines.page(given, request.GET), "tabs": lines.tabs(given, request.GET.get("of", ""))}
    return render(request, "office/move_lines.html", context)


@needs("clients.move_in")
def move_report(request: PageRequest, pk: int) -> HttpResponseBase:
    """The same as a file, with all cells."""
    return spreadsheet.answer(f"move-{pk}", lines.report(_given(pk)))


@needs("clients.move_in", "GET", "POST")
def move_repairs(request: PageRequest, pk: int) -> HttpResponse:
    """Misspellings; POST accepts some, all of a rule, or takes that back."""
    given = _given(pk)
    if request.method != "POST":
        return render(request, "office/move_repairs.html", _repairs(given))
    numbers = [int(one) for one in request.POST.getlist("repair") if one.isdecimal()]
    rule = request.POST.get("rule", "")
    is_right = request.POST.get("say") != "no"
    changed = cleaning.accept(given, numbers, rule=rule, is_right=is_right, by=request.person)
    if not changed:
        return redirect("move_repairs", pk)
    messages.success(request, _("Noted. The lines are looked at anew."))
    return redirect("move", pk)


@needs("clients.move_in", "POST")
def move_running(request: PageRequest, pk: int) -> HttpResponse:
    storing.run(_given(pk), by=request.person)
    return redirect("move", pk)


@needs("clients.move_in", "POST")
def move_stopping(request: PageRequest, pk: int) -> HttpResponse:
    storing.stop(_given(pk), by=request.person)
    return redirect("move", pk)


@needs("clients.move_in", "POST")
def move_undoing(request: PageRequest, pk: int) -> HttpResponse:
    undoing.undo(_given(pk), by=request.person)
    return redirect("move", pk)


@needs("clients.move_in", "POST")
def move_removal(request: PageRequest, pk: int) -> HttpResponse:
    upload.remove(_given(pk), by=request.person)
    messages.success(request, _("The file is deleted."))
    return redirect("moves")


@needs("clients.move_in")
def move_balance(request: PageRequest, pk: int) -> HttpResponse:
    """What stood there beside what stands here."""
    given = _given(pk)
    names: dict[reconciling.By, str] = {"stage": _("By stage"), "person": _("By person"), "month": _("By month")}
    tables = [{"name": names[by], "rows": [_balance(one) for one in reconciling.balances(given, by)]} for by in names]
    account = reconciling.whole_account(given)
    context = {
        "given": given,
        "tables": tables,
        "total": _balance(reconciling.total(given)),
        "account": _balance(account) if account else None,
    }
    return render(request, "office/move_balance.html", context)


def _given(pk: int) -> MoveIn:
    return get_object_or_404(MoveIn.objects.select_related("by", "pipeline"), pk=pk)


def _next_page(given: MoveIn) -> str:
    """What its columns are, a system says itself."""
    return "move_mapping" if given.is_of_a_system else "move_columns"


def _list(request: PageRequest, refusal: Refused | None = None) -> HttpResponse:
    page = page_of(MoveIn.objects.select_related("by").defer("progress"), by="at", asked=request.GET)
    systems = [(code, of_code(code).title) for code in settings.FOREIGN_SYSTEMS]
    context = {"page": page, "systems": systems, "refusal": refusal.message if refusal else ""}
    return render(request, "office/moves.html", context, status=refusal.status if refusal else 200)


def _columns_page(request: PageRequest, given: MoveIn, refusal: Refused | None = None) -> HttpResponse:
    samples = list(given.rows.exclude(state="aside").order_by("number").values_list("cells", flat=True)[:SHOWN_CELLS])
    own = columns.own_fields()
    context = {
        "given": given,
        "refusal": refusal.message if refusal else "",
        "kinds": [
            (_("Of the client"), list(columns.OF_CLIENT.items())),
            (_("Of the deal"), list(columns.OF_DEAL.items())),
            (_("Of the line"), list(columns.OF_BOTH.items())),
            (_("Own fields"), [(key, field.name) for key, field in own.items()]),
        ],
        "columns": [
            {
                "place": str(place),
                "title": title or _("Column {number}").format(number=place + 1),
                "cells": [cells[place] for cells in samples if place < len(cells) and cells[place]],
                "chosen": given.columns.get(str(place), ""),
            }
            for place, title in enumerate(given.titles)
        ],
    }
    return render(request, "office/move_columns.html", context, status=refusal.status if refusal else 200)


def _asks_for_mapping(given: MoveIn) -> bool:
    return any(given.mapping.get(what) for what in mapping.WHATS)


def _mapping_page(request: PageRequest, given: MoveIn, refusal: Refused | None = None) -> HttpResponse:
    words = mapping.words(given)
    offered = {"people": _staff, "stages": _stages, "sources": _sources}
    titles = {"people": _("Who is who"), "stages": _("Stages"), "sources": _("Sources")}
    groups = [
        {
            "what": what,
            "title": titles[what],
            "words": [
                {"name": f"{what}.{at}", "said": word.said, "lines": word.lines, "chosen": word.chosen}
                for at, word in enumerate(all_of)
            ],
            "options": offered[what](),
        }
        for what, all_of in words.items()
    ]
    context = {"given": given, "parts": groups, "refusal": refusal.message if refusal else "", **_pipelines(given)}
    return render(request, "office/move_mapping.html", context, status=refusal.status if refusal else 200)


def _mapped(request: PageRequest, given: MoveIn) -> dict[mapping.What, dict[str, str]]:
    """Words stand in the address of no input: they are told by their place in the list."""
    return {
        what: {
            word.said: request.POST[f"{what}.{at}"]
            for at, word in enumerate(all_of)
            if f"{what}.{at}" in request.POST and request.POST.get(f"{what}.{at}.said") == word.said
        }
        for what, all_of in mapping.words(given).items()
    }


def _pipelines(given: MoveIn) -> dict[str, Any]:
    return {"pipelines": list(Pipeline.objects.filter(is_active=True)), "chosen_pipeline": given.pipeline_id}


def _pipeline(request: PageRequest, given: MoveIn) -> Pipeline:
    chosen = request.POST.get("pipeline", "")
    found = Pipeline.objects.filter(pk=int(chosen) if chosen.isdecimal() and len(chosen) < 19 else 0).first()
    if found := found or given.pipeline:
        return found
    raise Refused(_("There is no pipeline yet that takes deals. It is set up in the settings, under “Pipelines”."))


def _staff() -> list[tuple[str, list[tuple[str, str]]]]:
    people = Person.objects.working().order_by("full_name")
    return [("", [("", _("nobody of ours"))]), (_("Staff"), [(str(one.pk), one.full_name) for one in people])]


def _stages() -> list[tuple[str, list[tuple[str, str]]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for stage in Stage.objects.select_related("pipeline").order_by("pipeline__position", "pipeline_id", "position"):
        found.setdefault(stage.pipeline.name, []).append((str(stage.pk), stage.name))
    return [("", [("", _("the first stage"))]), *found.items()]


def _sources() -> list[tuple[str, list[tuple[str, str]]]]:
    known = [(str(one.pk), one.name) for one in Source.objects.order_by("id")]
    return [("", [("", _("none")), (mapping.MAKE, _("add as a new source"))]), (_("Sources"), known)]


def _repairs(given: MoveIn) -> dict[str, Any]:
    groups = []
    for rule in Repair.Rule:
        rows = list(given.repairs.filter(rule=rule).order_by("-lines", "id")[: SHOWN_REPAIRS + 1])
        if rows:
            groups.append({"rule": rule, "rows": rows[:SHOWN_REPAIRS], "is_more": len(rows) > SHOWN_REPAIRS})
    return {"given": given, "parts": groups, "can_say": given.state == State.CHECKED}


def _now(given: MoveIn) -> dict[str, Any]:
    """What the page says of it."""
    if given.is_of_a_system and given.state in systems.BEFORE:
        return {"given": given, **systems.so_far(given)}
    if given.state in (State.READING, State.FAILED):
        return {"given": given}
    number, happened = figures(given), figures_of_events(given)
    every = given.total + happened["all"]
    left = {
        State.CHECKING: number["new_lines"] + happened["all"],
        State.RUNNING: number["ready"] + happened["new"],
        State.STOPPED: number["ready"] + happened["new"],
        State.UNDOING: number["stored"] + happened["stored"],
    }
    repairs = given.repairs.filter(is_accepted=False).count() if given.state == State.CHECKED else 0
    return {
        "given": given,
        "number": number,
        "happened": happened,
        "unreadable": given.progress.get("unreadable", 0),
        "every": every,
        "handled": max(0, every - left.get(State(given.state), 0)),
        "repairs": repairs,
        "can_run": given.state in (State.CHECKED, State.STOPPED) and number["ready"] + happened["new"] > 0,
        "suspected": number["doubtful"] if given.state in (State.DONE, State.STOPPED) else 0,
        "total": _balance(reconciling.total(given)) if given.makes_deals and given.state == State.DONE else None,
    }


def _balance(one: reconciling.Balance) -> dict[str, Any]:
    return {
        "said": one.said or "—",
        "there": one.there,
        "here": one.here,
        "sum_there": money(one.sum_there),
        "sum_here": money(one.sum_here),
        "is_equal": one.is_equal,
    }
