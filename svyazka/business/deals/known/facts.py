"""What is known of a deal: its own columns, the client's name, and the fields that the company added."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from svyazka.business.deals import rights
from svyazka.business.deals.handing import taking
from svyazka.business.deals.held import held
from svyazka.business.deals.known import client_facts, searched, values
from svyazka.business.deals.models import Deal, Field, HandOff
from svyazka.business.journal.record import About, Actor, record
from svyazka.business.staff.models import Person
from svyazka.kit import clock

# Every deal has these; the rest are rows of Field.
OWN = {"client_name": _("Client's name"), "address": _("Address"), "amount": _("Amount")}


def name_of(code: str) -> str:
    if code in OWN:
        return str(OWN[code])
    field = Field.objects.filter(code=code).first()
    return field.name if field else code


def is_known(deal: Deal, code: str) -> bool:
    return value_of(deal, code) not in (None, "", [])


def value_of(deal: Deal, code: str) -> Any:
    """Its own columns, its facts, and what is known of its client."""
    if code == "client_name":
        return deal.client.name
    if code in OWN:
        return getattr(deal, code)
    return deal.facts[code] if code in deal.facts else deal.client.facts.get(code)


@transaction.atomic
def change(deal: Deal, given: Mapping[str, Any], *, by: Actor, version: int | None = None) -> Deal:
    """Sets what is given, by code. All or nothing: Refused names every value that cannot be, in its `fields`."""
    current = held(deal.pk, version=version)
    fields = fields_of(given, Field.Of.DEAL, Field.Of.CLIENT)
    read = _read(fields, given)
    changes = {code: (values.plain(value_of(current, code)), values.plain(new)) for code, new in read.items()}
    # An empty input of what has never been known is no change.
    changes = {code: pair for code, pair in changes.items() if _said(pair[0]) != _said(pair[1])}
    if not changes:
        return current
    _change_client(current, {code: read[code] for code in changes if _is_clients(fields[code])}, by=by)
    for code in changes:
        if code in OWN and code != "client_name":
            setattr(current, code, read[code])
        elif not _is_clients(fields[code]):
            current.facts[code] = values.plain(read[code])
    current.version += 1
    taking.taken(current, by=by)
    current.save()
    searched.follow(current, changes)
    record("deals.changed", _about(current), by=by, changes=changes, data={"stage": current.stage_id})
    return current


def fields_of(codes: Iterable[str], *of: Field.Of) -> dict[str, Field]:
    """The fields that are meant, by code."""
    return {**OWN_FIELDS, **{field.code: field for field in Field.objects.filter(code__in=list(codes), of__in=of)}}


def _is_clients(field: Field) -> bool:
    return field.code == "client_name" or field.of == Field.Of.CLIENT


def _change_client(deal: Deal, read: dict[str, Any], *, by: Actor) -> None:
    if not read:
        return
    own = {"name": read.pop("client_name")} if "client_name" in read else {}
    deal.client = client_facts.store(deal.client, own, read, by=by)


@transaction.atomic
def appoint(
    deal: Deal, person: Person | None, *, by: Actor, version: int | None = None, only_if_nobody_is: bool = False
) -> Deal:
    """Who is responsible for the deal from now on, and for its open steps."""
    current = held(deal.pk, version=version)
    if current.responsible_id == (person.pk if person else None) or (only_if_nobody_is and current.responsible_id):
        return current
    before, left = current.responsible, current.department
    current.responsible = person
    current.assigned_at, current.take_due_at = clock.now(), None
    current.department_id = rights.department_id_of(person) if person else current.department_id
    current.version += 1
    current.save(update_fields=["responsible", "assigned_at", "take_due_at", "department", "version"])
    # What he has given to somebody else stays with that one.
    current.tasks.filter(Q(person=None) | Q(person=before), done_at=None).update(person=person)
    # Whoever is responsible for a deal accepts it.
    if current.accept_due_at:
        HandOff.objects.filter(to_deal=current, state=HandOff.State.WAITING).update(to_person=person)
    changes = {"responsible": (before.full_name if before else None, person.full_name if person else None)}
    if current.department_id != (left.pk if left else None):
        belongs_to = person.department if person and current.department_id else None
        changes["department"] = (str(left) if left else None, str(belongs_to) if belongs_to else None)
    record("deals.appointed", _about(current), by=by, changes=changes, data={"stage": current.stage_id})
    return current


def _read(fields: Mapping[str, Field], given: Mapping[str, Any]) -> dict[str, Any]:
    read = values.read_all(fields, given)
    # These two columns hold no nothing.
    return {code: "" if value is None and code in _TEXTS else value for code, value in read.items()}


_TEXTS = ("client_name", "address")
OWN_FIELDS = {
    "client_name": Field(code="client_name", kind=Field.Kind.TEXT),
    "address": Field(code="address", kind=Field.Kind.TEXT),
    "amount": Field(code="amount", kind=Field.Kind.MONEY),
}


def _said(value: Any) -> Any:
    return None if value == "" else value


def _about(deal: Deal) -> About:
    return About("deal", deal.pk, client_id=deal.client_id, deal_id=deal.pk)
