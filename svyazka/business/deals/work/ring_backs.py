"""Missed calls: somebody has to ring the client back, and has done so as soon as anybody has reached him.

The queue's row is what everybody sees; the task is the duty of one person. Whatever order calls are heard of in and
however often, a client who was missed and not reached since has one open task, and no other has any.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import translation
from django.utils.translation import ngettext

from svyazka.business.calls.dialling import do_not_call
from svyazka.business.calls.floor.rules import rules
from svyazka.business.calls.models import Call, FloorRules
from svyazka.business.calls.summary import Summary
from svyazka.business.calls.whose_phone import PhoneKey, rung_by
from svyazka.business.clients import history
from svyazka.business.clients.models import Interaction
from svyazka.business.deals.held import held, held_all
from svyazka.business.deals.models import CallingHold, Deal, MissedCall, RingBack, Task
from svyazka.business.deals.work import next_steps
from svyazka.business.journal.record import About, Actor, Change, News, announce_all, record, record_all
from svyazka.business.notices.tell import Word, tell_all
from svyazka.business.staff import hours, presence, roles
from svyazka.business.staff.models import Person
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

OLD = timedelta(days=1)  # what is heard later than that, or made anew out of the ledger, asks nobody to do anything


def wait_for_others(client_ids: Collection[int]) -> set[int]:
    """Two calls of one client may be over at once, one of which has reached him and the other one was missed: one after
    the other. Says who of them has to be rung back."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [sorted(client_ids)])
        cursor.execute(_WAITING, [sorted(client_ids)])
        return {number for (number,) in cursor.fetchall()}


_LOCK = "select pg_advisory_xact_lock(hashtextextended('ring back ' || number, 0)) from unnest(%s::bigint[]) number"
_WAITING = "select client_id from deals_ringback where client_id = any(%s) and done_at is null"


@dataclass(frozen=True)
class Missed:
    """A call that nobody took. `now`: what is known of it."""

    call: Call
    now: Summary
    by: Actor

    @property
    def at(self) -> datetime:
        return missed_at(self.call, self.now)


def missed(calls: Sequence[Missed]) -> None:
    """Nobody has spoken with these clients, and nobody has since. Many at once are a handful of statements."""
    since = clock.now() - OLD
    asked = _to_be_returned([one for one in calls if one.call.client_id and one.call.deal_id and one.at >= since])
    current = _open_of({one.call.client_id or 0 for one in asked})
    new: dict[int, Missed] = {}
    more: list[Missed] = []
    for one in asked:
        client_id = one.call.client_id or 0
        known = current.get(client_id)
        if known and known.task.deal and known.task.deal.is_open:
            _once_more(known, one.call, one.at, by=one.by)
        elif client_id in new:
            more.append(one)
        else:
            new[client_id] = one
    if gone := [current[client_id].pk for client_id in new if client_id in current]:
        RingBack.objects.filter(pk__in=gone).update(done_at=clock.now())
    _ask(list(new.values()))
    for one in more:  # the same client, once more
        missed([one])


def _to_be_returned(calls: Sequence[Missed]) -> list[Missed]:
    """Not by one of our own, not by somebody whom nobody may ring, and not one that is known already."""
    if not calls:
        return []
    numbers = {one.call.client_number for one in calls}
    known = set(MissedCall.objects.filter(pk__in=[one.call.pk for one in calls]).values_list("pk", flat=True))
    passed_over = {*Person.objects.phones_among(numbers), *do_not_call.of_numbers(numbers)}
    return [one for one in calls if one.call.pk not in known and one.call.client_number not in passed_over]


def reached(call: Call, now: Summary, *, by: Actor) -> None:
    """Somebody speaks with the client, in whichever direction: what he was missed for before is done."""
    at = max((talk.begin for talk in now.talks), default=call.answered_at)
    current = _open(call.client_id) if call.client_id else None
    if current is None or at is None or current.last_missed_at > at:
        return
    if call.answered_by_id and _is_turn_of(call.answered_by_id, current.task_id):
        return  # he is just ringing through his list, and says himself what came of it
    deal = held(current.task.deal_id) if current.task.deal_id else None
    moment = clock.now()
    if RingBack.objects.filter(pk=current.pk, done_at=None).update(done_at=moment, reached_at=at):
        ticked = {
            "done_at": moment,
            "done_by": call.answered_by_id,
            "outcome": Task.Outcome.REACHED,
            "snoozed_until": None,
        }
        Task.objects.filter(pk=current.task_id, done_at=None).update(**ticked)
        _tell(current.task, deal, "deals.step_done", {"what": (current.task.what, None)}, by=by)


