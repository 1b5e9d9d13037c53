"""Whose number it is, asked by a telephone system while the phone rings: by one statement, within its second."""

from __future__ import annotations

import asyncio
from typing import LiteralString

import psycopg
from psycopg_pool import PoolTimeout

from svyazka.business.intake.knock import Caller
from svyazka.edge.ledger import Busy, Pool

WITHIN = 0.8
# A merged client points on to another one, who may point on again; the deal is the one that a new request would go to.
_FIND: LiteralString = """
with recursive known(id, name, next) as (
    (select client.id, client.name, client.merged_into_id
    from clients_contactpoint point join clients_client client on client.id = point.client_id
    where point.value = %s and point.kind = 'phone' and point.account = '' order by point.id limit 1)
    union
    select client.id, client.name, client.merged_into_id
    from known join clients_client client on client.id = known.next
)
select known.name, case when person.pbx_code in ('', %s) then person.extension else '' end
from known
left join lateral (
    select responsible_id from deals_deal deal
    where deal.client_id = known.id and deal.closed_at is null order by deal.stage_since desc limit 1
) as deal on true
left join staff_person person on person.id = deal.responsible_id and person.is_active
where known.next is null
"""


class Callers:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def find(self, phone: str, *, pbx_code: str) -> Caller:
        """`pbx_code`: who asks; of other phones it knows nothing. Raises Busy where the answer would come too late."""
        try:
            async with asyncio.timeout(WITHIN), self._pool.connection() as connection:
                row = await (await connection.execute(_FIND, [phone, pbx_code])).fetchone()
        except (psycopg.Error, PoolTimeout, TimeoutError):
            raise Busy from None
        return Caller(*row) if row else Caller()
