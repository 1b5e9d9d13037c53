"""A deal by its number, with what its page needs of it, in one question."""

from __future__ import annotations

from django.http import Http404

from svyazka.business.clients.models import Client, Source
from svyazka.business.deals.models import Deal, LossReason, Pipeline, Stage
from svyazka.business.staff.models import Person
from svyazka.kit import rows

_MODELS = (Deal, Client, Pipeline, Stage, Source, Person, LossReason)
_DEAL = f"""
select {rows.columns(*_MODELS)} from deals_deal
join clients_client on clients_client.id = client_id
join deals_pipeline on deals_pipeline.id = deals_deal.pipeline_id
join deals_stage on deals_stage.id = stage_id
left join clients_source on clients_source.id = source_id
left join staff_person on staff_person.id = responsible_id
left join deals_lossreason on deals_lossreason.id = loss_reason_id
where deals_deal.id = %s
"""  # noqa: S608  # of our own models' names only


def deal_numbered(pk: int) -> Deal:
    for found, *parts in rows.read_joined(_DEAL, [min(pk, 2**63 - 1)], *_MODELS):
        deal: Deal = found
        deal.client, deal.pipeline, deal.stage, deal.source, deal.responsible, deal.loss_reason = parts
        return deal
    raise Http404
