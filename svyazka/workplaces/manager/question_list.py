"""The questions to me, by me, and all that I may see; answered where they stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from svyazka.business.clients.naming import called_by
from svyazka.business.deals.work import question_list
from svyazka.business.deals.work.question_list import COUNTED, SORTS, STATES, WHOSE, Line, Narrowed
from svyazka.business.staff.models import Department, Person
from svyazka.business.staff.roles import Reach
from svyazka.kit import rows, words
from svyazka.workplaces.shared import question_cards
from svyazka.workplaces.shared.door import PageRequest, needs
from svyazka.workplaces.shared.short import Short
from svyazka.workplaces.shared.typed import whole_number


@dataclass(frozen=True)
class Chosen:
    """As it stands in the address; what is usual is left out."""

    whose: str = "mine"
    state: str = "open"
    sort: str = "due"
    q: str = ""
    person: str = ""
    department: str = ""
    asker: str = ""

    @property
    def narrowed(self) -> Narrowed:
        return Narrowed(
            whose=self.whose,
            state=self.state,
            sort=self.sort,
            typed=self.q,
            person_id=whole_number(self.person),
            department_id=whole_number(self.department),
            asker_id=whole_number(self.asker),
        )

    def address(self, **other: str) -> str:
        usual = {**vars(Chosen()), "after": ""}
        given = {name: value for name, value in {**vars(self), **other}.items() if value != usual[name]}
        return "/questions/" + (f"?{urlencode(given)}" if given else "")


@needs("questions.see")
def questions(request: PageRequest) -> HttpResponse:
    person = request.person
    chosen = _chosen(request.GET, wide=is_wide(person))
    found = question_list.list_questions(
        person, chosen.narrowed, after=request.GET.get("after", "")[:100].replace("\x00", "")
    )
    context: dict[str, Any] = {
        "lines": _lines(found.lines, person),
        "more_url": chosen.address(after=found.after) if found.after else "",
        "list": True,
    }
    if request.GET.get("after"):
        return render(request, "manager/question/lines.html", context)
    context |= {
        "chosen": chosen,
        "tabs": _tabs(chosen, person),
        "states": _states(chosen, question_list.count(person, chosen.narrowed)),
        "sorts": [(code, name, code == chosen.sort) for code, name in _sorts()],
        "narrowed_to": _names(chosen),
        "everything_url": chosen.address(person="", department="", asker=""),
        "wide": is_wide(person),
    }
    return render(request, "manager/question/list.html", context)


def is_wide(person: Person) -> bool:
    """Sees more than what concerns himself."""
    return question_list.reach(person) > Reach.OWN


def _lines(found: Sequence[Line], person: Person) -> list[dict[str, Any]]:
    cards = question_cards.numbered([line.id for line in found], person, Short())
    return [
        {
            "question": cards[str(line.id)],
            "deal": str(line.deal_id),
            "client": called_by(line.client_id, line.client_name, line.contact),
            "stage": words.here(line.stage),
            "colour": line.colour,
        }
        for line in found
    ]


def _chosen(asked: Mapping[str, str], *, wide: bool) -> Chosen:
    def one_of(name: str, offered: Sequence[str]) -> str:
        return given if (given := asked.get(name, "")) in offered else offered[0]

    return Chosen(
        whose=one_of("whose", WHOSE if wide else WHOSE[:2]),
        state=one_of("state", STATES),
        sort=one_of("sort", list(SORTS)),
        q=" ".join(asked.get("q", "").replace("\x00", "").split())[:100],
        person=str(whole_number(asked.get("person")) or ""),
        department=str(whole_number(asked.get("department")) or ""),
        asker=str(whole_number(asked.get("asker")) or ""),
    )


def _tabs(chosen: Chosen, person: Person) -> list[dict[str, Any]]:
    names = {"mine": _("Asked to me"), "by_me": _("Asked by me")} | ({"all": _("All")} if is_wide(person) else {})
    alone = {"person": "", "department": "", "asker": ""}
    return [
        {"name": name, "url": chosen.address(whose=code, **alone), "here": code == chosen.whose}
        for code, name in names.items()
    ]


def _states(chosen: Chosen, counted: Mapping[str, int]) -> list[dict[str, Any]]:
    names = {"open": _("Open"), "overdue": _("Overdue"), "answered": _("Answered")}
    return [
        {
            "name": name,
            "code": code,
            "count": f"{COUNTED}+" if counted[code] > COUNTED else str(counted[code]),
            "url": chosen.address(state=code),
            "here": code == chosen.state,
        }
        for code, name in names.items()
    ]


def _sorts() -> list[tuple[str, str]]:
    return [("due", _("Soonest due first")), ("newest", _("Newest first"))]


def _names(chosen: Chosen) -> list[str]:
    """Whom the figures led here for."""
    people = rows.read(
        Person,
        "where id = any(%s) order by id",
        [[number for number in (whole_number(chosen.person), whole_number(chosen.asker)) if number]],
    )
    named = {str(person.pk): person.full_name for person in people}
    department = rows.read(Department, "where id = %s", [whole_number(chosen.department) or 0])
    told = [
        _("asked: {name}").format(name=named.get(chosen.person, "—")) if chosen.person else "",
        _("department: {name}").format(name=department[0].name) if department else "",
        _("by: {name}").format(name=named.get(chosen.asker, "—")) if chosen.asker else "",
    ]
    return [one for one in told if one]
