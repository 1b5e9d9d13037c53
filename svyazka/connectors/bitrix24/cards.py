"""People, stages, clients and deals of Bitrix24 in our words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from django.utils.translation import gettext as _

from svyazka.business.moving_in.card import Known
from svyazka.business.moving_in.foreign import ForeignClient, ForeignDeal, ForeignPerson, ForeignStage
from svyazka.connectors.bitrix24.fields import Titles, known_of, moment, plain

Row = Mapping[str, Any]
LEADS = "leads"  # as a pipeline
ENDS: Mapping[str, Literal["won", "lost"]] = {"S": "won", "F": "lost"}
_ADDRESS = ("POSTAL_CODE", "COUNTRY", "PROVINCE", "REGION", "CITY", "ADDRESS_1", "ADDRESS_2")


@dataclass
class Besides:
    """What stands elsewhere of the cards of one page, by their ids."""

    companies: dict[int, str] = field(default_factory=dict)
    tax_numbers: dict[int, str] = field(default_factory=dict)
    addresses: dict[int, str] = field(default_factory=dict)
    requisites: dict[int, dict[str, str]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)  # what the webhook may not see

    def put_by(self, number: int, title: str, text: str) -> None:
        of_card = self.requisites.setdefault(number, {})
        of_card[title] = f"{of_card[title]}; {text}" if title in of_card else text


def person(row: Row) -> ForeignPerson:
    name = " ".join(filter(None, (plain(row.get(part)) for part in ("NAME", "SECOND_NAME", "LAST_NAME"))))
    return ForeignPerson(str(row["ID"]), name, plain(row.get("EMAIL")), row.get("ACTIVE") in (True, "Y", "true"))


def stage(row: Row, pipelines: Mapping[str, str]) -> ForeignStage | None:
    """`pipelines`: id → name. None: this status is none of a stage."""
    pipeline_id = pipeline_of(str(row["ENTITY_ID"]))
    if pipeline_id is None:
        return None
    stage_id = f"{LEADS}:{row['STATUS_ID']}" if pipeline_id == LEADS else str(row["STATUS_ID"])
    name = pipelines.get(pipeline_id, pipeline_id)
    return ForeignStage(stage_id, pipeline_id, name, plain(row.get("NAME")), ENDS.get(str(row.get("SEMANTICS")), ""))


def pipeline_of(entity: str) -> str | None:
    if entity == "STATUS":
        return LEADS
    if entity == "DEAL_STAGE":
        return "0"
    return entity.removeprefix("DEAL_STAGE_") if entity.startswith("DEAL_STAGE_") else None


def client(row: Row, titles: Titles, besides: Besides) -> ForeignClient:
    company_ids = ids_in(row, "companyIds", "companyId")
    firms = [name for one in company_ids if (name := besides.companies.get(one))]
    if len(firms) > 1:
        besides.put_by(int(row["id"]), _("Other companies"), "; ".join(firms[1:]))
    firm = firms[0] if firms else ""
    return _client(row, f"contact-{row['id']}", titles, besides, name=full_name(row), company=firm)


def company(row: Row, titles: Titles, besides: Besides) -> ForeignClient:
    return _client(row, f"company-{row['id']}", titles, besides, name=plain(row.get("title")), is_company=True)


def of_lead(row: Row, titles: Titles) -> ForeignClient | None:
    """A lead carries its client along until it has a card of his."""
    if ids_in(row, "contactIds", "contactId") or ids_in(row, "", "companyId"):
        return None
    firm = plain(row.get("companyTitle"))
    name = full_name(row) or firm or plain(row.get("title"))
    is_company = bool(firm) and not full_name(row)
    of = "" if is_company else firm
    return _client(row, f"lead-{row['id']}", titles, Besides(), name=name, is_company=is_company, company=of)


def deal(row: Row, titles: Titles, sources: Mapping[str, str], *, is_lead: bool = False) -> ForeignDeal:
    known = known_of(row, titles)
    stage_id = str(row.get("stageId") or "")
    amount = known.amount(row.get("opportunity"), _("Sum"))
    _put_texts(known, row, titles, ("sourceDescription", "additionalInfo", "statusDescription"))
    if (currency := str(row.get("currencyId") or "RUB")) != "RUB":
        known.put_by(_("Currency"), currency)
    for name in ("utmSource", "utmMedium", "utmCampaign", "utmContent", "utmTerm"):
        known.put_by(name, plain(row.get(name)))
    clients = tuple(_clients_of(row, is_lead=is_lead))
    if f"lead-{row['id']}" not in clients:
        _put_contacts(known, row)
    is_closed = row.get("closed") == "Y" or row.get("stageSemanticId") in ENDS
    return ForeignDeal(
        id=f"lead-{row['id']}" if is_lead else str(row["id"]),
        client_ids=clients,
        name=plain(row.get("title")),
        stage_id=f"{LEADS}:{stage_id}" if is_lead else stage_id,
        pipeline_id=LEADS if is_lead else str(row.get("categoryId") or 0),
        sum=amount,
        source=sources.get(str(row.get("sourceId")), str(row.get("sourceId") or "")),
        address=known.address or plain(row.get("address")),
        note=plain(row.get("comments")),
        responsible_id=str(row.get("assignedById") or ""),
        created_at=moment(row.get("createdTime")),
        changed_at=moment(row.get("updatedTime")),
        closed_at=(moment(row.get("dateClosed")) or moment(row.get("closedate"))) if is_closed else None,
        lost_because=known.lost_because,
        extra=known.extra,
    )


def full_name(row: Row) -> str:
    return " ".join(filter(None, (plain(row.get(part)) for part in ("lastName", "name", "secondName"))))


def address(row: Row) -> str:
    return ", ".join(filter(None, (plain(row.get(part)) for part in _ADDRESS)))


def _client(
    row: Row,
    outside_id: str,
    titles: Titles,
    besides: Besides,
    *,
    name: str,
    is_company: bool = False,
    company: str = "",
) -> ForeignClient:
    known, number = known_of(row, titles), int(row["id"])
    _put_texts(known, row, titles, ("post", "birthdate", "sourceDescription"))
    known.put_by(_("Reason of the loss"), known.lost_because)
    for title, text in besides.requisites.get(number, {}).items():
        known.put_by(title, text)
    return ForeignClient(
        id=outside_id,
        name=name,
        is_company=is_company,
        company=company,
        phones=tuple(known.phones),
        emails=tuple(known.emails),
        handles=known.handles,
        tax_number=besides.tax_numbers.get(number, "") or known.tax_number,
        address=besides.addresses.get(number, "") or known.address or plain(row.get("address")),
        note=plain(row.get("comments")),
        responsible_id=str(row.get("assignedById") or ""),
        created_at=moment(row.get("createdTime")),
        changed_at=moment(row.get("updatedTime")),
        extra=known.extra,
    )


def _put_texts(known: Known, row: Row, titles: Titles, names: tuple[str, ...]) -> None:
    for name in names:
        text = plain(row.get(name))
        if text and name == "birthdate":
            text = text[:10]
        known.put_by(titles[name].text if name in titles else name, text)


def _put_contacts(known: Known, row: Row) -> None:
    """What stands at a deal, or at a lead whose client has a card of his own."""
    known.put_by(_("Name"), full_name(row))
    known.put_by(_("Company"), plain(row.get("companyTitle")))
    known.put_by(_("Phone"), ", ".join(known.phones))
    known.put_by(_("E-mail"), ", ".join(known.emails))
    known.put_by(_("Tax number"), known.tax_number)
    for kind, handle in known.handles.items():
        known.put_by(kind, handle)


def _clients_of(row: Row, *, is_lead: bool) -> Iterator[str]:
    contacts, companies = ids_in(row, "contactIds", "contactId"), ids_in(row, "", "companyId")
    for one in contacts:
        yield f"contact-{one}"
    for one in companies:
        yield f"company-{one}"
    if is_lead and not contacts and not companies:
        yield f"lead-{row['id']}"


def ids_in(row: Row, several: str, single: str) -> list[int]:
    """The main one first: it stands in the older field, too. 0 is nobody."""
    listed = [row.get(single), *(row.get(several) or [])]
    return list(dict.fromkeys(int(one) for one in listed if one and str(one).isdecimal() and int(one)))
