"""The calendar of those who go out, by day and by week."""

from __future__ import annotations

from datetime import date, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from svyazka.business.visits import waiting_list
from svyazka.kit import clock
from svyazka.workplaces.dispatcher import grid, typed
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.shell import shown_count


@needs("deals.see")
def calendar(request: PageRequest) -> HttpResponse:
    day = typed.day(request.GET.get("day"))
    by_week = request.GET.get("view") == "week"
    days = _week_of(day) if by_week else [day]
    step = timedelta(days=7 if by_week else 1)
    view = "week" if by_week else "day"
    context = {
        "grid": grid.build(days),
        "day": day,
        "view": view,
        "week": by_week,
        "here": _address(day, view),
        "before": _address(day - step, view),
        "after": _address(day + step, view),
        "today": _address(clock.today(), view),
        "by_day": _address(day, "day"),
        "by_week": _address(day, "week"),
        "is_now": clock.today() in days,
        "waits": shown_count(waiting_list.number()),
        "clock_line": not by_week and day == clock.today(),
    }
    fragment = request.htmx.target == "calendar-grid"
    return render(request, "dispatcher/grid.html" if fragment else "dispatcher/calendar.html", context)


def _week_of(day: date) -> list[date]:
    monday = day - timedelta(days=day.weekday())
    return [monday + timedelta(days=number) for number in range(7)]


def _address(day: date, view: str) -> str:
    return f"{reverse('calendar')}?day={day.isoformat()}&view={view}"
