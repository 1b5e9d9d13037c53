"""The calling list: one client after another, each result with one click, and the next comes by itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from svyazka.business.deals.models import Task
from svyazka.business.deals.work import calling, wrong_numbers
from svyazka.business.deals.work.calling import Step, Taken
from svyazka.business.deals.work.calling_list import Line, list_waiting
from svyazka.business.deals.work.calling_queue import Whose, may_work
from svyazka.business.staff import roles
from svyazka.business.staff.models import Department, Person
from svyazka.business.staff.roles import Reach
from svyazka.kit import phones
from svyazka.kit.refusals import Refused
from svyazka.workplaces.manager import calling_card
from svyazka.workplaces.manager.calling_card import task_numbered
from svyazka.workplaces.manager.tasks import due_at, soon
from svyazka.workplaces.shared import typed
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.short import Short

_MOST_SKIPPED = 100


@dataclass(frozen=True)
class Place:
    """Which list this page works off, and whom it has passed over: both go along from press to press."""

    whose: Whose
    code: str
    skipped: tuple[int, ...] = ()

    @classmethod
    def read(cls, request: PageRequest) -> Place:
        given = request.POST if request.method == "POST" else request.GET
        code = given.get("whose", "")
        number = typed.whole_number(code[1:])
        whose = Whose(person_id=number if code[:1] == "p" else None, department_id=number if code[:1] == "d" else None)
        if not may_work(request.person, whose):
            raise Refused(_("This list is not yours to work off."))
        skipped = tuple(typed.whole_numbers(given.getlist("skipped"))[-_MOST_SKIPPED:])
        return cls(whose, code if number else "", skipped)


@needs("calling.do")
def page(request: PageRequest) -> HttpResponse:
    """Looking at the list takes nobody's turn; whoever was ringing somebody goes on with him."""
    place = Place.read(request)
    if request.htmx.target == "calling-list":
        return render(request, "manager/calling/list.html", _listed(request.person, place))
    context = _now(request, place, calling.turn_of(request.person))
    return render(request, "manager/calling/page.html", {**context, "choices": _choices(request.person)})


@needs("calling.do", "POST")
def next_call(request: PageRequest) -> HttpResponse:
    return _drawn(request, Place.read(request))


@needs("calling.do", "POST")
def leaving(request: PageRequest) -> HttpResponse:
    """The page is left, or he has had enough: whom he was ringing is for the next."""
    calling.give_up(request.person)
    if not request.htmx:
        return HttpResponse(status=204)
    return render(request, "manager/calling/now.html", _now(request, Place.read(request), None))


@needs("calling.do", "POST")
def turn(request: PageRequest, pk: int) -> HttpResponse:
    """Just this one, out of the list."""
    calling.take(task_numbered(request, pk), by=request.person)
    return render(request, "manager/calling/now.html", _now(request, Place.read(request), pk))


@needs("calling.do", "POST")
def hold(request: PageRequest, pk: int) -> HttpResponse:
    """Still ringing: the turn goes on, and what is known of the client is drawn again."""
    try:
        _go_on(task_numbered(request, pk), request)
    except Refused as refusal:
        answer = _lost(request, Place.read(request), refusal)
        answer["HX-Retarget"], answer["HX-Reswap"] = "#calling", "innerHTML show:none"
        return answer
    return render(request, "manager/calling/facts.html", {"card": calling_card.facts(request, pk)})


@needs("calling.do", "POST")
def result(request: PageRequest, pk: int) -> HttpResponse:
    """What came of it; then the next."""
    place, ends = Place.read(request), _ENDS.get(request.POST.get("outcome", ""))
    if ends is None:
        raise Refused(_("Say what came of the call."))
    try:
        return ends(request, place, task_numbered(request, pk))
    except Taken as refusal:
        return _lost(request, place, refusal)


@needs("calling.do", "POST")
def taking_back(request: PageRequest, pk: int) -> HttpResponse:
    task = task_numbered(request, pk)
    calling.take_back(task, by=request.person)
    context = _now(request, Place.read(request), calling.turn_of(request.person))
    return render(request, "manager/calling/now.html", {**context, "said": _("Open again.")})


def _go_on(task: Task, request: PageRequest) -> None:
    """A turn that ran out is taken again, as long as nobody else rings and he himself does not in another tab."""
    current = calling.turn_of(request.person)
    if current is None:
        calling.take(task, by=request.person)
    elif current != task.pk:
        raise Taken(_("You are ringing somebody else in another tab."))
    calling.keep(task, ringing="ringing" in request.POST, by=request.person)


def _lost(request: PageRequest, place: Place, refusal: Refused) -> HttpResponse:
    """It is not his turn any more: the one that he has, or the next."""
    number = calling.turn_of(request.person) or calling.take_next(request.person, place.whose, skipped=place.skipped)
    context = {**_now(request, place, number), **_toast(None, str(refusal.message)), "tone": "bad"}
    return render(request, "manager/calling/now.html", context)


