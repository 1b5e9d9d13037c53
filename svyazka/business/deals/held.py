"""A deal as it is now, held until the end of the transaction."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

from svyazka.business.clients.models import Client
from svyazka.business.deals.models import Deal, Stage
from svyazka.business.staff.models import Person
from svyazka.kit import rows
from svyazka.kit.refusals import ChangedMeanwhile


def held(deal_id: int, *, version: int | None = None) -> Deal:
    """With its stage, client and responsible. With `version`, refuses when somebody else was quicker."""
    # In two steps: locked together with its stage, a deal that another transaction is just moving would come back as
    # no row at all, because PostgreSQL then joins the new deal with the old stage.
    # Its key stays free: whoever opens a deal that refers to this one as the first need not wait, and so two people in
    # two departments never wait for each other.
    hold(deal_id)
    deal = _read(deal_id)
    if version is not None and deal.version != version:
        raise ChangedMeanwhile
    return deal


def hold(deal_id: int) -> None:
    """For whoever does not need to know what stands in it."""
    with connection.cursor() as cursor:
        cursor.execute("select from deals_deal where id = %s for no key update", [deal_id])
        if not cursor.rowcount:
            raise Deal.DoesNotExist


def held_all(deal_ids: Collection[int]) -> dict[int, Deal]:
    """Many at once, in the order of their ids, so that two who hold many do not wait for each other."""
    with connection.cursor() as cursor:
        cursor.execute("select from deals_deal where id = any(%s) order by id for no key update", [list(deal_ids)])
    return {deal.pk: deal for deal in _read_all(list(deal_ids))}


def _read(deal_id: int) -> Deal:
    (deal,) = _read_all([deal_id])
    return deal


def _read_all(deal_ids: list[int]) -> list[Deal]:
    deals: list[Deal] = []
    for deal, stage, client, responsible in rows.read_joined(_DEALS, [deal_ids], Deal, Stage, Client, Person):
        deal.stage, deal.client, deal.responsible = stage, client, responsible
        deals.append(deal)
    return deals


_DEALS = f"""
select {rows.columns(Deal, Stage, Client, Person)} from deals_deal
join deals_stage on deals_stage.id = stage_id
join clients_client on clients_client.id = client_id
left join staff_person on staff_person.id = responsible_id
where deals_deal.id = any(%s)
"""  # noqa: S608  # of our own models' names only
