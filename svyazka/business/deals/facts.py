"""What is known of a deal: its own columns, the client's name, and the fields that the company added."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients import change as clients
from svyazka.business.clients import search
from svyazka.business.deals import taking
from svyazka.business.deals.held import held
from svyazka.business.deals.models import Deal, Field
from svyazka.business.journal.record import About, Actor, record
from svyazka.business.staff.models import Person
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

# Every deal has these; the rest are rows of Field.
OWN = {"client_name": _("Client's name"), "address": _("Address"), "amount": _("Amount")}


def name_of(code: str) -> str:
    if code in OWN:
        return str(OWN[code])
    field = Field.objects.filter(code=code).first()
    return field.name if field else code


def is_known(deal: Deal, code: str) -> bool:
    return value_of(deal, code) not in (None, "")


def value_of(deal: Deal, code: str) -> Any:
    if code == "client_name":
        return deal.client.name
    return getattr(deal, code) if code in OWN else deal.facts.get(code)


@transaction.atomic
def change(deal: Deal, values: Mapping[str, Any], *, by: Actor, version: int | None = None) -> Deal:
    """Sets what is given, by code. All or nothing: Refused names every value that cannot be, in its `fields`."""
    current = held(deal.pk, version=version)
    read = _read(values)
    changes = {code: (_plain(value_of(current, code)), _plain(new)) for code, new in read.items()}
    # An empty input of what has never been known is no change.
    changes = {code: pair for code, pair in changes.items() if _said(pair[0]) != _said(pair[1])}
    if not changes:
        return current
    if "client_name" in changes:
        clients.change(current.client, {"name": read["client_name"]}, by=by)
        current.client.name = read["client_name"]
    for code in changes.keys() - {"client_name"}:
        if code in OWN:
            setattr(current, code, read[code])
        else:
            current.facts[code] = _plain(read[code])
    current.version += 1
    taking.taken(current, by=by)
    current.save()
    if "address" in changes:
        search.index("deal", current.pk, current.address)
    record("deals.changed", _about(current), by=by, changes=changes, data={"stage": current.stage_id})
    return current


@transaction.atomic
def appoint(deal: Deal, person: Person | None, *, by: Actor, version: int | None = None) -> Deal:
    """Who is responsible for the deal from now on, and for its open steps."""
    current = held(deal.pk, version=version)
    if current.responsible_id == (person.pk if person else None):
        return current
    before, left = current.responsible, current.department
    current.responsible = person
    current.assigned_at, current.take_due_at = clock.now(), None
    current.department = person.department if person else left
    current.version += 1
    current.save()
    current.tasks.filter(done_at=None).update(person=person)
    changes = {"responsible": (before.full_name if before else None, person.full_name if person else None)}
    if current.department != left:
        changes["department"] = (str(left) if left else None, str(current.department) if current.department else None)
    record("deals.appointed", _about(current), by=by, changes=changes, data={"stage": current.stage_id})
    return current


def _read(values: Mapping[str, Any]) -> dict[str, Any]:
    fields = {field.code: field.kind for field in Field.objects.filter(code__in=values.keys())}
    kinds = {**fields, "client_name": "name", "address": Field.Kind.TEXT, "amount": Field.Kind.MONEY}
    read: dict[str, Any] = {}
    wrong: dict[str, Any] = {}
    for code, given in values.items():
        if code not in kinds:
            wrong[code] = _("There is no such field.")
            continue
        try:
            read[code] = _READERS[kinds[code]](str(given if given is not None else "").replace("\x00", "").strip())
        except Refused as refusal:
            wrong[code] = refusal.message
    if wrong:
        raise Refused(_("Some values cannot be right."), fields=wrong)
    return read


def _text(given: str) -> str:
    if len(given) > 300:
        raise Refused(_("This is too long."))
    return given


def _name(given: str) -> str:
    if len(given) > 200:
        raise Refused(_("This is too long."))
    return given


def _number(given: str) -> int | None:
    if not given:
        return None
    if not given.isdecimal() or len(given) > 9:
        raise Refused(_("A whole number is needed here, for example 3."))
    return int(given)


def _money(given: str) -> Decimal | None:
    if not given:
        return None
    compact = "".join(given.split()).replace(",", ".").removesuffix("₽")
    try:
        amount = Decimal(compact)
    except InvalidOperation as refusal:
        raise Refused(_("An amount is needed here, for example 54 300,50.")) from refusal
    # Three digits behind the comma: somebody wrote 54,300 and means thousands.
    if not amount.is_finite() or not 0 <= amount < Decimal("1e12") or -int(amount.as_tuple().exponent) > 2:
        raise Refused(_("The amount must be positive and in roubles and kopecks."))
    return abs(amount.quantize(Decimal("0.01")))


def _date(given: str) -> date | None:
    if not given:
        return None
    try:
        day = date.fromisoformat(given)
    except ValueError as refusal:
        raise Refused(_("A date is needed here.")) from refusal
    if not 1990 <= day.year <= 2100:
        raise Refused(_("Look at the year of this date."))
    return day


def _yes(given: str) -> bool | None:
    return None if not given else given.lower() in ("1", "true", "yes", "on", "да")


_READERS: dict[str, Callable[[str], Any]] = {
    "name": _name,
    Field.Kind.TEXT: _text,
    Field.Kind.NUMBER: _number,
    Field.Kind.MONEY: _money,
    Field.Kind.DATE: _date,
    Field.Kind.YES: _yes,
}


def _said(value: Any) -> Any:
    return None if value == "" else value


def _plain(value: Any) -> Any:
    """As it stands in JSON: dates and amounts as text."""
    if isinstance(value, Decimal):
        return format(value, "f")
    return value.isoformat() if isinstance(value, date) else value


def _about(deal: Deal) -> About:
    return About("deal", deal.pk, client_id=deal.client_id, deal_id=deal.pk)
