"""A call that rings, before anything else is made of it: the card has to be there while it does."""

from __future__ import annotations

import json
from collections.abc import Sequence

from django.db import connection

from svyazka.business.calls import follow
from svyazka.business.calls.phone_system import CallEvent, Kind
from svyazka.business.intake.bundles import NOBODY_WAITS
from svyazka.business.intake.models import Arrival

_BEFORE_AN_ANSWER = {Kind.START, Kind.QUEUE, Kind.RING, Kind.NO_ANSWER, Kind.BUSY, Kind.CANCEL, Kind.RECORDING}


def only_rings(events: Sequence[CallEvent]) -> bool:
    """A call from outside that nobody has answered as yet. What else it brings about is the same a second later."""
    return any(event.kind == Kind.RING for event in events) and all(
        event.kind in _BEFORE_AN_ANSWER and not (event.kind == Kind.START and event.extension) for event in events
    )


def tell(rings: Sequence[tuple[Sequence[CallEvent], Sequence[Arrival]]]) -> int:
    """On the screens of those whose phones ring; whose call it is, the card finds by the number. Nobody waits any more
    for the rest of these arrivals, which is worked off as if nothing had been. Says how many they are."""
    if not rings:
        return 0
    follow.tell(follow.follow([event for events, _arrivals in rings for event in events]))
    arrivals = [arrival for _events, of_one in rings for arrival in of_one]
    times = [arrival.received_at for arrival in arrivals]
    with connection.cursor() as cursor:
        ids = [arrival.pk for arrival in arrivals]
        cursor.execute(_CAN_WAIT_NOW, [json.dumps(NOBODY_WAITS), ids, min(times), max(times)])
    return len(arrivals)


_CAN_WAIT_NOW = """
update intake_arrival set headers = headers || %s::jsonb where id = any(%s) and received_at between %s and %s
"""
