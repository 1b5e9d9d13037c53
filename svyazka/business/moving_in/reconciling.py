"""What stood there beside what stands here: deals and their sums, by stage, by person and by month."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from django.db import connection

from svyazka.business.moving_in.models import MoveIn

By = Literal["stage", "person", "month"]
BYS: tuple[By, ...] = ("stage", "person", "month")
MOST = 200


@dataclass(frozen=True)
class Balance:
    """Of one stage, person or month as it is called there."""

    said: str
    there: int
    sum_there: Decimal
    here: int
    sum_here: Decimal

    @property
    def is_equal(self) -> bool:
        return (self.there, self.sum_there) == (self.here, self.sum_here)


def balances(given: MoveIn, by: By) -> list[Balance]:
    """Counted from the deals as they are now: whoever has changed a sum since finds it here."""
    with connection.cursor() as cursor:
        cursor.execute(_BALANCES[by], [given.pk, MOST])
        return [Balance(*row) for row in cursor.fetchall()]


def total(given: MoveIn) -> Balance:
    with connection.cursor() as cursor:
        cursor.execute(_TOTAL, [given.pk])
        return Balance("", *cursor.fetchone())


def whole_account(given: MoveIn) -> Balance | None:
    """All deals that a system has, as it counted them itself when it was last read, and those of them that are here."""
    there = given.progress.get("there")
    if there is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(_ACCOUNT, [given.origin])
        return Balance("", there["deals"], Decimal(there["sum"]), *cursor.fetchone())


_ACCOUNT = """
select count(*), coalesce(sum(d.amount), 0) from moving_in_movedin m join deals_deal d on d.id = m.object_id
where m.origin = %s and m.kind = 'deal'
"""


# A deal counts once here, however many lines are about it.
_COUNTED = """
    count(*), coalesce(sum(r.sum_there), 0), count(distinct d.id),
    coalesce(sum(d.amount) filter (where r.number = first.number), 0)
from moving_in_moveinrow r left join deals_deal d on d.id = r.deal_id and r.state in ('stored', 'kept')
left join lateral (
    select min(o.number) as number from moving_in_moveinrow o where o.of_id = r.of_id and o.deal_id = d.id
) first on true
where r.of_id = %s and r.state <> 'aside' and r.kind <> 'client'
"""
_TOTAL = f"select {_COUNTED}"
_COLUMNS: dict[By, str] = {"stage": "r.stage_there", "person": "r.person_there", "month": "r.month_there"}
_BALANCES: dict[By, str] = {
    by: f"select {column}, {_COUNTED} group by 1 order by 2 desc, 1 limit %s"  # columns of our own only
    for by, column in _COLUMNS.items()
}
