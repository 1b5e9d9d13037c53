"""Online payments: who takes money for us, entered and tried."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.money import link_letters, online, payment_service
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import Form, saved


class AccountForm(Form):
    kind = forms.ChoiceField(
        label=gettext_lazy("Who takes the money"),
        choices=lambda: [(kind, payment_service.of_kind(kind).title) for kind in settings.PAYMENT_SERVICES],
    )
    shop = forms.CharField(
        label=gettext_lazy("Number of the shop"),
        max_length=20,
        help_text=gettext_lazy("shopId, in the service’s account: Settings → Shop"),
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )
    secret = forms.CharField(
        label=gettext_lazy("Secret key of the shop"),
        max_length=200,
        required=False,
        help_text=gettext_lazy("Integration → API keys. Stored encrypted. Empty: the stored one stays."),
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    gives_receipts = forms.BooleanField(
        label=gettext_lazy("The service makes out receipts for us (54-FZ)"),
        required=False,
        help_text=gettext_lazy("Then a link needs the client’s e-mail or phone."),
    )


@needs("settings.change", "GET", "POST")
def online_payments(request: PageRequest) -> HttpResponse:
    """Stored once it has answered."""
    stored = online.account()
    known = {"kind": stored.kind, "shop": stored.shop, "gives_receipts": stored.gives_receipts}
    form = AccountForm(request.POST if request.method == "POST" else None, initial=known)
    if request.method == "POST" and saved(form, lambda: online.change_account(**form.cleaned_data, by=request.person)):
        messages.success(request, _("The service answers: clients can pay online from now on."))
        return redirect("online_payments")
    context = {
        "form": form,
        "account": stored,
        "title": payment_service.of_kind(stored.kind).title if stored.kind else "",
        "address": request.build_absolute_uri(f"/in/{stored.kind}/{stored.public_key}/") if stored.public_key else "",
        "letter": link_letters.words(),
        "trouble": online.in_words(stored.trouble) if stored.trouble else "",
    }
    return render(request, "office/online_payments.html", context, status=422 if form.errors else 200)


@needs("settings.change", "POST")
def online_payments_check(request: PageRequest) -> HttpResponse:
    online.check_account()
    messages.success(request, _("The service answers."))
    return redirect("online_payments")


@needs("settings.change", "POST")
def online_payments_letter(request: PageRequest) -> HttpResponse:
    link_letters.change(request.POST.get("letter", ""), by=request.person)
    messages.success(request, _("The words are stored."))
    return redirect("online_payments")


@needs("settings.change", "POST")
def online_payments_state(request: PageRequest) -> HttpResponse:
    on = request.POST.get("on") == "1"
    online.switch(on=on, by=request.person)
    messages.success(request, _("Switched on.") if on else _("Switched off: no new links are made."))
    return redirect("online_payments")
