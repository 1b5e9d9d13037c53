"""How much comes in by which account, hour by hour, and what of it waits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from svyazka.business.intake.models import ArrivalTally, TalliedUpTo
from svyazka.kit import clock
from svyazka.kit.alone import alone

LOCK = 5_219_032
AT_ONCE = 200_000  # rows of the ledger
SETTLED = timedelta(seconds=30)  # a row with a smaller number may be committed as late as that
KEPT = timedelta(days=90)
MOST_WAITING = 20_000


@dataclass
class Standing:
    """Of one account. `oldest`: since when the first one waits that has not been worked off."""

    day: int = 0
    week: int = 0
    last_at: datetime | None = None
    waiting: int = 0
    oldest: datetime | None = None
    stuck: int = 0


def fold_in() -> int:
    """What came since; says how many arrivals. One worker at a time."""
    with alone(LOCK) as nobody_else:
        return _fold_in() if nobody_else else 0


def forget_old() -> None:
    ArrivalTally.objects.filter(hour__lt=clock.now() - KEPT).delete()


def standings() -> dict[str, Standing]:
    """Of all accounts by which anything came in the last week, or has not been worked off."""
    found: dict[str, Standing] = {}
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(_COUNTS, {"day": now - timedelta(days=1), "week": now - timedelta(days=7)})
        for account, day, week, last_at in cursor.fetchall():
            found[account] = Standing(day=day, week=week, last_at=last_at)
        cursor.execute(_WAITING, [MOST_WAITING])
        for account, waiting, oldest in cursor.fetchall():
            one = found.setdefault(account, Standing())
            one.waiting, one.oldest = waiting, oldest
        cursor.execute(_STUCK)
        for account, stuck in cursor.fetchall():
            found.setdefault(account, Standing()).stuck = stuck
    return found


def hours(account: str, *, since: datetime) -> Mapping[datetime, int]:
    return dict(ArrivalTally.objects.filter(account=account, hour__gte=since).values_list("hour", "count"))


_COUNTS = """
select account, coalesce(sum(count) filter (where hour > %(day)s), 0)::int, sum(count)::int, max(last_at)
from intake_arrivaltally where hour > %(week)s group by account
"""
_WAITING = """
select account, count(*)::int, min(received_at) from (
    select account, received_at from intake_arrival where state in ('new', 'again') limit %s
) as pending group by account
"""
_STUCK = """
select account, count(*)::int from (
    select account from intake_arrival where state = 'stuck' order by received_at desc limit 5000
) as stuck group by account
"""


@transaction.atomic
def _fold_in() -> int:
    mark = TalliedUpTo.objects.select_for_update().filter(pk=1).first()
    if mark is None:
        mark = TalliedUpTo.objects.create(pk=1, arrival_id=0)
    with connection.cursor() as cursor:
        cursor.execute(_FOLD, {"after": mark.arrival_id, "until": clock.now() - SETTLED, "most": AT_ONCE})
        counted, last = cursor.fetchone()
    if counted:
        TalliedUpTo.objects.filter(pk=1).update(arrival_id=last)
    return int(counted)


_FOLD = """
with fresh as (
    select id, account, received_at from intake_arrival
    where id > %(after)s and received_at <= %(until)s order by id limit %(most)s
), counted as (
    insert into intake_arrivaltally (account, hour, count, last_at)
    select account, date_trunc('hour', received_at), count(*), max(received_at) from fresh group by 1, 2
    on conflict (account, hour) do update set
        count = intake_arrivaltally.count + excluded.count,
        last_at = greatest(intake_arrivaltally.last_at, excluded.last_at)
)
select count(*), max(id) from fresh
"""
