"""One visit: looked at, moved, corrected, cancelled."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Self

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.deals import rights
from svyazka.business.deals.models import Field
from svyazka.business.files import seeing
from svyazka.business.places import find
from svyazka.business.staff.models import Person
from svyazka.business.visits import (
    arriving,
    booking,
    carry_out,
    chain,
    change,
    checklist,
    confirming,
    crew_there,
    handing_over,
    links,
    locking,
    teams,
    to_client,
    working,
)
from svyazka.business.visits.directions import map_link
from svyazka.business.visits.models import Asked, MoveReason, Visit
from svyazka.business.visits.road import told
from svyazka.business.visits.taking_along import TakesAlong
from svyazka.kit import clock, rows
from svyazka.kit.refusals import Refused
from svyazka.workplaces.dispatcher import effects, offers, typed, wished
from svyazka.workplaces.shared import beside as both_sides
from svyazka.workplaces.shared import files, inputs, on_site, shots
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import Form, put_on
from svyazka.workplaces.shared.said import names_of, people_in, said
from svyazka.workplaces.shared.short import Short
from svyazka.workplaces.shared.templatetags.svyazka import moment
from svyazka.workplaces.shared.timeline import duration


class ReasonForm(Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )
    asked = forms.ChoiceField(label=gettext_lazy("Who asks for it"), choices=Asked.choices, required=False)

    @classmethod
    def of(cls, visit: Visit) -> Self:
        """Where nobody can come, it is not the client who wants something else."""
        return cls(initial={"asked": Asked.WE} if visit.is_orphaned else None)


class MoveForm(ReasonForm):
    """Out of the company's list, in one's own words, or both."""

    field_order = ("why", "reason", "asked")
    why = forms.ModelChoiceField(
        label=gettext_lazy("Reason"),
        queryset=MoveReason.objects.filter(is_active=True),
        to_field_name="code",
        required=False,
        widget=forms.Select(attrs={"autofocus": True}),
    )
    reason = forms.CharField(
        label=gettext_lazy("In your own words"),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def given(self) -> dict[str, Any]:
        typed_in = self.cleaned_data
        asked = typed_in["asked"] or Asked.CLIENT
        return {"reason": typed_in["reason"], "why": typed_in.get("why"), "asked": asked}


class DetailsForm(Form):
    address = forms.CharField(
        label=gettext_lazy("Address"), max_length=300, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    wishes = forms.CharField(
        label=gettext_lazy("Client's wishes"),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    brief = forms.CharField(
        label=gettext_lazy("For whoever goes there"),
        max_length=300,
        required=False,
        help_text=gettext_lazy("What to take along, what to mind. It stands on the phone; the client does not see it."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


@needs("deals.see")
def visit(request: PageRequest, visit_id: int) -> HttpResponse:
    return _shown(request, _visit(visit_id))


@needs("visits.book", "GET", "POST")
def time(request: PageRequest, visit_id: int) -> HttpResponse:
    """Another time, out of those that are really free."""
    shown = _to_change(request, visit_id)
    if request.method != "POST":
        return _move_form(request, shown, MoveForm.of(shown))
    form = MoveForm(request.POST)
    if not form.is_valid():
        return _move_form(request, shown, form, status=422)
    try:
        chosen = typed.choice(request.POST.get("slot", ""))
        moved = booking.move(
            shown,
            chosen.starts_at,
            chosen.resource,
            **form.given(),
            by=request.person,
            version=typed.version(request.POST.get("version")),
            seen=request.POST.get("seen", "")[:20],
        )
    except TakesAlong as follows:
        return _dialog(request, shown, "dispatcher/effect.html", effects.shown(request, follows.effects), status=409)
    except Refused as refusal:
        put_on(form, refusal)
        return _move_form(request, _visit(visit_id), form, status=refusal.status)
    return _done(request, moved, _("Moved: {visit}").format(visit=in_words(moved)))


@needs("visits.book", "GET", "POST")
def details(request: PageRequest, visit_id: int) -> HttpResponse:
    """The address, the wishes and the word to whoever goes there, corrected."""
    shown = _to_change(request, visit_id)
    if request.method != "POST":
        initial = {name: getattr(shown, name) for name in DetailsForm.base_fields}
        return _details_form(request, shown, DetailsForm(initial=initial))
    form, given = DetailsForm(request.POST), inputs.read(request.POST)
    asked = {code: text for code, text in given.items() if code not in (*form.fields, "version")}
    if not form.is_valid():
        return _details_form(request, shown, form, asked=asked, status=422)
    try:
        version = typed.version(request.POST.get("version"))
        changed = change.change(shown, **form.cleaned_data, typed=asked, by=request.person, version=version)
    except Refused as refusal:
        faults = dict(refusal.fields)
        put_on(form, refusal)
        return _details_form(request, _visit(visit_id), form, asked=asked, faults=faults, status=refusal.status)
    return _done(request, changed, _("Corrected: {visit}").format(visit=in_words(changed)))


@needs("visits.book", "POST")
def taking_back(request: PageRequest, visit_id: int) -> HttpResponse:
    """The engineer's mistaken tap, put right from the office."""
    version = typed.version(request.POST.get("version"))
    back = carry_out.take_back(_to_change(request, visit_id), by=request.person, version=version)
    return _done(request, back, _("Taken back: {visit}").format(visit=in_words(back)))


