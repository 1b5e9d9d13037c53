"""What runs are about, as it is now."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from svyazka.business.automation import begin
from svyazka.business.automation.action import Case
from svyazka.business.automation.models import Run
from svyazka.business.clients.models import Client, Source
from svyazka.business.deals.models import Deal, Pipeline, Stage
from svyazka.business.staff.models import Department, Person
from svyazka.kit import rows


def case_of(run: Run, *, position: int = 0) -> Case:
    return cases_of([run], position=position)[run.pk]


def cases_of(runs: Sequence[Run], *, position: int = 0) -> dict[int, Case]:
    """By run, in two statements however many they are; of a client who was merged, the one in whom he goes on."""
    deals = _deals({run.deal_id for run in runs if run.deal_id})
    clients = _clients({run.client_id for run in runs if run.client_id and run.deal_id not in deals})
    found = {}
    for run in runs:
        deal = deals.get(run.deal_id or 0)
        client = deal.client if deal else clients.get(run.client_id or 0)
        while client and client.merged_into_id:
            client = Client.objects.get(pk=client.merged_into_id)
        key = f"run/{run.pk}/{position}"
        found[run.pk] = Case(event=begin.event_of(run), deal=deal, client=client, key=key)
    return found


def _clients(numbers: Collection[int]) -> dict[int, Client]:
    found = rows.read(Client, "where id = any(%s)", [list(numbers)]) if numbers else []
    return {client.pk: client for client in found}


def _deals(numbers: Collection[int]) -> dict[int, Deal]:
    deals: dict[int, Deal] = {}
    if not numbers:
        return deals
    for deal, stage, pipeline, *rest in rows.read_joined(_DEALS, [list(numbers)], *_WITH):
        deal.stage, deal.pipeline, stage.pipeline = stage, pipeline, pipeline
        deal.client, deal.source, deal.responsible, deal.department = rest
        deals[deal.pk] = deal
    return deals


_WITH = (Deal, Stage, Pipeline, Client, Source, Person, Department)
_DEALS = f"""
select {rows.columns(*_WITH)} from deals_deal
join deals_stage on deals_stage.id = stage_id join deals_pipeline on deals_pipeline.id = deals_deal.pipeline_id
join clients_client on clients_client.id = client_id left join clients_source on clients_source.id = source_id
left join staff_person on staff_person.id = responsible_id
left join staff_department on staff_department.id = deals_deal.department_id
where deals_deal.id = any(%s)
"""  # noqa: S608  # of our own models' names only
