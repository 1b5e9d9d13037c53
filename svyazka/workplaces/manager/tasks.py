"""Tasks, wherever they stand: planned, ticked off, taken back, changed, put off. The page that shows them asks anew."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from typing import Any, NamedTuple

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from svyazka.business.deals import rights
from svyazka.business.deals.models import Deal, Task
from svyazka.business.deals.work import checklists, repeats, tasks
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.kit import clock
from svyazka.kit.refusals import Refused
from svyazka.workplaces.manager import parts
from svyazka.workplaces.manager.finding import deal_numbered
from svyazka.workplaces.shared import away, typed
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.short import Short

WORKDAY_BEGINS, AFTERNOON = time(9), time(14)


class Soon(NamedTuple):
    """A time that is chosen with one click."""

    code: str
    name: str
    at: datetime

    @property
    def day(self) -> str:
        return clock.local(self.at).date().isoformat()

    @property
    def hour(self) -> str:
        return f"{clock.local(self.at):%H:%M}"


@needs("deals.change", "GET", "POST")
def of_deal(request: PageRequest, pk: int) -> HttpResponse:
    """GET offers the next step; POST plans it."""
    deal = deal_numbered(pk)
    rights.insist(request.person, deal)
    if request.method != "POST":
        return _planning(request, deal)
    return _planned(request, deal)


@needs("tasks.do", "GET", "POST")
def own(request: PageRequest) -> HttpResponse:
    """A task without a deal: one's own, or a colleague's."""
    return _planned(request, None) if request.method == "POST" else _planning(request, None)


@needs("tasks.do", "GET", "POST")
def task(request: PageRequest, pk: int) -> HttpResponse:
    found = reachable(request, pk)
    if request.method != "POST":
        return _dialog(request, found)
    version = typed.whole_number(request.POST.get("version"))
    try:
        tasks.change(found, **_wanted(request, found), version=version, by=request.person)
    except Refused as refusal:
        return _dialog(request, reachable(request, pk), refusal)
    return _again(request, found, _("Saved."))


@needs("tasks.do", "GET", "POST")
def completion(request: PageRequest, pk: int) -> HttpResponse:
    """GET asks what came of it; POST ticks it off."""
    found = reachable(request, pk)
    if request.method != "POST":
        return render(request, "manager/task_done.html", {"task": found, "what": _what(found), "soon": soon()})
    again = moment_chosen(request, "again") if "again" in request.POST or "again_day" in request.POST else None
    outcome = request.POST.get("outcome", "")
    tasks.done(
        found,
        result=request.POST.get("result", ""),
        outcome=outcome if outcome in Task.Outcome.values else Task.Outcome.NONE,
        again_at=again,
        by=request.person,
    )
    return _again(request, found, undo=True)


@needs("tasks.do", "POST")
def taking_back(request: PageRequest, pk: int) -> HttpResponse:
    found = reachable(request, pk)
    tasks.take_back(found, by=request.person)
    return _again(request, found, _("Open again."))


@needs("tasks.do", "GET", "POST")
def snooze(request: PageRequest, pk: int) -> HttpResponse:
    found = reachable(request, pk)
    if request.method != "POST":
        return render(request, "manager/task_snooze.html", {"task": found, "what": _what(found), "soon": soon()})
    until = moment_chosen(request, "until")
    tasks.put_off(found, until=until, by=request.person)
    return _again(request, found, _("Comes back {when}.").format(when=Short().moment(until)))


@needs("tasks.do", "POST")
def removal(request: PageRequest, pk: int) -> HttpResponse:
    found = reachable(request, pk)
    tasks.remove(found, by=request.person)
    return _again(request, found, _("Deleted."))


@needs("tasks.do", "POST")
def checklist(request: PageRequest, pk: int) -> HttpResponse:
    found = reachable(request, pk)
    number = typed.whole_number(request.POST.get("item")) or 0
    changed = _CHECKLIST.get(request.POST.get("do", ""), _added)(found, number, request.POST.get("what", ""))
    answer = render(request, "manager/task_checklist.html", {"task": changed})
    answer["HX-Trigger"] = "tasks:changed"
    return answer


def _added(task: Task, _number: int, what: str) -> Task:
    return checklists.add(task, what)


_CHECKLIST: dict[str, Callable[[Task, int, str], Task]] = {
    "tick": lambda task, number, _what: checklists.tick(task, number, done=True),
    "untick": lambda task, number, _what: checklists.tick(task, number, done=False),
    "up": lambda task, number, _what: checklists.move_up(task, number),
    "off": lambda task, number, _what: checklists.take_off(task, number),
}


def soon() -> list[Soon]:
    now = clock.now()
    today = clock.today()
    afternoon = clock.at(today, AFTERNOON)
    monday = today + timedelta(days=7 - today.weekday())
    offered = [
        Soon("hour", _("In an hour"), (now + timedelta(hours=1)).replace(second=0, microsecond=0)),
        Soon("afternoon", _("This afternoon"), afternoon),
        Soon("tomorrow", _("Tomorrow 9:00"), clock.at(today + timedelta(days=1), WORKDAY_BEGINS)),
        Soon("monday", _("On Monday"), clock.at(monday, WORKDAY_BEGINS)),
    ]
    return [one for one in offered if one.at > now]


def reachable(request: PageRequest, pk: int) -> Task:
    """A task that is none of one's business is not there for those who have only their own."""
    found = Task.objects.select_related("deal__stage", "person", "by").filter(pk=min(pk, typed.LARGEST)).first()
    if found is None:
        raise Http404
    if not tasks.may_touch(request.person, found):
        if roles.reach(request.person, "tasks.do") is roles.Reach.OWN:
            raise Http404
        raise rights.NotYours
    return found


