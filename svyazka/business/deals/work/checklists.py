"""What a task consists of, to be ticked one by one. All of it ticked is not yet the task done."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from svyazka.business.deals.models import Task
from svyazka.business.deals.work import next_steps
from svyazka.kit.refusals import ChangedMeanwhile, Refused

MOST = 30
LONGEST = 200
Item = dict[str, Any]


def add(task: Task, what: str) -> Task:
    what = what.replace("\x00", "").strip()[:LONGEST]
    if not what:
        raise Refused(_("Say what is to be done."), fields={"item": _("Say what is to be done.")})

    def added(items: list[Item]) -> list[Item]:
        if len(items) >= MOST:
            raise Refused(_("A list has thirty points at most. Plan a task of its own."))
        return [*items, {"id": max((item["id"] for item in items), default=0) + 1, "what": what, "done": False}]

    return _change(task, added)


def tick(task: Task, item_id: int, *, done: bool) -> Task:
    return _change(task, lambda items: [{**item, "done": done} if item["id"] == item_id else item for item in items])


def take_off(task: Task, item_id: int) -> Task:
    return _change(task, lambda items: [item for item in items if item["id"] != item_id])


def move_up(task: Task, item_id: int) -> Task:
    def moved(items: list[Item]) -> list[Item]:
        at = next((at for at, item in enumerate(items) if item["id"] == item_id), 0)
        return items if at == 0 else [*items[: at - 1], items[at], items[at - 1], *items[at + 1 :]]

    return _change(task, moved)


@transaction.atomic
def _change(task: Task, to: Callable[[list[Item]], list[Item]]) -> Task:
    """Two people may tick at once: each point is changed where it stands now."""
    current = Task.objects.select_for_update().filter(pk=task.pk, done_at=None).first()
    if current is None:
        raise ChangedMeanwhile
    current.checklist = to(current.checklist)
    current.save(update_fields=["checklist"])
    next_steps.ring(current)
    return current
