"""People, stages, clients and deals of amoCRM in our words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Literal

from django.utils.translation import gettext as _

from svyazka.business.moving_in.card import Known
from svyazka.business.moving_in.foreign import ForeignClient, ForeignDeal, ForeignPerson, ForeignStage
from svyazka.connectors.amocrm.asking import Row
from svyazka.connectors.amocrm.fields import known_of, moment

ENDS: Mapping[int, Literal["won", "lost"]] = {142: "won", 143: "lost"}  # the same in every pipeline


def person(row: Row) -> ForeignPerson:
    rights = row.get("rights")
    is_active = rights.get("is_active") is not False if isinstance(rights, dict) else True
    return ForeignPerson(str(row["id"]), _text(row, "name"), _text(row, "email"), is_active)


def stages(pipeline: Row) -> Iterator[ForeignStage]:
    for status in embedded(pipeline, "statuses"):
        number = status["id"]
        ids = (f"{pipeline['id']}:{number}", str(pipeline["id"]))
        yield ForeignStage(*ids, _text(pipeline, "name"), _text(status, "name"), ENDS.get(number, ""))


def client(row: Row, companies: Mapping[int, str]) -> ForeignClient:
    """`companies`: the names of those it belongs to; empty for one that is a company itself."""
    of = [one["id"] for one in embedded(row, "companies") if isinstance(one.get("id"), int)]
    return _client(row, f"contact-{row['id']}", company=next((companies.get(one, "") for one in of), ""))


def company(row: Row) -> ForeignClient:
    return _client(row, f"company-{row['id']}", is_company=True)


def deal(row: Row) -> ForeignDeal:
    known = _known(row)
    amount = known.amount(row.get("price"), _("Sum"))
    reason = next(iter(embedded(row, "loss_reason")), {})
    return ForeignDeal(
        id=str(row["id"]),
        client_ids=tuple(_clients_of(row)),
        name=_text(row, "name"),
        stage_id=f"{row.get('pipeline_id')}:{row.get('status_id')}",
        pipeline_id=str(row.get("pipeline_id") or ""),
        sum=amount,
        source=known.source,
        address=known.address,
        note=known.note,
        responsible_id=id_in(row, "responsible_user_id"),
        created_at=moment(row.get("created_at")),
        changed_at=moment(row.get("updated_at")),
        closed_at=moment(row.get("closed_at")),
        lost_because=_text(reason, "name"),
        extra=_with_contacts(known),
    )


def embedded(row: Row, name: str) -> list[dict[str, Any]]:
    """May be missing, null, or a list of PHP instead of an object."""
    parts = row.get("_embedded")
    found = parts.get(name) if isinstance(parts, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def id_in(row: Row, name: str) -> str:
    return str(row.get(name) or "")


def _client(row: Row, outside_id: str, *, is_company: bool = False, company: str = "") -> ForeignClient:
    known = _known(row)
    parts = " ".join(filter(None, (_text(row, "first_name"), _text(row, "last_name"))))
    if known.source:
        known.put_by(_("Source"), known.source)
    return ForeignClient(
        id=outside_id,
        name=_text(row, "name") or parts,
        is_company=is_company,
        company=company,
        phones=tuple(known.phones),
        emails=tuple(known.emails),
        handles=known.handles,
        tax_number=known.tax_number,
        address=known.address,
        note=known.note,
        responsible_id=id_in(row, "responsible_user_id"),
        created_at=moment(row.get("created_at")),
        changed_at=moment(row.get("updated_at")),
        extra=known.extra,
    )


def _known(row: Row) -> Known:
    known = known_of(row.get("custom_fields_values"))
    known.put_by(_("Tags"), ", ".join(_text(tag, "name") for tag in embedded(row, "tags")))
    return known


def _clients_of(row: Row) -> Iterator[str]:
    contacts = embedded(row, "contacts")
    for contact in sorted(contacts, key=lambda one: one.get("is_main") is not True):
        yield f"contact-{contact['id']}"
    for one in embedded(row, "companies"):
        yield f"company-{one['id']}"


def _with_contacts(known: Known) -> Mapping[str, str]:
    """A deal has no phone of its own here: what stands in such a field is kept by its name."""
    known.put_by(_("Phone"), ", ".join(known.phones))
    known.put_by(_("E-mail"), ", ".join(known.emails))
    known.put_by(_("Tax number"), known.tax_number)
    for kind, handle in known.handles.items():
        known.put_by(kind, handle)
    return known.extra


def _text(row: Row, name: str) -> str:
    found = row.get(name)
    return str(found).strip() if found is not None else ""
