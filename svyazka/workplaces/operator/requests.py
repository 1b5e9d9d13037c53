"""A request taken down by hand: five fields at most, and who it is appears while the phone is typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.clients import history
from svyazka.business.clients import search as index
from svyazka.business.clients.change import read_contact
from svyazka.business.clients.identify import find_by_contact
from svyazka.business.clients.matching.recognise import record_of
from svyazka.business.clients.matching.traits import Known
from svyazka.business.clients.matching.whose import decide_on
from svyazka.business.clients.models import Client
from svyazka.business.clients.search import Hit
from svyazka.business.deals.found import Found, look_up
from svyazka.business.deals.models import Deal
from svyazka.business.duplicates import wording
from svyazka.business.intake.by_hand import asks_for_openings, take_down
from svyazka.business.visits import kinds
from svyazka.engines.matching.decide import Decision
from svyazka.kit import clock, phones
from svyazka.kit.refusals import Refused
from svyazka.workplaces.shared import timeline
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import Form, put_on

MOST_CANDIDATES = 4
LATEST = 3
REASONS = 3


class RequestForm(Form):
    contact = forms.CharField(
        label=gettext_lazy("Phone or e-mail"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autofocus": True}),
    )
    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    address = forms.CharField(
        label=gettext_lazy("Address"),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    openings = forms.IntegerField(
        label=gettext_lazy("Openings"),
        min_value=1,
        max_value=999,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    wish = forms.CharField(
        label=gettext_lazy("What is wanted"),
        max_length=5000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if not asks_for_openings():
            del self.fields["openings"]

    def clean_contact(self) -> str:
        typed: str = self.cleaned_data["contact"]
        try:
            read_contact(typed)
        except Refused as refusal:
            raise forms.ValidationError(str(refusal.message)) from refusal
        return typed


@needs("requests.take", "GET", "POST")
def request_new(request: PageRequest) -> HttpResponse:
    if request.method == "POST":
        return _take_down(request)
    contact = request.GET.get("contact", "")[:200]
    form = RequestForm(initial={"contact": contact})
    return _page(request, form, request_id=uuid4(), typed={"contact": contact})


@needs("requests.take")
def request_known(request: PageRequest) -> HttpResponse:
    """Who it is, while his phone is typed."""
    return render(request, "operator/request_known.html", known(request.GET))


def known(typed: Mapping[str, str]) -> dict[str, Any]:
    """The client for certain, with the latest of his history; those whom it may be, each with its reasons; before the
    contact is complete, whose it may become."""
    contact, name, address = (typed.get(field, "").strip()[:300] for field in ("contact", "name", "address"))
    try:
        contacts = [read_contact(contact)]
    except Refused:
        if contact or not name:
            return {"candidates": _candidates(contact)}
        contacts = []
    if not name:
        return _certain(find_by_contact(contacts))
    decision = decide_on(record_of(contacts, Known(name, address), clock.now().date()))
    if decision.kind == "doubtful":
        return {"likely": _likely(decision), "whose": typed.get("whose", "")}
    if decision.client is not None:
        return _certain(Client.objects.filter(pk=decision.client).first())
    return {"is_new": True} if contacts else {}


def _certain(client: Client | None) -> dict[str, Any]:
    found = look_up([Hit("client", client.pk)]) if client else []
    if client is None or not found:
        return {"is_new": True}
    latest = timeline.lines(history.of_client(client.pk)[:LATEST])
    return {"found": _shown(found[0]), "latest": latest}


def _likely(decision: Decision) -> list[dict[str, Any]]:
    scores = {one.id: one.score for one in decision.likely[:MOST_CANDIDATES]}
    shown = []
    for one in look_up([Hit("client", number) for number in scores]):
        reasons = wording.because_of(scores[one.client_id])
        objections = [wording.veto(veto) for veto in scores[one.client_id].vetoes]
        likely = [reason.text for reason in reasons if reason.speaks_for][:REASONS]
        shown.append({**_shown(one), "id": one.client_id, "reasons": likely, "objections": objections})
    return shown


def _candidates(typed: str) -> list[dict[str, Any]]:
    if len(phones.digits_of(typed)) < 4:
        return []
    hits = [hit for hit in index.find(typed, limit=MOST_CANDIDATES * 2) if hit.kind == "client"]
    return [_shown(one) for one in look_up(hits[:MOST_CANDIDATES])]


def _shown(one: Found) -> dict[str, Any]:
    numbers = [phones.readable(number) for number in one.phones[:2]]
    return {
        "name": one.title,
        "phones": numbers,
        "contact": one.phones[0] if one.phones else "",
        "address": one.address,
        "url": f"/clients/{one.client_id}/",
        "deal": str(one.deal_id or ""),
        "deal_url": f"/deals/{one.deal_id}/",
        "stage": one.stage,
        "colour": one.colour,
    }


def _take_down(request: PageRequest) -> HttpResponse:
    form = RequestForm(request.POST)
    request_id = _request_id(request)
    if form.is_valid():
        try:
            deal = take_down(**form.cleaned_data, request_id=request_id, whose=_whose(request), by=request.person)
        except Refused as refusal:
            put_on(form, refusal)
        else:
            messages.success(request, _("The request is taken down in deal № {number}.").format(number=deal.pk))
            return redirect(_next(request, deal))
    return _page(request, form, request_id=request_id, typed=request.POST.dict(), status=422)


def _next(request: PageRequest, deal: Deal) -> str:
    """What whoever takes it down goes on with."""
    if "book" in request.POST:
        return reverse("visit_new", args=[deal.pk])
    return reverse("waiting_new", args=[deal.pk]) if "wait" in request.POST else f"/deals/{deal.pk}/"


def _whose(request: PageRequest) -> int | None:
    """Whom the person has chosen; None: nobody was asked, or nothing was said."""
    said = request.POST.get("whose", "")
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 18 else None


def _request_id(request: PageRequest) -> UUID:
    try:
        return UUID(request.POST.get("request_id", ""))
    except ValueError:
        return uuid4()


def _page(
    request: PageRequest, form: RequestForm, *, request_id: UUID, typed: Mapping[str, Any], status: int = 200
) -> HttpResponse:
    context = {"form": form, "request_id": request_id, "goes_out": kinds.are_there()}
    context |= known({name: str(value) for name, value in typed.items()}) if typed.get("contact") else {}
    return render(request, "operator/request_new.html", context, status=status)
