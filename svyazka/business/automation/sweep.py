"""What time alone makes due: for each rule one statement over an index, from where it was swept last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice

import structlog
from django.db import DatabaseError, transaction

from svyazka.business.automation import begin, conditions, in_force
from svyazka.business.automation.action import Case
from svyazka.business.automation.in_force import Waiting
from svyazka.business.automation.models import Followed
from svyazka.business.automation.trigger import Event, OverDeals
from svyazka.business.deals.models import Deal
from svyazka.kit import clock
from svyazka.kit.alone import alone

# Any number will do, as long as nobody else uses it.
LOCK = 5_219_212
AT_ONCE = 500
_WITH = ("stage", "pipeline", "client", "source", "responsible", "department")

log = structlog.get_logger(__name__)


def sweep() -> int:
    """Says how many runs were begun. A rule that cannot be swept must not hold up the others."""
    begun = 0
    with alone(LOCK) as nobody_else:
        if nobody_else:
            for one in in_force.now().of_time:
                try:
                    begun += _sweep(one)
                except DatabaseError:
                    raise
                except Exception as failure:
                    log.warning("sweep_failed", rule=one.rule.pk, failure=type(failure).__name__)
    return begun


def _sweep(one: Waiting) -> int:
    """Killed on the way it is swept from the same moment again: what was begun has the same key."""
    stream, now = f"rule:{one.rule.pk}", clock.now()
    swept = Followed.objects.filter(pk=stream).values_list("at", flat=True).first()
    since = max(moment for moment in (swept, one.rule.active_since or now) if moment)
    begun = 0
    events = _fit(one, _due(one, since=since, until=now))
    while some := list(islice(events, AT_ONCE)):
        with transaction.atomic():
            begun += begin.begin([(one.rule, event) for event in some])
    Followed.objects.update_or_create(pk=stream, defaults={"at": now})
    return begun


def _due(one: Waiting, *, since: datetime, until: datetime) -> Iterator[Event]:
    """Some look back further than they were swept: what was before the rule does not concern it."""
    options, trigger = one.rule.options, one.trigger
    if isinstance(trigger, OverDeals):
        among = conditions.narrowed(one.rule.conditions)
        found: Iterable[Event] = trigger.sweep_among(options, since=since, until=until, among=among)
    else:
        found = trigger.sweep(options, since=since, until=until)
    begins = one.rule.active_since or until
    return (event for event in found if event.at >= begins)


def _fit(one: Waiting, events: Iterator[Event]) -> Iterator[Event]:
    """Of those that are due for every deal at once, only what fulfils the conditions leaves a run."""
    if not isinstance(one.trigger, OverDeals) or conditions.is_narrowed(one.rule.conditions):
        yield from events
        return
    while some := list(islice(events, AT_ONCE)):
        yield from _fulfilling(one, some)


def _fulfilling(one: Waiting, events: Sequence[Event]) -> Iterator[Event]:
    deals = Deal.objects.select_related(*_WITH).in_bulk([event.deal_id for event in events if event.deal_id])
    for event in events:
        deal = deals.get(event.deal_id or 0)
        if deal and conditions.holds(one.rule.conditions, Case(event, deal, deal.client, event.key))[0]:
            yield event
