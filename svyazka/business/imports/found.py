"""Whom the lines of a file are about: many at once, in a question for each key."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from svyazka.business.clients.change import read_contact
from svyazka.business.clients.identify import Contact, survivor
from svyazka.business.clients.models import Client, ContactPoint
from svyazka.business.deals.known import facts, values
from svyazka.business.deals.models import Deal, Field
from svyazka.business.imports import columns
from svyazka.business.imports.columns import Target
from svyazka.kit.refusals import Refused


@dataclass(frozen=True)
class Whom:
    """A deal or a client, or why there is none."""

    one: Deal | Client | None = None
    fault: str = ""


def look_up(key: str, cells: Sequence[str]) -> list[Whom]:
    """For each cell of the key's column."""
    return {columns.DEAL: _deals, columns.CLIENT: _clients, columns.CONTACT: _by_contact}[key](cells)


def known_of(one: Deal | Client, target: Target) -> Any:
    """As it is stored."""
    if isinstance(one, Deal):
        value = facts.value_of(one, code_of_deal(target))
    else:
        value = getattr(one, target.code) if target.is_own else one.facts.get(target.code)
    return values.plain(value)


def code_of_deal(target: Target) -> str:
    """As the verb of deals calls it, which changes the client along with the deal."""
    return "client_name" if target.is_own and target.of == Field.Of.CLIENT else target.code


def _deals(cells: Sequence[str]) -> list[Whom]:
    numbers = [_number(cell) for cell in cells]
    found = Deal.objects.select_related("client").in_bulk([number for number in numbers if number])
    return [
        Whom(found.get(number or 0), "" if number in found else _("There is no deal of this number."))
        for number in numbers
    ]


def _clients(cells: Sequence[str]) -> list[Whom]:
    numbers = [_number(cell) for cell in cells]
    found = Client.objects.in_bulk([number for number in numbers if number])
    return [
        Whom(survivor(found[number])) if number in found else Whom(fault=_("There is no client of this number."))
        for number in numbers
    ]


def _number(cell: str) -> int | None:
    digits = "".join(cell.split()).removeprefix("\u2116").removeprefix("#")
    return int(digits) if digits.isdecimal() and len(digits) < 19 else None


def _by_contact(cells: Sequence[str]) -> list[Whom]:
    read = [_contact(cell) for cell in cells]
    asked = [one.value for one in read if isinstance(one, Contact)]
    points = ContactPoint.objects.filter(value__in=asked, account="").select_related("client")
    found: dict[tuple[str, str], dict[int, Client]] = {}
    for point in points:
        client = survivor(point.client)
        found.setdefault((point.kind, point.value), {})[client.pk] = client
    return [
        _only([*found.get((one.kind, one.value), {}).values()]) if isinstance(one, Contact) else Whom(fault=one)
        for one in read
    ]


def _contact(cell: str) -> Contact | str:
    try:
        return read_contact(cell)
    except Refused as refusal:
        return str(refusal.message)


def _only(clients: list[Client]) -> Whom:
    if not clients:
        return Whom(fault=_("No client has this phone or e-mail."))
    if len(clients) > 1:
        return Whom(fault=_("Several clients have this phone or e-mail."))
    return Whom(clients[0])
