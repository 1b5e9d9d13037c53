"""The dialogs of the problems' page: a person or a next step, for one deal or for many."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from svyazka.business.deals.models import Deal, Task
from svyazka.business.problems import solving
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.kit import clock
from svyazka.kit.refusals import Refused
from svyazka.workplaces.shared import away, typed
from svyazka.workplaces.shared.away import Absent
from svyazka.workplaces.shared.door import PageRequest, needs


@needs("deals.change", "GET", "POST")
def steps(request: PageRequest) -> HttpResponse:
    """The next step; the one that is overdue can be ticked off with it."""
    if request.method != "POST":
        return _plan_dialog(request, request.GET)
    given = request.POST
    try:
        done = Task.objects.filter(pk__in=_numbers(given, "done"), done_at=None)
        due_at = _due_at(given.get("day", ""), given.get("hour", ""))
        planned = solving.plan(
            _numbers(given, "deal"), given.get("what", ""), due_at=due_at, done=list(done), by=request.person
        )
    except Refused as refusal:
        return _plan_dialog(request, given, refusal)
    said = ngettext("The step is planned.", "{count} steps are planned.", planned)
    return _solved(said.format(count=planned))


@needs("deals.change", "GET", "POST")
def responsible(request: PageRequest) -> HttpResponse:
    """Who looks after them from now on."""
    if request.method != "POST":
        return _appoint_dialog(request, request.GET)
    number = typed.whole_number(request.POST.get("responsible"))
    person = next((one for one in _who_can() if one.pk == number), None)
    try:
        if person is None:
            raise Refused(_("Choose a person."), fields={"responsible": _("Choose a person.")})
        away.warn(person, request.POST.get("anyway"))
        appointed = solving.appoint(_numbers(request.POST, "deal"), person, by=request.person)
    except Refused as refusal:
        return _appoint_dialog(request, request.POST, refusal)
    said = ngettext("{count} deal goes to {name}.", "{count} deals go to {name}.", appointed)
    return _solved(said.format(count=appointed, name=person.full_name))


def _plan_dialog(request: PageRequest, given: QueryDict, refusal: Refused | None = None) -> HttpResponse:
    tasks = Task.objects.filter(pk__in=_numbers(given, "done"), done_at=None).select_related("deal__stage")
    context = {
        "tasks": [(task.pk, task.deal.stage.step_in_words(task.what)) for task in tasks if task.deal],
        "what": given.get("what", ""),
        "day": given.get("day") or clock.today().isoformat(),
        "hour": given.get("hour", ""),
    }
    return _dialog(request, "controller/plan.html", given, context, refusal)


def _appoint_dialog(request: PageRequest, given: QueryDict, refusal: Refused | None = None) -> HttpResponse:
    chosen = typed.whole_number(given.get("responsible"))
    asked = refusal.person_id if isinstance(refusal, Absent) else None
    context = {"people": away.marked(_who_can()), "chosen": chosen, "asked": asked}
    return _dialog(request, "controller/appoint.html", given, context, refusal)


def _dialog(
    request: PageRequest, template: str, given: QueryDict, context: dict[str, Any], refusal: Refused | None
) -> HttpResponse:
    numbers = _numbers(given, "deal")
    shown = {
        "deals": [str(number) for number in numbers],
        "deal": Deal.objects.select_related("client").filter(pk__in=numbers).first() if len(numbers) == 1 else None,
        "refusal": refusal.message if refusal else "",
        "faults": refusal.fields if refusal else {},
    }
    answer = render(request, template, {**context, **shown}, status=refusal.status if refusal else 200)
    if refusal:
        answer["HX-Retarget"], answer["HX-Reswap"] = "#dialog", "innerHTML"
    return answer


def _solved(said: str) -> HttpResponse:
    happens = {"dialog:close": {}, "toast": {"message": said}, "problems:solved": {}}
    return HttpResponse(status=204, headers={"HX-Trigger": json.dumps(happens)})


def _numbers(given: QueryDict, name: str) -> list[int]:
    return [number for text in given.getlist(name)[: solving.MOST + 1] if (number := typed.whole_number(text))]


def _who_can() -> list[Person]:
    may = Person.objects.working().filter(role__in=roles.having("deals.change"))
    people = list(may.select_related("department").order_by("full_name"))
    roles.read_along(people)
    return people


def _due_at(day: str, hour: str) -> datetime:
    moment = typed.by_when(day, hour)
    if moment is None:
        raise Refused(_("A date is needed here."), fields={"due_at": _("A date is needed here.")})
    return moment
