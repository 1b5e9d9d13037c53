"""Tasks: what someone must do by when, of a deal or of one's own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.clients import history
from svyazka.business.clients.models import Interaction
from svyazka.business.deals import rights
from svyazka.business.deals.handing import taking
from svyazka.business.deals.held import held
from svyazka.business.deals.models import Deal, Task
from svyazka.business.deals.work import next_steps, ring_backs
from svyazka.business.deals.work.repeats import Repeat
from svyazka.business.journal.record import About, Actor, record
from svyazka.business.notices.tell import tell
from svyazka.business.staff.models import Person
from svyazka.kit import clock
from svyazka.kit.refusals import ChangedMeanwhile, Refused

Outcome = Task.Outcome
SENT_TWICE = timedelta(seconds=10)
TAKE_BACK = timedelta(minutes=10)
FURTHEST = timedelta(days=3660)
_SLACK = timedelta(minutes=5)  # whoever writes "now" has already lost a moment
LONGEST_RESULT = 500


@transaction.atomic
def plan(
    deal: Deal | None,
    what: str,
    *,
    due_at: datetime,
    kind: str = Task.Kind.OTHER,
    person: Person | None = None,
    repeat: Repeat | None = None,
    checklist: Sequence[str] = (),
    by: Actor,
) -> Task:
    """Somebody must do this by then: `person`, or whoever is responsible for the deal. Sent twice within seconds, it
    is planned once."""
    what = said(what)
    refuse_time(due_at)
    current = held(deal.pk) if deal else None
    lately = Task.objects.filter(deal=deal, done_at=None, created_at__gte=clock.now() - SENT_TWICE)
    if before := lately.filter(what=what, due_at=due_at, of_stage=False, by_id=by.actor_id).first():
        return before
    task = Task.objects.create(
        deal=deal,
        kind=kind,
        what=what,
        due_at=due_at,
        person_id=person.pk if person else current.responsible_id if current else by.actor_id,
        by_id=by.actor_id,
        repeat=repeat.stored() if repeat else {},
        checklist=[{"id": at, "what": said(item), "done": False} for at, item in enumerate(checklist, start=1)],
    )
    _tell(task, current, "deals.step_planned", {"what": (None, what), "due_at": (None, due_at.isoformat())}, by=by)
    if task.person_id and task.person_id != by.actor_id and person:
        _hand_over(task, current, by=by)
    return task


@transaction.atomic
def done(
    task: Task,
    *,
    result: str = "",
    outcome: str = Outcome.NONE,
    again_at: datetime | None = None,
    by: Person,
    at: datetime | None = None,
) -> Task | None:
    """Ticks it off; a second tick changes nothing. What follows it, if it comes again or is to be tried again, is
    given back. `at`: when it was ticked off, where the phone had no signal then."""
    result = _result(result)
    if again_at:
        refuse_time(again_at)
    deal = held(task.deal_id) if task.deal_id else None
    ticked = {
        "done_at": min(at or clock.now(), clock.now()),
        "done_by": by,
        "result": result,
        "outcome": outcome,
        "snoozed_until": None,
    }
    if not Task.objects.filter(pk=task.pk, done_at=None).update(**ticked):
        return None
    task.refresh_from_db()
    follower = _try_again(task, again_at, by=by) if again_at else _come_again(task)
    if task.kind == Task.Kind.CALL:
        ring_backs.ticked(task, follower, by=by)
    if deal:
        taking.take(deal.pk, by=by)
    _tell(task, deal, "deals.step_done", {"what": (task.what, None)}, by=by, follower=follower)
    if deal and (result or outcome):
        _write(task, deal, outcome or "done", by=by, text=result, again=again_at)
    if task.by_id and task.by_id != by.pk:
        tell([task.by_id], "task.done", by=by, **_place(task, deal), data={"what": task.what})
    return follower


@transaction.atomic
def take_back(task: Task, *, by: Person) -> Task:
    """A tick that was a mistake: the task is open again, and what came in its place has gone."""
    deal, current = _held(task)
    if current.done_at is None:
        return current
    if current.done_by_id != by.pk or current.done_at < clock.now() - TAKE_BACK:
        raise Refused(_("Only whoever ticked it off can take that back, and only within ten minutes."))
    if deal and (not deal.is_open or (current.of_stage and deal.stage_since > current.done_at)):
        raise Refused(_("The deal has gone on since. Plan the step anew."))
    follower = Task.objects.select_for_update().filter(after=current).first()
    if follower and follower.done_at:
        raise Refused(_("What came in its place is done already."))
    if current.kind == Task.Kind.CALL:
        ring_backs.not_ticked(current, follower)
    if follower:
        follower.delete()
    current.done_at, current.done_by, current.result = None, None, ""
    current.outcome = Outcome.NONE
    _save(current)
    _tell(current, deal, "deals.step_taken_back", {"what": (None, current.what)}, by=by)
    return current


@transaction.atomic
def change(task: Task, *, version: int | None = None, by: Actor, **to: Any) -> Task:
    """Other words, another time, another person, kind or repeat; refuses when somebody else was quicker."""
    deal, current = _held(task, version=version, still_open=True)
    wanted = dict(to)
    if "what" in wanted:
        wanted["what"] = said(wanted["what"])
    if "due_at" in wanted and wanted["due_at"] != current.due_at:
        refuse_time(wanted["due_at"])
        wanted["snoozed_until"] = None
    if "repeat" in wanted:
        wanted["repeat"] = wanted["repeat"].stored() if wanted["repeat"] else {}
    changed = [name for name, value in wanted.items() if getattr(current, name) != value]
    if not changed:
        return current
    before, left = current.person_id, {name: _shown(current, name) for name in changed}
    for name in changed:
        setattr(current, name, wanted[name])
    _save(current)
    told = {name: (left[name], _shown(current, name)) for name in changed if name in _TOLD}
    _tell(current, deal, "deals.step_changed", told, by=by, also=before)
    if current.person_id != before:
        _hand_over(current, deal, by=by)
    return current


@transaction.atomic
def move_back(task: Task, *, due_at: datetime, version: int | None, by: Actor) -> Task:
    """A move to another day that was a mistake: it is due when it was, also where that time is over."""
    deal, current = _held(task, version=version, still_open=True)
    left, current.due_at = current.due_at, due_at
    _save(current)
    _tell(current, deal, "deals.step_changed", {"due_at": (left.isoformat(), due_at.isoformat())}, by=by)
    return current


@transaction.atomic
def put_off(task: Task, *, until: datetime | None, by: Actor) -> Task:
    """Out of the person's sight until then. It is due when it was, and comes back by itself; `None`: at once."""
    deal, current = _held(task, still_open=True)
    if until:
        refuse_time(until)
    current.snoozed_until = until
    _save(current)
    _tell(current, deal, "deals.step_put_off", {"until": (None, until.isoformat() if until else None)}, by=by)
    return current


