"""How long deals usually stay at a stage, by the company's own history of the last half year."""

from __future__ import annotations

from datetime import timedelta

from django.db import connection, transaction

from svyazka.business.problems.models import Swept
from svyazka.kit import clock

REMEMBERED = timedelta(days=183)
ENOUGH = 20  # fewer stays say nothing


@transaction.atomic
def count_stays() -> None:
    """A stay is over when the deal goes on. Where there are too few of them, nothing is usual."""
    now = clock.now()
    since = {"left_since": now - REMEMBERED, "came_since": now - 2 * REMEMBERED}
    with connection.cursor() as cursor:
        cursor.execute("delete from problems_stagestay")
        cursor.execute(_COUNT, {"now": now, "enough": ENOUGH, **since})
    Swept.objects.update(stays_at=now)


# The journal names stages by their codes; those are the deal's own pipeline's.
_COUNT = """
insert into problems_stagestay (stage_id, stays, usual, long, counted_at)
select stage.id, count(*), percentile_cont(0.5) within group (order by stay.took),
       percentile_cont(0.9) within group (order by stay.took), %(now)s::timestamptz
from (
    select deal_id, changes->'stage'->>1 as code, lead(at) over one_deal as left_at, lead(at) over one_deal - at as took
    from journal_entry
    where kind = 'deal' and verb in ('deals.opened', 'deals.moved') and at > %(came_since)s::timestamptz
    window one_deal as (partition by deal_id order by at, id)
) stay
join deals_deal deal on deal.id = stay.deal_id
join deals_stage stage on stage.pipeline_id = deal.pipeline_id and stage.code = stay.code and stage.kind = 'open'
where stay.left_at > %(left_since)s::timestamptz
group by stage.id having count(*) >= %(enough)s
"""
