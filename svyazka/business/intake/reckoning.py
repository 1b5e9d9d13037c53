"""Whether all is in: each account's other side is asked what it has had for us, and the ledger is looked up for it.

What is missing and can be had once more is written down at once, as if it had come by itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import structlog
from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_noop

from svyazka.business.conversations import proofs
from svyazka.business.conversations.bots import access_of
from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.intake.counted_there import Asking, Counted, of_kind
from svyazka.business.intake.models import Reckoning
from svyazka.business.intake.write_down import NewArrival, write_down_now
from svyazka.business.journal import bell
from svyazka.business.notices.messengers import Access, Denied, Undeliverable, Unreached
from svyazka.kit import clock
from svyazka.kit.alone import alone
from svyazka.kit.strongbox import WrongKey

LOCK = 5_219_031
EVERY = timedelta(minutes=30)
BACK = timedelta(hours=24)  # what is asked for; most of the other sides keep no more
MOST_NAMED = 50
SIDE_BY_SIDE = 4
NOT_REACHED = gettext_noop("The other side does not answer.")
NOT_LET_IN = gettext_noop("The other side does not know our token any more.")
LOCKED = gettext_noop("The secrets of this account do not open.")
BROKEN = gettext_noop("The answer was not understood.")

log = structlog.get_logger(__name__)


def go_round() -> int:
    """Those whose turn it is, or of whom somebody wants to know now; how many were asked."""
    with alone(LOCK) as nobody_else:
        return _go_round() if nobody_else else 0


def ask(account: str) -> None:
    """Somebody wants to know now: at the next round."""
    Reckoning.objects.update_or_create(account=account, defaults={"is_asked": True})


def can_be_asked(account: ChannelAccount) -> bool:
    """Not, where a trial of ours would have to show a secret of which we keep a fingerprint only: it would be turned
    away at the door, and look like an attack."""
    return account.kind in settings.COUNTED_THERE and not proofs.is_asked_for(account)


def _go_round() -> int:
    due = list(_due())
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        for account, counted in zip(due, pool.map(_count, [_asking(one) for one in due]), strict=True):
            _write(account.code, counted)
    return len(due)


def _due() -> Iterable[ChannelAccount]:
    known = {one.account: one for one in Reckoning.objects.all()}
    late = clock.now() - EVERY
    for account in ChannelAccount.objects.filter(kind__in=list(settings.COUNTED_THERE), is_active=True).order_by("pk"):
        last = known.get(account.code)
        if not can_be_asked(account):
            continue
        if last is None or last.is_asked or last.at is None or last.at <= late:
            yield account


def _asking(account: ChannelAccount) -> Asking | None:
    address = f"{settings.ADDRESS}/in/{account.way}/{account.public_key}/" if settings.ADDRESS else ""
    try:
        access = access_of(account) if account.secret else Access(account.code, "")
    except WrongKey:
        return None
    return Asking(access, clock.now() - BACK, address)


def _count(asking: Asking | None) -> Counted:
    """In a thread of its own, which asks nothing of the database."""
    if asking is None:
        return Counted(trouble=LOCKED)
    count = of_kind(asking.access.account.partition("/")[0])
    if count is None:
        return Counted()
    try:
        return count(asking)
    except Denied:
        return Counted(trouble=NOT_LET_IN)
    except (Unreached, Undeliverable) as silence:
        return Counted(trouble=f"{NOT_REACHED} [{silence}]")
    except Exception as failure:
        log.warning("count_failed", account=asking.access.account, failure=type(failure).__name__)
        return Counted(trouble=BROKEN)


def _write(account: str, counted: Counted) -> None:
    now = clock.now()
    told = dict(counted.numbers or {})
    lacking = _not_in_the_ledger(account, told)
    to_be_had = [arrival for number in lacking if (arrival := told[number])]
    fetched = _take_in(to_be_had)
    missing = [number for number in lacking if told[number] is None]
    Reckoning.objects.update_or_create(
        account=account,
        defaults={
            "at": now,
            "since": now - BACK,
            "there": None if counted.numbers is None else len(told),
            "missing": missing[:MOST_NAMED],
            "fetched": fetched,
            "waiting": counted.waiting,
            "trouble": counted.trouble[:300],
            "is_asked": False,
        },
    )


def _not_in_the_ledger(account: str, numbers: Collection[str]) -> list[str]:
    if not numbers:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_LACKING, [list(numbers), account])
        return [number for (number,) in cursor.fetchall()]


_LACKING = """
select number from unnest(%s::text[]) as told (number)
where not exists (select 1 from intake_arrivalkey k where k.account = %s and k.outside_id = told.number)
order by number
"""


def _take_in(arrivals: Sequence[NewArrival]) -> int:
    """On a connection of its own: an arrival is answered for once it is committed."""
    if not arrivals:
        return 0
    with psycopg.connect(settings.DATABASE_DIRECT_URL, autocommit=True) as own:
        fresh = sum(write_down_now(own, arrivals))
    if fresh:
        bell.ring(bell.ARRIVALS)
    return fresh
