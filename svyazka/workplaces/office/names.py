"""What departments, sources and loss reasons have in common: a list of names in two languages."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.journal.names import Names
from svyazka.workplaces.shared.door import PageRequest
from svyazka.workplaces.shared.forms import Form, saved


class NameForm(Form):
    ru = forms.CharField(label=gettext_lazy("Name in Russian"), max_length=60)
    en = forms.CharField(label=gettext_lazy("Name in English"), max_length=60, required=False)


@dataclass(frozen=True)
class Words:
    """What such a page says. `many` and `one`: the addresses of the list and of a line."""

    many: str
    one: str
    icon: str
    title: Promise
    adding: Promise
    added: Promise
    empty: Promise


def page_of_all(
    request: PageRequest,
    names: Names[Any],
    said: Words,
    rows: Callable[[], Iterable[tuple[Any, str]]],
    *,
    links: Sequence[tuple[str, str]] = (),
) -> HttpResponse:
    """The list beside the form that adds to it. `rows`: each line, and what is said below its name; `links`: what
    belongs to the list besides, name and address."""
    form = NameForm(request.POST or None)
    if saved(form, lambda: names.add(form.cleaned_data, by=request.person)):
        messages.success(request, str(said.added))
        return redirect(said.many)
    shown = [_row(names, said, *row) for row in rows()]
    context = {"form": form, "said": said, "topic": names.about, "rows": shown, "links": links}
    return render(request, "office/names.html", context, status=422 if form.errors else 200)


def page_of_one(request: PageRequest, names: Names[Any], said: Words, line: Any, **context: Any) -> HttpResponse:
    form = NameForm(request.POST or None, initial=line.words)
    if saved(form, lambda: names.rename(line, form.cleaned_data, by=request.person)):
        messages.success(request, _("Saved."))
        return redirect(said.many)
    given = {"form": form, "said": said, "name": line.name, "back": reverse(said.many), **context}
    return render(request, "office/name.html", given, status=422 if form.errors else 200)


def _row(names: Names[Any], said: Words, line: Any, below: str) -> dict[str, Any]:
    return {
        "code": line.code,
        "url": reverse(said.one, args=[line.code]),
        "place_url": reverse(f"{said.one}_place", args=[line.code]) if names.is_ordered else "",
        "name": line.name,
        "below": below,
        "is_off": not getattr(line, "is_active", True),
    }
