"""How many calls came and were answered, hour by hour and queue by queue, without looking at the calls themselves.

A call that ends, and one that turns out to have been another call than it seemed, leaves a row of what is to be added
and of what is to be taken away, in the same transaction; a worker folds them into the hours every second. So each call
is counted once, whatever is heard of it late or twice, and after it was made anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, transaction

from svyazka.business.calls.floor.rules import LONGEST_WAIT
from svyazka.business.calls.models import Call, CallQueue, HourCount
from svyazka.business.journal.record import announce
from svyazka.kit.alone import alone

LOCK = 5_219_017
AT_ONCE = 5_000


class Counted(NamedTuple):
    """What a call counts as."""

    hour: datetime
    queue: str
    is_answered: bool
    waited: int
    talk_seconds: int


def counts_as(call: Call) -> Counted | None:
    """Only incoming calls that are over; who was answered and then passed on to nobody was answered."""
    if call.state != Call.State.ENDED or call.direction != "in" or call.merged_into_id:
        return None
    hour = call.started_at.replace(minute=0, second=0, microsecond=0)
    waited = min(call.waiting_seconds, LONGEST_WAIT)
    return Counted(hour, call.queue, call.answered_at is not None, waited, call.talk_seconds)


def note(changes: Iterable[tuple[Counted | None, Counted | None]]) -> None:
    """What calls counted as before, and what they count as now. One short statement for all of them, and none where
    nothing that counts has changed."""
    rows = [(*one, sign) for before, now in changes if before != now for one, sign in ((before, -1), (now, 1)) if one]
    if rows:
        values = ", ".join(["(%s, %s, %s, %s, %s, %s)"] * len(rows))
        with connection.cursor() as cursor:
            cursor.execute(_NOTE + values, [value for row in rows for value in row])


_NOTE = "insert into calls_countedcall (hour, queue, is_answered, waited, talk_seconds, sign) values "


@dataclass
class _Change:
    """Of one queue in one hour."""

    answered: list[int] = field(default_factory=lambda: [0] * (LONGEST_WAIT + 1))
    given_up: list[int] = field(default_factory=lambda: [0] * (LONGEST_WAIT + 1))
    talk_seconds: int = 0

    def add(self, one: Counted, times: int) -> None:
        (self.answered if one.is_answered else self.given_up)[one.waited] += times
        self.talk_seconds += times * one.talk_seconds


def fold_in() -> int:
    """What was noted since; says how many rows. One worker at a time."""
    with alone(LOCK) as nobody_else:
        return _fold_in() if nobody_else else 0


@transaction.atomic
def _fold_in() -> int:
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [AT_ONCE])
        rows = cursor.fetchall()
    changes: dict[tuple[datetime, str], _Change] = {}
    for *counted, sign, times in rows:
        one = Counted(*counted)
        changes.setdefault((one.hour, one.queue), _Change()).add(one, sign * times)
    for (hour, queue), change in sorted(changes.items()):
        _add(hour, queue, change)
    _enter_queues({queue for _hour, queue in changes if queue})
    if rows:
        announce("counts", 0)
    return sum(row[-1] for row in rows)


_TAKE = """
with taken as (
    delete from calls_countedcall where id in (select id from calls_countedcall order by id limit %s)
    returning hour, queue, is_answered, waited, talk_seconds, sign
)
select hour, queue, is_answered, waited, talk_seconds, sign, count(*) from taken group by 1, 2, 3, 4, 5, 6
"""


def _add(hour: datetime, queue: str, change: _Change) -> None:
    known = HourCount.objects.filter(hour=hour, queue=queue).first() or HourCount(hour=hour, queue=queue)
    known.answered = _sum(known.answered, change.answered)
    known.given_up = _sum(known.given_up, change.given_up)
    known.talk_seconds += change.talk_seconds
    known.save()


def _sum(one: Sequence[int], other: Sequence[int]) -> list[int]:
    known = list(one) or [0] * (LONGEST_WAIT + 1)
    return [a + b for a, b in zip(known, other, strict=True)]


def _enter_queues(codes: set[str]) -> None:
    new = codes - set(CallQueue.objects.filter(code__in=codes).values_list("code", flat=True)) if codes else set()
    CallQueue.objects.bulk_create([CallQueue(code=code) for code in sorted(new)], ignore_conflicts=True)


@dataclass
class Figures:
    """Of some hours and queues together."""

    offered: int = 0
    answered: int = 0
    in_time: int = 0
    given_up: int = 0
    short: int = 0  # gave up so soon that nobody could have answered
    waited: int = 0  # seconds, of those who were answered
    talked: int = 0

    @property
    def share_in_time(self) -> int | None:
        """Per cent of those who could have been answered, rounded down: 89.9 % is no 90 %."""
        could = self.offered - self.short
        return 100 * self.in_time // could if could > 0 else None

    @property
    def usual_wait(self) -> int | None:
        return round(self.waited / self.answered) if self.answered else None

    @property
    def usual_talk(self) -> int | None:
        return round(self.talked / self.answered) if self.answered else None

    def add(self, one: Mapping[str, Any], *, within: int, short_within: int) -> None:
        answered, given_up = one["answered"], one["given_up"]
        self.answered += sum(answered)
        self.given_up += sum(given_up)
        self.offered += sum(answered) + sum(given_up)
        self.in_time += sum(answered[: within + 1])
        self.short += sum(given_up[:short_within])
        self.waited += sum(seconds * number for seconds, number in enumerate(answered))
        self.talked += one["talk_seconds"]


def counted(begin: datetime, end: datetime, *, queues: Sequence[str] | None = None) -> list[dict[str, Any]]:
    """The hours between, each queue of each."""
    rows = HourCount.objects.filter(hour__gte=begin, hour__lt=end)
    if queues is not None:
        rows = rows.filter(queue__in=queues)
    found = rows.order_by("hour", "queue").values("hour", "queue", "answered", "given_up", "talk_seconds")
    return [{**one} for one in found]
