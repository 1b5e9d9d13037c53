"""Calls that went on when their telephone system was switched off, or taken out: nobody would ever hear of their end.

Their end is written into the ledger as if the system had said that nothing goes on there, so that they are the same
when they are made anew. Should it be switched on again, and one of them still go on, that is heard as always.
"""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.utils.module_loading import import_string

from svyazka.business.calls.follow import LONGEST
from svyazka.business.intake.write_down import NewArrival, write_down_now
from svyazka.kit import clock
from svyazka.kit.alone import alone

LOCK = 5_219_018
# The listener, and the door, notice a little later that a system was switched off.
STILL_HEARD = timedelta(seconds=30)


def end_calls() -> None:
    """By the worker, every minute."""
    with alone(LOCK) as nobody_else:
        gone = [_nothing_goes_on(code) for code in _left()] if nobody_else else []
        if gone:
            write_down_now(connection.connection, gone)


def _left() -> list[str]:
    """Systems that are not listened to, of which calls seem to go on."""
    now = clock.now()
    with connection.cursor() as cursor:
        cursor.execute(_LEFT, [now - LONGEST, now - STILL_HEARD])
        return [code for (code,) in cursor.fetchall() if _driver_of(code) in settings.PHONE_SYSTEMS]


_LEFT = """
select distinct pbx_code from calls_call call
where state <> 'ended' and started_at > %s and started_at < %s
  and not exists (select 1 from calls_pbx pbx where pbx.code = call.pbx_code and pbx.is_active)
"""


def _nothing_goes_on(code: str) -> NewArrival:
    arrival: NewArrival = import_string(settings.PHONE_SYSTEMS[_driver_of(code)]).nothing_goes_on(code, clock.now())
    return arrival


def _driver_of(code: str) -> str:
    return code.partition("/")[0]
