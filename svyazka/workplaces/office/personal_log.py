"""Who has seen, changed or taken out what of clients, by client or by days, as a file."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import islice
from typing import Any

from django import forms
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.clients.models import Client
from svyazka.business.journal.models import Entry
from svyazka.business.personal_data import log
from svyazka.business.personal_data.log import Asked
from svyazka.kit import clock
from svyazka.kit.refusals import Refused
from svyazka.workplaces.shared import spreadsheet, telling
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.forms import Form, put_on
from svyazka.workplaces.shared.typed import FIRST_YEAR, LARGEST, LAST_YEAR

TOGETHER = 500  # entries whose names are looked up at once
USUALLY = timedelta(days=30)


def _day(label: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class LogForm(Form):
    client = forms.IntegerField(
        label=gettext_lazy("Client's number"),
        required=False,
        min_value=1,
        max_value=LARGEST,
        help_text=gettext_lazy(
            "With those who were merged into him. Empty: all clients, and lists that left the house."
        ),
    )
    first = _day(gettext_lazy("From"))
    last = _day(gettext_lazy("Until"))

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        for name in ("first", "last"):
            if name in given and not FIRST_YEAR <= given[name].year <= LAST_YEAR:
                self.add_error(name, _("There is no such day here."))
        if given.get("client") and not Client.objects.filter(pk=given["client"]).exists():
            self.add_error("client", _("There is no client of this number."))
        return given


@needs("personal_data.log")
def personal_log(request: PageRequest) -> HttpResponse:
    today = clock.today()
    form = LogForm(initial={"client": request.GET.get("client", "")[:19], "first": today - USUALLY, "last": today})
    return render(request, "office/personal_log.html", {"form": form})


@needs("personal_data.log", "POST")
def personal_log_file(request: PageRequest) -> HttpResponseBase:
    form = LogForm(request.POST)
    asked = _asked(form)
    if asked is None:
        return render(request, "office/personal_log.html", {"form": form}, status=422)
    log.note_export(asked, by=request.person)
    whose = f"-{asked.client_id}" if asked.client_id else ""
    name = f"personal-data{whose}-{asked.first.isoformat()}-{asked.last.isoformat()}"
    return spreadsheet.answer(name, _lines(asked))


def _asked(form: LogForm) -> Asked | None:
    if not form.is_valid():
        return None
    given = form.cleaned_data
    try:
        return Asked(given["first"], given["last"], given["client"])
    except Refused as refusal:
        put_on(form, refusal)
        return None


def _lines(asked: Asked) -> Iterator[list[str]]:
    yield [_("When"), _("Who"), _("What"), _("Client"), _("Deal"), _("What was changed")]
    left = log.entries(asked).iterator(chunk_size=TOGETHER)
    while some := list(islice(left, TOGETHER)):
        names = telling.names_for(some)
        yield from (_line(entry, names) for entry in some)


def _line(entry: Entry, names: telling.Names) -> list[str]:
    """What was changed by its name: the values are the client's, and stay here."""
    changed = ", ".join(dict.fromkeys(one.what for one in telling.changes_of(entry, names)))
    numbers = [str(number or "") for number in (entry.client_id, entry.deal_id)]
    return [spreadsheet.moment(entry.at), telling.who(entry, names), telling.named(entry), *numbers, changed]
