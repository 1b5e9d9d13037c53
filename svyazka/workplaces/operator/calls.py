"""The call card: who rings, while it rings, and the first thing to fill in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy

from svyazka.business.calls.dialling import dial
from svyazka.business.calls.follow import summary_of
from svyazka.business.calls.models import Call
from svyazka.business.deals.models import Deal
from svyazka.business.intake.by_hand import asks_for_openings
from svyazka.business.intake.call_request import fill_in
from svyazka.business.staff.models import Person
from svyazka.business.visits import kinds
from svyazka.kit import clock, rows
from svyazka.kit.refusals import Refused
from svyazka.workplaces.operator import call_card as card_of
from svyazka.workplaces.operator.dialling import dial_card
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import Form, put_on

RECENT = timedelta(minutes=30)  # a call that goes on for longer is shown only where its card is already
MOST_CARDS = 10


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
    call = next(iter(rows.read(Call, "where id = %s", [call_id])), None)
    if call is None:
        raise Http404
    if call.merged_into_id:
        return HttpResponse()
    if "leave" in request.GET and _is_over_for(request.person, call):
        return HttpResponse()
    return drawn(request, call)


@needs("calls.take")
def calls_mine(request: PageRequest) -> HttpResponse:
    """The cards of a person who opens the page in the middle of a call."""
    cards = [drawn(request, call) for call in _going_on_at(request.person)]
    dials = [dial_card(request, one) for one in dial.open_dials(request.person)]
    return HttpResponse("".join(card.content.decode() for card in [*dials, *cards]))


def _going_on_at(person: Person) -> list[Call]:
    if not person.extension:
        return []
    recent = Call.objects.going_on().filter(started_at__gte=clock.now() - RECENT)
    return list(recent.at_phone(person.extension, pbx_code=person.pbx_code).order_by("-started_at")[:MOST_CARDS])


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
            return drawn(request, call, saved=deal)
    return drawn(request, call, form=form, status=422)


def drawn(
    request: PageRequest, call: Call, *, form: Form | None = None, saved: Deal | None = None, status: int = 200
) -> HttpResponse:
    context = card_of.facts(request.person, call)
    client, moment = context["client"], context["moment"]
    is_known = bool(context["caller"] or (client and client.name))
    asks = not (is_known or saved or call.direction == "out")
    is_settled = bool(is_known or saved or call.direction == "out" or moment == "missed")
    context |= {
        "form": form or (form_of(call) if asks else None),
        # What is being typed outlives the news of the call; an answer to the form itself must be seen.
        "keeps_form": form is None,
        "saved": saved,
        # Not while it rings: then every question to the database counts, and nobody has asked for a time yet.
        "goes_out": moment in ("talking", *card_of.OVER) and kinds.are_there(),
        "leaves": "" if context["is_awaited"] else _leaves(moment, is_settled=is_settled, is_saved=bool(saved)),
    }
    return render(request, "operator/call_card.html", context, status=status)


def _leaves(moment: str, *, is_settled: bool, is_saved: bool) -> str:
    """After how many seconds the card goes away by itself, if nobody is at it. Whoever has just spoken with the client
    may want to leave a task; a card that says nothing more goes at once."""
    if moment in card_of.LEAVING:
        return "4"
    if moment not in card_of.OVER or not is_settled:
        return ""
    return "4" if is_saved else "90" if moment == "missed" else "45"


def _is_over_for(person: Person, call: Call) -> bool:
    return card_of.moment_of(person, call, summary_of(call)) not in ("ringing", "calling", "talking", "asked")
