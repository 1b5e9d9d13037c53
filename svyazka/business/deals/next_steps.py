"""Next steps: every open deal has one, or it is a problem."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.deals import taking
from svyazka.business.deals.held import held
from svyazka.business.deals.models import Deal, Task
from svyazka.business.journal.record import About, Actor, record
from svyazka.business.staff.models import Person
from svyazka.kit import clock, rows
from svyazka.kit.refusals import Refused

_SLACK = timedelta(minutes=5)  # whoever writes "now" has already lost a moment
SENT_TWICE = timedelta(seconds=10)


@transaction.atomic
def plan(deal: Deal, what: str, *, due_at: datetime, person: Person | None = None, by: Actor) -> Task:
    """Somebody must do this by then. Sent twice within seconds, it is planned once."""
    what = what.replace("\x00", "").strip()
    if not what:
        raise Refused(_("Say what is to be done."), fields={"what": _("Say what is to be done.")})
    if len(what) > 200:
        raise Refused(_("This is too long."), fields={"what": _("This is too long.")})
    if due_at < clock.now() - _SLACK:
        raise Refused(_("This time is over."), fields={"due_at": _("This time is over.")})
    current = held(deal.pk)
    lately = Task.objects.filter(deal=deal, done_at=None, created_at__gte=clock.now() - SENT_TWICE)
    if before := lately.filter(what=what, due_at=due_at, of_stage=False).first():
        return before
    task = Task.objects.create(deal=deal, what=what, due_at=due_at, person=person or current.responsible)
    _show_on_deal(deal)
    changes = {"what": (None, what), "due_at": (None, due_at.isoformat())}
    record("deals.step_planned", _about(deal), by=by, changes=changes)
    return task


@transaction.atomic
def done(task: Task, *, by: Person) -> None:
    """Ticks it off; a second tick changes nothing."""
    deal = held(task.deal_id) if task.deal_id else None
    if not Task.objects.filter(pk=task.pk, done_at=None).update(done_at=clock.now(), done_by=by):
        return
    if deal:
        _show_on_deal(deal)
        taking.take(deal.pk, by=by)
    about = _about(deal) if deal else About("task", task.pk)
    record("deals.step_done", about, by=by, changes={"what": (task.what, None)})


def plan_for_stage(deal: Deal, *, by: Actor) -> None:
    """The step that the stage asks for takes the place of the last stage's, which nobody has to do any more."""
    Task.objects.filter(deal=deal, done_at=None, of_stage=True).delete()
    if step := deal.stage.next_step:
        due_at = deal.stage_due_at or clock.now() + timedelta(days=1)
        Task.objects.create(deal=deal, what=step, due_at=due_at, person=deal.responsible, of_stage=True)
    _show_on_deal(deal)


def replace_stages(deal: Deal, what: str, *, due_at: datetime, by: Actor) -> None:
    """Another step in the place of the one that the stage asks for; the next stage takes it away again."""
    Task.objects.filter(deal=deal, done_at=None, of_stage=True).delete()
    Task.objects.create(deal=deal, what=what, due_at=due_at, person=deal.responsible, of_stage=True)
    _show_on_deal(deal)
    changes = {"what": (None, what), "due_at": (None, due_at.isoformat())}
    record("deals.step_planned", _about(deal), by=by, changes=changes)


def drop_stages(deal: Deal) -> None:
    """Nobody has to do what the stage asks for: the deal is nobody's work any more."""
    Task.objects.filter(deal=deal, done_at=None, of_stage=True).delete()
    _show_on_deal(deal)


def set_due(deal: Deal, due_at: datetime) -> None:
    """When the step that the stage asks for has to be done, where that hangs on more than the stage's limit."""
    if Task.objects.filter(deal=deal, done_at=None, of_stage=True).exclude(due_at=due_at).update(due_at=due_at):
        _show_on_deal(deal)


def open_tasks(deal: Deal) -> list[Task]:
    tasks: list[Task] = []
    for task, person in rows.read_joined(_OPEN_TASKS, [deal.pk], Task, Person):
        task.deal, task.person = deal, person
        tasks.append(task)
    return tasks


_OPEN_TASKS = f"""
select {rows.columns(Task, Person)} from deals_task left join staff_person on staff_person.id = person_id
where deal_id = %s and done_at is null order by due_at
"""  # noqa: S608  # of our own models' names only


def _show_on_deal(deal: Deal) -> None:
    """The caller holds the deal: of two who plan at once, each would see only his own step."""
    first = Task.objects.filter(deal=deal, done_at=None).order_by("due_at").first()
    deal.next_step, deal.next_step_at = (first.what, first.due_at) if first else ("", None)
    Deal.objects.filter(pk=deal.pk).update(next_step=deal.next_step, next_step_at=deal.next_step_at)


def _about(deal: Deal) -> About:
    return About("deal", deal.pk, client_id=deal.client_id, deal_id=deal.pk)
