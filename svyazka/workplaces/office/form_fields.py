"""The fields of somebody else's form: which of ours each becomes, chosen beside what has really come."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from svyazka.business.conversations import proofs
from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.intake import form_fields
from svyazka.business.intake.form_fields import ASIDE, OTHER
from svyazka.business.intake.models import Arrival, in_words
from svyazka.business.staff import roles
from svyazka.kit.refusals import Refused
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import Form, put_on

BY_ITSELF = "auto"
MEANINGS = {
    "name": gettext_lazy("Name"),
    "phone": gettext_lazy("Phone"),
    "email": gettext_lazy("E-mail"),
    "message": gettext_lazy("Message"),
    "address": gettext_lazy("Address"),
    "company": gettext_lazy("Company"),
    "tax_number": gettext_lazy("Tax number (INN)"),
    "openings": gettext_lazy("How many windows"),
    "page": gettext_lazy("Page of the site"),
    "referrer": gettext_lazy("Page before it"),
    "landing": gettext_lazy("First page of the visit"),
    "processing": gettext_lazy("Agrees to the processing of his data"),
    "advertising": gettext_lazy("Agrees to advertising"),
    "ym_uid": gettext_lazy("Number in Yandex Metrica"),
    "yclid": gettext_lazy("Click in Yandex Direct (yclid)"),
    "roistat": gettext_lazy("Number in Roistat"),
    "outside_id": gettext_lazy("Number of the request there, never given twice"),
}
TONES = {Arrival.State.STUCK: "bad", Arrival.State.AGAIN: "warn", Arrival.State.DONE: "good"}
WAYS = [
    ("", gettext_lazy("nothing: whoever knows the address may send")),
    ("header", gettext_lazy("a secret in a header")),
    ("field", gettext_lazy("a secret in a field of the form")),
    ("signature", gettext_lazy("a signature in a header (HMAC-SHA256 of the body)")),
]


class ProofForm(Form):
    way = forms.ChoiceField(label=gettext_lazy("What has to be shown"), choices=WAYS, required=False)
    name = forms.CharField(
        label=gettext_lazy("Name of the header or field"),
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"placeholder": "X-Api-Key", "spellcheck": "false"}),
    )


class CaptchaForm(Form):
    title = "Yandex SmartCaptcha"
    site_key = forms.CharField(label=gettext_lazy("Client key"), max_length=200, required=False)
    server_key = forms.CharField(
        label=gettext_lazy("Server key"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Stored encrypted. Empty: the stored one stays."),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )


@needs("settings.change", "GET", "POST")
def channel_fields(request: PageRequest, pk: int) -> HttpResponse:
    account = _account(pk)
    if request.method != "POST":
        return _page(request, account)
    names, chosen = request.POST.getlist("name"), request.POST.getlist("meaning")
    pairs = zip(names, chosen, strict=False)
    mapping = {name: OTHER if what == "other" else what for name, what in pairs if what != BY_ITSELF}
    form_fields.choose(account, mapping, is_captured=request.POST.get("is_captured") == "on", by=request.person)
    messages.success(request, _("Saved: what comes from now on is read so."))
    return redirect("channel_fields", pk=pk)


@needs("settings.change", "POST")
def channel_reading(request: PageRequest, pk: int) -> HttpResponse:
    count = form_fields.read_again(_account(pk), by=request.person)
    said = ngettext("{n} arrival is run again.", "{n} arrivals are run again.", count).format(n=count)
    messages.success(request, said if count else _("There is nothing that was not understood."))
    return redirect("channel_fields", pk=pk)


@needs("settings.change", "POST")
def channel_proof(request: PageRequest, pk: int) -> HttpResponse:
    account, form, secret = _account(pk), ProofForm(request.POST), ""
    if form.is_valid():
        try:
            secret = proofs.ask_for(account, **form.cleaned_data, by=request.person)
        except Refused as refusal:
            put_on(form, refusal)
    return _page(request, _account(pk), proof=form if form.errors else None, secret=secret)


@needs("settings.change", "POST")
def channel_captcha(request: PageRequest, pk: int) -> HttpResponse:
    account, form = _account(pk), CaptchaForm(request.POST)
    if form.is_valid():
        try:
            proofs.ask_captcha(account, **form.cleaned_data, by=request.person)
        except Refused as refusal:
            put_on(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("channel_fields", pk=pk)
    return _page(request, account, captcha=form)


def _page(
    request: PageRequest,
    account: ChannelAccount,
    *,
    proof: ProofForm | None = None,
    captcha: CaptchaForm | None = None,
    secret: str = "",
) -> HttpResponse:
    latest = form_fields.latest(account)
    asked = account.options.get("proof") or {}
    context: dict[str, Any] = {
        "account": account,
        "rows": [_row(one, request) for one in form_fields.seen(account, latest)],
        "meanings": [*((code, str(label)) for code, label in MEANINGS.items()), *form_fields.fields_of_deals()],
        "arrivals": [_arrival(one) for one in latest],
        "is_captured": bool(account.options.get("is_captured")),
        "stuck": sum(one.state == Arrival.State.STUCK for one in latest),
        "proof": proof or ProofForm(initial=asked),
        "captcha": captcha or CaptchaForm(initial=account.options.get("captcha") or {}),
        "secret": secret,
    }
    faulty = bool((proof and proof.errors) or (captcha and captcha.errors))
    return render(request, "office/form_fields.html", context, status=422 if faulty else 200)


def _row(seen: form_fields.Seen, request: PageRequest) -> dict[str, Any]:
    """What somebody has typed is for those who may look at arrivals."""
    chosen = BY_ITSELF if seen.chosen is None else "other" if seen.chosen == OTHER else seen.chosen
    return {
        "name": seen.name,
        "sample": seen.sample if roles.may(request.person, "intake.repair") else "",
        "proposal": MEANINGS.get(seen.proposal, _("beside the request, as it is called")),
        "chosen": chosen,
        "aside": ASIDE,
    }


def _arrival(arrival: Arrival) -> dict[str, Any]:
    return {
        "pk": arrival.pk,
        "received_at": arrival.received_at,
        "state": arrival.get_state_display(),
        "tone": TONES.get(Arrival.State(arrival.state), ""),
        "reason": in_words(arrival.reason),
    }


def _account(pk: int) -> ChannelAccount:
    return get_object_or_404(ChannelAccount, pk=pk, kind=ChannelAccount.Kind.WEB_FORM)
