"""A drop on the board: what it would do is shown first, then it is done, and it can be taken back."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.deals import rights
from svyazka.business.deals.models import Deal
from svyazka.business.visits import booking, foreseeing, move_back, unplaced
from svyazka.business.visits.booking import SlotTaken
from svyazka.business.visits.foreseeing import DoesNotGo
from svyazka.business.visits.models import Visit, VisitKind, Waiting
from svyazka.business.visits.taking_along import TakesAlong
from svyazka.business.visits.unplaced import Unplaced
from svyazka.kit import clock
from svyazka.kit.refusals import Refused
from svyazka.workplaces.dispatcher import no_place, typed
from svyazka.workplaces.dispatcher.typed import Choice
from svyazka.workplaces.dispatcher.visits import MoveForm, in_words
from svyazka.workplaces.shared import waiting_cards
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import Form, put_on
from svyazka.workplaces.shared.short import Short


class BookForm(Form):
    address = forms.CharField(
        label=gettext_lazy("Address"), max_length=300, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    wishes = forms.CharField(
        label=gettext_lazy("Client's wishes"),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


@needs("visits.book", "GET", "POST")
def of_visit(request: PageRequest, visit_id: int) -> HttpResponse:
    visit = _visit(request, visit_id)
    chosen, version = _chosen(request), typed.version(_given(request, "version"))
    if request.method != "POST":
        booking.refuse_change(visit, version)
        return _move_form(request, visit, chosen, MoveForm.of(visit))
    form = MoveForm(request.POST)
    if not form.is_valid():
        return _move_form(request, visit, chosen, form)
    was = Choice(visit.resource, visit.starts_at)
    how: dict[str, Any] = {**form.given(), "version": version, "seen": request.POST.get("seen", "")[:20]}
    try:
        moved = booking.move(visit, chosen.starts_at, chosen.resource, by=request.person, **how)
    except SlotTaken as refusal:
        return no_place.of_visit(request, visit, chosen, refusal)
    except TakesAlong:  # something else than was shown: it is shown again
        return _move_form(request, visit, chosen, form)
    except Refused as refusal:
        if "reason" not in refusal.fields:
            raise
        put_on(form, refusal)
        return _move_form(request, visit, chosen, form)
    return _done(request, moved, _("Moved: {visit}").format(visit=in_words(moved)), was)


@needs("visits.book", "POST")
def undoing(request: PageRequest, visit_id: int) -> HttpResponse:
    visit, chosen = _visit(request, visit_id), _chosen(request)
    version = typed.version(request.POST.get("version"))
    back = move_back.move_back(visit, chosen.starts_at, chosen.resource, by=request.person, version=version)
    return _done(request, back, _("Moved back: {visit}").format(visit=in_words(back)))


@needs("visits.book", "POST")
def removal(request: PageRequest, visit_id: int) -> HttpResponse:
    """What was just dropped there was dropped by mistake."""
    version = typed.version(request.POST.get("version"))
    gone = move_back.take_out(_visit(request, visit_id), by=request.person, version=version)
    return _done(request, gone, _("Taken out again: {visit}").format(visit=in_words(gone)))


@needs("visits.book", "GET", "POST")
def of_deal(request: PageRequest, deal_id: int) -> HttpResponse:
    """Work that stood beside the board is booked where it was dropped."""
    deal = get_object_or_404(Deal.objects.select_related("client", "stage"), pk=deal_id)
    rights.insist(request.person, deal)
    chosen, kind = _chosen(request), _kind(_given(request, "kind"))
    if request.method != "POST":
        waits = Waiting.objects.filter(deal=deal, kind=kind, state=Waiting.State.OPEN).first()
        known = {"address": waits.address, "wishes": waits.note} if waits else {"address": deal.address}
        return _book_form(request, deal, kind, chosen, BookForm(initial=known), waits)
    form = BookForm(request.POST)
    if not form.is_valid():
        return _book_form(request, deal, kind, chosen, form)
    how: dict[str, Any] = {**form.cleaned_data, "request_id": typed.request_id(request.POST.get("request_id"))}
    try:
        booked = booking.book(deal, kind, chosen.resource, chosen.starts_at, by=request.person, **how)
    except SlotTaken as refusal:
        return no_place.of_deal(request, deal, kind, chosen, refusal)
    return _done(request, booked, _("Booked: {visit}").format(visit=in_words(booked)), is_new=True)


@needs("deals.see")
def beside(request: PageRequest) -> HttpResponse:
    """What stands nowhere yet, beside the board."""
    tray = unplaced.read()
    short = Short()
    cards = [(one, json.dumps(_carried(one), ensure_ascii=False), _wished(one, short)) for one in tray.found]
    return render(request, "dispatcher/unplaced.html", {"tray": tray, "cards": cards})


def _carried(one: Unplaced) -> dict[str, Any]:
    """What the board has to know of it while it is dragged."""
    minutes = int(one.length.total_seconds()) // 60
    said = {"title": one.client, "minutes": minutes, "skill": one.kind.skill}
    if one.visit_id:
        return {**said, "visit": one.visit_id, "version": one.version}
    return {**said, "deal": one.deal_id, "kind": one.kind.code}


def _wished(one: Unplaced, short: Short) -> str:
    """Since when the client waits, and when he can be visited."""
    if one.waits is None:
        return ""
    days = (clock.today() - clock.local(one.since).date()).days
    wishes = waiting_cards.in_words(one.waits.wishes, "", short)
    return " · ".join(filter(None, (waiting_cards.waits(days), wishes)))


def _visit(request: PageRequest, visit_id: int) -> Visit:
    related = ("kind", "client", "resource__person", "deal__stage", "locked_by")
    visit = get_object_or_404(Visit.objects.select_related(*related), pk=visit_id)
    rights.insist(request.person, visit.deal)
    return visit


def _given(request: PageRequest, name: str) -> str:
    return (request.POST if request.method == "POST" else request.GET).get(name, "")


def _chosen(request: PageRequest) -> Choice:
    return typed.choice(_given(request, "slot"))


def _kind(code: str) -> VisitKind:
    kind = VisitKind.objects.filter(code=code[:50].replace("\x00", "")).first()
    if kind is None:
        raise Refused(_("Choose what is to be done there."))
    return kind


def _move_form(request: PageRequest, visit: Visit, chosen: Choice, form: MoveForm) -> HttpResponse:
    try:
        effect = foreseeing.of_move(visit, chosen.starts_at, chosen.resource)
    except DoesNotGo as refusal:
        return no_place.of_visit(request, visit, chosen, refusal)
    return _shown(request, chosen, form, {"visit": visit, "effect": effect})


def _book_form(
    request: PageRequest, deal: Deal, kind: VisitKind, chosen: Choice, form: BookForm, waits: Waiting | None = None
) -> HttpResponse:
    try:
        effect = foreseeing.of_booking(deal, kind, chosen.starts_at, chosen.resource, waits=waits)
    except DoesNotGo as refusal:
        return no_place.of_deal(request, deal, kind, chosen, refusal)
    return _shown(request, chosen, form, {"deal": deal, "kind": kind, "effect": effect, "request_id": uuid4()})


def _shown(request: PageRequest, chosen: Choice, form: Form, context: dict[str, Any]) -> HttpResponse:
    slot = f"{chosen.resource.pk}@{chosen.starts_at.isoformat()}"
    everything = {**context, "form": form, "slot": slot, "inner": "dispatcher/placing.html"}
    fragment = request.htmx and not request.htmx.boosted
    template = "dispatcher/placing.html" if fragment else "dispatcher/placing_page.html"
    return render(request, template, everything, status=422 if form.errors else 200)


def _done(
    request: PageRequest, visit: Visit, said: str, was: Choice | None = None, *, is_new: bool = False
) -> HttpResponse:
    """`was`: from where it came, for whoever takes the move back at once; `is_new`: it was nowhere before."""
    if not request.htmx:
        messages.success(request, said)
        return redirect("visit", visit_id=visit.pk)
    slot = f"{was.resource.pk}@{was.starts_at.isoformat()}" if was else ""
    context = {"visit": visit, "said": said, "slot": slot, "is_new": is_new}
    answer = HttpResponse(render_to_string("dispatcher/placed.html", context))
    # The board behind the dialog need not wait for the bell.
    answer["HX-Trigger"] = json.dumps({"dialog:close": {}, "calm:visit": {}})
    return answer
