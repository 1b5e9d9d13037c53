"""A deal as it is now, held until the end of the transaction."""

from __future__ import annotations

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
    with connection.cursor() as cursor:
        cursor.execute("select from deals_deal where id = %s for no key update", [deal_id])
        if not cursor.rowcount:
            raise Deal.DoesNotExist
    deal = _read(deal_id)
    if version is not None and deal.version != version:
        raise ChangedMeanwhile
    return deal


def _read(deal_id: int) -> Deal:
    ((deal, stage, client, responsible),) = rows.read_joined(_DEAL, [deal_id], Deal, Stage, Client, Person)
    deal.stage, deal.client, deal.responsible = stage, client, responsible
    found: Deal = deal
    return found


_DEAL = f"""
select {rows.columns(Deal, Stage, Client, Person)} from deals_deal
join deals_stage on deals_stage.id = stage_id
join clients_client on clients_client.id = client_id
left join staff_person on staff_person.id = responsible_id
where deals_deal.id = %s
"""  # noqa: S608  # of our own models' names only
