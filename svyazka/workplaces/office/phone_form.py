"""With what a person calls, as the office enters it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.calls.models import Pbx, SipAccount
from svyazka.business.staff.models import CallsBy, Person
from svyazka.workplaces.shared.forms import Form


class PhoneForm(Form):
    calls_by = forms.ChoiceField(label=gettext_lazy("Calls with"), choices=CallsBy.choices)
    pbx_code = forms.ChoiceField(
        label=gettext_lazy("PBX"),
        required=False,
        choices=lambda: [("", _("the only one there is")), *_systems()],
    )
    sip_login = forms.CharField(
        label=gettext_lazy("Login of the softphone"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("Empty: the extension."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}),
    )
    secret = forms.CharField(
        label=gettext_lazy("Secret of the softphone"),
        required=False,
        strip=False,
        help_text=gettext_lazy("Stored encrypted. Empty: the stored one stays."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )


def phone_of(person: Person) -> dict[str, Any]:
    account = SipAccount.objects.filter(person=person).first()
    return {
        "calls_by": person.calls_by,
        "pbx_code": person.pbx_code,
        "sip_login": account.login if account else "",
        "has_secret": account is not None,
    }


def _systems() -> list[tuple[str, str]]:
    return [(code, code) for code in Pbx.objects.order_by("code").values_list("code", flat=True)]
