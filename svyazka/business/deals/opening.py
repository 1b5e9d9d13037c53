"""A deal opens."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients.models import Client, Source
from svyazka.business.deals import conditions, rights
from svyazka.business.deals.handing import distribution
from svyazka.business.deals.known import searched
from svyazka.business.deals.models import Deal, Pipeline, Stage, Task
from svyazka.business.journal.record import About, Actor, record
from svyazka.business.staff.models import Person
from svyazka.kit import clock, rows
from svyazka.kit.refusals import Refused


def open_deal_of(client: Client) -> Deal | None:
    """The open deal that takes a new request of this client: the one that moved last."""
    found = next(rows.read_joined(_OPEN_DEAL, [client.pk], Deal, Stage, Client), None)
    if found is None:
        return None
    deal: Deal = found[0]
    deal.stage, deal.client = found[1:]
    return deal


_OPEN_DEAL = f"""
select {rows.columns(Deal, Stage, Client)} from deals_deal
join deals_stage on deals_stage.id = deals_deal.stage_id join clients_client on clients_client.id = deals_deal.client_id
where deals_deal.client_id = %s and deals_deal.closed_at is null order by deals_deal.stage_since desc limit 1
"""  # noqa: S608 - names of our own only


def open_deals_of(client_ids: Iterable[int]) -> dict[int, int]:
    """The same for many, by client; the ids of their deals alone."""
    with connection.cursor() as cursor:
        cursor.execute(_OPEN_DEALS, [list(client_ids)])
        return dict(cursor.fetchall())


_OPEN_DEALS = """
select distinct on (client_id) client_id, id from deals_deal
where client_id = any(%s) and closed_at is null order by client_id, stage_since desc
"""


@transaction.atomic(savepoint=False)
def open_deal(
    client: Client,
    *,
    by: Actor,
    source: Source | None = None,
    origin: dict[str, Any] | None = None,
    address: str = "",
    facts: dict[str, Any] | None = None,
    responsible: Person | None = None,
    pipeline: Pipeline | None = None,
    parent: Deal | None = None,
) -> Deal:
    """Opens it in the first stage of the pipeline (the first one, unless named), with a next step. Where nobody is
    named as responsible, the pipeline's rules say who it is. `parent`: the deal of which it comes."""
    stage = first_stage(pipeline)
    now = clock.now()
    due_at = due_in(stage, now, facts or {})
    appointed = distribution.Opening()
    if responsible is None:
        appointed = distribution.at_opening(stage.pipeline_id, source, facts or {}, client_id=client.pk, at=now)
        responsible = appointed.person
    step, step_at = stage.next_step, due_at or now + timedelta(days=1)
    deal = Deal.objects.create(
        client=client,
        pipeline_id=stage.pipeline_id,
        stage=stage,
        source=source,
        responsible=responsible,
        department_id=rights.department_id_of(responsible) if responsible else None,
        address=address or client.address,
        facts=facts or {},
        origin=origin or {},
        assigned_at=now if responsible else None,
        take_due_at=appointed.due_at,
        opened_at=now,
        stage_since=now,
        stage_due_at=due_at,
        next_step=step,
        next_step_at=step_at if step else None,
        parent=parent,
        first_id=(parent.first_id or parent.pk) if parent else None,
    )
    about = About("deal", deal.pk, client_id=client.pk, deal_id=deal.pk)
    record("deals.opened", about, by=by, changes={"stage": (None, stage.code)}, data={"stage": stage.pk})
    searched.index_new(deal)
    if step:
        kind = stage.next_step_kind
        Task.objects.create(deal=deal, kind=kind, what=step, due_at=step_at, person=responsible, of_stage=True)
    distribution.tell_at_opening(deal.pk, client.pk, appointed, by=by)
    return deal


def first_stage(pipeline: Pipeline | None = None) -> Stage:
    """Held until the end of the transaction, so that nobody takes it away meanwhile."""
    chosen = pipeline.pk if pipeline else None
    for first in rows.read(Stage, _FIRST_STAGE, [chosen, chosen]):
        return first
    raise Refused(_("There is no pipeline yet that takes deals. It is set up in the settings, under “Pipelines”."))


_FIRST_STAGE = """
join deals_pipeline on deals_pipeline.id = pipeline_id
where kind = 'open' and pipeline_id = coalesce(%s, pipeline_id) and (is_active or pipeline_id = %s)
order by deals_pipeline.position, deals_stage.position limit 1 for key share of deals_stage
"""


def due_in(stage: Stage, since: datetime, known: Mapping[str, Any]) -> datetime | None:
    """The stage's limit; a stage that is not for this deal sets none."""
    if not stage.limit_hours or not conditions.applies(stage.only_when, known):
        return None
    return since + timedelta(hours=stage.limit_hours)
