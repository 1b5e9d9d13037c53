"""How much there is of each client: what would move along, and what has come since two became one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from svyazka.business.clients.models import ContactPoint, Interaction
from svyazka.business.deals.models import Deal
from svyazka.business.duplicates.models import Merge
from svyazka.kit import clock

MOST = 50


@dataclass(frozen=True)
class Tally:
    deals: int
    open_deals: int
    visits: int
    calls: int
    messages: int
    events: int  # all that happened, calls and messages among it


def of(client_ids: Collection[int]) -> dict[int, Tally]:
    """In one question."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [list(client_ids)])
        return {number: Tally(*counts) for number, *counts in cursor.fetchall()}


_COUNT = """
select one.id, deals.count, deals.still_open, visits.count, history.calls, history.messages, history.count
from unnest(%s::bigint[]) as one (id)
left join lateral (
    select count(*), count(*) filter (where closed_at is null) as still_open from deals_deal where client_id = one.id
) deals on true
left join lateral (select count(*) from visits_visit where client_id = one.id) visits on true
left join lateral (
    select count(*), count(*) filter (where kind = 'call') as calls,
        count(*) filter (where kind in ('message', 'form')) as messages
    from clients_interaction where client_id = one.id
) history on true
"""


@dataclass(frozen=True)
class Since:
    """What came while two were one: nobody can say by itself whose it is."""

    deals: list[Deal]
    points: list[ContactPoint]
    happened: list[Interaction]  # of no deal


def since(done: Merge) -> Since:
    until = done.undone_at or clock.now()
    both, between = (done.kept_id, done.gone_id), (done.at, until)
    return Since(
        deals=list(Deal.objects.filter(client_id__in=both, opened_at__range=between).order_by("-pk")[:MOST]),
        points=list(ContactPoint.objects.filter(client_id__in=both, created_at__range=between).order_by("-pk")[:MOST]),
        happened=_happened(both, *between),
    )


def _happened(both: Collection[int], begins: datetime, ends: datetime) -> list[Interaction]:
    found = Interaction.objects.filter(client_id__in=both, at__range=(begins, ends), deal_id=None)
    return list(found.exclude(kind=Interaction.Kind.MERGED).order_by("-at", "-id")[:MOST])
