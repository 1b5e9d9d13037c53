"""The dispatcher's board: who goes where and when, by day, week and month; and the same day as a plain table."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from svyazka.business.deals.models import Stage
from svyazka.business.staff import roles
from svyazka.business.visits import board, month, waiting_list, ways_out
from svyazka.business.visits.models import VisitKind
from svyazka.kit import clock, rows
from svyazka.workplaces.dispatcher import on_board, table, typed
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.shell import shown_count
from svyazka.workplaces.shared.typed import whole_number

VIEWS = ("day", "week", "month", "table")


@dataclass(frozen=True)
class Shown:
    """Of which day, and how many of them."""

    day: date
    view: str

    @property
    def days(self) -> list[date]:
        if self.view == "month":
            first = self.day.replace(day=1)
            return [first + timedelta(days=number) for number in range((_month_after(first) - first).days)]
        if self.view == "week":
            monday = self.day - timedelta(days=self.day.weekday())
            return [monday + timedelta(days=number) for number in range(7)]
        return [self.day]

    def step(self, forward: bool) -> date:
        if self.view == "month":
            first = self.day.replace(day=1)
            return _month_after(first) if forward else (first - timedelta(days=1)).replace(day=1)
        days = timedelta(days=7 if self.view == "week" else 1)
        return self.day + days if forward else self.day - days


@needs("deals.see")
def calendar(request: PageRequest) -> HttpResponse:
    shown = _asked(request)
    days = shown.days
    context: dict[str, Any] = {
        "shown": shown,
        "days": days,
        "here": _address(shown),
        "before": _address(Shown(shown.step(forward=False), shown.view)),
        "after": _address(Shown(shown.step(forward=True), shown.view)),
        "today": _address(Shown(clock.today(), shown.view)),
        "views": [(name, view, _address(Shown(shown.day, view)), key) for name, view, key in _views()],
        "plain": _address(Shown(shown.day, "table")),
        "is_now": clock.today() in days,
        "action": reverse("calendar"),
        "waits": shown_count(waiting_list.number()),
        "troubled": shown_count(ways_out.number()) if roles.may(request.person, "visits.plan") else "",
    }
    if shown.view == "table":
        return render(request, "dispatcher/table.html", {**context, "table": table.of(board.read(days))})
    return render(request, "dispatcher/calendar.html", {**context, **_board(shown)})


@needs("deals.see")
def data(request: PageRequest) -> HttpResponse:
    """What stands on the board, for a page that has it already and heard that somebody did something; of one row, for
    whoever opens a day of a month."""
    found = _data(_asked(request), whole_number(request.GET.get("resource")))
    return HttpResponse(_packed(found), content_type="application/json")


def _board(shown: Shown) -> dict[str, Any]:
    found = _data(shown)
    return {
        "data": in_page(found),
        "data_url": f"{reverse('calendar_data')}?{_query(shown)}",
        "words": json.dumps(on_board.words(), ensure_ascii=False),
        "has_rows": bool(found["rows"]),
        "people": found["rows"],
        "kinds": found["kinds"],
        "areas": sorted({name for row in found["rows"] for name in row["areas"]}),
        "stages": found["stages"],
    }


def _views() -> list[tuple[str, str, str]]:
    return [
        (_("Day"), "day", "KeyD"),
        (_("Week"), "week", "KeyW"),
        (_("Month"), "month", ""),  # M picks a visit up
        (_("Table"), "table", ""),
    ]


def _data(shown: Shown, resource_id: int | None = None) -> dict[str, Any]:
    if shown.view == "month":
        return on_board.month(shown.day, month.read(shown.days))
    found = board.read(shown.days, resource_id)
    stages = sorted({entry.taken.stage_id for row in found.rows for cell in row.cells for entry in cell.visits})
    known = rows.read(Stage, "where id = any(%s) order by pipeline_id, position", [stages])
    return on_board.days(found, rows.read(VisitKind, "order by position, id"), known)


def _asked(request: PageRequest) -> Shown:
    view = request.GET.get("view", "")
    return Shown(typed.day(request.GET.get("day")), view if view in VIEWS else "day")


def _address(shown: Shown) -> str:
    return f"{reverse('calendar')}?{_query(shown)}"


def _query(shown: Shown) -> str:
    return urlencode({"day": shown.day.isoformat(), "view": shown.view})


def in_page(data: dict[str, Any]) -> SafeString:
    """JSON that ends no script, whatever a client is called."""
    said = _packed(data)
    for sign in "<>&":
        said = said.replace(sign, f"\\u{ord(sign):04x}")
    return mark_safe(said)  # noqa: S308  # no sign that means something in a page is left


def _packed(data: dict[str, Any]) -> str:
    """Each space would stand there forty thousand times."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def _month_after(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)
