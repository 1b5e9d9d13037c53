"""The coming days at a glance, each visit in a line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from svyazka.business.visits import looked
from svyazka.business.visits.directions import street_of
from svyazka.business.visits.models import Visit
from svyazka.kit import clock
from svyazka.workplaces.field import day, looking
from svyazka.workplaces.field.looking import Told
from svyazka.workplaces.shared.door import PageRequest, needs


@dataclass(frozen=True)
class Line:
    visit: Visit
    url: str
    street: str
    told: Told


@dataclass(frozen=True)
class Day:
    day: date
    name: str
    url: str
    lines: list[Line]


@needs("visits.carry_out")
def week(request: PageRequest) -> HttpResponse:
    """Also days without work: whoever looks ahead wants to see those as well."""
    today = clock.today()
    days = [today + timedelta(days=number) for number in range(day.DAYS_AHEAD)]
    rows = day.of(request).on_days(clock.day_bounds(days[0])[0], clock.day_bounds(days[-1])[1])
    visits = list(rows.select_related(*day.RELATED).prefetch_related(*day.READ_WITH).order_by("starts_at"))
    looks = looked.of_visits(visits, request.person)
    lines = {
        one.pk: Line(
            one,
            reverse("field_visit", args=[one.pk]),
            street_of(one.address),
            looking.told(one, looked.news(one, looks.get(one.pk))),
        )
        for one in visits
    }
    address = reverse("field_day")
    found = [
        Day(
            on,
            day.name(on),
            f"{address}?day={on.isoformat()}",
            [lines[one.pk] for one in visits if on in day.days_of(one.starts_at, one.ends_at)],
        )
        for on in days
    ]
    return render(request, "field/week.html", {"days": found, "tabs": day.tabs(request)})
