"""What the phones in our office are at: free, busy or away."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from svyazka.business.calls.phone_system import At, PhonesSeen
from svyazka.business.journal.record import announce

_CHANGE = """
insert into calls_phone as phone (pbx_code, extension, state, since)
select %(pbx)s, seen.extension, seen.state, %(at)s
from unnest(%(extensions)s::text[], %(states)s::text[]) as seen (extension, state) order by seen.extension
on conflict (extension, pbx_code) do update set state = excluded.state, since = excluded.since
where phone.state <> excluded.state and phone.since <= excluded.since
"""
_OTHERS_ARE_AWAY = """
update calls_phone set state = 'away', since = %(at)s
where pbx_code = %(pbx)s and state <> 'away' and since <= %(at)s and not extension = any(%(extensions)s)
"""
# Of a system that we do not hear nothing is known. One phone may be known to several: whoever has it, says so.
_STATES = """
select distinct on (phone.extension) phone.extension, phone.state
from calls_phone phone join calls_pbx pbx on pbx.code = phone.pbx_code
where phone.extension = any(%s) and pbx.is_active and pbx.connected_at is not null
  and (pbx.lost_at is null or pbx.lost_at < pbx.connected_at)
order by phone.extension, phone.state = 'away', phone.since desc
"""


def notice(seen: PhonesSeen) -> None:
    """Browsers hear once of all that has changed."""
    asked: dict[str, str | datetime | list[str]] = {
        "pbx": seen.pbx_code,
        "at": seen.at,
        "extensions": list(seen.phones),
        "states": [state.value for state in seen.phones.values()],
    }
    with connection.cursor() as cursor:
        cursor.execute(_CHANGE, asked)
        changed = cursor.rowcount
        if seen.are_all:
            cursor.execute(_OTHERS_ARE_AWAY, asked)
            changed += cursor.rowcount
    if changed:
        announce("phone", 0)


def states(extensions: Iterable[str]) -> dict[str, At]:
    """By extension; of those that are not in it nothing is known."""
    with connection.cursor() as cursor:
        cursor.execute(_STATES, [list(extensions)])
        return {extension: At(state) for extension, state in cursor.fetchall()}