def reached_since(missed: Sequence[tuple[Call, Summary]]) -> set[int]:
    """The ids of those calls since which somebody has spoken with their clients, though we hear of them only now."""
    asked = [(call.pk, call.client_id, missed_at(call, now)) for call, now in missed]
    if not asked:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(_REACHED, [*map(list, zip(*asked, strict=True)), min(at for _id, _client, at in asked) - OLD])
        return {number for (number,) in cursor.fetchall()}


_REACHED = """
select asked.id from unnest(%s::bigint[], %s::bigint[], %s::timestamptz[]) as asked (id, client_id, at)
where exists (
    select from calls_call other
    where other.client_id = asked.client_id and other.answered_at >= asked.at and other.started_at > %s)
"""


def taken_up(client_id: int, *, by: Person) -> None:
    """Whoever takes the client out of the queue has the task with him."""
    _give(client_id, by, {}, by=by)


def put_back(client_id: int, *, by: Person) -> None:
    """Into the queue again: it is nobody's."""
    _give(client_id, None, {"person": by}, by=by)


def ticked(task: Task, follower: Task | None, *, by: Actor) -> None:
    """By hand. Whoever tries again later goes on with the same duty; otherwise the queue need not wait either."""
    if follower:
        RingBack.objects.filter(task=task).update(task=follower)
        return
    ring_back = RingBack.objects.filter(task=task, done_at=None).first()
    if ring_back and RingBack.objects.filter(pk=ring_back.pk, done_at=None).update(done_at=clock.now()):
        waits = Interaction.objects.filter(client_id=ring_back.client_id, kind=Interaction.Kind.CALL, waiting=True)
        for happened in waits[:1]:
            with suppress(Refused):  # somebody else has, in this very moment
                history.take_up(happened, by=by)


def not_ticked(task: Task, follower: Task | None) -> None:
    """The tick was a mistake. Unless the client was missed again since, which is another duty."""
    RingBack.objects.filter(task=follower).update(task=task) if follower else None
    again = RingBack.objects.filter(client__ring_backs__task=task, done_at=None)
    if not again.exists():
        RingBack.objects.filter(task=task, reached_at=None).update(done_at=None)


def missed_at(call: Call, now: Summary) -> datetime:
    """Who was passed on to nobody had spoken with somebody before that."""
    return now.transfers[-1].at if call.result == Call.Result.LEFT and now.transfers else call.started_at


def _ask(asked: Sequence[Missed]) -> None:
    if not asked:
        return
    deals = held_all({one.call.deal_id or 0 for one in asked})
    calls = [one for one in asked if (deal := deals.get(one.call.deal_id or 0)) and deal.is_open]
    due, here = _Due(rules()), _Here()
    tasks = [_task(one, deals[one.call.deal_id or 0], due, here) for one in calls]
    Task.objects.bulk_create(tasks)
    ring_backs = RingBack.objects.bulk_create(
        RingBack(client_id=one.call.client_id or 0, task=task, first_missed_at=one.at, last_missed_at=one.at)
        for one, task in zip(calls, tasks, strict=True)
    )
    MissedCall.objects.bulk_create(
        MissedCall(call_id=one.call.pk, ring_back=known) for one, known in zip(calls, ring_backs, strict=True)
    )
    next_steps.show_on_deals({one.call.deal_id or 0 for one in calls})
    _tell_all(calls, tasks)


def _task(one: Missed, deal: Deal, due: _Due, at_work: _Here) -> Task:
    person = _whose(deal, one.call, one.now, one.at, at_work)
    due_at = due.by(person, one.at)
    return Task(deal=deal, kind=Task.Kind.CALL, what=said(1, one.at), due_at=due_at, person=person)


def _tell_all(calls: Sequence[Missed], tasks: Sequence[Task]) -> None:
    changes = []
    for one, task in zip(calls, tasks, strict=True):
        about = About("deal", task.deal_id or 0, client_id=one.call.client_id, deal_id=task.deal_id)
        given = {"what": (None, task.what), "due_at": (None, task.due_at.isoformat())}
        changes.append(Change("deals.step_planned", about, one.by, given))
    record_all(changes)
    announce_all(News("task", task.pk, {}, [task.person_id]) for task in tasks if task.person_id)
    words = [
        Word([task.person_id], one.by, task.deal_id, one.call.client_id, {"due_at": task.due_at.isoformat()})
        for one, task in zip(calls, tasks, strict=True)
        if task.person_id
    ]
    tell_all("call.missed", words)


