"""Who answers a client, and since when he waits for it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients import history
from svyazka.business.clients.models import Interaction
from svyazka.business.inbox.models import Thread
from svyazka.business.journal.record import About, Actor, Automaton, News, announce_all, record
from svyazka.business.notices.tell import tell
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.kit import clock, rows
from svyazka.kit.refusals import Refused

LONGEST_EXCERPT = 200
LONGEST_SNOOZE = timedelta(days=366)
HOUSE = Automaton("inbox")
State = Thread.State


def heard(line: Interaction, *, account: str, category: str = "") -> Thread:
    """He has written: his thread is open, and he waits since the first message that nobody has answered. What it is
    about stays, where nobody knows of the new one."""
    given = {"account": account, "waits": line.at, "ours": False, "by": None, "category": category}
    return _told(_written(_HEARD, line, given))


def answered(line: Interaction, *, by: Actor) -> Thread:
    """One of us has written: the client waits no longer, and a thread of nobody's is his from now on."""
    given = {"account": "", "waits": None, "ours": True, "by": by.actor_id, "category": ""}
    history.settle_messages(line.client_id, by=by)
    return _told(_written(_ANSWERED, line, given))


def of_client(client_id: int) -> Thread | None:
    return Thread.objects.select_related("responsible", "department").filter(client_id=client_id).first()


@transaction.atomic
def assign(thread: Thread, person: Person | None, *, by: Actor) -> Thread:
    """He answers from now on, and hears of it; None: nobody does."""
    if person and not roles.may(person, "requests.take"):
        raise Refused(_("He may not answer clients."), fields={"person": _("He may not answer clients.")})
    current = _held(thread)
    if current.responsible_id == (person.pk if person else None):
        return current
    changes = {"responsible": (current.responsible_id, person.pk if person else None)}
    _set(current, by=by, verb="inbox.assigned", changes=changes, responsible=person)
    if person:
        data = {"text": current.last_text}
        tell([person.pk], "thread.assigned", by=by, client_id=current.client_id, data=data)
    return current


@transaction.atomic
def take(thread: Thread, *, by: Person) -> Thread:
    """Whoever presses it answers; whom a colleague was quicker than is told."""
    current = _held(thread)
    if current.responsible_id not in (None, by.pk, thread.responsible_id):
        raise Refused(_("A colleague has already taken this up."))
    history.settle_messages(current.client_id, by=by)
    if current.responsible_id != by.pk:
        changes = {"responsible": (current.responsible_id, by.pk)}
        _set(current, by=by, verb="inbox.assigned", changes=changes, responsible=by)
    return current


def taken_up(client_id: int, *, by: Person) -> None:
    """Out of the queue: a thread that nobody has is his, too."""
    thread = Thread.objects.filter(client_id=client_id, responsible=None).first()
    if thread and roles.may(by, "requests.take"):
        take(thread, by=by)


@transaction.atomic
def snooze(thread: Thread, until: datetime, *, by: Actor) -> Thread:
    """Out of the list until then, or until the client writes again."""
    now = clock.now()
    if not now < until <= now + LONGEST_SNOOZE:
        words = _("Choose a time that is still to come, within a year.")
        raise Refused(words, fields={"until": words})
    current = _held(thread)
    changes = {"state": (current.state, State.SNOOZED.value)}
    history.settle_messages(current.client_id, by=by)
    _set(current, by=by, verb="inbox.snoozed", changes=changes, state=State.SNOOZED, snoozed_until=until)
    return current


@transaction.atomic
def close(thread: Thread, *, by: Actor) -> Thread:
    """There is nothing to answer any more. A second click changes nothing."""
    current = _held(thread)
    if current.state == State.DONE:
        return current
    history.settle_messages(current.client_id, by=by)
    gone = {"waits_since": None, "escalates_at": None, "escalated": 0, "snoozed_until": None}
    _set(
        current,
        by=by,
        verb="inbox.closed",
        changes={"state": (current.state, State.DONE.value)},
        state=State.DONE,
        **gone,
    )
    return current


@transaction.atomic
def open_again(thread: Thread, *, by: Actor) -> Thread:
    """As it was before: the client waits again for what was not answered; where nobody has the thread, in the queue,
    too."""
    current = _held(thread)
    if current.state == State.OPEN:
        return current
    waits = _unanswered_since(current.client_id)
    if waits and current.responsible_id is None:
        history.unsettle_messages(current.client_id, since=waits)
    changes = {"state": (current.state, State.OPEN.value)}
    _set(current, by=by, verb="inbox.opened", changes=changes, state=State.OPEN, snoozed_until=None, waits_since=waits)
    return current


