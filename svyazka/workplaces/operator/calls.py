"""The call card: who rings, while it rings, and the first thing to fill in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy

from svyazka.business.calls.fold import from_json
from svyazka.business.calls.follow import line_of, summary_of
from svyazka.business.calls.models import Call
from svyazka.business.calls.summary import Summary
from svyazka.business.clients import history
from svyazka.business.clients.models import Client
from svyazka.business.deals.models import Deal
from svyazka.business.intake.by_hand import asks_for_openings
from svyazka.business.intake.call_request import fill_in
from svyazka.business.staff.models import Person
from svyazka.kit import clock
from svyazka.kit.refusals import Refused
from svyazka.workplaces.shared import timeline
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import Form, put_on

LATEST = 5
RECENT = timedelta(minutes=30)  # a call that goes on for longer is shown only where its card is already


class CallForm(Form):
    """What is asked of a caller whom nobody knows. The number is held already, unless it is hidden."""

    contact = forms.CharField(label=gettext_lazy("Phone or e-mail"), max_length=200)
    name = forms.CharField(label=gettext_lazy("Client's name"), max_length=200)
    address = forms.CharField(label=gettext_lazy("Address"), max_length=300, required=False)
    openings = forms.IntegerField(
        label=gettext_lazy("Openings"),
        min_value=1,
        max_value=999,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    wish = forms.CharField(
        label=gettext_lazy("Comment"), max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


def form_of(call: Call, typed: QueryDict | None = None) -> Form:
    """Without the fields that are not asked of this caller, or not by this company."""
    left_out = {"contact": call.client_number.startswith("+"), "openings": not asks_for_openings()}
    asked: dict[str, Any] = {name: None for name, is_out in left_out.items() if is_out}
    # Several cards may stand on the page: each input needs an id of its own.
    form: Form = type("AskedForm", (CallForm,), asked)(typed, auto_id=f"call-{call.pk}-%s")
    for field in form.fields.values():
        field.widget.attrs.setdefault("autocomplete", "off")
    next(iter(form.fields.values())).widget.attrs["autofocus"] = True
    return form


@needs("calls.take")
def call_card(request: PageRequest, call_id: int) -> HttpResponse:
    """Once it is over for this person, the card goes away by itself: it asks for itself with `leave`."""
    call = get_object_or_404(Call, pk=call_id)
    if call.merged_into_id:
        return HttpResponse()
    if "leave" in request.GET and _is_over_for(request.person, call):
        return HttpResponse()
    return _card(request, call)


@needs("calls.take")
def calls_mine(request: PageRequest) -> HttpResponse:
    """The cards of a person who opens the page in the middle of a call."""
    calls = Call.objects.going_on().filter(started_at__gte=clock.now() - RECENT).order_by("-started_at")[:50]
    mine = [call for call in calls if _concerns(request.person, call)]
    return HttpResponse("".join(_card(request, call).content.decode() for call in mine))


@needs("calls.take", "POST")
def call_request(request: PageRequest, call_id: int) -> HttpResponse:
    call = get_object_or_404(Call.objects.whole(), pk=call_id)
    form = form_of(call, request.POST)
    if form.is_valid():
        try:
            deal = fill_in(call, **form.cleaned_data, by=request.person)
        except Refused as refusal:
            put_on(form, refusal)
        else:
            call.refresh_from_db()
            return _card(request, call, saved=deal)
    return _card(request, call, form=form, status=422)


def _card(
    request: PageRequest, call: Call, *, form: Form | None = None, saved: Deal | None = None, status: int = 200
) -> HttpResponse:
    client = Client.objects.filter(pk=call.client_id).first() if call.client_id else None
    caller = None if client else Person.objects.with_phone(call.client_number)
    is_known = bool(caller or (client and client.name))
    deals = _open_deals(client) if client else []
    moment = _moment(request.person, call)
    context = {
        "call": call,
        "moment": moment,
        "is_held": summary_of(call).is_held,
        "client": client,
        "caller": caller,
        "line": line_of(call),
        "deals": deals,
        "latest": _latest(call, client) if client else [],
        "staff": list(dict.fromkeys(deal.responsible.full_name for deal in deals if deal.responsible)),
        "colleague": _colleague(call, moment),
        "spoken": timeline.duration(call.talk_seconds) if call.talk_seconds else "",
        "form": form or (None if is_known or saved else form_of(call)),
        # What is being typed outlives the news of the call; an answer to the form itself must be seen.
        "keeps_form": form is None,
        "saved": saved,
        "leaves": moment in _LEAVING or (moment == "finished" and (is_known or saved)),
    }
    return render(request, "operator/call_card.html", context, status=status)


# How the call stands for the person who looks at the card.
_LEAVING = ("taken", "passed_on")


def _moment(person: Person, call: Call) -> str:
    """`ringing`, `talking`, `finished`, `missed`; `taken`: a colleague answered; `passed_on`: it rings elsewhere."""
    now = summary_of(call)
    if person.extension and person.extension in now.rings:
        return "ringing"
    if call.answered_by_id:
        return _moment_of_talk(person, call, now)
    if call.state == Call.State.ENDED:
        return "missed" if call.result != Call.Result.ANSWERED else "finished"
    if call.state == Call.State.TALKING:
        return "talking"
    return "passed_on" if _concerns(person, call) and person.extension in now.rang else "ringing"


def _moment_of_talk(person: Person, call: Call, now: Summary) -> str:
    """Somebody has answered. Whoever got the client from a colleague speaks with him as if he had been the first."""
    if _concerns(person, call):
        own = [talk for talk in now.talks if talk.extension == person.extension]
        if not own and call.answered_by_id != person.pk:
            return "missed" if call.result == Call.Result.LEFT and person.extension in now.rang else "taken"
        if own and own[-1].end is not None:
            return "finished"
    return "talking" if call.state == Call.State.TALKING else "finished"


def _concerns(person: Person, call: Call) -> bool:
    return bool(person.extension) and person.extension in {leg["extension"] for leg in call.legs}


def _is_over_for(person: Person, call: Call) -> bool:
    return _moment(person, call) not in ("ringing", "talking")


def _open_deals(client: Client) -> list[Deal]:
    rows = Deal.objects.of_client(client.pk).still_open()
    return list(rows.select_related("stage", "responsible")[:3])


def _latest(call: Call, client: Client) -> list[timeline.Line]:
    """What happened before this call."""
    before = [one for one in history.of_client(client.pk) if one.pk != call.interaction_id]
    return timeline.lines(before[:LATEST])


def _colleague(call: Call, moment: str) -> str:
    """Who has the call now, or whose phone it rings on."""
    if call.answered_by_id:
        return Person.objects.filter(pk=call.answered_by_id).values_list("full_name", flat=True).first() or ""
    rings = [leg.extension for leg in map(from_json, call.legs) if leg.rings and leg.extension]
    if moment != "passed_on" or not rings:
        return ""
    return Person.objects.working().filter(extension__in=rings).values_list("full_name", flat=True).first() or ""
