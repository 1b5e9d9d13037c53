"""A number at WhatsApp: how it is reached, its templates, and a trial."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from svyazka.business.conversations import bots, connecting, templates
from svyazka.business.conversations.models import ApprovedTemplate, ChannelAccount
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import Form

_PLAIN = {"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}
STATES = {
    "approved": pgettext_lazy("template", "approved"),
    "pending": pgettext_lazy("template", "being checked"),
    "in_appeal": pgettext_lazy("template", "being checked"),
    "rejected": pgettext_lazy("template", "rejected"),
    "paused": pgettext_lazy("template", "paused"),
    "disabled": pgettext_lazy("template", "switched off"),
}


class NumberForm(Form):
    phone_number_id = forms.CharField(
        label=gettext_lazy("Phone number ID"),
        max_length=40,
        help_text=gettext_lazy("A row of digits at Meta, next to the number; it is not the number."),
        widget=forms.TextInput(attrs={**_PLAIN, "inputmode": "numeric"}),
    )
    waba_id = forms.CharField(
        label=gettext_lazy("WhatsApp Business account ID"),
        max_length=40,
        required=False,
        help_text=gettext_lazy("Stands beside it; needed for templates."),
        widget=forms.TextInput(attrs={**_PLAIN, "inputmode": "numeric"}),
    )
    token = forms.CharField(
        label=gettext_lazy("Permanent token"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("Of a system user, with whatsapp_business_messaging and _management. Stored encrypted."),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    signing = forms.CharField(
        label=gettext_lazy("App secret"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("With it Meta signs what it sends here. Stored encrypted."),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    proxy = forms.CharField(
        label=gettext_lazy("Proxy"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Where the messenger is slowed down or blocked: socks5://user:password@host:1080"),
        widget=forms.TextInput(attrs=_PLAIN),
    )
    version = forms.CharField(
        label=gettext_lazy("Version of the Graph API"),
        max_length=10,
        required=False,
        widget=forms.TextInput(attrs={**_PLAIN, "placeholder": "v23.0"}),
    )
    base = forms.CharField(
        label=gettext_lazy("Server of its API"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Only for a server of your own. Empty: the messenger's."),
        widget=forms.TextInput(attrs={**_PLAIN, "inputmode": "url"}),
    )


def context_of(account: ChannelAccount, form: Form | None) -> dict[str, Any]:
    known = {name: account.options.get(name, "") for name in ("phone_number_id", "waba_id", "version")}
    known |= {"base": account.base, "proxy": bots.shown_proxy(account)}
    listed = templates.list_of(account.code)
    return {
        "number_form": form or NumberForm(initial=known),
        "templates": [_shown(one) for one in listed],
        "sendable": sum(map(templates.can_be_sent, listed)),
        "business": account.options.get("waba_id"),
    }


@needs("settings.change", "POST")
def channel_templates(request: PageRequest, pk: int) -> HttpResponse:
    many = templates.refresh(_number(pk))
    said = ngettext("{many} template has been fetched.", "{many} templates have been fetched.", many)
    messages.success(request, said.format(many=many))
    return redirect("channel", pk=pk)


@needs("settings.change", "POST")
def channel_trial(request: PageRequest, pk: int) -> HttpResponse:
    connecting.try_out(_number(pk), to=request.POST.get("to", "")[:40], by=request.person)
    messages.success(request, _("WhatsApp has taken the message. Look whether it arrives."))
    return redirect("channel", pk=pk)


def _number(pk: int) -> ChannelAccount:
    return get_object_or_404(ChannelAccount, pk=pk, kind=ChannelAccount.Kind.WHATSAPP)


def _shown(one: ApprovedTemplate) -> dict[str, Any]:
    return {
        "template": one,
        "state": STATES.get(one.state, one.state),
        "can_be_sent": templates.can_be_sent(one),
        "text": templates.rendered(one, ()),
    }
