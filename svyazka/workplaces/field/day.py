"""The day of those who go out: their own visits in order."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _

from svyazka.business.clients.models import ContactPoint
from svyazka.business.deals.work import my_day
from svyazka.business.deals.work.my_day import Part
from svyazka.business.site_work import payments
from svyazka.business.staff.models import Person
from svyazka.business.visits import day_ways, handing_over, looked
from svyazka.business.visits.carry_out import STEPS, status_before
from svyazka.business.visits.directions import way_link
from svyazka.business.visits.models import Look, Visit, VisitQuerySet
from svyazka.business.visits.on_site import in_hand
from svyazka.business.visits.whereabouts import consent
from svyazka.kit import clock
from svyazka.workplaces.field import beside, bring, looking, maps, road, whereabouts
from svyazka.workplaces.field.looking import Told
from svyazka.workplaces.field.road import Road
from svyazka.workplaces.shared import typed
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.short import Short, money

DAYS_AHEAD = 7
AHEAD = (Visit.Status.PLANNED, Visit.Status.ON_WAY)
OVER = (Visit.Status.DONE, Visit.Status.NOT_DONE)
RELATED = ("kind", "client", "deal__stage", "not_done", "resource__person")
READ_WITH = (looked.PHONES, looked.TAKEN)


@dataclass(frozen=True)
class Tab:
    day: date
    name: str
    count: int
    url: str


@dataclass(frozen=True)
class Step:
    """The buttons of a status. Those of other statuses are there, too: a phone without signal shows them."""

    status: str
    next: Visit.Status | None
    before: Visit.Status | None


@dataclass(frozen=True)
class Stop:
    """A visit as the phone shows it."""

    visit: Visit
    url: str
    phone: str
    map: str
    steps: list[Step]
    statuses: str  # how it may stand → word, for the phone
    seen: str  # goes back with whatever is done
    before: Visit.Status | None  # what a mistaken tap goes back to
    told: Told | None = None  # what is different since he looked last
    road: Road | None = None  # the way there
    worked: str = ""  # of one that is open on the phone: without the breaks
    rested: str = ""


@needs("visits.carry_out")
def day(request: PageRequest) -> HttpResponse:
    chosen = typed.day(request.GET.get("day")) or clock.today()
    first, last = clock.day_bounds(chosen)
    rows = of(request).on_days(first, last)
    visits = list(rows.select_related(*RELATED).prefetch_related(*READ_WITH).order_by("starts_at"))
    looks, gone = looked.of_day(visits, request.person, first, last)
    stops = _stops(request, visits, looks, first)
    fragment = request.htmx.target == "stops"
    context = {
        "stops": stops,
        "gone": looking.gone(gone),
        "load": bring.of_day(visits),
        "day": chosen,
        "today": clock.today(),
        "apps": maps.apps(request),
        "tabs": tabs(request),
        "here": f"{reverse('field_day')}?day={chosen.isoformat()}",
        "asked": list(handing_over.waiting_for(request.person)),
        "tasks": _tasks(request.person) if chosen == clock.today() else [],
        "beside": beside.of_day(request.person) if not fragment else [],
        "taken": _taken(request.person, chosen),
        **({} if fragment else _near(request.person)),
        "in_vain": any(one.visit.status == Visit.Status.NOT_DONE for one in stops),
        "left": sum(one.visit.status not in OVER for one in stops),
    }
    return render(request, "field/stops.html" if fragment else "field/day.html", context)


def _stops(request: PageRequest, visits: list[Visit], looks: dict[int, Look], begins: datetime) -> list[Stop]:
    """With the way to each, and with what is different since he looked last."""
    ways, app = day_ways.of_day(visits, begins), maps.chosen(request)
    found = [(one, stop(one, request.person, app)) for one in visits]
    return [
        replace(
            each,
            told=looking.told(one, looked.news(one, looks.get(one.pk))),
            road=road.in_words(ways[one.pk], one.resource) if one.pk in ways and one.status in AHEAD else None,
        )
        for one, each in found
    ]


def _near(person: Person) -> dict[str, Any]:
    stands = consent.stands(person)
    return {"near": whereabouts.places(person, stands), "notes_arrivals": stands.wanted}


def _taken(person: Person, chosen: date) -> list[dict[str, str]]:
    """What he has taken that day and has in his hands."""
    found = payments.of_day(person, *clock.day_bounds(chosen))
    return [{"name": way.name, "said": money(total)} for way, total in found]


def _tasks(person: Person) -> list[dict[str, Any]]:
    """What this person has to do besides: late or due today."""
    short = Short()
    return [
        {
            "id": str(line.id),
            "what": line.what,
            "client": line.client,
            "when": short.moment(line.due_at),
            "is_late": line.part == Part.LATE,
        }
        for line in my_day.list_tasks(person, (Part.LATE, Part.TODAY))
    ]


def of(request: PageRequest) -> VisitQuerySet:
    """The visits that this person may see here: his own, those that are on, and those of which nothing came."""
    return Visit.objects.exclude(status=Visit.Status.CANCELLED).with_person(request.person)


def own_visit(request: PageRequest, visit_id: int) -> Visit:
    """One of his own; of others he hears that there is none."""
    rows = of(request).select_related(*RELATED).prefetch_related(*READ_WITH)
    return get_object_or_404(rows, pk=visit_id)


def stop(visit: Visit, person: Person, app: str = "") -> Stop:
    """`app`: the maps app of this phone."""
    phones: list[ContactPoint] = visit.client.phones  # type: ignore[attr-defined]  # read with PHONES
    return Stop(
        visit=visit,
        url=reverse("field_visit", args=[visit.pk]),
        phone=phones[0].value if phones else "",
        map=way_link(visit.address, app),
        steps=[_step(visit, status) for status in STEPS],
        statuses=json.dumps(_statuses(), ensure_ascii=False),
        seen=json.dumps(in_hand.seen(visit, person)),
        before=status_before(visit),
    )


def _statuses() -> dict[str, str]:
    """In words, those that a phone without signal can come to."""
    words: dict[str, str] = {status.value: str(status.label) for status in (*STEPS, Visit.Status.NOT_DONE)}
    return {**words, "paused": _("on a break")}


def _step(visit: Visit, status: Visit.Status) -> Step:
    """What the big button does, and what a mistaken tap goes back to."""
    at = STEPS.index(status)
    before = status_before(visit) if status == visit.status else STEPS[at - 1] if at else None
    return Step(status, STEPS[at + 1] if at + 1 < len(STEPS) else None, before)


def tabs(request: PageRequest) -> list[Tab]:
    """Today and tomorrow always, later days where there is something to do."""
    today = clock.today()
    begin, end = clock.day_bounds(today)[0], clock.day_bounds(today + timedelta(days=DAYS_AHEAD))[1]
    times = of(request).on_days(begin, end).values_list("starts_at", "ends_at")
    counted = Counter(one for start, over in times for one in days_of(max(start, begin), min(over, end)))
    days = sorted({today, today + timedelta(days=1), *counted})
    address = reverse("field_day")
    return [Tab(one, name(one), counted[one], f"{address}?day={one.isoformat()}") for one in days]


def days_of(start: datetime, over: datetime) -> list[date]:
    first, last = clock.local(start).date(), clock.local(over - timedelta(microseconds=1)).date()
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def name(day: date) -> str:
    if day == clock.today():
        return _("Today")
    if day == clock.today() + timedelta(days=1):
        return _("Tomorrow")
    return formats.date_format(day, "D j")