def _planned(request: PageRequest, deal: Deal | None) -> HttpResponse:
    try:
        wanted = _wanted(request, None)
        items = [line.strip() for line in request.POST.get("checklist", "").splitlines() if line.strip()]
        planned = tasks.plan(deal, checklist=items[: checklists.MOST], by=request.person, **wanted)
    except Refused as refusal:
        if "plain" in request.POST:
            raise
        return _planning(request, deal, refusal)
    return _again(request, planned, "" if "plain" in request.POST else _("Planned."))


def _wanted(request: PageRequest, task: Task | None) -> dict[str, Any]:
    """What was typed, in the verb's words."""
    given = request.POST
    wanted: dict[str, Any] = {"what": given.get("what", "")}
    if task and task.deal and wanted["what"] == _what(task):
        wanted["what"] = task.what  # shown in another language, and left as it was
    wanted["due_at"] = due_at(given.get("day", ""), given.get("hour", ""))
    if given.get("kind") in Task.Kind.values:
        wanted["kind"] = given["kind"]
    if "person" in given:
        wanted["person"] = _person(given["person"])
    if "unit" in given:
        wanted |= _repeat(given, task, wanted["due_at"])
    return wanted


def _repeat(given: Mapping[str, str], task: Task | None, due_at: datetime) -> dict[str, Any]:
    """Left as it was, the row goes on as it is."""
    if not given["unit"]:
        return {"repeat": None}
    every = typed.whole_number(given.get("every", "1")) or 0
    until = typed.day(given.get("until"))
    stored = repeats.Repeat.read(task.repeat) if task else None
    if stored and (stored.every, stored.unit, stored.until) == (every, given["unit"], until):
        return {}
    return {"repeat": repeats.beginning(due_at, every=every, unit=given["unit"], until=until)}


def due_at(day: str, hour: str) -> datetime:
    moment = typed.by_when(day, hour)
    if moment is None:
        message = _("A date is needed here.")
        raise Refused(message, fields={"due_at": message})
    return moment


def moment_chosen(request: PageRequest, name: str) -> datetime:
    """One of those that are offered, or one's own."""
    code = request.POST.get(name)
    for one in soon():
        if one.code == code:
            return one.at
    return due_at(request.POST.get(f"{name}_day", ""), request.POST.get(f"{name}_hour", ""))


def _person(written: str) -> Person | None:
    number = typed.whole_number(written)
    found = Person.objects.working().filter(pk=number).first() if number else None
    if written and found is None:
        raise Refused(_("This person does not work here any more."))
    return found


