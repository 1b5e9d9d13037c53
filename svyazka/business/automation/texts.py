"""Texts of rules, with {fields} in which comes what is known of the case."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from django.utils import formats, translation
from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.automation.action import CannotAct, Case
from svyazka.business.clients.naming import called
from svyazka.business.deals.models import Field
from svyazka.business.duplicates import wording
from svyazka.business.duplicates.models import Suspicion
from svyazka.business.sorting.models import Category
from svyazka.business.staff.models import Person
from svyazka.business.visits.models import Visit
from svyazka.kit import clock, words
from svyazka.kit.refusals import Refused

FIELDS: dict[str, Promise] = {
    "client": _("how the client is called"),
    "phone": _("the client's phone"),
    "deal": _("the number of the deal"),
    "pipeline": _("the pipeline"),
    "stage": _("the stage"),
    "manager": _("whoever is responsible for the deal"),
    "address": _("the address of the deal"),
    "amount": _("the amount of the deal"),
    "source": _("where the deal came from"),
    "visit": _("when somebody comes"),
    "category": _("what the message or call is about"),
    "duplicate": _("of whom it is a duplicate, and why"),
    "sum": _("how much was paid, or is owed"),
    "number": _("how often it has happened by now"),
}
# As quick replies call them.
_ALSO = {"name": "client", "me": "manager"}
_FIELD = re.compile(r"\{([A-Za-z0-9_-]*)\}")


def fields() -> dict[str, Any]:
    """All that can be put into a text: ours, and those that the company added."""
    own = Field.objects.filter(of__in=(Field.Of.DEAL, Field.Of.CLIENT), is_active=True)
    return {**FIELDS, **{field.code: field.name for field in own}}


def insist_known(text: str, *, name: str) -> None:
    """Raises Refused, at the input of this name."""
    asked = {_ALSO.get(found, found) for found in _FIELD.findall(text)}
    if asked - FIELDS.keys():
        unknown = asked - fields().keys()
        for first in sorted(unknown):
            said = format_lazy(_("There is no field {name}."), name=f"{{{first}}}")
            raise Refused(said, fields={name: said})


def filled(text: str, case: Case, *, insist: bool = False) -> str:
    """In the company's language. `insist`: a client reads it, so all of it must be known; else what is not is “—”."""
    with translation.override(settings.LANGUAGE_CODE):
        return _filled(text, case, insist=insist)


def _filled(text: str, case: Case, *, insist: bool) -> str:
    known = values(case, [_ALSO.get(name, name) for name in _FIELD.findall(text)])
    if insist and (unknown := [name for name, value in known.items() if not value]):
        raise CannotAct(gettext("Nothing is known of {field} here.").format(field=f"{{{unknown[0]}}}"))
    return _FIELD.sub(lambda found: known[_ALSO.get(found[1], found[1])] or "—", text)


def values(case: Case, names: Sequence[str]) -> dict[str, str]:
    """Only what is asked for is looked up."""
    own = [name for name in names if name not in _KNOWN]
    found = {field.code: field for field in Field.objects.filter(code__in=own)} if own else {}
    said = {name: _KNOWN[name](case) for name in names if name in _KNOWN}
    return said | {name: in_words(found[name], _fact(case, name)) if name in found else "" for name in own}


def in_words(field: Field, value: Any) -> str:
    """A value of the company's own field as people say it."""
    if value in (None, "", []):
        return ""
    if field.kind in (Field.Kind.CHOICE, Field.Kind.CHOICES):
        named = {one["code"]: words.here(one["words"]) for one in field.choices}
        chosen = value if isinstance(value, list) else [value]
        return ", ".join(named.get(one, str(one)) for one in chosen)
    return _SAID.get(field.kind, lambda given: str(given))(value)


def money(amount: Any) -> str:
    try:
        number = Decimal(str(amount))
    except InvalidOperation:
        return ""
    said = f"{number:,.{2 if number % 1 else 0}f}"
    return said.replace(",", "\u00a0").replace(".", ",") + "\u00a0₽"


def moment(at: datetime) -> str:
    return formats.date_format(clock.local(at), "j E, H:i")


def _fact(case: Case, code: str) -> Any:
    known = case.deal.facts.get(code) if case.deal else None
    return known if known is not None else case.client.facts.get(code) if case.client else None


def _client(case: Case) -> str:
    return called(case.client, list(case.client.contact_points.order_by("pk"))) if case.client else ""


def _phone(case: Case) -> str:
    point = case.client.contact_points.filter(kind="phone").order_by("pk").first() if case.client else None
    return point.readable if point else ""


def _manager(case: Case) -> str:
    return case.deal.responsible.full_name if case.deal and case.deal.responsible else ""


def _address(case: Case) -> str:
    return (case.deal.address if case.deal else "") or (case.client.address if case.client else "")


def _amount(case: Case) -> str:
    return money(case.deal.amount) if case.deal and case.deal.amount is not None else ""


def _visit(case: Case) -> str:
    """Of the one that it is about; else the next one of the client."""
    number = case.event.data.get("visit")
    if number:
        found = Visit.objects.filter(pk=number).first()
    elif case.client:
        ahead = Visit.objects.filter(client=case.client, status__in=Visit.MOVABLE, starts_at__gte=clock.now())
        found = ahead.order_by("starts_at").first()
    else:
        found = None
    return moment(found.starts_at) if found else ""


def _category(case: Case) -> str:
    code = case.event.data.get("category")
    found = Category.objects.filter(code=code).first() if code else None
    return found.name if found else ""


def _duplicate(case: Case) -> str:
    number = case.event.data.get("suspicion")
    found = Suspicion.objects.select_related("other").filter(pk=number).first() if number else None
    if found is None:
        return ""
    name = called(found.other, list(found.other.contact_points.order_by("pk")))
    said = f"{name} (№\u00a0{found.other_id})"
    reasons = [one.text for one in wording.because(found) if one.speaks_for]
    return f"{said}: {', '.join(reasons)}" if reasons else said


def _sum(case: Case) -> str:
    amount = case.event.data.get("amount")
    return money(amount) if amount is not None else ""


def _person(number: Any) -> str:
    return Person.objects.filter(pk=number).values_list("full_name", flat=True).first() or ""


_KNOWN: Mapping[str, Callable[[Case], str]] = {
    "client": _client,
    "phone": _phone,
    "deal": lambda case: str(case.deal.pk) if case.deal else "",
    "pipeline": lambda case: case.deal.pipeline.name if case.deal else "",
    "stage": lambda case: case.deal.stage.name if case.deal else "",
    "manager": _manager,
    "address": _address,
    "amount": _amount,
    "source": lambda case: case.deal.source.name if case.deal and case.deal.source else "",
    "visit": _visit,
    "category": _category,
    "duplicate": _duplicate,
    "sum": _sum,
    "number": lambda case: str(case.event.data.get("number") or ""),
}
_SAID: Mapping[str, Callable[[Any], str]] = {
    Field.Kind.MONEY: money,
    Field.Kind.DATE: lambda value: formats.date_format(date.fromisoformat(value), "j E Y"),
    Field.Kind.MOMENT: lambda value: moment(datetime.fromisoformat(value)),
    Field.Kind.YES: lambda value: gettext("yes") if value else gettext("no"),
    Field.Kind.PERSON: _person,
}