def _once_more(current: RingBack, call: Call, at: datetime, *, by: Actor) -> None:
    assert current.task.deal_id
    deal = held(current.task.deal_id)
    MissedCall.objects.create(call_id=call.pk, ring_back=current)
    times, last = current.times + 1, max(current.last_missed_at, at)
    first = min(current.first_missed_at, at)
    RingBack.objects.filter(pk=current.pk).update(times=times, last_missed_at=last, first_missed_at=first)
    before, current.task.what = current.task.what, said(times, last)
    Task.objects.filter(pk=current.task_id).update(what=current.task.what)
    _tell(current.task, deal, "deals.step_changed", {"what": (before, current.task.what)}, by=by)


def _open(client_id: int) -> RingBack | None:
    return _open_of([client_id]).get(client_id)


def _open_of(client_ids: Collection[int]) -> dict[int, RingBack]:
    found = RingBack.objects.filter(client_id__in=client_ids, done_at=None, task__done_at=None)
    return {one.client_id: one for one in found.select_related("task__deal")} if client_ids else {}


def _whose(deal: Deal, call: Call, now: Summary, at: datetime, at_work: _Here) -> Person | None:
    """Whoever did not take the call that was passed on to him; or whoever looks after the deal. Nobody who is not at
    work: then it is the queue's, and whoever takes the client up there has it."""
    passed_to = now.transfers[-1].to if call.result == Call.Result.LEFT and now.transfers else ""
    rung = rung_by([PhoneKey(call.pbx_code, passed_to)]).values()
    targets = Person.objects.filter(pk__in=[number for number, _name in rung]) if rung else ()
    found = [person for person in (*targets, deal.responsible) if person]
    return next((person for person in found if at_work.is_here(person.pk, at)), None)


class _Here:
    """Who is at work, to the minute: of hundreds of calls that were missed at once most were for the same people."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, datetime], bool] = {}

    def is_here(self, person: int, at: datetime) -> bool:
        minute = at.replace(second=0, microsecond=0)
        if (person, minute) not in self._known:
            self._known[person, minute] = person in presence.at_work(minute, people=[person])
        return self._known[person, minute]


class _Due:
    """By when somebody has to be rung back."""

    def __init__(self, demanded: FloorRules) -> None:
        self.demanded = demanded

    def by(self, person: Person | None, at: datetime) -> datetime:
        """By the person's hours; in the queue as soon as anybody of those who take calls could have done it."""
        minutes = self.demanded.ring_back_minutes
        weeks = [person.hours] if person else self._weeks
        return min((hours.after(week, at, minutes) for week in weeks), default=at + timedelta(minutes=minutes))

    @cached_property
    def _weeks(self) -> list[Any]:
        people = Person.objects.working().filter(role__in=roles.having("calls.take"))
        if self.demanded.ring_back_department_id:
            people = people.filter(department_id=self.demanded.ring_back_department_id)
        # Many have the same hours, and of 700 somebody is always there.
        return list({str(week): week for week in people.values_list("hours", flat=True)}.values())


def said(times: int, last: datetime) -> str:
    """In the company's language: it is written down."""
    with translation.override(settings.LANGUAGE_CODE):
        said = ngettext("Ring back: a missed call, {at}", "Ring back: {n} missed calls, the last one {at}", times)
        return said.format(n=times, at=f"{clock.local(last):%d.%m %H:%M}")


def _give(client_id: int, to: Person | None, only: dict[str, Person], *, by: Person) -> None:
    current = _open(client_id)
    if current is None or current.task.person_id == (to.pk if to else None):
        return
    deal = held(current.task.deal_id) if current.task.deal_id else None
    before = current.task.person_id
    if Task.objects.filter(pk=current.task_id, done_at=None, **only).update(person=to):
        current.task.person = to
        changes = {"person": (before, to.pk if to else None)}
        _tell(current.task, deal, "deals.step_changed", changes, by=by, also=before)


def _is_turn_of(person_id: int, task_id: int) -> bool:
    """Whether he has got just this task out of the calling list."""
    return CallingHold.objects.filter(person_id=person_id, task_id=task_id, until__gt=clock.now()).exists()


def _tell(
    task: Task,
    deal: Deal | None,
    verb: str,
    changes: Mapping[str, tuple[object, object]],
    *,
    by: Actor,
    also: int | None = None,
) -> None:
    if deal:
        next_steps.show_on_deal(deal)
        record(verb, About("deal", deal.pk, client_id=deal.client_id, deal_id=deal.pk), by=by, changes=changes)
    next_steps.ring(task, also=also)