def note(client_id: int, text: str, *, by: Actor, picked: Collection[int] = ()) -> Interaction:
    """For the colleagues; the client does not see it."""
    return history.note(client_id, text, deal_id=None, by=by, picked=picked)


def wake_due() -> int:
    """Those whose time has come are in the list again; by the worker."""
    due = Thread.objects.filter(snoozed_until__lte=clock.now()).order_by("snoozed_until")[:200]
    woken = [_wake(thread) for thread in due]
    return sum(woken)


def _wake(thread: Thread) -> bool:
    with transaction.atomic():
        current = _held(thread)
        if current.state != State.SNOOZED or not current.snoozed_until or current.snoozed_until > clock.now():
            return False
        changes = {"state": (State.SNOOZED.value, State.OPEN.value)}
        _set(current, by=HOUSE, verb="inbox.woken", changes=changes, state=State.OPEN, snoozed_until=None)
        if current.responsible_id:
            tell([current.responsible_id], "thread.woken", by=HOUSE, client_id=current.client_id)
    return True


def _held(thread: Thread) -> Thread:
    return Thread.objects.select_for_update(of=["self"]).select_related("responsible").get(pk=thread.pk)


def _told(thread: Thread) -> Thread:
    """The pages hear of it, and the number in the frame of whoever answers."""
    own = [News("own_threads", thread.responsible_id, {}, [thread.responsible_id])] if thread.responsible_id else []
    announce_all([News("thread", thread.client_id, {}), *own])
    return thread


def _set(thread: Thread, *, by: Actor, verb: str, changes: Mapping[str, tuple[Any, Any]], **values: Any) -> None:
    before = thread.responsible_id
    for name, value in values.items():
        setattr(thread, name, value)
    thread.version += 1
    thread.save(update_fields=[*values, "version"])
    record(verb, About("thread", thread.client_id, client_id=thread.client_id), by=by, changes=changes)
    people = {number for number in (before, thread.responsible_id) if number}
    announce_all(News("own_threads", number, {}, [number]) for number in sorted(people))


def _written(question: str, line: Interaction, given: Mapping[str, Any]) -> Thread:
    values = {"client": line.client_id, "at": line.at, "text": " ".join(line.text.split())[:LONGEST_EXCERPT], **given}
    [(thread,)] = rows.read_joined(question, values, Thread)
    assert isinstance(thread, Thread)  # an upsert answers with its row
    return thread


def _unanswered_since(client_id: int) -> datetime | None:
    lines = Interaction.objects.filter(client_id=client_id, kind=Interaction.Kind.MESSAGE)
    ours = lines.filter(direction=Interaction.Direction.OUT).order_by("-at", "-id").values_list("at", flat=True).first()
    theirs = lines.filter(direction=Interaction.Direction.IN, **({"at__gt": ours} if ours else {}))
    return theirs.order_by("at", "id").values_list("at", flat=True).first()


# A message that comes late, of a time before the last one, leaves what the list shows of it.
_INSERT = """
insert into inbox_thread (client_id, state, responsible_id, category, waits_since, escalated, last_at, last_text,
    last_is_ours, last_account, version)
values (%(client)s, 'open', %(by)s, %(category)s, %(waits)s, 0, %(at)s, %(text)s, %(ours)s, %(account)s, 1)
on conflict (client_id) do update set
    last_text = case when excluded.last_at >= inbox_thread.last_at then excluded.last_text
        else inbox_thread.last_text end,
    last_is_ours = case when excluded.last_at >= inbox_thread.last_at then excluded.last_is_ours
        else inbox_thread.last_is_ours end,
    last_at = greatest(excluded.last_at, inbox_thread.last_at), version = inbox_thread.version + 1,
"""
_HEARD = f"""{_INSERT}
    last_account = excluded.last_account, state = 'open', snoozed_until = null,
    category = case when excluded.category = '' then inbox_thread.category else excluded.category end,
    waits_since = least(coalesce(inbox_thread.waits_since, excluded.waits_since), excluded.waits_since)
returning {rows.columns(Thread)}
"""
_ANSWERED = f"""{_INSERT}
    responsible_id = coalesce(inbox_thread.responsible_id, excluded.responsible_id),
    waits_since = null, escalates_at = null, escalated = 0
returning {rows.columns(Thread)}
"""
