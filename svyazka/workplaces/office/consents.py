"""To which words clients agree: each kind with its text, and the versions there were."""

from __future__ import annotations

from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.consents import texts
from svyazka.business.consents.models import ConsentText
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import Form, saved
from svyazka.workplaces.shared.typed import whole_number


def _text(label: Any, help_text: Any = "") -> forms.CharField:
    widget = forms.Textarea(attrs={"rows": 10})
    # A browser sends two signs for the end of a line: the house counts one.
    return forms.CharField(
        label=label, required=False, widget=widget, max_length=2 * texts.LONGEST, help_text=help_text
    )


class TextForm(Form):
    ru = _text(gettext_lazy("Text in Russian"))
    en = _text(
        gettext_lazy("Text in English"),
        gettext_lazy("Where it is empty, clients who read English see the Russian one."),
    )


@needs("consents.write")
def consents(request: PageRequest) -> HttpResponse:
    newest = texts.newest()
    kinds = [{"code": kind.value, "name": kind.label, "newest": newest.get(kind)} for kind in ConsentText.Kind]
    return render(request, "office/consents.html", {"kinds": kinds})


@needs("consents.write", "GET", "POST")
def text(request: PageRequest, kind: str) -> HttpResponse:
    if kind not in ConsentText.Kind.values:
        raise Http404
    versions = texts.list_versions(kind)
    now = versions[0] if versions else None
    form = TextForm(request.POST if request.method == "POST" else None, initial=now.words if now else {})
    if request.method == "POST" and _is_saved(request, form, kind):
        messages.success(request, _("Saved."))
        return redirect("consents")
    context = {
        "form": form,
        "name": ConsentText.Kind(kind).label,
        "versions": versions,
        "seen": now.version if now else 0,
    }
    return render(request, "office/consent_text.html", context, status=422 if form.errors else 200)


def _is_saved(request: PageRequest, form: TextForm, kind: str) -> bool:
    """Where somebody else was quicker, what was typed stays, and the next "Save" decides."""
    given = {code: request.POST.get(code, "") for code in form.fields}
    seen = whole_number(request.POST.get("seen")) or 0
    return saved(form, partial(texts.change, kind, given, seen=seen, by=request.person))
