"""Somebody becomes responsible for the deal: by name, or by rule out of those who are at work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.automation import asked
from svyazka.business.automation.action import CannotAct, Case, Done
from svyazka.business.automation.asked import Ask
from svyazka.business.deals.handing import appointing
from svyazka.business.deals.handing.distribution import GIVEN
from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Appointing, Deal, DistributionRule
from svyazka.business.journal.record import Actor
from svyazka.business.notices.tell import tell
from svyazka.business.staff import roles
from svyazka.business.staff.models import Department, Person
from svyazka.kit import clock

How = Appointing.How
BY_NAME = "person"
_HOW = (
    (BY_NAME, _("somebody by name")),
    *((one.value, one.label) for one in (How.ROUND_ROBIN, How.LEAST_LOADED, How.FORMER)),
)
_RULES = (How.ROUND_ROBIN.value, How.LEAST_LOADED.value, How.FORMER.value)


class Assign:
    code: ClassVar[str] = "assign"
    title: ClassVar[Any] = _("Appoint whoever is responsible")
    leads_outside: ClassVar[bool] = False

    def form(self, given: Mapping[str, Any]) -> Sequence[Ask]:
        return [
            Ask("how", "choice", _("Whom"), choices=_HOW, required=True, initial=How.ROUND_ROBIN.value),
            Ask("person", "person", _("Who"), required=True, shown_when=("how", (BY_NAME,))),
            Ask("department", "department", _("Out of which department"), shown_when=("how", _RULES)),
            Ask("role", "role", _("With which role"), shown_when=("how", _RULES)),
            Ask("keeps", "yes", _("Only where nobody is responsible yet")),
        ]

    def read(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        return asked.read(self.form(typed), typed)

    def words(self, given: Mapping[str, Any]) -> str:
        if given["how"] == BY_NAME:
            return gettext("{whom} becomes responsible").format(whom=_name(given["person"]))
        chosen = str(How(given["how"]).label)
        out_of = ", ".join(filter(None, (_department(given["department"]), roles.names().get(given["role"], ""))))
        said = gettext("becomes responsible: {how}").format(how=chosen)
        return f"{said} ({out_of})" if out_of else said

    def writes(self, given: Mapping[str, Any]) -> frozenset[str]:
        return frozenset({"responsible"})

    def foresee(self, given: Mapping[str, Any], case: Case) -> str:
        deal = case.its_deal
        if given["keeps"] and deal.responsible_id:
            return gettext("nothing: {whom} is responsible already").format(whom=_name(deal.responsible_id))
        if given["how"] == BY_NAME:
            return gettext("{whom} becomes responsible").format(whom=_name(given["person"]))
        there = appointing.candidates(_rule(given), key=_key(given), at=clock.now())
        if not there:
            raise CannotAct(gettext("Nobody of those who may be chosen is at work."))
        return gettext("one of {count} people becomes responsible").format(count=len(there))

    def act(self, given: Mapping[str, Any], case: Case, *, by: Actor) -> Done:
        deal = case.its_deal
        if given["keeps"] and deal.responsible_id:
            return Done(gettext("nothing: {whom} is responsible already").format(whom=_name(deal.responsible_id)))
        person = _chosen(given, deal)
        current = facts.appoint(deal, person, by=by, only_if_nobody_is=bool(given["keeps"]))
        if current.responsible_id != person.pk:  # somebody was quicker
            return Done(gettext("nothing: {whom} is responsible already").format(whom=_name(current.responsible_id)))
        if person.pk != deal.responsible_id:
            tell([person.pk], GIVEN, by=by, deal_id=deal.pk, client_id=deal.client_id, data={"count": 1})
        return Done(gettext("{whom} becomes responsible").format(whom=person.full_name), {"person": person.pk})


def _chosen(given: Mapping[str, Any], deal: Deal) -> Person:
    if given["how"] == BY_NAME:
        person = Person.objects.working().filter(pk=given["person"]).first()
        if person is None or not roles.may(person, "deals.change"):
            raise CannotAct(gettext("This person cannot be responsible for deals."))
        return person
    person = appointing.choose(_rule(given), key=_key(given), client_id=deal.client_id, at=clock.now())
    if person is None:
        raise CannotAct(gettext("Nobody of those who may be chosen is at work."))
    return person


def _rule(given: Mapping[str, Any]) -> DistributionRule:
    department = Department.objects.filter(code=given["department"]).first() if given["department"] else None
    if given["department"] and department is None:
        raise CannotAct(gettext("There is no such department any more."))
    return DistributionRule(how=given["how"], department=department, role=given["role"])


def _key(given: Mapping[str, Any]) -> str:
    return f"rule/{given['department']}/{given['role']}"[:40]


def _name(number: Any) -> str:
    found = Person.objects.filter(pk=number).values_list("full_name", flat=True).first()
    return found or gettext("somebody who is not known here any more")


def _department(code: str) -> str:
    found = Department.objects.filter(code=code).first() if code else None
    return str(found) if found else code
