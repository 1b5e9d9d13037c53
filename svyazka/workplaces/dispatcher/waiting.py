"""The waiting list: who waits for a window, which ones are free for him, taken with one click."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.deals import rights
from svyazka.business.visits import seeking, waiting_list, waiting_rules
from svyazka.business.visits.models import VisitKind, WaitingRules
from svyazka.business.visits.waiting_list import COUNTED, SORTS, STATES, Narrowed
from svyazka.kit.refusals import Refused
from svyazka.workplaces.shared import waiting_cards
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import Form, saved
from svyazka.workplaces.shared.short import Short
from svyazka.workplaces.shared.typed import whole_number


@dataclass(frozen=True)
class Chosen:
    """As it stands in the address; what is usual is left out."""

    state: str = "all"
    sort: str = "since"
    q: str = ""
    kind: str = ""
    urgent: str = ""

    @property
    def narrowed(self) -> Narrowed:
        return Narrowed(
            state=self.state,
            sort=self.sort,
            typed=self.q,
            kind_id=whole_number(self.kind),
            is_urgent=bool(self.urgent),
        )

    @property
    def is_narrowed(self) -> bool:
        return bool(self.q or self.kind or self.urgent or self.state != "all")

    def address(self, **other: str) -> str:
        usual = {**vars(Chosen()), "after": ""}
        given = {name: value for name, value in {**vars(self), **other}.items() if value != usual[name]}
        return reverse("waiting") + (f"?{urlencode(given)}" if given else "")


class RulesForm(Form):
    days = forms.IntegerField(
        label=gettext_lazy("Waiting is too long after, days"),
        help_text=gettext_lazy("Then the deal stands among the problems."),
    )
    offers_a_day = forms.IntegerField(
        label=gettext_lazy("Messages a day to one client"),
        help_text=gettext_lazy("At most so many windows are offered to him by message."),
    )
    held_minutes = forms.IntegerField(
        label=gettext_lazy("A window is held for, minutes"),
        help_text=gettext_lazy("While the client thinks about a message; then the next one is asked."),
    )


@needs("deals.see")
def waiting(request: PageRequest) -> HttpResponse:
    chosen = _chosen(request.GET)
    found = waiting_list.list_waiting(chosen.narrowed, after=request.GET.get("after", "")[:400].replace("\x00", ""))
    context: dict[str, Any] = {
        "cards": waiting_cards.cards(found.lines, rights.reaching(request.person), Short()),
        "more_url": chosen.address(after=found.after) if found.after else "",
    }
    if request.GET.get("after"):
        return render(request, "dispatcher/waiting_lines.html", context)
    kinds = list(VisitKind.objects.all())
    context |= {
        "chosen": chosen,
        "states": _states(chosen, waiting_list.count(chosen.narrowed)),
        "kinds": [(str(kind.pk), kind.name, str(kind.pk) == chosen.kind) for kind in kinds],
        "sorts": [(code, name, code == chosen.sort) for code, name in _sorts()],
        "progress": seeking.progress(),
    }
    return render(request, "dispatcher/waiting.html", context)


@needs("settings.change", "GET", "POST")
def rules(request: PageRequest) -> HttpResponse:
    form = RulesForm(request.POST if request.method == "POST" else None, initial=_as_stored(waiting_rules.rules()))
    if request.method == "POST" and saved(form, lambda: waiting_rules.change(**form.cleaned_data, by=request.person)):
        return _said(request, _("Saved."))
    status = 422 if form.is_bound else 200
    fragment = request.htmx and not request.htmx.boosted
    template = "dispatcher/waiting_rules.html" if fragment else "dispatcher/waiting_dialog_page.html"
    return render(request, template, {"form": form, "inner": "dispatcher/waiting_rules.html"}, status=status)


@needs("visits.book", "POST")
def search(request: PageRequest) -> HttpResponse:
    """For all who wait; the worker does it, and the page shows how far it is."""
    begun = seeking.begin(by=request.person)
    return _said(request, _("Windows are looked for: {number}").format(number=begun.total))


@needs("visits.book", "POST")
def search_booking(request: PageRequest) -> HttpResponse:
    """Everything that the search has found."""
    progress = seeking.progress()
    if progress is None:
        raise Refused(_("Nothing of it is left."))
    booked, gone = seeking.take_all(progress.seeking, by=request.person)
    said = _("Booked: {number}").format(number=booked)
    if gone:
        said += ". " + _("No longer free: {number}").format(number=gone)
    return _said(request, said)


def _said(request: PageRequest, said: str) -> HttpResponse:
    if not request.htmx:
        messages.success(request, said)
        return redirect("waiting")
    answer = HttpResponse(status=204)
    answer["HX-Trigger"] = json.dumps({"toast": {"message": said}, "dialog:close": {}, "calm:waiting": {}})
    return answer


def _as_stored(kept: WaitingRules) -> dict[str, int]:
    return {name: getattr(kept, name) for name in waiting_rules.BOUNDS}


def _chosen(asked: QueryDict) -> Chosen:
    def one_of(name: str, offered: Sequence[str]) -> str:
        return given if (given := asked.get(name, "")) in offered else offered[0]

    return Chosen(
        state=one_of("state", STATES),
        sort=one_of("sort", list(SORTS)),
        q=" ".join(asked.get("q", "").replace("\x00", "").split())[:100],
        kind=str(whole_number(asked.get("kind")) or ""),
        urgent="1" if asked.get("urgent") == "1" else "",
    )


def _states(chosen: Chosen, counted: Mapping[str, int]) -> list[dict[str, Any]]:
    names = {"all": _("All"), "found": _("With a window"), "long": _("Too long")}
    return [
        {
            "name": name,
            "code": code,
            "count": f"{COUNTED}+" if counted[code] > COUNTED else str(counted[code]),
            "url": chosen.address(state=code),
            "here": code == chosen.state,
        }
        for code, name in names.items()
    ]


def _sorts() -> list[tuple[str, str]]:
    return [
        ("since", _("Waiting longest first")),
        ("urgent", _("Most urgent first")),
        ("place", _("By address")),
        ("until", _("Soonest over first")),
    ]
