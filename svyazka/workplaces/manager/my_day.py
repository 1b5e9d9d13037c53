"""My day: what is to be done, what others want of me, and what I wait for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.clients.naming import called_by
from svyazka.business.deals import rights
from svyazka.business.deals.rights import Reaching
from svyazka.business.deals.work import my_day
from svyazka.business.deals.work.my_day import PAGE, Line, Owed, Part
from svyazka.business.duplicates import listing
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.business.staff.roles import Reach
from svyazka.business.visits import confirming
from svyazka.business.visits.models import Visit
from svyazka.kit import clock, phones
from svyazka.workplaces.manager import parts
from svyazka.workplaces.shared import shell, typed
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.short import Short

MOST_OF_ALL = 600
OWED_AT_ONCE = 4
NAMES: dict[Part, Promise] = {
    Part.LATE: gettext_lazy("Overdue"),
    Part.TODAY: gettext_lazy("Today"),
    Part.SOON: gettext_lazy("The next seven days"),
    Part.LATER: gettext_lazy("Later"),
    Part.WAITING: gettext_lazy("I am waiting for others"),
    Part.DONE: gettext_lazy("Done today"),
}
_FOLDED = (Part.LATER, Part.DONE)


@needs("tasks.do")
def day(request: PageRequest) -> HttpResponse:
    whose = _whose(request)
    most = min(max(typed.whole_number(request.GET.get("most")) or PAGE, PAGE), MOST_OF_ALL)
    found = my_day.list_tasks(whose, most=most, of_deals=whose != request.person)
    context = {
        "whose": whose,
        "is_own": whose == request.person,
        "sections": _sections(request.person, found, most),
        **_owing(my_day.list_owed(whose)),
        "visits": _visits(whose),
        "here": _address(request, whose, most),
        "more_url": _address(request, whose, most + 100) if _is_cut(found, most) else "",
    }
    if request.htmx.target == "my-day":
        return render(request, "manager/my_day/now.html", context)
    return render(request, "manager/my_day/page.html", {**context, "people": _people(request.person)})


@needs("tasks.do")
def count(request: PageRequest) -> HttpResponse:
    """The number in the frame, when it has changed."""
    return HttpResponse(shell.shown_count(my_day.count(request.person)))


def lines(person: Person, found: Iterable[Line], pairs: Mapping[int, int]) -> list[dict[str, Any]]:
    """`pairs`: to which of them somebody has to look whether two clients are one."""
    short, reaching = Short(), rights.reaching(person)
    return [{**_line(line, person, reaching, short), "pair": str(pairs.get(line.id, ""))} for line in found]


def _line(line: Line, person: Person, reaching: Reaching, short: Short) -> dict[str, Any]:
    theirs = line.person_id != person.pk
    reached = line.deal_id is not None and reaching.covers(
        responsible_id=line.responsible_id, department_id=line.department_id
    )
    return {
        "id": str(line.id),
        "what": line.what,
        "kind": line.kind,
        "icon": parts.ICONS[line.kind],
        "when": short.moment(line.done_at or line.due_at),
        "is_done": line.done_at is not None,
        "is_late": line.done_at is None and line.due_at < short.now,
        "ours": person.pk in (line.person_id, line.by_id) or reached,
        "who": (line.person or _("Nobody")) if theirs else "",
        "by": line.by if line.by_id not in (None, line.person_id, person.pk) else "",
        "points": f"{line.ticked}/{line.points}" if line.points else "",
        "repeats": line.repeats,
        "deal": str(line.deal_id or ""),
        "client": line.client,
        "phone": line.phone or "",
        "number": phones.readable(line.phone) if line.phone else "",
        "stage": line.stage,
        "colour": line.colour or "",
    }


def _sections(person: Person, found: Sequence[Line], most: int) -> list[dict[str, Any]]:
    """Overdue and today always have a place, the others where there is something in them."""
    made, pairs = [], listing.of_tasks([line.id for line in found])
    for part, name in NAMES.items():
        mine = [line for line in found if line.part == part]
        if not mine and part is not Part.TODAY:
            continue
        total = mine[0].total if mine else 0
        made.append(
            {
                "code": part.value,
                "name": name,
                "total": shell.shown_count(total, most=my_day.COUNTED - 1),
                "lines": lines(person, mine, pairs),
                "folded": part in _FOLDED,
            }
        )
    return made


def _is_cut(found: Sequence[Line], most: int) -> bool:
    return most < MOST_OF_ALL and any(line.total > most for line in found)


def _owing(found: Sequence[Owed]) -> dict[str, Any]:
    """On a phone they stand above one's own tasks: no more than fits, the rest is unfolded."""
    shown = [_owed(one) for one in found]
    return {"owed": shown[:OWED_AT_ONCE], "owed_later": shown[OWED_AT_ONCE:], "owed_total": len(shown)}


def _owed(one: Owed) -> dict[str, Any]:
    short = Short()
    asks = one.kind == "question"
    return {
        "id": f"{one.kind}-{one.id}",
        "icon": "question" if asks else "hand-off",
        "text": one.text if asks else _("Accept the deal, or return it"),
        "by": one.by or "",
        "when": short.moment(one.due_at),
        "is_late": one.due_at < short.now,
        "url": f"/deals/{one.deal_id}/" + (f"#question-{one.id}" if asks else ""),
        "label": _("Answer") if asks else _("Open"),
        "deal": str(one.deal_id),
        "client": one.client,
        "stage": one.stage,
        "colour": one.colour,
    }


def _visits(whose: Person) -> list[dict[str, Any]]:
    tomorrow = confirming.list_unconfirmed(whose, clock.today() + timedelta(days=1))
    return [_visit(visit) for visit in tomorrow]


def _visit(visit: Visit) -> dict[str, Any]:
    contact: str = visit.contact or ""  # type: ignore[attr-defined]  # annotated by list_unconfirmed
    return {
        "id": str(visit.pk),
        "version": str(visit.version),
        "what": visit.kind.name,
        "when": f"{clock.local(visit.starts_at):%H:%M}–{clock.local(visit.ends_at):%H:%M}",
        "address": visit.address,
        "deal": str(visit.deal_id),
        "client": called_by(visit.client_id, visit.client.name, contact),
        "phone": contact if contact.startswith("+") else "",
        "number": phones.readable(contact) if contact.startswith("+") else "",
    }


def _whose(request: PageRequest) -> Person:
    """One's own, or a colleague's as far as one may look."""
    number = typed.whole_number(request.GET.get("whose"))
    if number is None or number == request.person.pk:
        return request.person
    found = Person.objects.filter(pk=number).first()
    if found is None or not my_day.may_see(request.person, found):
        raise Http404
    return found


def _people(person: Person) -> list[tuple[str, str]]:
    """Whose day one may look at besides one's own; nobody's, where there is nothing to choose."""
    reach = roles.reach(person, "problems.see")
    working = Person.objects.working().exclude(pk=person.pk)
    if reach is Reach.DEPARTMENT and person.department_id:
        working = working.filter(department_id=person.department_id)
    elif reach is not Reach.ALL:
        return []
    return [(str(pk), name) for pk, name in working.order_by("full_name").values_list("pk", "full_name")]


def _address(request: PageRequest, whose: Person, most: int) -> str:
    given = {"whose": whose.pk if whose != request.person else "", "most": most if most > PAGE else ""}
    query = urlencode({name: value for name, value in given.items() if value})
    return "/my-day/" + (f"?{query}" if query else "")