@transaction.atomic
def remove(task: Task, *, by: Person) -> None:
    """Only what one has planned oneself; what the stage asks for is ticked off, or goes with the stage."""
    deal = held(task.deal_id) if task.deal_id else None
    current = Task.objects.select_for_update().filter(pk=task.pk).first()
    if current is None:
        return
    if current.of_stage or current.by_id != by.pk or current.done_at:
        raise Refused(_("Only a step that you planned yourself can be deleted, and only while it is open."))
    Task.objects.filter(pk=current.pk).delete()
    _tell(current, deal, "deals.step_removed", {"what": (current.what, None)}, by=by)


@transaction.atomic
def fall_away(task: Task, *, by: Actor) -> None:
    """Nobody has to do it any more, and nobody has done it. A second time changes nothing."""
    deal = held(task.deal_id) if task.deal_id else None
    if Task.objects.filter(pk=task.pk, done_at=None).update(done_at=clock.now(), snoozed_until=None):
        _tell(task, deal, "deals.step_removed", {"what": (task.what, None)}, by=by)


def may_touch(person: Person, task: Task) -> bool:
    """Whose task it is, who gave it, and whoever may change its deal."""
    if person.pk in (task.person_id, task.by_id):
        return True
    return bool(task.deal and rights.may_change(person, task.deal))


