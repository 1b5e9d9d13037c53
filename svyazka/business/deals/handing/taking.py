"""A deal that was given to somebody has to be taken up by him: after that it does not come back.

He takes it up by whatever he does with it. The verbs that hold the deal say `taken` before they save it; what does not
hold it says `take`.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from svyazka.business.deals.models import Deal
from svyazka.business.journal.record import About, Actor, record


def taken(deal: Deal, *, by: Actor) -> None:
    """The caller holds the deal and saves it."""
    if deal.take_due_at is not None and by.actor_id == deal.responsible_id:
        deal.take_due_at = None


def waiting_to_be_taken(deal_ids: Iterable[int]) -> set[int]:
    """Those of them that somebody has not taken up yet."""
    waits = Deal.objects.filter(pk__in=deal_ids, take_due_at__isnull=False)
    return set(waits.values_list("pk", flat=True))


def take(deal_id: int | None, *, by: Actor) -> bool:
    """Whether it was waiting for just this person."""
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [deal_id, by.actor_id])
        found = cursor.fetchone()
    if found:
        record("deals.taken", About("deal", found[0], client_id=found[1], deal_id=found[0]), by=by)
    return found is not None


_TAKE = """
update deals_deal set take_due_at = null
where id = %s and responsible_id = %s and take_due_at is not null returning id, client_id
"""
