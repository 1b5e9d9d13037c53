"""Deals: one of them, or those of a client."""

from __future__ import annotations

from typing import cast

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from ninja import Path, Query, Router

from svyazka.business.clients.identify import survivor
from svyazka.business.clients.models import Client
from svyazka.business.deals.models import Deal
from svyazka.workplaces.api.door import Key, Program
from svyazka.workplaces.api.shapes import LAST_PAGE, DealPage, Given, Number, OneDeal, PageNumber, State, refusals

PAGE = 20
router = Router(tags=["deals"])


class Wanted(Given):
    client: Number
    page: PageNumber = 1


@router.get("/deals", auth=Key("deals.see"), response={200: DealPage, **refusals(404)})
def of_client(request: Program, asked: Query[Wanted]) -> DealPage:
    """Those of a client, the latest first."""
    whose = survivor(get_object_or_404(Client, pk=asked.client))
    first = (asked.page - 1) * PAGE
    rows = list(_shown().filter(client=whose).order_by("-opened_at", "-pk")[first : first + PAGE + 1])
    more = len(rows) > PAGE and asked.page < LAST_PAGE
    return DealPage(deals=[_told(one) for one in rows[:PAGE]], next_page=asked.page + 1 if more else None)


@router.get("/deals/{deal_id}", auth=Key("deals.see"), response={200: OneDeal, **refusals(404)})
def deal(request: Program, deal_id: Path[Number]) -> OneDeal:
    return _told(get_object_or_404(_shown(), pk=deal_id))


def _shown() -> QuerySet[Deal]:
    return Deal.objects.select_related("pipeline", "stage", "responsible", "department", "source")


def _told(one: Deal) -> OneDeal:
    return OneDeal(
        id=one.pk,
        client=one.client_id,
        pipeline=one.pipeline.code,
        stage=one.stage.code,
        stage_name=one.stage.name,
        state=cast(State, one.stage.kind),
        responsible=one.responsible.full_name if one.responsible else "",
        department=one.department.name if one.department else "",
        source=one.source.code if one.source else "",
        address=one.address,
        amount=one.amount,
        opened_at=one.opened_at,
        closed_at=one.closed_at,
        next_step=one.step_in_words,
        next_step_at=one.next_step_at,
    )
