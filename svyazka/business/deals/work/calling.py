"""The calling list: clients to ring, one after another, alone or by several people at once.

On it stand the open tasks of kind `call` that are due now or today, what is late first. What follows a call waits for
its hour: that was agreed with the client, or he was not reached just now. A client is rung by one person at a time,
however many tasks he has: whose turn it is stands in `CallingHold`, and two unique constraints hold that.
"""

from __future__ import annotations

import contextlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from svyazka.business.calls.dialling.do_not_call import NOT_TO_BE_RUNG
from svyazka.business.deals.models import Task
from svyazka.business.deals.work import tasks, wrong_numbers
from svyazka.business.deals.work.calling_queue import READY, TURN, Whose, given, queue_of
from svyazka.business.staff.models import Person
from svyazka.kit import clock, phones
from svyazka.kit.refusals import Refused

TALK = timedelta(minutes=45)  # on a phone the page stands still while one talks
ENOUGH = 5  # tries, after which another way is proposed
_FIND_THE_NUMBER = _("Find the right phone number")
Outcome = Task.Outcome


class Taken(Refused):
    """Somebody else is just ringing this client, or has done so."""

    status = 409


@dataclass(frozen=True)
class Step:
    """What comes after the call."""

    what: str
    due_at: datetime
    kind: str = Task.Kind.CALL


def turn_of(person: Person) -> int | None:
    """The task whose client this person is just ringing."""
    with connection.cursor() as cursor:
        cursor.execute(_TURN_OF, [person.pk, clock.now()])
        found = cursor.fetchone()
    return found[0] if found else None


_TURN_OF = """
select t.id from deals_callinghold h join deals_task t on t.id = h.task_id join deals_deal d on d.id = t.deal_id
where h.person_id = %s and h.until > %s and t.kind = 'call' and t.done_at is null and d.closed_at is null
"""


def take_next(person: Person, whose: Whose, *, skipped: Collection[int] = ()) -> int | None:
    """The next task of the list is this person's turn. Whoever presses at the same time gets another client."""
    asked = given(person, whose) | {"skipped": list(skipped)}
    statement = _TAKE_NEXT.format(queue=queue_of(person, whose))
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_CLEAR, asked)
            cursor.execute(statement, asked)
            found = cursor.fetchone()
        if found is None:
            return None
        wanted, held = found
        if held:
            number: int = wanted
            return number
        # Somebody was quicker by a blink with this client; his turn is seen by the next question.


def take(task: Task, *, by: Person) -> None:
    """Just this one, chosen from the list."""
    _insist_due(task)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_CLEAR, {"me": by.pk, "now": clock.now()})
        cursor.execute(_TAKE, {"task": task.pk, "me": by.pk, "until": clock.now() + TURN})
        if cursor.rowcount:
            return
    _insist_free(task, by=by)
    raise Taken(_("Somebody was quicker. Take the next one."))


def keep(task: Task, *, ringing: bool = False, by: Person) -> bool:
    """His turn goes on: the page is open, or the number was just dialled. Says whether it is still his."""
    until = clock.now() + (TALK if ringing else TURN)
    with connection.cursor() as cursor:
        cursor.execute(_KEEP, [until, by.pk, task.pk])
        return bool(cursor.rowcount)


_KEEP = "update deals_callinghold set until = greatest(until, %s) where person_id = %s and task_id = %s"


def give_up(person: Person) -> None:
    """He does not ring any more: the client waits for whoever takes the next."""
    with connection.cursor() as cursor:
        cursor.execute("delete from deals_callinghold where person_id = %s", [person.pk])


@transaction.atomic
def finish(
    task: Task,
    *,
    outcome: str,
    result: str = "",
    again_at: datetime | None = None,
    step: Step | None = None,
    goes_on: bool = False,
    by: Person,
) -> None:
    """What came of the call. A deal is not left without a next step, unless it `goes_on` to another stage at once."""
    _insist_free(task, by=by)
    deal = task.deal
    follower = tasks.done(task, result=result, outcome=outcome, again_at=again_at, by=by)
    if task.done_at is None:
        _refuse_done(task)
    task.deal = deal
    if step:
        _plan(task, step, follows=follower is None, by=by)
    elif not (goes_on or follower or Task.objects.filter(deal=deal, done_at=None).exists()):
        message = _("Say what comes next and when, or move the deal to another stage.")
        raise Refused(message, fields={"what": message})
    give_up(by)


