"""The wallboard of a day that is over, hour by hour, also as a file; and how long clients waited for us."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from svyazka.business.calls.floor import counting
from svyazka.business.calls.floor.rules import rules
from svyazka.business.deals.work import first_contact
from svyazka.business.deals.work.first_contact import Figure
from svyazka.kit import clock, words
from svyazka.workplaces.controller.wallboard import (
    Scope,
    bars,
    figures_of,
    hour_name,
    queue_name,
    scope_of,
    shown,
    span,
)
from svyazka.workplaces.shared import spreadsheet
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.short import Short


@dataclass(frozen=True)
class Chosen:
    """A day and a queue, as they stand in the address; `queue`: none means all that one sees."""

    day: date
    scope: Scope
    queue: str | None

    @property
    def codes(self) -> list[str] | None:
        return self.scope.codes if self.queue is None else [self.queue]

    def rows(self) -> list[dict[str, Any]]:
        return counting.counted(*clock.day_bounds(self.day), queues=self.codes)


@needs("floor.see")
def days(request: PageRequest) -> HttpResponse:
    chosen, demanded = _chosen(request), rules()
    rows = chosen.rows()
    total, by_hour = figures_of(rows, chosen.scope, demanded, by="hour")
    _total, by_queue = figures_of(rows, chosen.scope, demanded, by="queue")
    context = {
        "chosen": chosen,
        "day": chosen.day.isoformat(),
        "latest": clock.today().isoformat(),
        "demanded": demanded,
        "total": shown(total, demanded),
        "bars": bars(by_hour),
        "hours": [{"name": hour_name(at), **shown(one, demanded)} for at, one in sorted(by_hour.items())],
        "queues": [
            {"name": queue_name(code, chosen.scope.queues), **shown(one, demanded)} for code, one in by_queue.items()
        ],
        "offered_queues": _offered(chosen.scope),
        "file_url": "/wallboard/days/file/?" + urlencode(_asked(chosen)),
        "contact": _contact(chosen.day) if chosen.scope.is_whole else None,
    }
    return render(request, "controller/wallboard_days.html", context)


@needs("floor.see")
def days_file(request: PageRequest) -> HttpResponseBase:
    chosen = _chosen(request)
    return spreadsheet.answer(f"calls-{chosen.day.isoformat()}", _lines(chosen))


def _lines(chosen: Chosen) -> Iterator[list[str]]:
    yield [
        *(_("Hour"), _("Queue"), _("Came in"), _("Were answered"), _("In time"), _("Share in time, %")),
        *(_("Given up"), _("Given up at once"), _("Average wait, s"), _("Average talk, s")),
    ]
    demanded = rules()
    for row in chosen.rows():
        one, _parts = figures_of([row], chosen.scope, demanded, by="hour")
        share, wait, talk = (_known(value) for value in (one.share_in_time, one.usual_wait, one.usual_talk))
        numbers = [str(one.offered), str(one.answered), str(one.in_time), share, str(one.given_up), str(one.short)]
        queue = queue_name(row["queue"], chosen.scope.queues)
        yield [spreadsheet.moment(row["hour"]), queue, *numbers, wait, talk]


def _known(value: int | None) -> str:
    return "" if value is None else str(value)


def _chosen(request: PageRequest) -> Chosen:
    scope = scope_of(request.person)
    try:
        day = date.fromisoformat(request.GET.get("day", ""))
    except ValueError:
        day = clock.today()
    asked = request.GET.get("queue")
    known = asked in scope.queues or asked == ""
    mine = known and (scope.codes is None or asked in scope.codes)
    return Chosen(min(max(day, date(2000, 1, 1)), clock.today()), scope, asked if mine else None)


def _asked(chosen: Chosen) -> dict[str, str]:
    return {"day": chosen.day.isoformat(), **({} if chosen.queue is None else {"queue": chosen.queue})}


def _offered(scope: Scope) -> list[tuple[str, str]]:
    codes = ["", *scope.queues] if scope.codes is None else scope.codes
    return [(code, queue_name(code, scope.queues)) for code in codes]


def _contact(day: date) -> dict[str, Any]:
    """Of the week that ends with this day: how long half of the clients waited until somebody spoke with them."""
    begin, end = clock.day_bounds(day - timedelta(days=6))[0], clock.day_bounds(day)[1]
    found = first_contact.figures(begin, end)
    return {
        "reached": found.reached,
        "usually": _span(found.usually),
        "rung_back": found.rung_back,
        "rung_back_usually": _span(found.rung_back_usually),
        "lists": [
            (_("By day"), [(Short().day(one.day), one.reached, _span(one.usually)) for one in found.by_day]),
            (_("By source"), _named(found.by_source, _("without a source"))),
            (_("By department of who spoke"), _named(found.by_department, _("without a department"))),
        ],
    }


def _named(found: Sequence[Figure], nameless: str) -> list[tuple[str, int, str]]:
    return [(words.here(one.words) or nameless, one.reached, _span(one.usually)) for one in found]


def _span(time: timedelta | None) -> str:
    return span(None if time is None else max(0, round(time.total_seconds())))
