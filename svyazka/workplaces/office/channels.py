"""The ways in: forms of sites and bots, each with its address and what has to be done on the other side."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.clients.models import Source
from svyazka.business.conversations import accounts
from svyazka.business.conversations.models import ChannelAccount
from svyazka.kit.refusals import Refused
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import Form, put_on, saved

# What the edge calls each way in (svyazka/edge/app.py: WAYS).
WAYS = {ChannelAccount.Kind.WEB_FORM: "form", ChannelAccount.Kind.TELEGRAM: "telegram"}
KINDS = [
    (ChannelAccount.Kind.WEB_FORM, gettext_lazy("Form of a site")),
    (ChannelAccount.Kind.TELEGRAM, gettext_lazy("Telegram bot")),
]


class ChannelForm(Form):
    name = forms.CharField(
        label=gettext_lazy("Title"), max_length=120, help_text=gettext_lazy("What colleagues see: the site, the bot.")
    )
    source = forms.ModelChoiceField(
        label=gettext_lazy("Source of its requests"), queryset=Source.objects.order_by("code"), required=False
    )
    origins = forms.CharField(
        label=gettext_lazy("Sites that may send it"),
        required=False,
        help_text=gettext_lazy("One a line, like https://example.com. Empty: any site."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean_origins(self) -> list[str]:
        return str(self.cleaned_data["origins"]).split()


class NewChannelForm(ChannelForm):
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=KINDS)
    code = forms.CharField(
        label=gettext_lazy("Short name"),
        max_length=40,
        help_text=gettext_lazy("Latin letters; it stands in the ledger and cannot be changed later."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )
    field_order = ("kind", "name", "code", "source", "origins")


class TokenForm(Form):
    token = forms.CharField(
        label=gettext_lazy("Token"),
        max_length=200,
        help_text=gettext_lazy("Stored encrypted; needed to answer in this channel."),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )


@needs("settings.change")
def channels(request: PageRequest) -> HttpResponse:
    kinds = dict(KINDS)
    rows = [
        {"account": account, "kind": kinds.get(ChannelAccount.Kind(account.kind), account.kind)}
        for account in ChannelAccount.objects.select_related("source").order_by("kind", "name", "pk")
    ]
    return render(request, "office/channels.html", {"rows": rows})


@needs("settings.change", "GET", "POST")
def channel_new(request: PageRequest) -> HttpResponse:
    form = NewChannelForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        try:
            account, secret = accounts.open_account(given.pop("kind"), **given, by=request.person)
        except Refused as refusal:
            put_on(form, refusal)
        else:
            return _page(request, account, secret=secret, is_new=True)
    return render(request, "office/channel_new.html", {"form": form}, status=422 if form.errors else 200)


@needs("settings.change", "GET", "POST")
def channel(request: PageRequest, pk: int) -> HttpResponse:
    account = _account(pk)
    if request.method != "POST":
        return _page(request, account)
    form = _form(account, request.POST)
    if saved(form, lambda: accounts.change(account, by=request.person, **form.cleaned_data)):
        messages.success(request, _("Saved."))
        return redirect("channel", pk=pk)
    return _page(request, account, form=form)


@needs("settings.change", "POST")
def channel_state(request: PageRequest, pk: int) -> HttpResponse:
    account = accounts.change(_account(pk), by=request.person, is_active=request.POST.get("on") == "1")
    messages.success(request, _("Switched on.") if account.is_active else _("Switched off: nothing comes in here now."))
    return redirect("channel", pk=pk)


@needs("settings.change", "POST")
def channel_secret(request: PageRequest, pk: int) -> HttpResponse:
    account = _account(pk)
    return _page(request, account, secret=accounts.renew_secret(account, by=request.person))


@needs("settings.change", "POST")
def channel_token(request: PageRequest, pk: int) -> HttpResponse:
    account = _account(pk)
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _page(request, account, token_form=form)
    accounts.keep_token(account, form.cleaned_data["token"], by=request.person)
    messages.success(request, _("The token is stored."))
    return redirect("channel", pk=pk)


def _account(pk: int) -> ChannelAccount:
    return get_object_or_404(ChannelAccount.objects.select_related("source"), pk=pk)


def _page(
    request: PageRequest,
    account: ChannelAccount,
    *,
    secret: str = "",
    is_new: bool = False,
    form: ChannelForm | None = None,
    token_form: TokenForm | None = None,
) -> HttpResponse:
    """`secret`: a new one, which nobody can look up afterwards; so it is shown at once and not after a redirect."""
    kind = ChannelAccount.Kind(account.kind)
    context: dict[str, Any] = {
        "account": account,
        "kind_name": dict(KINDS).get(kind, account.kind),
        "address": request.build_absolute_uri(f"/in/{WAYS[kind]}/{account.public_key}/"),
        "how_to": f"{account.kind}/how_to.html",
        "secret": secret,
        "has_secret": kind in accounts.WITH_SECRET,
        "is_new": is_new,
        "form": form or _form(account),
        "token_form": token_form or TokenForm(),
    }
    faulty = bool((form and form.errors) or (token_form and token_form.errors))
    answer = render(request, "office/channel.html", context, status=422 if faulty else 200)
    if request.method == "POST":
        answer["HX-Push-Url"] = reverse("channel", args=[account.pk])
    return answer


def _form(account: ChannelAccount, given: QueryDict | None = None) -> ChannelForm:
    """Only what a browser posts comes from a site: a bot has none."""
    form = ChannelForm(given, initial=_initial(account))
    if account.kind in accounts.WITH_SECRET:
        del form.fields["origins"]
    return form


def _initial(account: ChannelAccount) -> dict[str, Any]:
    return {"name": account.name, "source": account.source, "origins": "\n".join(account.origins)}
