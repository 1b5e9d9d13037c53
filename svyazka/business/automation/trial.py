"""What a rule, as it stands in the builder, would have done over the last month: counted by the worker, piece by piece.

Nothing is changed. Conditions are asked with what is known today: nobody has written down how each deal stood then.
After a restart it goes on where it was.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from svyazka.business.automation import conditions, streams
from svyazka.business.automation.action import CannotAct, Case
from svyazka.business.automation.actions import ACTIONS
from svyazka.business.automation.conditions import CONDITIONS
from svyazka.business.automation.models import Rule, Trial
from svyazka.business.automation.streams import Stream
from svyazka.business.automation.trigger import Event, Trigger
from svyazka.business.automation.triggers import TRIGGERS
from svyazka.business.clients.models import Client
from svyazka.business.deals.models import Deal
from svyazka.business.journal.record import About, announce, record
from svyazka.business.staff.models import Person
from svyazka.kit import clock
from svyazka.kit.alone import alone
from svyazka.kit.refusals import Refused

BACK = timedelta(days=30)
PAGE = 5_000  # rows that are read at once
PIECE = 1.0  # seconds until it says how far it is, and looks whether somebody has stopped it
EXAMPLES = 12
STEP_OF_TIME = timedelta(days=1)  # of what only the clock brings
# Any number will do, as long as nobody else uses it.
LOCK = 5_219_214
_OF_A_DEAL = ("stage", "pipeline", "client", "source", "responsible", "department")
State = Trial.State

log = structlog.get_logger(__name__)


@transaction.atomic
def ask(content: Mapping[str, Any], *, rule: Rule | None = None, by: Person) -> Trial:
    """The one before it of the same rule is stopped: the rule is another one now."""
    if content["trigger"] not in TRIGGERS:
        raise Refused(_("Say first what has to happen."))
    if rule:
        Trial.objects.filter(rule=rule, state=State.RUNNING).update(state=State.STOPPED)
    now = clock.now()
    made = Trial.objects.create(
        rule=rule, content=dict(content), asked_by=by, asked_at=now, since=now - BACK, until=now, reached=now - BACK
    )
    record("automation.trial_asked", About("trial", made.pk), by=by, note=str(content["name"])[:200])
    return made


@transaction.atomic
def stop(trial: Trial, *, by: Person) -> None:
    """What was counted by then stays."""
    if Trial.objects.filter(pk=trial.pk, state=State.RUNNING).update(state=State.STOPPED):
        record("automation.trial_stopped", About("trial", trial.pk), by=by)


def go_on() -> bool:
    """One piece of the oldest one; False: there is nothing to do."""
    if not Trial.objects.filter(state=State.RUNNING).exists():
        return False
    with alone(LOCK) as nobody_else:
        trial = Trial.objects.filter(state=State.RUNNING).order_by("asked_at", "pk").first()
        if trial is None or not nobody_else:
            return False
        try:
            _Count(trial).piece()
        except Exception as failure:
            # One that cannot be counted must not hold up the others.
            log.warning("trial_failed", trial=trial.pk, failure=type(failure).__name__)
            Trial.objects.filter(pk=trial.pk).update(state=State.FAILED)
        announce("trial", trial.pk)
    return True


def forget_old() -> None:
    """Nobody comes back to them after a week."""
    Trial.objects.filter(asked_at__lt=clock.now() - timedelta(days=7)).delete()


@dataclass
class _Place:
    """Where it goes on. `stream`: the next one of `_streams`; `at` and `id`: the last row that was looked at."""

    stream: int = 0
    at: str = ""
    id: int = 0
    latest: list[dict[str, Any]] = field(default_factory=list)  # the events that fired last
    acted: list[int] = field(default_factory=list)  # of a rule that acts once: on which deals or clients


class _Count:
    def __init__(self, trial: Trial) -> None:
        self.trial, self.content = trial, trial.content
        self.trigger: Trigger = TRIGGERS[self.content["trigger"]]
        self.place = _Place(**trial.place) if trial.place else _Place(at=trial.since.isoformat())
        self.acted = set(self.place.acted)

    def piece(self) -> None:
        ends = time.monotonic() + PIECE
        while self._turn():
            if time.monotonic() > ends:
                self._keep()
                return
        self._end()

    def _turn(self) -> bool:
        """A page; False: all has been looked at."""
        which = _streams(self.trigger)
        if self.place.stream >= len(which):
            return False
        stream, verbs = which[self.place.stream]
        at = parse_datetime(self.place.at) or self.trial.since
        events = self._page(stream, verbs, at) if stream else self._of_time(at)
        self._judge(events)
        return True

    def _page(self, stream: Stream, verbs: Sequence[str], at: datetime) -> list[Event]:
        until, after = self.trial.until, (at, self.place.id)
        rows = streams.between(stream, verbs, since=self.trial.since, until=until, after=after, most=PAGE)
        self.trial.seen += len(rows)
        if len(rows) < PAGE:
            self._next_stream()
        else:
            self.place.at, self.place.id, self.trial.reached = rows[-1].at.isoformat(), rows[-1].id, rows[-1].at
        options, hears_brought = self.content["options"], self.content.get("hears_brought")
        heard = (row for row in rows if hears_brought or not row.is_brought)
        return [event for row in heard if (event := self.trigger.event(row, options))]

    def _of_time(self, at: datetime) -> list[Event]:
        until = min(at + STEP_OF_TIME, self.trial.until)
        events = list(self.trigger.sweep(self.content["options"], since=at, until=until))
        self.trial.seen += len(events)
        self.place.at, self.trial.reached = until.isoformat(), until
        if until >= self.trial.until:
            self._next_stream()
        return events

    def _next_stream(self) -> None:
        self.place.stream += 1
        self.place.at, self.place.id = self.trial.since.isoformat(), 0

    def _judge(self, events: Sequence[Event]) -> None:
        asked = self.content["conditions"]
        fulfilling = _fulfilling(asked, events)
        one_by_one = None in fulfilling or not all(event.deal_id for event in events)
        for event, case in _cases(events, is_asked=bool(asked) and one_by_one):
            failing = _failing(asked, fulfilling, case)
            if failing is not None:
                self.trial.left += 1
                self._tally("left", str(failing))
            elif self._is_first(event):
                self.trial.fired += 1
                self._tally("days", clock.local(event.at).date().isoformat())
                self.place.latest.append({**asdict(event), "at": event.at.isoformat(), "data": dict(event.data)})
        self.place.latest = sorted(self.place.latest, key=lambda one: one["at"])[-EXAMPLES:]

    def _tally(self, name: str, key: str) -> None:
        counted = self.trial.counted.setdefault(name, {})
        counted[key] = counted.get(key, 0) + 1

    def _is_first(self, event: Event) -> bool:
        once = self.content.get("once")
        number = {Rule.Once.PER_DEAL: event.deal_id, Rule.Once.PER_CLIENT: event.client_id}.get(once)
        if not once or number is None:
            return True
        is_first = number not in self.acted
        self.acted.add(number)
        return is_first

    def _keep(self) -> None:
        """Unless somebody has stopped it meanwhile."""
        self.place.acted = list(self.acted)
        self._store(place=asdict(self.place))

    def _end(self) -> None:
        latest = [_event(one) for one in reversed(self.place.latest)]
        examples = [self._example(event, case) for event, case in _cases(latest, is_asked=True)]
        self._store(place={}, examples=examples, state=State.DONE, reached=self.trial.until)

    def _store(self, **further: Any) -> None:
        given = self.trial
        figures = {"seen": given.seen, "fired": given.fired, "left": given.left, "counted": given.counted}
        now = {**figures, "reached": given.reached, **further}
        Trial.objects.filter(pk=given.pk, state=State.RUNNING).update(**now)

    def _example(self, event: Event, case: Case) -> dict[str, Any]:
        with translation.override(settings.LANGUAGE_CODE):
            done = [_foreseen(one, case) for one in self.content["actions"]]
        client = case.client.pk if case.client else event.client_id
        return {"at": event.at.isoformat(), "deal": event.deal_id, "client": client, "done": done}


def _streams(trigger: Trigger) -> list[tuple[Stream | None, Sequence[str]]]:
    """None: what only the clock brings."""
    found: list[tuple[Stream | None, Sequence[str]]] = []
    if trigger.is_by_time:
        found.append((None, ()))
    if trigger.verbs:
        found.append((streams.JOURNAL, trigger.verbs))
    if trigger.lines:
        found.append((streams.HISTORY, trigger.lines))
    return found


def _cases(events: Sequence[Event], *, is_asked: bool) -> Iterator[tuple[Event, Case]]:
    """As things are now, in two statements; without conditions nobody needs to know them."""
    deals: Mapping[int, Deal] = {}
    clients: Mapping[int, Client] = {}
    if is_asked:
        wanted = {event.deal_id for event in events if event.deal_id}
        deals = Deal.objects.select_related(*_OF_A_DEAL).in_bulk(wanted) if wanted else {}
        alone_standing = {event.client_id for event in events if event.client_id and event.deal_id not in deals}
        clients = Client.objects.in_bulk(alone_standing) if alone_standing else {}
    for event in events:
        deal = deals.get(event.deal_id or 0)
        client = deal.client if deal else clients.get(event.client_id or 0)
        yield event, Case(event=event, deal=deal, client=client, key="")


def _fulfilling(asked: Sequence[Mapping[str, Any]], events: Sequence[Event]) -> list[Collection[int] | None]:
    """For each condition the deals of these events that fulfil it, in one statement; None: it is asked one by one."""
    deals = Deal.objects.filter(pk__in={event.deal_id for event in events if event.deal_id})
    return [
        set(deals.filter(conditions.narrowed([one])).values_list("pk", flat=True))
        if conditions.is_narrowed([one])
        else None
        for one in asked
    ]


def _failing(
    asked: Sequence[Mapping[str, Any]], fulfilling: Sequence[Collection[int] | None], case: Case
) -> int | None:
    """Which of the conditions is the first that does not hold."""
    number = case.event.deal_id
    for at, (one, deals) in enumerate(zip(asked, fulfilling, strict=True)):
        known = None if deals is None or number is None else number in deals
        if not (any(_holds(each, case) for each in one.get("any", [one])) if known is None else known):
            return at
    return None


def _holds(one: Mapping[str, Any], case: Case) -> bool:
    known = CONDITIONS.get(one["kind"])
    return known is not None and known.holds(one["given"], case)


def _foreseen(action: Mapping[str, Any], case: Case) -> dict[str, Any]:
    known = ACTIONS.get(action["kind"])
    try:
        return {"words": known.foresee(action["given"], case) if known else "…", "can": known is not None}
    except (CannotAct, Refused) as refusal:
        return {"words": str(refusal), "can": False}


def _event(kept: Mapping[str, Any]) -> Event:
    return Event(**{**kept, "at": datetime.fromisoformat(kept["at"])})
