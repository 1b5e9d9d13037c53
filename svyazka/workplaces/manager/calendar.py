"""The calendar of deals, by month and by week; a step is moved to another day by dragging it there."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from svyazka.business.deals import rights
from svyazka.business.deals.models import Pipeline
from svyazka.business.deals.rights import Reaching
from svyazka.business.deals.work import tasks
from svyazka.business.staff.models import Department, Person
from svyazka.business.visits import deal_calendar
from svyazka.business.visits.deal_calendar import Entry, Narrowed
from svyazka.kit import clock, rows
from svyazka.kit.refusals import Refused
from svyazka.workplaces.manager.tasks import reachable
from svyazka.workplaces.shared import typed
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.short import Short

IN_A_MONTH, IN_A_WEEK = 4, 200  # entries shown of a day


@dataclass(frozen=True)
class Chosen:
    """As it stands in the address."""

    day: date
    view: str = ""
    person: str = ""
    department: str = ""
    pipeline: str = ""

    @property
    def narrowed(self) -> Narrowed:
        person, department, pipeline = map(typed.whole_number, (self.person, self.department, self.pipeline))
        return Narrowed(person_id=person, department_id=department, pipeline_id=pipeline)

    @property
    def days(self) -> list[date]:
        """Whole weeks, from Monday on."""
        first, last = self.day, self.day
        if self.view != "week":
            first = self.day.replace(day=1)
            last = self.day.replace(day=monthrange(self.day.year, self.day.month)[1])
        first, last = first - timedelta(days=first.weekday()), last + timedelta(days=6 - last.weekday())
        return [first + timedelta(days=number) for number in range((last - first).days + 1)]

    def address(self, **other: Any) -> str:
        given = {**vars(self), **other}
        return "/calendar/deals/?" + urlencode({name: str(value) for name, value in given.items() if value})

    def beside(self, step: int) -> date:
        """A day of the week or the month before or after."""
        if self.view == "week":
            return self.day + timedelta(days=7 * step)
        first = self.day.replace(day=1)
        return (first - timedelta(days=1)).replace(day=1) if step < 0 else (first + timedelta(days=32)).replace(day=1)


@needs("deals.see")
def deals(request: PageRequest) -> HttpResponse:
    chosen = _chosen(request)
    days = chosen.days
    most = IN_A_WEEK if chosen.view == "week" else IN_A_MONTH
    found = deal_calendar.list_entries(days[0], days[-1], chosen.narrowed, most=most)
    context = {
        "chosen": chosen,
        "week": chosen.view == "week",
        "days": _days(chosen, days, found, request.person),
        "here": chosen.address(),
        "before": chosen.address(day=chosen.beside(-1)),
        "after": chosen.address(day=chosen.beside(1)),
        "today": chosen.address(day=clock.today()),
        "is_now": clock.today() in days,
        "by_month": chosen.address(view=""),
        "by_week": chosen.address(view="week"),
    }
    if request.htmx.target == "deal-calendar":
        return render(request, "manager/calendar/grid.html", context)
    return render(request, "manager/calendar/page.html", {**context, **_choices()})


@needs("tasks.do", "POST")
def task_day(request: PageRequest, pk: int) -> HttpResponse:
    """To another day at the same hour; with `back`, to where it was."""
    task, version = reachable(request, pk), typed.whole_number(request.POST.get("version"))
    if before := _moment(request.POST.get("back", "")):
        moved, undo = tasks.move_back(task, due_at=before, version=version, by=request.person), ""
    else:
        undo = task.due_at.isoformat()
        due_at = _same_hour(request.POST.get("day"), task.due_at)
        moved = tasks.change(task, due_at=due_at, version=version, by=request.person)
    said = _("{what}: {when}").format(what=moved.what, when=Short().moment(moved.due_at))
    answer = render(request, "manager/calendar/said.html", {"task": moved, "said": said, "undo": undo})
    answer["HX-Trigger"] = "tasks:changed"
    return answer


def _same_hour(day: str | None, due_at: datetime) -> datetime:
    on = typed.day(day)
    if on is None:
        raise Refused(_("A date is needed here."))
    at, now = clock.at(on, clock.local(due_at).time()), clock.now()
    # Whoever drags it to today after its hour means: still today.
    return max(at, min(now + timedelta(hours=1), clock.day_bounds(on)[1])) if on == clock.today() else at


def _moment(written: str) -> datetime | None:
    try:
        found = parse_datetime(written)
    except ValueError:
        return None
    return found if found and found.tzinfo and typed.FIRST_YEAR <= found.year <= typed.LAST_YEAR else None


def _chosen(request: HttpRequest) -> Chosen:
    asked = request.GET
    numbers = {name: str(typed.whole_number(asked.get(name)) or "") for name in ("person", "department", "pipeline")}
    view = "week" if asked.get("view") == "week" else ""
    day = typed.day(asked.get("day")) or clock.today()
    # The first and the last year have neighbours that no address can name.
    return Chosen(day if typed.FIRST_YEAR < day.year < typed.LAST_YEAR else clock.today(), view, **numbers)


def _days(chosen: Chosen, days: Sequence[date], found: Sequence[Entry], person: Person) -> list[dict[str, Any]]:
    of_day: dict[date, list[Entry]] = {}
    for entry in found:
        of_day.setdefault(entry.day, []).append(entry)
    reaching, now, today = rights.reaching(person), clock.now(), clock.today()
    return [
        {
            "day": day,
            "iso": day.isoformat(),
            "is_today": day == today,
            "is_past": day < today,
            "is_beside": chosen.view != "week" and day.month != chosen.day.month,
            "entries": [_shown(entry, person, reaching, now) for entry in of_day.get(day, [])],
            "more": of_day[day][0].total - len(of_day[day]) if day in of_day else 0,
            "url": chosen.address(day=day, view="week"),
        }
        for day in days
    ]


def _shown(entry: Entry, person: Person, reaching: Reaching, now: datetime) -> dict[str, Any]:
    reached = reaching.covers(responsible_id=entry.responsible_id, department_id=entry.department_id)
    return {
        "id": str(entry.id),
        "version": str(entry.version),
        "is_visit": entry.kind == "visit",
        "hour": f"{clock.local(entry.at):%H:%M}",
        "what": entry.what,
        "client": entry.client,
        "deal": str(entry.deal_id),
        "stage": entry.stage,
        "colour": entry.colour,
        "is_late": entry.kind == "task" and entry.at < now,
        "moves": entry.kind == "task" and (reached or person.pk in (entry.person_id, entry.by_id)),
    }


def _choices() -> dict[str, Any]:
    people = Person.objects.working().order_by("full_name").values_list("pk", "full_name")
    return {
        "people": [(str(pk), name) for pk, name in people],
        "departments": [(str(one.pk), one.name) for one in rows.read(Department, "order by id")],
        "pipelines": [(str(one.pk), one.name) for one in rows.read(Pipeline, "order by position, id")],
    }
