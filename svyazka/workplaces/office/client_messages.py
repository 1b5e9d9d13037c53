"""What clients are told of their visits: when, in which words, by which mail server; and what they may do."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.conversations import mail
from svyazka.business.conversations.models import MailServer
from svyazka.business.visits import client_rules, client_texts
from svyazka.business.visits.client_texts import FIELDS, Said
from svyazka.business.visits.models import ClientText, What
from svyazka.kit import clock
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import Form, saved

_PLAIN = {"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}


def _hours(label: Any, *, most: int, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=0, max_value=most, help_text=help_text, widget=forms.NumberInput(attrs=_PLAIN)
    )


def _time(label: Any, help_text: Any = "") -> forms.TimeField:
    widget = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    return forms.TimeField(label=label, help_text=help_text, widget=widget)


class RulesForm(Form):
    company = forms.CharField(label=gettext_lazy("What clients call the company"), max_length=120, required=False)
    phone = forms.CharField(
        label=gettext_lazy("Phone that clients ring"),
        max_length=30,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "tel"}),
    )
    reminds_at = _time(
        gettext_lazy("Reminder on the day before, at"), gettext_lazy("By the client's clock, where it is known.")
    )
    quiet_from = _time(gettext_lazy("Nobody is reminded from"))
    quiet_until = _time(gettext_lazy("until"))
    changes_until_hours = _hours(
        gettext_lazy("The client changes by himself until, hours before"),
        most=240,
        help_text=gettext_lazy("Later his page says whom to ring."),
    )
    most_moves = _hours(gettext_lazy("He moves a visit at most, times"), most=20)
    confirmed_hours = _hours(
        gettext_lazy("Not confirmed is a problem, hours before"), most=240, help_text=gettext_lazy("0: never.")
    )


class MailForm(Form):
    host = forms.CharField(label=gettext_lazy("Server"), max_length=200, widget=forms.TextInput(attrs=_PLAIN))
    port = forms.IntegerField(
        label=gettext_lazy("Port"), min_value=1, max_value=65535, localize=False, widget=forms.NumberInput(attrs=_PLAIN)
    )
    security = forms.ChoiceField(label=gettext_lazy("Encryption"), choices=MailServer.Security.choices)
    user = forms.CharField(
        label=gettext_lazy("User"), max_length=200, required=False, widget=forms.TextInput(attrs=_PLAIN)
    )
    password = forms.CharField(
        label=gettext_lazy("Password"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Stored encrypted. Empty: the stored one stays."),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    sender = forms.CharField(label=gettext_lazy("From, address"), max_length=200, widget=forms.EmailInput(attrs=_PLAIN))
    name = forms.CharField(label=gettext_lazy("From, name"), max_length=120, required=False)
    to = forms.CharField(
        label=gettext_lazy("A letter goes for trial to"), max_length=200, widget=forms.EmailInput(attrs=_PLAIN)
    )


class TextForm(Form):
    title = forms.CharField(label=gettext_lazy("Subject"), max_length=150)
    text = forms.CharField(label=gettext_lazy("Text"), max_length=2000, widget=forms.Textarea(attrs={"rows": 12}))
    is_on = forms.BooleanField(label=gettext_lazy("Clients are told"), required=False)
    by_hand = forms.BooleanField(
        label=gettext_lazy("Where no e-mail address is known, the responsible person rings"), required=False
    )


@needs("settings.change", "GET", "POST")
def client_messages(request: PageRequest) -> HttpResponse:
    known = client_rules.rules()
    form = RulesForm(request.POST or None, initial={name: getattr(known, name) for name in RulesForm.base_fields})
    if saved(form, lambda: client_rules.change(**form.cleaned_data, by=request.person)):
        messages.success(request, _("Saved."))
        return redirect("client_messages")
    return _page(request, form=form)


@needs("settings.change", "POST")
def mail_server(request: PageRequest) -> HttpResponse:
    """Stored once a letter has gone out."""
    form = MailForm(request.POST)
    if saved(form, lambda: mail.change(**form.cleaned_data, by=request.person)):
        messages.success(request, _("The letter has gone out; clients are written to from now on."))
        return redirect("client_messages")
    return _page(request, mail_form=form)


@needs("settings.change", "POST")
def mail_state(request: PageRequest) -> HttpResponse:
    on = request.POST.get("on") == "1"
    mail.switch(on=on, by=request.person)
    messages.success(request, _("Switched on.") if on else _("Switched off: no letters go out."))
    return redirect("client_messages")


@needs("settings.change", "GET", "POST")
def client_text(request: PageRequest, what: str) -> HttpResponse:
    chosen = _what(what)
    known = client_texts.text_of(chosen)
    initial = {name: getattr(known, name) for name in TextForm.base_fields}
    form = TextForm(request.POST or None, initial=initial)
    if saved(form, lambda: client_texts.change(chosen, **form.cleaned_data, by=request.person)):
        messages.success(request, _("Saved."))
        return redirect("client_text", what=chosen)
    typed = {"title": request.POST.get("title", known.title), "text": request.POST.get("text", known.text)}
    own = client_texts.fields_of(chosen)
    context = {
        "what": chosen,
        "form": form,
        "ticks": [form[name] for name in ("is_on", "by_hand") if name == "is_on" or chosen != What.OFFER],
        "fields": [(f"{{{name}}}", words) for name, words in FIELDS.items() if name in own],
        "said": _preview(**typed),
        "is_own": known.pk is not None,
    }
    return render(request, "office/client_text.html", context, status=422 if form.errors else 200)


@needs("settings.change", "POST")
def client_text_preview(request: PageRequest, what: str) -> HttpResponse:
    """As the client would read what is being typed."""
    _what(what)
    said = _preview(title=request.POST.get("title", "")[:150], text=request.POST.get("text", "")[:2000])
    return render(request, "office/client_text_preview.html", {"said": said})


@needs("settings.change", "POST")
def client_text_removal(request: PageRequest, what: str) -> HttpResponse:
    client_texts.take_back(_what(what), by=request.person)
    messages.success(request, _("The text is as it came with Svyazka."))
    return redirect("client_text", what=what)


def _what(given: str) -> What:
    if given not in What.values:
        raise Http404
    return What(given)


def _page(request: PageRequest, *, form: Form | None = None, mail_form: Form | None = None) -> HttpResponse:
    known, server = client_rules.rules(), mail.server()
    initial = {name: getattr(known, name) for name in RulesForm.base_fields}
    of_server = {name: getattr(server, name) for name in MailForm.base_fields if name not in ("password", "to")}
    context = {
        "form": form or RulesForm(initial=initial),
        "mail_form": mail_form or MailForm(initial=of_server),
        "server": server,
        "texts": _texts(),
        "has_address": bool(settings.ADDRESS),
    }
    faulty = any(one is not None and one.errors for one in (form, mail_form))
    return render(request, "office/client_messages.html", context, status=422 if faulty else 200)


def _texts() -> list[tuple[What, ClientText, str]]:
    """Each with its subject as a client would read it."""
    texts = [(what, client_texts.text_of(what)) for what in What]
    with translation.override(settings.LANGUAGE_CODE):
        values = client_texts.example(clock.now())
        return [(what, text, client_texts.filled(text, values).title) for what, text in texts]


def _preview(*, title: str, text: str) -> Said:
    """With a client who does not exist, in the company's language."""
    with translation.override(settings.LANGUAGE_CODE):
        return client_texts.filled(ClientText(title=title, text=text), client_texts.example(clock.now()))