@needs("visits.book", "POST")
def beside(request: PageRequest, visit_id: int, person_id: int) -> HttpResponse:
    """What was done on site without signal, or what the office did meanwhile."""
    shown, worked = _to_change(request, visit_id), get_object_or_404(Person, pk=person_id)
    both_sides.decide(shown, worked, request.POST.get("decision", ""), by=request.person)
    return _done(request, shown, _("Decided: {visit}").format(visit=in_words(shown)))


@needs("visits.book", "POST")
def confirmation(request: PageRequest, visit_id: int) -> HttpResponse:
    """The client was asked once more; with `back`, he was not after all."""
    shown, version = _to_change(request, visit_id), typed.version(request.POST.get("version"))
    if request.POST.get("back"):
        asked = confirming.take_back(shown, by=request.person, version=version)
        return _done(request, asked, _("No longer confirmed: {visit}").format(visit=in_words(asked)))
    confirmed = confirming.confirm(shown, by=request.person, version=version)
    return _done(request, confirmed, _("Confirmed: {visit}").format(visit=in_words(confirmed)))


@needs("visits.book", "GET", "POST")
def lock(request: PageRequest, visit_id: int) -> HttpResponse:
    """Planning leaves it where it is; with `back`, it need not any more."""
    shown = _to_change(request, visit_id)
    if request.method != "POST":
        return _dialog(request, shown, "dispatcher/lock.html", {})
    if request.POST.get("back"):
        changed = locking.unlock(shown, by=request.person)
        said = _("No longer locked: {visit}").format(visit=in_words(changed))
    else:
        changed = locking.lock(shown, why=request.POST.get("why", ""), by=request.person)
        said = _("Locked: {visit}").format(visit=in_words(changed))
    if request.htmx and _from(request):
        return _back_to_board(said)
    return _done(request, changed, said)


def _back_to_board(said: str) -> HttpResponse:
    answer = HttpResponse()
    # The board behind the dialog need not wait for the bell.
    answer["HX-Trigger"] = json.dumps({"toast": {"message": said}, "dialog:close": {}, "calm:visit": {}})
    return answer


@needs("visits.book", "POST")
def link(request: PageRequest, visit_id: int) -> HttpResponse:
    """The address of the client's own page, to be sent to him by hand."""
    shown = _to_change(request, visit_id)
    links.link_of(shown)
    return _done(request, shown, _("The client answers at this address."))


@needs("visits.book", "POST")
def link_removal(request: PageRequest, visit_id: int) -> HttpResponse:
    shown = _to_change(request, visit_id)
    links.revoke(shown, by=request.person)
    return _done(request, shown, _("The link opens nothing any more."))


@needs("visits.book", "GET", "POST")
def cancellation(request: PageRequest, visit_id: int) -> HttpResponse:
    shown = _to_change(request, visit_id)
    form = ReasonForm(request.POST) if request.method == "POST" else ReasonForm.of(shown)
    if request.method != "POST" or not form.is_valid():
        return _cancel_form(request, shown, form, status=422 if form.is_bound else 200)
    try:
        version = typed.version(request.POST.get("version"))
        given = {"reason": form.cleaned_data["reason"], "asked": form.cleaned_data["asked"] or Asked.CLIENT}
        cancelled = booking.cancel(shown, **given, by=request.person, version=version)
    except Refused as refusal:
        put_on(form, refusal)
        return _cancel_form(request, _visit(visit_id), form, status=refusal.status)
    said = _("Cancelled: {visit}").format(visit=in_words(cancelled))
    if request.htmx and _from(request):
        return _back_to_board(said)
    return _done(request, cancelled, said)


def _from(request: PageRequest) -> str:
    """The board, to which it goes back at once; the visit's own panel otherwise."""
    given = request.POST if request.method == "POST" else request.GET
    return "board" if given.get("from") == "board" else ""


def in_words(visit: Visit) -> str:
    return f"{visit.kind}, {moment(visit.starts_at)}, {visit.resource}"


def day_of(visit: Visit) -> str:
    return clock.local(visit.starts_at).date().isoformat()


def _visit(visit_id: int) -> Visit:
    related = (
        "kind",
        "client",
        "resource__person",
        "deal__stage",
        "deal__responsible",
        "locked_by",
        "lacks",
        "not_done",
    )
    return get_object_or_404(Visit.objects.select_related(*related), pk=visit_id)


def _to_change(request: PageRequest, visit_id: int) -> Visit:
    visit = _visit(visit_id)
    rights.insist(request.person, visit.deal)
    return visit


