"""Whom an action means: whoever is responsible, the head, a role, somebody by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from svyazka.business.automation import choices
from svyazka.business.automation.action import CannotAct, Case
from svyazka.business.automation.asked import Ask
from svyazka.business.deals.handing import appointing
from svyazka.business.deals.handing.appointing import Wanting
from svyazka.business.deals.handing.hand_off import people_who_head
from svyazka.business.deals.models import Appointing, Deal, DistributionRule
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.kit import clock

RESPONSIBLE, HEAD, CARER, DOER, ROLE, PERSON = "responsible", "head", "carer", "doer", "role", "person"
WORDS = {
    RESPONSIBLE: pgettext_lazy("whom", "whoever is responsible for the deal"),
    HEAD: pgettext_lazy("whom", "the head of the department"),
    CARER: pgettext_lazy("whom", "whoever looks after the client"),
    DOER: pgettext_lazy("whom", "whoever did it"),
    ROLE: pgettext_lazy("whom", "a role"),
    PERSON: pgettext_lazy("whom", "somebody by name"),
}


def form(label: Any, *, several: bool = False, name: str = "who") -> list[Ask]:
    """`several`: all of a role, several by name; else one of them, in turn."""
    return [
        Ask(name, "choice", label, choices=tuple(WORDS.items()), required=True, initial=RESPONSIBLE),
        Ask("role", "role", _("Which role"), shown_when=(name, (ROLE,)), required=True),
        Ask("person", "person", _("Who"), many=several, shown_when=(name, (PERSON,)), required=True),
    ]


def words(given: Mapping[str, Any], *, name: str = "who") -> str:
    """In the language of the page."""
    if given[name] == ROLE:
        return choices.label("role", given["role"]) or str(given["role"])
    if given[name] == PERSON:
        numbers = given["person"] if isinstance(given["person"], list) else [given["person"]]
        return ", ".join(choices.labels("person", numbers)) or gettext("somebody who is not known here any more")
    return str(WORDS[given[name]])


def one(given: Mapping[str, Any], case: Case, *, name: str = "who") -> Person:
    """Of a role whoever's turn it is, of those at work first. Raises CannotAct."""
    if given[name] == ROLE:
        return _in_turn(given["role"], case)
    return people(given, case, name=name)[0]


def people(given: Mapping[str, Any], case: Case, *, name: str = "who") -> list[Person]:
    """All of them who work here, in one order. Raises CannotAct where there is nobody."""
    if there := _people(given, case, given[name]):
        return there
    raise CannotAct(gettext("There is nobody: {whom}").format(whom=words(given, name=name)))


def _people(given: Mapping[str, Any], case: Case, who: str) -> list[Person]:
    if who == ROLE:
        return list(Person.objects.working().filter(role=given["role"]).order_by("full_name", "pk"))
    if who == PERSON:
        return _of_numbers(given["person"] if isinstance(given["person"], list) else [given["person"]])
    if who == DOER:
        return _of_numbers([case.event.person_id] if case.event.person_id else [])
    if who == CARER:
        return _of_numbers(_carer(case)) or _responsible(case.deal)
    return people_who_head(case.deal.department_id if case.deal else None) if who == HEAD else _responsible(case.deal)


def _of_numbers(numbers: Sequence[int]) -> list[Person]:
    return list(Person.objects.working().filter(pk__in=numbers).order_by("full_name", "pk")) if numbers else []


def _responsible(deal: Deal | None) -> list[Person]:
    """Where nobody is, or he has gone, the head sees to it."""
    person = deal.responsible if deal else None
    if person and person.is_active:
        return [person]
    return people_who_head(deal.department_id if deal else None)


def _carer(case: Case) -> list[int]:
    """Whoever has the client's open deal that moved last, else his last deal."""
    if case.client is None:
        return []
    his = Deal.objects.filter(client_id=case.client.pk, responsible__is_active=True)
    found = his.filter(closed_at=None).order_by("-stage_since").values_list("responsible_id", flat=True).first()
    found = found or his.order_by("-opened_at").values_list("responsible_id", flat=True).first()
    return [found] if found else []


def _in_turn(role: str, case: Case) -> Person:
    rule = DistributionRule(how=Appointing.How.ROUND_ROBIN, role=role)
    wanting, key = [Wanting(case.client.pk if case.client else None)], f"automation/{role}"
    for off_shift in (False, True):
        (chosen,) = appointing.choose_many(rule, key=key, wanting=wanting, at=clock.now(), off_shift=off_shift)
        if chosen:
            return Person.objects.get(pk=chosen)
    raise CannotAct(gettext("There is nobody: {whom}").format(whom=roles.names().get(role, role)))