def _what(task: Task) -> str:
    return task.deal.stage.step_in_words(task.what) if task.deal else task.what


def _planning(request: PageRequest, deal: Deal | None, refusal: Refused | None = None) -> HttpResponse:
    given = request.POST
    chosen = deal.responsible_id if deal and deal.responsible_id else request.person.pk
    form = {
        "what": given.get("what", ""),
        "kind": given.get("kind", Task.Kind.CALL if deal else Task.Kind.OTHER),
        "person": typed.whole_number(given.get("person")) or chosen,
        "day": given.get("day", "") or clock.today().isoformat(),
        "hour": given.get("hour", ""),
        "every": given.get("every", "1"),
        "unit": given.get("unit", ""),
        "until": given.get("until", ""),
        "checklist": given.get("checklist", ""),
    }
    context = {"deal": deal, "form": form, "asked": "asked" in request.GET, "suggested": _suggested(deal)}
    return _form(request, context, reverse("deal_tasks", args=[deal.pk]) if deal else reverse("own_tasks"), refusal)


def _dialog(request: PageRequest, task: Task, refusal: Refused | None = None) -> HttpResponse:
    due, given = clock.local(task.due_at), request.POST if refusal else {}
    form = {
        "what": _what(task),
        "kind": task.kind,
        "person": task.person_id,
        "day": due.date().isoformat(),
        "hour": f"{due:%H:%M}",
        "every": task.repeat.get("every", 1),
        "unit": task.repeat.get("unit", ""),
        "until": task.repeat.get("until", ""),
    }
    form |= {name: given[name] for name in form if name in given and name != "person"}
    context = {"deal": task.deal, "task": task, "form": form, "removable": _is_removable(task, request.person)}
    return _form(request, context, reverse("task", args=[task.pk]), refusal)


def _is_removable(task: Task, person: Person) -> bool:
    return task.by_id == person.pk and not task.of_stage and task.done_at is None


def _form(request: PageRequest, context: dict[str, Any], action: str, refusal: Refused | None) -> HttpResponse:
    people = Person.objects.working().order_by("full_name").values_list("pk", "full_name")
    absent = away.absent()
    context |= {
        "action": action,
        "people": [(pk, f"{name} — {absent[pk]}" if pk in absent else name) for pk, name in people],
        "kinds": [(code, name, parts.ICONS[code]) for code, name in Task.Kind.choices],
        "units": repeats.UNITS.items(),
        "soon": soon(),
        "refusal": refusal.message if refusal else "",
    }
    answer = render(request, "manager/task.html", context, status=refusal.status if refusal else 200)
    if refusal:
        answer["HX-Retarget"] = "#dialog"
        answer["HX-Reswap"] = "innerHTML"
    return answer


def _suggested(deal: Deal | None) -> list[tuple[str, str]]:
    """What is done at this stage, and what is always possible: (kind, words)."""
    if deal is None:
        return []
    always = [
        (Task.Kind.CALL.value, _("Ring the client")),
        (Task.Kind.MESSAGE.value, _("Write to the client")),
        (Task.Kind.MEETING.value, _("Meet the client")),
    ]
    of_stage = deal.stage.step_in_words(deal.stage.next_step)
    first = [(deal.stage.next_step_kind, of_stage)] if of_stage else []
    return first + [one for one in always if one[1] != of_stage]


def _again(request: PageRequest, task: Task, said: str = "", *, undo: bool = False) -> HttpResponse:
    """On its deal's page the parts are drawn again; every other page hears that tasks have changed, and asks."""
    deal = deal_numbered(task.deal_id) if task.deal_id else None
    asks = undo and deal is not None and deal.is_open and not deal.next_step and rights.may_change(request.person, deal)
    toast = {"task": task, "what": _what(task), "said": said, "undo": undo, "deal": deal, "asks": asks}
    html = render(request, "manager/task_said.html", toast).content.decode() if said or undo else ""
    if deal and request.htmx.current_url_abs_path == f"/deals/{deal.pk}/":
        html = parts.apart(request, deal) + html
    return HttpResponse(html, headers={"HX-Trigger": json.dumps({"dialog:close": {}, "tasks:changed": {}})})
