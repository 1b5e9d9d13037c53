"""A mailbox as a channel: where it lies, with what it is opened, and what is read of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.clients.models import Source
from svyazka.business.conversations import accounts, mailboxes
from svyazka.business.conversations.mailbox import NONE, STARTTLS, TLS
from svyazka.business.conversations.models import ChannelAccount
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import Form, saved

_PLAIN = {"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}
_SECURITY = [(TLS, "TLS"), (STARTTLS, "STARTTLS"), (NONE, gettext_lazy("no encryption"))]
_OWN_SERVER = ("imap_host", "imap_port", "imap_security", "smtp_host", "smtp_port", "smtp_security")


def _text(label: Any, help_text: Any = "", *, most: int = 200, required: bool = False) -> forms.CharField:
    widget = forms.TextInput(attrs=_PLAIN)
    return forms.CharField(label=label, help_text=help_text, max_length=most, required=required, widget=widget)


def _port(label: Any) -> forms.IntegerField:
    widget = forms.NumberInput(attrs=_PLAIN)
    return forms.IntegerField(label=label, min_value=1, max_value=65535, required=False, localize=False, widget=widget)


def _secret(label: Any, help_text: Any = "") -> forms.CharField:
    widget = forms.PasswordInput(attrs={"autocomplete": "off"})
    return forms.CharField(label=label, help_text=help_text, max_length=200, required=False, widget=widget, strip=False)


def _tick(label: Any) -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False)


class NameForm(Form):
    name = forms.CharField(label=gettext_lazy("Title"), max_length=120)
    source = forms.ModelChoiceField(
        label=gettext_lazy("Source of its requests"), queryset=Source.objects.order_by("code"), required=False
    )


class MailboxForm(Form):
    maker = forms.ChoiceField(
        label=gettext_lazy("Where the mailbox lies"),
        choices=[*((one.code, one.title) for one in mailboxes.MAKERS), ("", gettext_lazy("A server of our own"))],
        required=False,
    )
    address = forms.CharField(label=gettext_lazy("Address"), max_length=200, widget=forms.EmailInput(attrs=_PLAIN))
    password = _secret(
        gettext_lazy("Password"),
        gettext_lazy("The one for applications. Stored encrypted; empty: as it is."),
    )
    name = forms.CharField(label=gettext_lazy("Name that clients see"), max_length=120, required=False)
    imap_host = _text(gettext_lazy("Server for reading (IMAP)"))
    imap_port = _port(gettext_lazy("Port"))
    imap_security = forms.ChoiceField(label=gettext_lazy("Encryption"), choices=_SECURITY, required=False)
    smtp_host = _text(gettext_lazy("Server for sending (SMTP)"))
    smtp_port = _port(gettext_lazy("Port"))
    smtp_security = forms.ChoiceField(label=gettext_lazy("Encryption"), choices=_SECURITY, required=False)
    imap_user = _text(gettext_lazy("User"), gettext_lazy("Empty: the address."))
    smtp_user = _text(gettext_lazy("User for sending, if it is another"))
    smtp_password = _secret(gettext_lazy("Password for sending, if it is another"))
    folders = forms.CharField(
        label=gettext_lazy("Folders that are read"),
        max_length=2000,
        required=False,
        help_text=gettext_lazy("One a line. Empty: INBOX."),
        widget=forms.Textarea(attrs={"rows": 2, **_PLAIN}),
    )
    since_days = forms.ChoiceField(
        label=gettext_lazy("Read at first"),
        choices=[
            ("0", gettext_lazy("what comes from now on")),
            ("1", gettext_lazy("the last day, too")),
            ("7", gettext_lazy("the last 7 days, too")),
            ("30", gettext_lazy("the last 30 days, too")),
        ],
        required=False,
    )
    reads_sent = _tick(gettext_lazy("Take in what colleagues send from their mail programs"))
    marks_read = _tick(gettext_lazy("Mark as read there what has come in here"))
    has_plus = _tick(gettext_lazy("Letters to name+anything@ arrive (own server)"))
    keeps_sent = _tick(gettext_lazy("Put a copy of our letters into the folder of what was sent (own server)"))

    def of(self, *names: str) -> list[forms.BoundField]:
        return [self[name] for name in names]

    @property
    def first(self) -> list[forms.BoundField]:
        return self.of("maker", "address", "password", "name")

    @property
    def own_server(self) -> list[forms.BoundField]:
        return self.of(*_OWN_SERVER)

    @property
    def further(self) -> list[forms.BoundField]:
        return self.of("imap_user", "smtp_user", "smtp_password", "folders")

    @property
    def ticks(self) -> list[forms.BoundField]:
        return self.of("reads_sent", "marks_read", "has_plus", "keeps_sent")

    @property
    def opens_further(self) -> bool:
        return any(field.errors for field in (*self.further, *self.of("has_plus", "keeps_sent")))


def page(request: PageRequest, account: ChannelAccount) -> HttpResponse:
    """Of a channel that is a mailbox; the title and source are saved by it."""
    if request.method != "POST":
        return _page(request, account)
    form = NameForm(request.POST)
    if saved(form, lambda: accounts.change(account, by=request.person, **form.cleaned_data)):
        messages.success(request, _("Saved."))
        return redirect("channel", pk=account.pk)
    return _page(request, account, form=form)


@needs("settings.change", "POST")
def mailbox_access(request: PageRequest, pk: int) -> HttpResponse:
    """Stored once both servers have let us in."""
    account = get_object_or_404(ChannelAccount, pk=pk)
    form = MailboxForm(request.POST)
    if saved(form, lambda: _change(account, form, request)):
        messages.success(request, _("Both servers answer; the mailbox is stored."))
        return redirect("channel", pk=pk)
    return _page(request, account, access=form)


def _change(account: ChannelAccount, form: MailboxForm, request: PageRequest) -> None:
    given = dict(form.cleaned_data)
    password, smtp_password = given.pop("password"), given.pop("smtp_password")
    mailboxes.change(account, given, password=password, smtp_password=smtp_password, by=request.person)


def _page(
    request: PageRequest,
    account: ChannelAccount,
    *,
    form: NameForm | None = None,
    access: MailboxForm | None = None,
) -> HttpResponse:
    heard = mailboxes.listening_of(account)
    context = {
        "account": account,
        "form": form or NameForm(initial={"name": account.name, "source": account.source}),
        "access": access or MailboxForm(initial=_initial(account)),
        "heard": heard,
        "trouble": mailboxes.in_words(heard.trouble) if heard and heard.trouble else "",
        "is_own": (access["maker"].value() if access else _initial(account)["maker"]) == "",
    }
    faulty = bool((form and form.errors) or (access and access.errors))
    answer = render(request, "office/mailbox.html", context, status=422 if faulty else 200)
    if request.method == "POST":
        answer["HX-Push-Url"] = reverse("channel", args=[account.pk])
    return answer


def _initial(account: ChannelAccount) -> dict[str, Any]:
    if not account.secret:
        return {"maker": "yandex", "since_days": "0", "reads_sent": True, "imap_security": TLS, "smtp_security": TLS}
    known = {name: account.options.get(name, "") for name in MailboxForm.base_fields}
    for side in ("imap", "smtp"):
        if known[f"{side}_user"] == known["address"]:
            known[f"{side}_user"] = ""
    return {**known, "maker": mailboxes.maker_of(account)}
