"""An event becomes a run of each rule that waits for it: once, and not where the rule itself stands behind it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import translation
from django.utils.translation import gettext as _

from svyazka.business.automation.models import Rule, Run
from svyazka.business.automation.trigger import Event
from svyazka.kit import clock

DEEPEST = 5  # rules behind one another
AT_ONCE = 500


def begin(found: Sequence[tuple[Rule, Event]]) -> int:
    """Says how many were begun; what had been begun before is begun no second time."""
    if not found:
        return 0
    with translation.override(settings.LANGUAGE_CODE):
        lines = _lines({event.cause for _rule, event in found if event.cause})
        runs = [_run(rule, event, lines) for rule, event in found]
    keys = {(run.rule_id, run.event_key) for run in runs}
    known = set(_known(keys))
    fresh = {(run.rule_id, run.event_key): run for run in runs if (run.rule_id, run.event_key) not in known}
    Run.objects.bulk_create(fresh.values(), batch_size=AT_ONCE, ignore_conflicts=True)
    return len(fresh)


def stored(event: Event) -> dict[str, Any]:
    """What a run keeps of its event besides its own columns."""
    kept = {"object": event.object_id, "person": event.person_id, "data": dict(event.data)}
    return {name: value for name, value in kept.items() if value}


def event_of(run: Run) -> Event:
    return Event(
        key=run.event_key,
        at=run.at,
        deal_id=run.deal_id,
        client_id=run.client_id,
        object_id=run.event.get("object"),
        person_id=run.event.get("person"),
        data=run.event.get("data", {}),
        cause=run.cause_id,
    )


@dataclass
class _Line:
    """The runs behind one: how many, and which rules acted on what."""

    depth: int = 0
    acted: set[tuple[int, int | None, int | None]] = field(default_factory=set)

    def has(self, rule: Rule, event: Event) -> bool:
        if event.deal_id:
            return any((one, deal) == (rule.pk, event.deal_id) for one, deal, _client in self.acted)
        return any((one, client) == (rule.pk, event.client_id) for one, _deal, client in self.acted)


def _run(rule: Rule, event: Event, lines: Mapping[int, _Line]) -> Run:
    line = lines.get(event.cause or 0)
    run = Run(
        rule=rule,
        version=rule.version,
        event_key=event.key,
        event=stored(event),
        deal_id=event.deal_id,
        client_id=event.client_id,
        at=event.at,
        due_at=event.at + timedelta(minutes=rule.wait_minutes),
        depth=line.depth + 1 if line else 0,
        cause_id=event.cause if line else None,
    )
    if line and line.has(rule, event):
        _stop(run, _("This came of what the rule had done itself."))
    elif run.depth > DEEPEST:
        _stop(run, _("More than five rules stand behind one another."))
    return run


def _stop(run: Run, why: str) -> None:
    run.state, run.why, run.ended_at = Run.State.STOPPED, why, clock.now()


def _lines(causes: Collection[int]) -> dict[int, _Line]:
    """One statement, however many there are; none is longer than `DEEPEST`."""
    if not causes:
        return {}
    found: dict[int, _Line] = {}
    with connection.cursor() as cursor:
        cursor.execute(_BEHIND, [list(causes), DEEPEST + 1])
        for start, rule_id, deal_id, client_id, depth in cursor.fetchall():
            line = found.setdefault(start, _Line())
            line.depth = max(line.depth, depth)
            line.acted.add((rule_id, deal_id, client_id))
    return found


_BEHIND = """
with recursive behind (start, rule_id, deal_id, client_id, depth, cause_id, far) as (
    select id, rule_id, deal_id, client_id, depth, cause_id, 0 from automation_run where id = any(%s::bigint[])
    union all
    select behind.start, run.rule_id, run.deal_id, run.client_id, run.depth, run.cause_id, far + 1
    from behind join automation_run run on run.id = behind.cause_id where far < %s
)
select start, rule_id, deal_id, client_id, depth from behind
"""


def _known(keys: Iterable[tuple[int, str]]) -> list[tuple[int, str]]:
    rules, events = zip(*keys, strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, [list(rules), list(events)])
        return [(rule, event) for rule, event in cursor.fetchall()]


_KNOWN = """
select run.rule_id, run.event_key from unnest(%s::bigint[], %s::text[]) as one (rule_id, event_key)
join automation_run run on run.rule_id = one.rule_id and run.event_key = one.event_key
"""
