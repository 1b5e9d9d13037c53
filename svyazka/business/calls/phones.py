"""What the phones in our office are at: free, busy or away."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import connection

from svyazka.business.calls.phone_system import At, PhonesSeen
from svyazka.business.calls.whose_phone import PhoneKey
from svyazka.business.journal.record import announce
from svyazka.kit.asking import Asking, answered, ask

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
# Of a system that we do not hear nothing is known. Whoever has a phone of which it is not known where it is, says so.
_STATES = """
select distinct on (asked.pbx_code, asked.extension) asked.pbx_code, asked.extension, phone.state
from unnest(%s::text[], %s::text[]) as asked (pbx_code, extension)
join calls_phone phone on phone.extension = asked.extension and asked.pbx_code in ('', phone.pbx_code)
join calls_pbx pbx on pbx.code = phone.pbx_code
where pbx.is_active and pbx.connected_at is not null and (pbx.lost_at is null or pbx.lost_at < pbx.connected_at)
order by asked.pbx_code, asked.extension, phone.state = 'away', phone.since desc
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


def states(keys: Collection[PhoneKey]) -> dict[PhoneKey, At]:
    """Of those that are not in it nothing is known."""
    return answered(ask_states(keys))


def ask_states(keys: Collection[PhoneKey]) -> Asking[dict[PhoneKey, At]]:
    codes, extensions = [key.pbx_code for key in keys], [key.extension for key in keys]
    found = yield from ask(_STATES, [codes, extensions])
    return {PhoneKey(code, extension): At(state) for code, extension, state in found}
