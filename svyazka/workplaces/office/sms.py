"""Messages to phones: the account with whoever sends them, what is left of its money, and one message to try it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.conversations import accounts, paid
from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.notices.models import Outage
from svyazka.kit.refusals import Refused
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import Form, put_on


class SmsForm(Form):
    name = forms.CharField(label=gettext_lazy("Title"), max_length=120)
    token = forms.CharField(
        label=gettext_lazy("Login and password, or the key of the API"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("As “login:password”. Stored encrypted; empty: the stored one stays."),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    sender = forms.CharField(
        label=gettext_lazy("Name of the sender"),
        max_length=15,
        required=False,
        help_text=gettext_lazy("As it is registered there. Empty: theirs."),
        widget=forms.TextInput(attrs={"spellcheck": "false"}),
    )
    callback_secret = forms.CharField(
        label=gettext_lazy("Secret of their calls"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("The same as there, for the address below. Without it we ask what became of messages."),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    is_trial = forms.BooleanField(
        label=gettext_lazy("A trial: the price is asked for, and nothing is sent"), required=False
    )
    to_clients = forms.BooleanField(
        label=gettext_lazy("Messages about visits, too, where neither e-mail nor a messenger leads to the client"),
        required=False,
    )


class TrialForm(Form):
    to = forms.CharField(
        label=gettext_lazy("Your phone"),
        max_length=30,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    text = forms.CharField(
        label=gettext_lazy("Text"), max_length=paid.LONGEST_TRIAL, widget=forms.Textarea(attrs={"rows": 3})
    )


@needs("settings.change", "GET", "POST")
def channel_sms(request: PageRequest, pk: int) -> HttpResponse:
    account = _account(pk)
    if request.method != "POST":
        return _page(request, account)
    form = SmsForm(request.POST)
    if form.is_valid():
        given = dict(form.cleaned_data)
        try:
            account = accounts.change(account, name=given.pop("name"), by=request.person)
            paid.connect(account, **given, by=request.person)
        except Refused as refusal:
            put_on(form, refusal)
        else:
            messages.success(request, _("They answer; the access is stored."))
            return redirect("channel_sms", pk=pk)
    return _page(request, _account(pk), form=form)


@needs("settings.change")
def channel_sms_balance(request: PageRequest, pk: int) -> HttpResponse:
    """Asked for when the page is there: it must not wait for them."""
    try:
        given: dict[str, Any] = {"balance": paid.balance(_account(pk))}
    except Refused as refusal:
        given = {"trouble": refusal.message}
    return render(request, "office/sms_balance.html", given)


@needs("settings.change", "POST")
def channel_sms_trial(request: PageRequest, pk: int) -> HttpResponse:
    """First what it costs; with `send` it goes out."""
    account, form = _account(pk), TrialForm(request.POST)
    price = None
    if form.is_valid():
        given = form.cleaned_data
        try:
            if "send" in request.POST:
                paid.try_it(account, given["text"], to=given["to"], key=uuid4().hex, by=request.person)
                messages.success(request, _("Sent: it should be there in a moment."))
                return redirect("channel_sms", pk=pk)
            price = paid.price(account, given["text"], to=given["to"])
        except Refused as refusal:
            put_on(form, refusal)
    return _page(request, account, trial=form, price=price)


def _page(
    request: PageRequest,
    account: ChannelAccount,
    *,
    form: SmsForm | None = None,
    trial: TrialForm | None = None,
    price: paid.Price | None = None,
) -> HttpResponse:
    options = account.options
    stored = {"name": account.name, "sender": options.get("sender", "")}
    stored |= {"is_trial": bool(options.get("trial")), "to_clients": bool(options.get("to_clients"))}
    context = {
        "account": account,
        "form": form or SmsForm(initial=stored),
        "trial": trial or TrialForm(initial={"text": _("A message from Svyazka.")}),
        "price": price,
        "provider": "SMSC.ru",
        "is_trial": bool(options.get("trial")),
        "address": request.build_absolute_uri(f"/in/sms/{account.public_key}/"),
        "outage": Outage.objects.filter(account=account.code, tries__gt=0).first(),
    }
    faulty = bool((form and form.errors) or (trial and trial.errors))
    return render(request, "office/sms.html", context, status=422 if faulty else 200)


def _account(pk: int) -> ChannelAccount:
    return get_object_or_404(ChannelAccount, pk=pk, kind=ChannelAccount.Kind.SMS)
