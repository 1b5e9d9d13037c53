"""Who of us is on the phone just now."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection

from svyazka.business.calls import phones
from svyazka.business.calls.follow import LONGEST
from svyazka.business.calls.phone_system import At
from svyazka.kit import clock


def phones_at(extensions: Collection[str]) -> dict[str, At]:
    """As the telephone system says it of its phones; of one that says nothing, as far as the calls that go on tell."""
    wanted = {extension for extension in extensions if extension}
    if not wanted:
        return {}
    known = phones.states(wanted)
    untold = wanted - known.keys()
    return known | dict.fromkeys(_in_calls(untold), At.BUSY) if untold else known


def _in_calls(extensions: Collection[str]) -> set[str]:
    """Their phones ring, or talk."""
    with connection.cursor() as cursor:
        cursor.execute(_IN_CALLS, [clock.now() - LONGEST, list(extensions)])
        return {extension for (extension,) in cursor.fetchall()}


_IN_CALLS = """
select distinct leg->>'extension' from calls_call call cross join jsonb_array_elements(call.legs) leg
where call.state <> 'ended' and call.started_at > %s and leg->>'extension' = any(%s)
  and leg->>'hung_up_at' is null and leg->>'refusal' is null
"""