def _shown(request: PageRequest, visit: Visit) -> HttpResponse:
    changeable = rights.may_change(request.person, visit.deal)
    context = {
        "phones": [point.value for point in visit.client.contact_points.filter(kind="phone")],
        "map": map_link(visit.address),
        "placed": find.of(visit.address),
        "known": _known(visit),
        "team": teams.along_with(visit),
        "photos": shots.of_visit(visit),
        "crew": [one for one in crew_there.of_visit(visit) if one.times],
        "asked_to_take": handing_over.of_visit(visit),
        "points": checklist.of_visit(visit),
        "worked": _worked(visit),
        "sheets": list(visit.sheets.select_related("form").order_by("form__position")),
        "movable": visit.status in Visit.MOVABLE and changeable,
        "asked": visit.status == Visit.Status.PLANNED and visit.starts_at > clock.now() and changeable,
        "before": carry_out.status_before(visit) if changeable else None,
        "is_late": arriving.is_late(visit),
        "to_say": to_client.to_say(visit) if changeable else [],
        "link": _link(request, visit) if changeable else "",
        "on_site": on_site.of_visit(visit, request.person, Short()),
        "beside": both_sides.of_visit(visit, request.person),
        "news_told": told.of_visit(visit),
        "may_decide": changeable,
        "files": files.panel("visit", visit.pk, visit.client_id, may_add=seeing.may_add(request.person, visit=visit)),
    }
    return _dialog(request, visit, "dispatcher/visit.html", context)


def _worked(visit: Visit) -> str:
    """Without the breaks, once somebody has begun."""
    if visit.status not in (Visit.Status.STARTED, Visit.Status.DONE, Visit.Status.NOT_DONE):
        return ""
    minutes = working.worked(visit.stints.all()) // timedelta(minutes=1)
    return duration(minutes * 60) if minutes else ""


def _link(request: PageRequest, visit: Visit) -> str:
    """Where the settings name no address of the house, the one by which we are reached just now."""
    known = links.known(visit)
    return request.build_absolute_uri(known) if known else ""


def _move_form(request: PageRequest, visit: Visit, form: MoveForm, status: int = 200) -> HttpResponse:
    given = request.POST if request.method == "POST" else request.GET
    day = typed.day(given["day"]) if given.get("day") else None
    wishes = wished.read(given, visit.client_id)
    context = {
        "form": form,
        "offer": offers.offer(visit.kind, visit.address, wishes=wishes, day=day, moving=visit),
        "wished": wished.line(wishes),
        "windows_url": reverse("visit_time", args=[visit.pk]) + "?",
        "told": effects.told(visit),
    }
    return _dialog(request, visit, "dispatcher/move.html", context, status=status)


def _details_form(
    request: PageRequest,
    visit: Visit,
    form: DetailsForm,
    *,
    asked: Mapping[str, str] | None = None,
    faults: Mapping[str, object] | None = None,
    status: int = 200,
) -> HttpResponse:
    fields = _fields_of(visit)
    staff = inputs.staff_for(fields, visit.facts)
    made = [inputs.make(one, visit.facts.get(one.code), staff, typed=asked, faults=faults) for one in fields]
    return _dialog(request, visit, "dispatcher/details.html", {"form": form, "asked": made}, status=status)


def _fields_of(visit: Visit) -> list[Field]:
    """What is asked for, and what is known though nobody asks for it any more."""
    fields = rows.read(Field, "where of = 'visit' order by position, id")
    return [field for field in fields if field.is_active or visit.facts.get(field.code) not in (None, "", [])]


def _known(visit: Visit) -> list[tuple[str, str]]:
    fields = [field for field in _fields_of(visit) if visit.facts.get(field.code) not in (None, "", [])]
    staff = names_of(people_in(visit.facts, {field.code: field for field in fields}))
    return [(field.name, said(field, visit.facts[field.code], staff)) for field in fields]


def _cancel_form(request: PageRequest, visit: Visit, form: ReasonForm, status: int = 200) -> HttpResponse:
    context = {"form": form, "told": effects.told(visit), "later": chain.ahead_of(visit), "from": _from(request)}
    return _dialog(request, visit, "dispatcher/cancel.html", context, status=status)


def _done(request: PageRequest, visit: Visit, said: str) -> HttpResponse:
    if not request.htmx:
        messages.success(request, said)
        return redirect("visit", visit_id=visit.pk)
    answer = _shown(request, _visit(visit.pk))
    answer["HX-Trigger"] = json.dumps({"toast": {"message": said}})
    return answer


def _dialog(
    request: PageRequest, visit: Visit, template: str, context: dict[str, Any], *, status: int = 200
) -> HttpResponse:
    """In the dialog over the calendar, or as a page of its own."""
    fragment = request.htmx and not request.htmx.boosted
    everything = {**context, "visit": visit, "inner": template}
    return render(request, template if fragment else "dispatcher/visit_page.html", everything, status=status)
