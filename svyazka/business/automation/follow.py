"""Hears what happens, by the worker: nothing of it is done while a person waits.

One worker at a time reads on; whoever is killed is followed by another, who reads again what had not been written down.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

import structlog
from django.db import transaction

from svyazka.business.automation import begin, in_force, streams
from svyazka.business.automation.in_force import Waiting
from svyazka.business.automation.models import Followed, Rule
from svyazka.business.automation.streams import Stream
from svyazka.business.automation.trigger import Event, Happened
from svyazka.kit import clock
from svyazka.kit.alone import alone

# Any number will do, as long as nobody else uses it.
LOCK = 5_219_211

log = structlog.get_logger(__name__)


def follow() -> int:
    """Says how many runs were begun."""
    with alone(LOCK) as nobody_else:
        if not nobody_else:
            return 0
        rules = in_force.now()
        return _follow(streams.JOURNAL, rules.by_verb) + _follow(streams.HISTORY, rules.by_line)


def _follow(stream: Stream, waits: Mapping[str, Sequence[Waiting]]) -> int:
    """Only what a rule waits for is read out; where none does, nothing."""
    known = Followed.objects.filter(pk=stream.name).first()
    followed = known or Followed(stream=stream.name, at=clock.now())
    before = (followed.low, followed.mark, followed.transaction, followed.reached)
    reached, oldest, next_one = streams.standing(stream)
    if followed.transaction > next_one:
        # The database was put back out of a copy: its transactions are counted anew.
        followed.transaction = followed.mark_transaction = 0
    begun = 0
    if waits:
        for page in streams.fresh(stream, followed, list(waits)):
            with transaction.atomic():
                begun += begin.begin(list(_heard(page, waits)))
    elif known is None:
        followed.low = followed.mark = followed.reached = reached
    streams.follow_on(stream, followed, oldest=oldest, next_one=next_one, reached=reached)
    if (followed.low, followed.mark, followed.transaction, followed.reached) != before:
        followed.at = clock.now()
        followed.save()
    return begun


def _heard(page: Iterable[Happened], waits: Mapping[str, Sequence[Waiting]]) -> Iterator[tuple[Rule, Event]]:
    for row in page:
        for one in waits.get(row.verb, ()):
            if concerns(row, one.rule) and (event := _event(row, one)):
                yield one.rule, event


def concerns(row: Happened, rule: Rule) -> bool:
    """What happened before it was switched on does not, nor what is only written down here, unless it says so."""
    if rule.active_since is None or row.at < rule.active_since:
        return False
    return rule.hears_brought or not row.is_brought


def _event(row: Happened, one: Waiting) -> Event | None:
    """A rule that cannot be asked must not keep the others from hearing."""
    try:
        return one.trigger.event(row, one.rule.options)
    except Exception as failure:
        log.warning("trigger_failed", rule=one.rule.pk, trigger=one.trigger.code, failure=type(failure).__name__)
        return None
