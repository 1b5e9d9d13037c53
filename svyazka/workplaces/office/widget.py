"""The form and the button that a site shows by one tag: built while looking at it, on a desktop and on a phone."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.staticfiles import finders
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from svyazka.business.calls.dialling import hours
from svyazka.business.consents import texts
from svyazka.business.consents.models import ConsentText
from svyazka.business.conversations import widget_script, widgets
from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.intake.by_hand import asks_for_openings
from svyazka.kit.refusals import Refused
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import Form, saved

LABELS = {
    "name": gettext_lazy("Name"),
    "phone": gettext_lazy("Phone"),
    "email": gettext_lazy("E-mail"),
    "address": gettext_lazy("Address"),
    "openings": gettext_lazy("How many windows"),
    "message": gettext_lazy("Message"),
}
ASKED = [
    ("no", gettext_lazy("not asked")),
    ("may", gettext_lazy("is asked for")),
    ("must", gettext_lazy("must be filled in")),
]
WORDS = {
    "title": gettext_lazy("Heading, also of the button"),
    "intro": gettext_lazy("A line below it"),
    "button": gettext_lazy("On the button that sends"),
    "thanks": gettext_lazy("When it has been sent"),
}
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'"
)


class WidgetForm(Form):
    is_on = forms.BooleanField(label=gettext_lazy("The site may show it"), required=False)
    button = forms.BooleanField(label=gettext_lazy("A button in the corner of every page"), required=False)
    call = forms.BooleanField(label=gettext_lazy("Ask when to ring"), required=False)
    advertising = forms.BooleanField(label=gettext_lazy("Offer news and advertising, not ticked"), required=False)
    color = forms.CharField(
        label=gettext_lazy("Colour"), max_length=7, widget=forms.TextInput(attrs={"type": "color", "class": "swatch"})
    )
    side = forms.ChoiceField(
        label=gettext_lazy("Corner"),
        choices=[("right", gettext_lazy("below right")), ("left", gettext_lazy("below left"))],
    )
    lift = forms.IntegerField(label=gettext_lazy("Above the edge, pixels"), min_value=0, max_value=widgets.HIGHEST)
    only = forms.ChoiceField(
        label=gettext_lazy("Language"),
        required=False,
        choices=[("", gettext_lazy("as the page says")), *settings.LANGUAGES],
    )
    pages = forms.CharField(
        label=gettext_lazy("Pages with the button"),
        required=False,
        help_text=gettext_lazy("One a line, like /prices or /catalogue/*. Empty: all of them."),
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        # Only a company that counts windows asks for them.
        if not asks_for_openings():
            del self.fields["field_openings"]

    def asked(self) -> list[Any]:
        return [self[f"field_{name}"] for name in LABELS if f"field_{name}" in self.fields]

    def said(self) -> list[tuple[str, list[Any]]]:
        return [(language, [self[f"{name}_{code}"] for name in WORDS]) for code, language in settings.LANGUAGES]


for _name, _label in LABELS.items():
    WidgetForm.base_fields[f"field_{_name}"] = forms.ChoiceField(label=_label, choices=ASKED)
for _code, _language in settings.LANGUAGES:
    for _name, _label in WORDS.items():
        WidgetForm.base_fields[f"{_name}_{_code}"] = forms.CharField(
            label=_label,
            required=False,
            max_length=widgets.LONGEST[_name],
            widget=forms.TextInput(attrs={"lang": _code}),
        )


@needs("settings.change", "GET", "POST")
def channel_widget(request: PageRequest, pk: int) -> HttpResponse:
    account = _account(pk)
    form = WidgetForm(request.POST if request.method == "POST" else None, initial=_initial(account))
    if request.method == "POST" and saved(form, lambda: widgets.change(account, form.cleaned_data, by=request.person)):
        messages.success(request, _("Saved. Sites show it within five minutes."))
        return redirect("channel_widget", pk=pk)
    context = {
        "account": account,
        "form": form,
        "tag": f'<script src="{request.build_absolute_uri(f"/widget/{account.public_key}.js")}" async></script>',
        "place": '<div data-svyazka=""></div>',
        "opener": '<a href="#" data-svyazka-open="">…</a>',
        "origin": request.build_absolute_uri("/").rstrip("/"),
        "preview": reverse("channel_widget_preview", args=[pk]),
        "is_on": widgets.of(account)["is_on"],
        "has_consent": "processing" in texts.newest(),
    }
    return render(request, "office/widget.html", context, status=422 if form.errors else 200)


@needs("settings.change")
def channel_widget_preview(request: PageRequest, pk: int) -> HttpResponse:
    """Some page of a site with what is being built on it; what is typed there goes nowhere."""
    script = f"{reverse('channel_widget_script', args=[_account(pk).pk])}?{request.GET.urlencode()}"
    answer = render(request, "office/widget_preview.html", {"script": script, "language": _language_of(request)})
    answer["Content-Security-Policy"] = POLICY
    answer["X-Frame-Options"] = "SAMEORIGIN"
    return answer


@needs("settings.change")
def channel_widget_script(request: PageRequest, pk: int) -> HttpResponse:
    """As the door gives it, out of what stands in the editor; what is at fault there is shown as it is stored."""
    account = _account(pk)
    draft = widgets.of(account)
    form = WidgetForm(request.GET)
    if form.is_valid():
        with suppress(Refused):
            draft = widgets.read(form.cleaned_data)
    consents = {kind: {"version": one.version, "words": one.words} for kind, one in texts.newest().items()}
    told = widget_script.config(
        account.public_key,
        draft,
        consent=consents.get(ConsentText.Kind.PROCESSING),
        advertising=consents.get(ConsentText.Kind.ADVERTISING) if draft.get("advertising") else None,
        hours=_hours(),
        zone=settings.TIME_ZONE,
    )
    script = widget_script.script(_static("widget.js"), _static("widget.css"), {**told, "preview": True})
    return HttpResponse(script, content_type="text/javascript; charset=utf-8")


def _account(pk: int) -> ChannelAccount:
    return get_object_or_404(ChannelAccount, pk=pk, kind=ChannelAccount.Kind.WEB_FORM)


def _language_of(request: PageRequest) -> str:
    return request.GET.get("only") or (get_language() or "ru")[:2]


def _hours() -> dict[str, list[int]]:
    kept = hours.of_company()
    spans = {"week": (kept.begins, kept.ends), "weekend": (kept.weekend_begins, kept.weekend_ends)}
    return {name: [at.hour * 60 + at.minute for at in span] for name, span in spans.items()}


def _initial(account: ChannelAccount) -> dict[str, Any]:
    stored = widgets.of(account)
    asked = {name: "must" if must else "may" for name, must in stored["fields"]}
    fields = {f"field_{name}": asked.get(name, "no") for name in LABELS}
    words = {f"{name}_{code}": said.get(name, "") for code, said in stored["texts"].items() for name in WORDS}
    return {**stored, "pages": "\n".join(stored["pages"]), **fields, **words}


@cache
def _static(name: str) -> str:
    found = finders.find(f"client/{name}")
    return Path(str(found)).read_text(encoding="utf-8")
