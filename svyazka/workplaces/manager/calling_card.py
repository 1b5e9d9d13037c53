"""The client who is being rung: all that one has to know while it rings."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from svyazka.business.clients import history
from svyazka.business.clients.models import Client, ContactPoint
from svyazka.business.clients.naming import called
from svyazka.business.deals import moves, rights
from svyazka.business.deals.models import Deal, Stage, Task
from svyazka.business.deals.work import calling, next_steps, tasks, wrong_numbers
from svyazka.business.deals.work.calling import ENOUGH, Taken
from svyazka.kit import clock, phones, rows
from svyazka.workplaces.manager.finding import deal_numbered
from svyazka.workplaces.manager.tasks import WORKDAY_BEGINS, Soon, soon
from svyazka.workplaces.shared import not_to_ring, question_cards, timeline, typed
from svyazka.workplaces.shared.door import PageRequest
from svyazka.workplaces.shared.short import Short

EVENTS = 5
# Nobody rings strangers at night, by their own clock.
_WAKES, _SLEEPS = 9, 21
# The same at any hour: in the evening fewer are offered.
_KEYS = {"hour": "1", "hours": "2", "morning": "3"}


def task_numbered(request: PageRequest, pk: int) -> Task:
    """A call of a deal that one may touch, in one question."""
    for found, deal, stage, client in rows.read_joined(_TASK, [min(pk, typed.LARGEST)], Task, Deal, Stage, Client):
        task: Task = found
        task.deal, deal.stage, deal.client = deal, stage, client
        if not tasks.may_touch(request.person, task):
            raise rights.NotYours
        return task
    raise Taken(_("This call is not to be made any more."))


_TASK = f"""
select {rows.columns(Task, Deal, Stage, Client)} from deals_task
join deals_deal on deals_deal.id = deals_task.deal_id
join deals_stage on deals_stage.id = deals_deal.stage_id
join clients_client on clients_client.id = deals_deal.client_id
where deals_task.id = %s
"""  # noqa: S608  # of our own models' names only


def card(request: PageRequest, number: int) -> dict[str, Any]:
    """With all that one can click."""
    known = facts(request, number)
    deal: Deal = known["deal"]
    tried = known["tried"]
    stages = rows.read(Stage, "where pipeline_id = %s order by position", [deal.pipeline_id])
    return {
        **known,
        "again": [(_KEYS[one.code], one) for one in again()],
        "soon": soon(),
        "kinds": Task.Kind.choices,
        "stages": [(str(stage.pk), stage.name) for stage in stages if _leads_on(stage, deal)],
        "lost": next((str(stage.pk) for stage in stages if stage.kind == Stage.Kind.LOST), ""),
        "is_enough": tried + 1 >= ENOUGH,
        "tomorrow": clock.local(clock.now() + timedelta(days=1)).date().isoformat(),
    }


def facts(request: PageRequest, number: int) -> dict[str, Any]:
    """What may change while one talks."""
    (task,) = rows.read(Task, "where id = %s", [number])
    assert task.deal_id
    deal, short = deal_numbered(task.deal_id), Short()
    contacts = rows.read(ContactPoint, "where client_id = %s order by kind, id", [deal.client_id])
    tried = calling.tries(task.pk)
    return {
        "id": str(task.pk),
        "deal": deal,
        "number": str(deal.pk),
        "client": str(deal.client_id),
        "called": called(deal.client, contacts),
        "what": deal.stage.step_in_words(task.what),
        "when": short.moment(task.due_at),
        "is_late": task.due_at < short.now,
        "tried": tried,
        "tries": _tries(tried),
        "phones": _phones(deal.client_id, contacts, short),
        "others": [one for one in contacts if one.kind != ContactPoint.Kind.PHONE],
        "steps": _further(deal, task, short),
        "questions": question_cards.of_deal(deal.pk, request.person, short),
        "events": timeline.lines(history.of_client(deal.client_id)[:EVENTS]),
    }


def again() -> list[Soon]:
    """When to try again; in an hour only as long as that is not at night."""
    now = clock.now()
    offered = [
        Soon("hour", _("In an hour"), (now + timedelta(hours=1)).replace(second=0, microsecond=0)),
        Soon("hours", _("In 3 hours"), (now + timedelta(hours=3)).replace(second=0, microsecond=0)),
        Soon("morning", _("Tomorrow morning"), clock.at(clock.today() + timedelta(days=1), WORKDAY_BEGINS)),
    ]
    return [one for one in offered if _WAKES <= clock.local(one.at).hour < _SLEEPS]


def _leads_on(stage: Stage, deal: Deal) -> bool:
    return stage.pk != deal.stage_id and moves.is_for(stage, deal)


def _tries(count: int) -> str:
    said = ngettext("Tried {count} time without an answer", "Tried {count} times without an answer", count)
    return said.format(count=count) if count else ""


def _phones(client_id: int, contacts: list[ContactPoint], short: Short) -> list[dict[str, Any]]:
    """Those that somebody has found wrong come last."""
    wrong, marks = wrong_numbers.of_client(client_id), not_to_ring.marks(client_id)
    numbers = [one for one in contacts if one.kind == ContactPoint.Kind.PHONE]
    found = [
        {
            "value": one.value,
            "shown": one.readable,
            "mark": marks.get(one.value, ""),
            "wrong": _crossed_out(wrong[one.readable], short) if one.readable in wrong else "",
            **_there(one.value, short.now),
        }
        for one in numbers
    ]
    return sorted(found, key=lambda one: bool(one["wrong"]))


def _crossed_out(said: wrong_numbers.Said, short: Short) -> str:
    return _("Wrong number: {name}, {when}").format(name=said.by or "", when=short.moment(said.at))


def _there(number: str, now: datetime) -> dict[str, Any]:
    """What time it is there, where that is another time than here."""
    there = phones.local_time(number, now)
    if there is None or there.utcoffset() == clock.local(now).utcoffset():
        return {"there": "", "is_night": False}
    return {"there": f"{there:%H:%M}", "is_night": not _WAKES <= there.hour < _SLEEPS}


def _further(deal: Deal, task: Task, short: Short) -> list[dict[str, str]]:
    """What else somebody has to do on this deal."""
    return [
        {
            "what": deal.stage.step_in_words(one.what),
            "when": short.moment(one.due_at),
            "who": one.person.full_name if one.person else "",
        }
        for one in next_steps.open_tasks(deal)
        if one.pk != task.pk
    ]