def _held(task: Task, *, version: int | None = None, still_open: bool = False) -> tuple[Deal | None, Task]:
    """Of two people who are at the tasks of one deal, one waits for the other."""
    deal = held(task.deal_id) if task.deal_id else None
    current = Task.objects.select_for_update(of=("self",)).select_related("person").filter(pk=task.pk).first()
    if current is None or (version is not None and current.version != version):
        raise ChangedMeanwhile
    if still_open and current.done_at:
        raise Refused(_("This is done already."))
    current.deal = deal
    return deal, current


def _save(task: Task) -> None:
    task.version += 1
    task.save()


def _come_again(task: Task) -> Task | None:
    repeat = Repeat.read(task.repeat)
    late = clock.local(clock.now()).replace(tzinfo=None)
    following = repeat.following(late) if repeat else None
    return _follow(task, following.due_at, following.stored()) if following else None


def _try_again(task: Task, at: datetime, *, by: Person) -> Task:
    """It carries the row on: that comes again once somebody was reached."""
    return _follow(task, at, task.repeat, person_id=task.person_id or by.pk, of_stage=task.of_stage)


def _follow(task: Task, due_at: datetime, repeat: dict[str, Any], **other: Any) -> Task:
    same: dict[str, Any] = {"deal_id": task.deal_id, "kind": task.kind, "what": task.what, "by_id": task.by_id}
    same |= {"person_id": task.person_id, "checklist": [{**item, "done": False} for item in task.checklist]}
    return Task.objects.create(**{**same, **other}, due_at=due_at, repeat=repeat, after=task)


def _hand_over(task: Task, deal: Deal | None, *, by: Actor) -> None:
    """Whoever has to do it now hears of it, and the deal's history says who gave it to whom."""
    if task.person_id is None:
        return
    data = {"what": task.what, "due_at": task.due_at.isoformat()}
    tell([task.person_id], "task.given", by=by, **_place(task, deal), data=data)
    if deal:
        _write(task, deal, "given", by=by)


def _write(task: Task, deal: Deal, event: str, *, by: Actor, text: str = "", again: datetime | None = None) -> None:
    data: dict[str, Any] = {"event": event, "what": task.what}
    if event == "given" and task.person:
        data["to"] = task.person.full_name
    if again:
        data["again"] = again.isoformat()
    history.add(deal.client_id, kind=Interaction.Kind.TASK, deal_id=deal.pk, text=text, data=data, by=by)


def _tell(
    task: Task,
    deal: Deal | None,
    verb: str,
    changes: dict[str, tuple[object, object]],
    *,
    by: Actor,
    also: int | None = None,
    follower: Task | None = None,
) -> None:
    if deal:
        next_steps.show_on_deal(deal)
    if follower:
        changes = {**changes, "due_at": (None, follower.due_at.isoformat())}
    about = About("deal", deal.pk, client_id=deal.client_id, deal_id=deal.pk) if deal else About("task", task.pk)
    record(verb, about, by=by, changes=changes)
    next_steps.ring(task, also=also)


def _place(task: Task, deal: Deal | None) -> dict[str, int | None]:
    return {"deal_id": task.deal_id, "client_id": deal.client_id if deal else None}


_TOLD = ("what", "due_at", "person", "kind")


def _shown(task: Task, name: str) -> object:
    value = getattr(task, name)
    if isinstance(value, datetime):
        return value.isoformat()
    return value.full_name if isinstance(value, Person) else value


def said(what: str) -> str:
    what = what.replace("\x00", "").strip()
    if not what:
        raise Refused(_("Say what is to be done."), fields={"what": _("Say what is to be done.")})
    if len(what) > 200:
        raise Refused(_("This is too long."), fields={"what": _("This is too long.")})
    return what


def _result(result: str) -> str:
    result = result.replace("\x00", "").strip()
    if len(result) > LONGEST_RESULT:
        raise Refused(_("This is too long."), fields={"result": _("This is too long.")})
    return result


def refuse_time(at: datetime) -> None:
    now = clock.now()
    if at < now - _SLACK:
        raise Refused(_("This time is over."), fields={"due_at": _("This time is over.")})
    if at > now + FURTHEST:
        raise Refused(_("This is more than ten years away."), fields={"due_at": _("Choose an earlier day.")})
