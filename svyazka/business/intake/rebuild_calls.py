"""Calls anew from the ledger: after a mistake in reading was mended, or a driver has learnt something.

The ledger is read once, in the order in which it was written; a call is made anew as soon as nothing more is heard of
it. What was never worked off is the worker's, and stays his.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.conf import settings

from svyazka.business.calls import fold
from svyazka.business.calls.anew import make_anew
from svyazka.business.calls.follow import LONGEST, find, summary_of
from svyazka.business.calls.phone_system import CallEvent, Kind
from svyazka.business.calls.recordings.note import note
from svyazka.business.intake.connector import Unused, connector
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.take_call import put_into_history, take_call
from svyazka.business.journal.record import Actor

AT_ONCE = 2_000  # rows of the ledger
QUIET = timedelta(minutes=10)  # after its end; what comes later than that would be a surprise
Key = tuple[str, str]  # the PBX, and what it calls the call


@dataclass
class Rebuilt:
    """How many calls there were. `cut`: they began before the ledger does, and stay as they are."""

    same: int = 0
    changed: int = 0
    made: int = 0
    cut: int = 0


@dataclass
class _Heard:
    """Of one call, so far."""

    events: list[CallEvent] = field(default_factory=list)
    parts: set[str] = field(default_factory=set)
    last: Arrival | None = None
    has_ended: bool = False

    def hear(self, event: CallEvent, arrival: Arrival) -> None:
        self.events.append(event)
        self.last = arrival
        if event.kind == Kind.MERGE:
            self.parts.add(event.part)
        self.has_ended |= event.kind in (Kind.HANGUP, Kind.VANISHED, Kind.OVER)

    def gone_at(self, said_at: datetime, now: datetime) -> datetime | None:
        return fold.gone_at(self.events[0].at, max(one.at for one in self.events), said_at, now=now)


def rebuild_calls(
    since: datetime, until: datetime, *, pbx: str = "", by: Actor, tell: Callable[[datetime], None] = lambda _at: None
) -> Rebuilt:
    """Calls that began between the two. `tell` hears how far it has come."""
    heard: dict[Key, _Heard] = {}
    done = Rebuilt()
    for number, arrival in enumerate(_of_phones(since, until + LONGEST, pbx), start=1):
        _hear(heard, arrival)
        if number % AT_ONCE == 0:
            tell(arrival.received_at)
            over = [key for key, one in heard.items() if _is_over(one, arrival.received_at)]
            _make(heard, over, since, until, done, by=by)
    _make(heard, list(heard), since, until, done, by=by)
    return done


def _of_phones(since: datetime, until: datetime, pbx: str) -> Iterator[Arrival]:
    rows = Arrival.objects.filter(connector__in=settings.PHONE_SYSTEMS, received_at__range=(since, until))
    rows = rows.filter(state__in=[Arrival.State.DONE, Arrival.State.IGNORED])
    return (rows.filter(account=pbx) if pbx else rows).order_by("received_at", "id").iterator(AT_ONCE)


def _hear(heard: dict[Key, _Heard], arrival: Arrival) -> None:
    try:
        events: Iterable[object] = connector(arrival.connector).read(arrival)
    except Unused:
        return
    for event in events:
        if not isinstance(event, CallEvent):
            continue
        for one in _of_single_calls(event, heard, arrival.received_at):
            heard.setdefault((one.pbx_code, one.call_key), _Heard()).hear(one, arrival)


def _of_single_calls(event: CallEvent, heard: dict[Key, _Heard], now: datetime) -> list[CallEvent]:
    """What the PBX did not know any more when it was asked."""
    if event.kind != Kind.ONLY_THESE:
        return [event]
    known = [(key, one) for (pbx_code, key), one in heard.items() if pbx_code == event.pbx_code and not one.has_ended]
    gone = [(key, one.gone_at(event.at, now)) for key, one in known if key not in event.going_on]
    return [replace(event, call_key=key, kind=Kind.VANISHED, going_on=frozenset(), at=at) for key, at in gone if at]


def _is_over(one: _Heard, now: datetime) -> bool:
    return one.has_ended and one.last is not None and one.last.received_at < now - QUIET


def _make(
    heard: dict[Key, _Heard], over: Iterable[Key], since: datetime, until: datetime, done: Rebuilt, *, by: Actor
) -> None:
    for key in over:
        if (one := heard.pop(key, None)) is None:
            continue
        parts = {part: heard.pop((key[0], part)).events for part in one.parts if (key[0], part) in heard}
        if since <= min(event.at for event in one.events) <= until:
            _make_one(key, one, parts, done, by=by)


def _make_one(key: Key, one: _Heard, parts: dict[str, list[CallEvent]], done: Rebuilt, *, by: Actor) -> None:
    call = find(*key, about=one.events[0].at)
    if call is None:
        assert one.last is not None
        take_call([*one.events, *(event for of_part in parts.values() for event in of_part)], arrival=one.last)
        done.made += 1
    elif call.started_at < min(event.at for event in one.events):
        done.cut += 1
    elif call.merged_into_id:
        done.same += 1  # it is made anew with the one that it belongs to
    elif make_anew(call, one.events, parts=parts, by=by):
        put_into_history([call])
        note([(call, summary_of(call), None)])
        done.changed += 1
    else:
        done.same += 1