def _reached(request: PageRequest, place: Place, task: Task) -> HttpResponse:
    given, to = request.POST, typed.whole_number(request.POST.get("move"))
    step = _step(request) if given.get("day") else None
    text, outcome = given.get("result", ""), given["outcome"]
    calling.finish(task, outcome=outcome, result=text, step=step, goes_on=bool(to), by=request.person)
    if to is None:
        return _drawn(request, place, task, said=str(_SAID[outcome]()))
    context = {**_now(request, place, None), "moved": {"deal": task.deal, "to": str(to)}}
    return render(request, "manager/calling/now.html", {**context, **_toast(task, str(_SAID[outcome]()))})


def _not_reached(request: PageRequest, place: Place, task: Task) -> HttpResponse:
    if "again" not in request.POST:
        return _reached(request, place, task)
    at = _again_at(request)
    calling.finish(task, outcome="not_reached", again_at=at, by=request.person)
    said = _("Not reached: again {when}").format(when=Short().moment(at))
    return _drawn(request, place, task, said=said)


def _wrong_number(request: PageRequest, place: Place, task: Task) -> HttpResponse:
    number = request.POST.get("number", "")[:40]
    if calling.wrong_number(task, number, by=request.person):
        return _drawn(request, place, task, said=_("Wrong number: somebody has to find the right one."))
    context = _now(request, place, task.pk)
    return render(request, "manager/calling/now.html", {**context, "said": _("Crossed out. Try the other number.")})


def _right_number(request: PageRequest, place: Place, task: Task) -> HttpResponse:
    number = request.POST.get("number", "")[:40]
    if task.deal and phones.readable(number) in wrong_numbers.of_client(task.deal.client_id):
        wrong_numbers.take_back(task.deal, number, by=request.person)
    return render(request, "manager/calling/now.html", _now(request, place, task.pk))


def _later(request: PageRequest, place: Place, task: Task) -> HttpResponse:
    until = _again_at(request)
    calling.put_off(task, until=until, by=request.person)
    return _drawn(request, place, task, said=_("Comes back {when}.").format(when=Short().moment(until)))


_ENDS: dict[str, Callable[[PageRequest, Place, Task], HttpResponse]] = {
    "reached": _reached,
    "not_reached": _not_reached,
    "wrong_number": _wrong_number,
    "right_number": _right_number,
    "later": _later,
}
_SAID: dict[str, Callable[[], str]] = {"reached": lambda: _("Reached"), "not_reached": lambda: _("Not reached")}


def _step(request: PageRequest) -> Step:
    given = request.POST
    kind = given.get("kind", "")
    at = due_at(given.get("day", ""), given.get("hour", ""))
    return Step(given.get("what", ""), at, kind if kind in Task.Kind.values else Task.Kind.CALL)


def _again_at(request: PageRequest) -> datetime:
    code = request.POST.get("again", "")
    known = next((one.at for one in [*calling_card.again(), *soon()] if one.code == code), None)
    return known or due_at(request.POST.get("again_day", ""), request.POST.get("again_hour", ""))


def _drawn(request: PageRequest, place: Place, done: Task | None = None, *, said: str = "") -> HttpResponse:
    """The next client, and what became of the one before."""
    number = calling.take_next(request.person, place.whose, skipped=place.skipped)
    return render(request, "manager/calling/now.html", {**_now(request, place, number), **_toast(done, said)})


def _toast(done: Task | None, said: str) -> dict[str, Any]:
    whom = str(done.deal.client) if done and done.deal else ""
    return {"done": str(done.pk) if done else "", "said": said, "whom": whom}


def _now(request: PageRequest, place: Place, number: int | None) -> dict[str, Any]:
    card = calling_card.card(request, number) if number else None
    return {"card": card, **_listed(request.person, place)}


def _listed(person: Person, place: Place) -> dict[str, Any]:
    listed, short = list_waiting(person, place.whose, skipped=place.skipped), Short()
    counted = listed.tallies
    return {
        "place": place,
        "lines": [_line(line, person, short) for line in listed.lines],
        "counted": counted,
        "part": str(100 * counted.rung // counted.all) if counted.all else "0",
        "more": max(counted.waiting - len(listed.lines), 0),
        "next_at": short.moment(counted.next_at) if counted.next_at else "",
        "skipped": len(place.skipped),
    }


def _line(line: Line, person: Person, short: Short) -> dict[str, Any]:
    return {
        "id": str(line.id),
        "client": line.client,
        "what": line.what,
        "when": short.moment(line.due_at),
        "is_late": line.due_at < short.now,
        "who": line.person or _("Nobody"),
        "is_mine": line.person_id == person.pk,
        "rings": line.rings or "",
        "is_here": line.rings_id == person.pk,
    }


def _choices(person: Person) -> list[tuple[str, str]]:
    """Whose lists one may work off besides one's own."""
    reach, own = roles.reach(person, "calling.do"), person.department_id
    departments, people = Department.objects.order_by("pk"), Person.objects.working().exclude(pk=person.pk)
    if reach is Reach.DEPARTMENT and own:
        departments, people = departments.filter(pk=own), people.filter(department_id=own)
    elif reach is not Reach.ALL:
        return []
    ring = people.filter(role__in=roles.having("calling.do")).order_by("full_name")
    return [
        *((f"d{one.pk}", one.name) for one in departments),
        *((f"p{pk}", name) for pk, name in ring.values_list("pk", "full_name")),
    ]
