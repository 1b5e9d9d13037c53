"""The ways in: forms of sites and bots, each with its address and what has to be done on the other side."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.clients.models import Source
from svyazka.business.conversations import accounts, bans, bots, connecting, listening
from svyazka.business.conversations.models import ChannelAccount, Listening
from svyazka.business.inbox import health
from svyazka.business.notices.models import Chat, Outage
from svyazka.kit.refusals import Refused
from svyazka.workplaces.office import channel_whatsapp, mailbox
from svyazka.workplaces.shared import channel_words
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import Form, put_on, saved
from svyazka.workplaces.shared.short import Short

KINDS = [
    (ChannelAccount.Kind.WEB_FORM, gettext_lazy("Form of a site")),
    (ChannelAccount.Kind.TELEGRAM, gettext_lazy("Telegram bot")),
    (ChannelAccount.Kind.MAX, gettext_lazy("MAX bot")),
    (ChannelAccount.Kind.WHATSAPP, gettext_lazy("WhatsApp number")),
    (ChannelAccount.Kind.WAZZUP, gettext_lazy("Wazzup (messengers)")),
    (ChannelAccount.Kind.GREEN_API, gettext_lazy("Green-API (messengers)")),
    (ChannelAccount.Kind.SMS, gettext_lazy("SMS")),
    (ChannelAccount.Kind.EMAIL, gettext_lazy("Mailbox")),
]
PAGES = {ChannelAccount.Kind.WHATSAPP: "office/channel_whatsapp.html"}


class ChannelForm(Form):
    name = forms.CharField(
        label=gettext_lazy("Title"), max_length=120, help_text=gettext_lazy("What colleagues see: the site, the bot.")
    )
    source = forms.ModelChoiceField(
        label=gettext_lazy("Source of its requests"), queryset=Source.objects.order_by("code"), required=False
    )


class SiteForm(ChannelForm):
    origins = forms.CharField(
        label=gettext_lazy("Sites that may send it"),
        required=False,
        help_text=gettext_lazy("One a line, like https://example.com. Empty: any site."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean_origins(self) -> list[str]:
        return str(self.cleaned_data["origins"]).split()


class BotForm(ChannelForm):
    for_staff = forms.BooleanField(label=gettext_lazy("Staff may get their notices through it"), required=False)


class NewChannelForm(SiteForm):
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), choices=KINDS)
    code = forms.CharField(
        label=gettext_lazy("Short name"),
        max_length=40,
        help_text=gettext_lazy("Latin letters; it stands in the ledger and cannot be changed later."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )
    field_order = ("kind", "name", "code", "source", "origins")


class AccessForm(Form):
    token = forms.CharField(
        label=gettext_lazy("Token"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Stored encrypted; needed to write in this channel."),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    proxy = forms.CharField(
        label=gettext_lazy("Proxy"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Where the messenger is slowed down or blocked: socks5://user:password@host:1080"),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false"}),
    )
    base = forms.CharField(
        label=gettext_lazy("Server of its API"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Only for a server of your own. Empty: the messenger's."),
        widget=forms.TextInput(attrs={"autocapitalize": "none", "spellcheck": "false", "inputmode": "url"}),
    )


class KeyForm(AccessForm):
    """Of a service that passes messengers on."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["token"].label = _("API key")


