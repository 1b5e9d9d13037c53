"""What stands beside a page: companies' names, tax numbers and addresses of cards, the telephony's word on calls."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from svyazka.connectors.bitrix24 import cards, wire
from svyazka.connectors.bitrix24.cards import Besides, Row
from svyazka.connectors.bitrix24.lists import COMPANY, CONTACT, number_in
from svyazka.connectors.bitrix24.wire import Command, Portal


def besides(portal: Portal, kind: int, rows: Iterable[Any]) -> Besides:
    """Names of companies, tax numbers and addresses of one page of cards, in one question."""
    rows = [row for row in rows if isinstance(row, dict)]
    ids = [number for row in rows if (number := number_in(row, "id"))]
    if not ids:
        return Besides()
    companies = sorted({one for row in rows for one in cards.ids_in(row, "companyIds", "companyId")})
    commands = {
        "requisites": Command(
            "crm.requisite.list",
            {"filter": {"ENTITY_TYPE_ID": kind, "@ENTITY_ID": ids}, "order": {"ID": "ASC"}},
        ),
        "addresses": Command(
            "crm.address.list",
            {"filter": {"ANCHOR_TYPE_ID": kind, "@ANCHOR_ID": ids}, "order": {"TYPE_ID": "ASC"}},
        ),
    }
    if companies and kind == CONTACT:
        commands["companies"] = Command(
            "crm.item.list",
            {"entityTypeId": COMPANY, "filter": {"@id": companies}, "select": ["id", "title"]},
        )
    return _gathered(portal.many(commands))


def calls_of(portal: Portal, rows: list[Any]) -> dict[str, Row]:
    """What the telephony knows of these activities: by their ids."""
    ids = [str(row["ID"]) for row in rows if isinstance(row, dict) and str(row.get("TYPE_ID")) == "2"]
    if not ids:
        return {}
    command = Command("voximplant.statistic.get", {"FILTER": {"CRM_ACTIVITY_ID": ids}, "SORT": "ID"})
    found = portal.many({"calls": command})["calls"].rows  # nothing, where it may not be asked
    return {str(row.get("CRM_ACTIVITY_ID")): row for row in found if isinstance(row, dict)}


def _gathered(found: Mapping[str, wire.Outcome]) -> Besides:
    besides = Besides(refused=[name for name, outcome in found.items() if outcome.error])
    for row in found["requisites"].rows:
        number = number_in(row, "ENTITY_ID") or 0
        tax_number = str(row.get("RQ_INN") or "") if number else ""
        if tax_number and number not in besides.tax_numbers:
            besides.tax_numbers[number] = tax_number
        elif tax_number and tax_number != besides.tax_numbers[number]:
            besides.put_by(number, _("Another tax number"), tax_number)
        if number and row.get("RQ_KPP"):
            besides.put_by(number, _("KPP"), str(row["RQ_KPP"]))
    for row in found["addresses"].rows:
        number = number_in(row, "ANCHOR_ID") or 0
        text = cards.address(row) if number else ""
        if text and number not in besides.addresses:
            besides.addresses[number] = text
        elif text:
            besides.put_by(number, _("Another address"), text)
    if "companies" in found:
        rows = [row for row in found["companies"].rows if number_in(row, "id")]
        besides.companies.update({int(row["id"]): str(row.get("title") or "") for row in rows})
    return besides