@transaction.atomic
def wrong_number(task: Task, number: str, *, by: Person) -> bool:
    """Whoever answers there is not the client. As long as he has another number it is still his turn; else somebody has
    to find the right one, and the call is over. Says whether it is."""
    _insist_free(task, by=by)
    assert task.deal
    known = task.deal.client.contact_points.filter(kind="phone").values_list("value", flat=True)
    others = [phones.readable(one) for one in known if one != number]
    if len(others) == len(known):
        raise Refused(_("The client has no such number any more."))
    wrong = wrong_numbers.of_client(task.deal.client_id)
    if any(one not in wrong for one in others):
        wrong_numbers.note(task.deal, number, by=by)
        return False
    step = Step(str(_FIND_THE_NUMBER), clock.now() + timedelta(days=1), Task.Kind.OTHER)
    finish(task, outcome=Outcome.WRONG_NUMBER, result=phones.readable(number), step=step, by=by)
    return True


@transaction.atomic
def put_off(task: Task, *, until: datetime, by: Person) -> None:
    """Later, without a call: out of everybody's list until then."""
    _insist_free(task, by=by)
    tasks.put_off(task, until=until, by=by)
    give_up(by)


@transaction.atomic
def take_back(task: Task, *, by: Person) -> None:
    """The last click was a mistake: what it brought has gone, and it is his turn again."""
    wrong = task.result if task.outcome == Outcome.WRONG_NUMBER else ""
    current = tasks.take_back(task, by=by) if task.done_at else tasks.put_off(task, until=None, by=by)
    if wrong and task.deal:
        wrong_numbers.take_back(task.deal, wrong, by=by)
    with contextlib.suppress(Taken):
        take(current, by=by)


def tries(task_id: int) -> int:
    """How often this call was tried before, in a row."""
    with connection.cursor() as cursor:
        cursor.execute(_TRIES, [task_id])
        count: int = cursor.fetchone()[0]
    return count


_TRIES = """
with recursive chain as (
    select after_id from deals_task where id = %s
    union all
    select before.after_id from chain join deals_task before on before.id = chain.after_id
    where before.outcome = 'not_reached'
)
select count(*) - 1 from chain
"""


def _plan(task: Task, step: Step, *, follows: bool, by: Person) -> None:
    """Taken back together with the call: it stands in its place."""
    assert task.deal
    person = None if task.deal.responsible_id else by
    planned = tasks.plan(task.deal, step.what, due_at=step.due_at, kind=step.kind, person=person, by=by)
    if follows:
        Task.objects.filter(pk=planned.pk, after=None).update(after=task)


def _insist_due(task: Task) -> None:
    if task.kind != Task.Kind.CALL or task.deal is None or not task.deal.is_open:
        raise Refused(_("This is not on the calling list."))
    if task.done_at:
        _refuse_done(task)


def _insist_free(task: Task, *, by: Person) -> None:
    """Whoever's turn ran out may still say what came of his call, as long as nobody else is ringing."""
    _insist_due(task)
    assert task.deal
    with connection.cursor() as cursor:
        cursor.execute(_WHO_RINGS, [task.deal.client_id, clock.now(), by.pk])
        other = cursor.fetchone()
    if other:
        raise Taken(format_lazy(_("{name} is ringing this client just now."), name=other[0]))


_WHO_RINGS = """
select full_name from deals_callinghold h join staff_person on staff_person.id = h.person_id
where h.client_id = %s and h.until > %s and h.person_id <> %s
"""


def _refuse_done(task: Task) -> None:
    done = Task.objects.filter(pk=task.pk).values_list("done_by__full_name", flat=True).first()
    if done:
        raise Taken(format_lazy(_("{name} has ticked this call off already."), name=done))
    raise Taken(_("This call is not to be made any more."))


_OTHERS = """select h.person_id from deals_callinghold h
    where h.client_id = d.client_id and h.until > %(now)s and h.person_id <> %(me)s"""

# One's own turn before, and what ran out. What somebody else is just changing is left to him.
_CLEAR = """
delete from deals_callinghold where id in (
    select id from deals_callinghold where person_id = %(me)s or until <= %(now)s order by id for update skip locked)
"""
_TAKE_NEXT = f"""
with next as (
    select t.id, d.client_id from {{queue}} and {READY} and not exists ({_OTHERS}) and t.id <> all(%(skipped)s)
      and not {NOT_TO_BE_RUNG}
    order by t.due_at, t.id limit 1 for update of t skip locked
), held as (
    insert into deals_callinghold (task_id, client_id, person_id, until)
    select id, client_id, %(me)s, %(until)s from next on conflict do nothing returning task_id
)
select next.id, held.task_id from next left join held on true
"""  # noqa: S608  # of our own words only
_TAKE = """
insert into deals_callinghold (task_id, client_id, person_id, until)
select t.id, d.client_id, %(me)s, %(until)s from deals_task t join deals_deal d on d.id = t.deal_id
where t.id = %(task)s and t.done_at is null and d.closed_at is null on conflict do nothing
"""