class InstanceForm(AccessForm):
    instance = forms.CharField(
        label=gettext_lazy("Number of the instance"),
        max_length=20,
        help_text=gettext_lazy("idInstance: stands in your account there, above its token."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    field_order = ("instance", "token", "proxy", "base")


ACCESS = {ChannelAccount.Kind.WAZZUP: KeyForm, ChannelAccount.Kind.GREEN_API: InstanceForm}


@needs("settings.change")
def channels(request: PageRequest) -> HttpResponse:
    kinds = dict(KINDS)
    accounts_there = list(ChannelAccount.objects.select_related("source").order_by("kind", "name", "pk"))
    lights, short = health.of_accounts(accounts_there), Short()
    rows = [
        {
            "account": account,
            "kind": kinds.get(ChannelAccount.Kind(account.kind), account.kind),
            "light": lights[account.code].light,
            "health": channel_words.health(lights[account.code], short),
        }
        for account in accounts_there
    ]
    return render(request, "office/channels.html", {"rows": rows, "is_forbidden": bans.foreign_are_forbidden()})


@needs("settings.change", "POST")
def channels_foreign(request: PageRequest) -> HttpResponse:
    if request.POST.get("forbidden") == "1":
        bans.forbid_foreign(by=request.person)
        messages.success(request, _("Foreign messengers are forbidden; their bots are switched off."))
    else:
        bans.allow_foreign(by=request.person)
        messages.success(request, _("Foreign messengers are allowed. Switch on each bot that you want to use."))
    return redirect("channels")


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
            if account.kind == ChannelAccount.Kind.SMS:
                return redirect("channel_sms", pk=account.pk)
            if account.kind == ChannelAccount.Kind.EMAIL:
                return redirect("channel", pk=account.pk)
            return _page(request, account, secret=secret, is_new=True)
    return render(request, "office/channel_new.html", {"form": form}, status=422 if form.errors else 200)


@needs("settings.change", "GET", "POST")
def channel(request: PageRequest, pk: int) -> HttpResponse:
    account = _account(pk)
    if account.kind == ChannelAccount.Kind.SMS:
        return redirect("channel_sms", pk=pk)
    if account.kind == ChannelAccount.Kind.EMAIL:
        return mailbox.page(request, account)
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
    is_number = account.kind == ChannelAccount.Kind.WHATSAPP
    form = channel_whatsapp.NumberForm(request.POST) if is_number else _access_form(account)(request.POST)
    if form.is_valid():
        connect = connecting.connect if is_number else bots.connect
        try:
            connect(account, **form.cleaned_data, by=request.person)
        except Refused as refusal:
            put_on(form, refusal)
        else:
            messages.success(request, _is_stored(account))
            return redirect("channel", pk=pk)
    return _page(request, account, bot_form=form)


@needs("settings.change", "POST")
def channel_webhook(request: PageRequest, pk: int) -> HttpResponse:
    """The messenger is told to call us, so that nobody has to do it by hand."""
    account = _account(pk)
    bots.call_here(account, _address(request, account), by=request.person)
    messages.success(request, _("Done: what people write comes in here."))
    return redirect("channel", pk=pk)


@needs("settings.change", "POST")
def channel_asking(request: PageRequest, pk: int) -> HttpResponse:
    """The house asks the messenger, where it has no address that could be called."""
    bots.ask_there(_account(pk), by=request.person)
    messages.success(request, _("Done: what people write is asked for from here."))
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
    bot_form: Form | None = None,
) -> HttpResponse:
    """`secret`: a new one, which nobody can look up afterwards; so it is shown at once and not after a redirect."""
    kind = ChannelAccount.Kind(account.kind)
    context: dict[str, Any] = {
        "account": account,
        "kind_name": dict(KINDS).get(kind, account.kind),
        "address": _address(request, account),
        "how_to": f"{account.kind}/how_to.html",
        "secret": secret,
        "has_secret": kind in accounts.WITH_SECRET,
        "is_reached": bots.can_be_called(kind),
        "is_bot": kind in settings.MESSENGERS,
        "is_new": is_new,
        "form": form or _form(account),
        "bot_form": bot_form or _access_form(account)(initial=_known_access(account)),
        "can_be_asked": bots.can_be_asked(account),
        "listening": _listening(account),
        "outage": Outage.objects.filter(account=account.code, tries__gt=0).first(),
        "linked": Chat.objects.filter(account=account.code).count(),
    }
    if kind == ChannelAccount.Kind.WHATSAPP:
        context |= channel_whatsapp.context_of(account, bot_form)
    faulty = bool((form and form.errors) or (bot_form and bot_form.errors))
    answer = render(request, PAGES.get(kind, "office/channel.html"), context, status=422 if faulty else 200)
    if request.method == "POST":
        answer["HX-Push-Url"] = reverse("channel", args=[account.pk])
    return answer


def _access_form(account: ChannelAccount) -> type[AccessForm]:
    return ACCESS.get(ChannelAccount.Kind(account.kind), AccessForm)


def _known_access(account: ChannelAccount) -> dict[str, str]:
    known = {"base": account.base, "proxy": bots.shown_proxy(account)}
    return {**known, "instance": account.options.get("instance", "")}


def _is_stored(account: ChannelAccount) -> str:
    if account.kind in settings.MESSENGERS:
        return _("The bot answers; the token is stored.")
    if account.kind == ChannelAccount.Kind.WHATSAPP:
        return _("The number answers; all is stored.")
    return _("It answers; all is stored.")


def _listening(account: ChannelAccount) -> dict[str, Any] | None:
    """How it stands with one that is asked from here."""
    if not account.options.get("asks"):
        return None
    known = Listening.objects.filter(account=account.code).first()
    trouble = listening.TROUBLES.get(known.trouble, "") if known else ""
    return {"trouble": trouble, "asked_at": known.asked_at if known else None}


def _address(request: PageRequest, account: ChannelAccount) -> str:
    return request.build_absolute_uri(f"/in/{account.way}/{account.public_key}/")


def _form(account: ChannelAccount, given: QueryDict | None = None) -> ChannelForm:
    """Only what a browser posts comes from a site: a bot has none. And only a bot writes to the staff."""
    of_others = BotForm if account.kind in settings.MESSENGERS else ChannelForm
    kind = SiteForm if account.kind == ChannelAccount.Kind.WEB_FORM else of_others
    return kind(given, initial=_initial(account))


def _initial(account: ChannelAccount) -> dict[str, Any]:
    given = {name: getattr(account, name) for name in ("name", "source", "for_staff")}
    return {**given, "origins": "\n".join(account.origins)}
