"""Keys by which other programs come in: whom each acts as, until when, and when it was used last."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.staff import api_keys as our
from svyazka.business.staff import roles
from svyazka.business.staff.models import ApiKey, Person
from svyazka.kit import clock
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import Form, saved
from svyazka.workplaces.shared.paging import page_of
from svyazka.workplaces.shared.typed import LAST_YEAR

USUALLY = timedelta(days=365)


class KeyForm(Form):
    name = forms.CharField(
        label=gettext_lazy("Which program"),
        max_length=our.LONGEST_NAME,
        help_text=gettext_lazy("It gets the key: the site, 1C, a telephone robot."),
    )
    person = forms.ModelChoiceField(
        label=gettext_lazy("Acts as"),
        queryset=Person.objects.working().order_by("full_name", "pk"),
        help_text=gettext_lazy(
            "It may do what this person may, and what it does stands in the journal under his name. Best a person of"
            " its own, with a role that has no more rights than the program needs."
        ),
    )
    last_day = forms.DateField(
        label=gettext_lazy("Until"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("That day included. Empty: until you revoke it."),
    )

    def clean_last_day(self) -> Any:
        day = self.cleaned_data["last_day"]
        if day and day.year > LAST_YEAR:
            raise forms.ValidationError(_("There is no such day here."))
        return day


@needs("settings.change", "GET", "POST")
def api_keys(request: PageRequest) -> HttpResponse:
    """A new key is told this once, and so at once and not after a redirect."""
    posted = request.POST if request.method == "POST" else None
    form, made = KeyForm(posted, initial={"last_day": clock.today() + USUALLY}), []
    if saved(form, lambda: made.append(our.give(**form.cleaned_data, by=request.person))):
        return _page(request, KeyForm(initial={"last_day": clock.today() + USUALLY}), token=made[0][1])
    return _page(request, form, status=422 if form.errors else 200)


@needs("settings.change", "POST")
def api_key_revocation(request: PageRequest, key_id: int) -> HttpResponse:
    key = get_object_or_404(ApiKey, pk=key_id)
    our.revoke(key, by=request.person)
    messages.success(request, _("Revoked: {name}. The key opens nothing any more.").format(name=key))
    return redirect("api_keys")


def _page(request: PageRequest, form: KeyForm, *, token: str = "", status: int = 200) -> HttpResponse:
    page = page_of(ApiKey.objects.select_related("person", "made_by"), by="made_at", asked=request.GET)
    roles.read_along([one.person for one in page.rows])
    context = {
        "form": form,
        "rows": page.rows,
        "older": page.older,
        "token": token,
        "example": _example(request, token),
        "openapi": request.build_absolute_uri(reverse("api_openapi")),
    }
    answer = render(request, "office/api_keys.html", context, status=status)
    if token:
        answer["HX-Push-Url"] = reverse("api_keys")
    return answer


def _example(request: PageRequest, token: str) -> str:
    address = request.build_absolute_uri("/api/v1/clients?q=1")
    return f'curl -H "Authorization: Bearer {token}" "{address}"' if token else ""
