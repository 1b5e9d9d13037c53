"""What somebody does on his phone that is of no visit: he cannot come, a task of his is done."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext_lazy as _

from svyazka.business.deals.models import Task
from svyazka.business.deals.work import tasks
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person
from svyazka.business.visits import absences
from svyazka.business.visits.models import Action
from svyazka.business.visits.on_site.kinds import Answer, OwnKind
from svyazka.kit.refusals import Refused

LARGEST = 2**63 - 1


def _absence(action: Action, by: Person) -> Answer:
    """From when he said so."""
    absences.cannot_come(by, _day(action), note=_text(action, "note"), by=by, at=action.happened_at)
    return None


def _said_absence(action: Action) -> str:
    return gettext("cannot come until the end of {day}: {note}").format(
        day=_day(action) or "—", note=_text(action, "note")
    )


def _task(action: Action, by: Person) -> Answer:
    """A second tick changes nothing; whatever was given to somebody else meanwhile is his."""
    task = Task.objects.filter(pk=_number(action)).select_related("deal__stage").first()
    if task is None or not roles.may(by, "tasks.do") or not tasks.may_touch(by, task):
        raise Refused(_("This task is not there any more, or it is somebody else's."))
    tasks.done(task, by=by, at=action.happened_at)
    return None


def _said_task(action: Action) -> str:
    return Task.objects.filter(pk=_number(action)).values_list("what", flat=True).first() or "—"


def _text(action: Action, name: str) -> str:
    given: Any = action.data.get(name)
    return given.replace("\x00", "")[:1000] if isinstance(given, str) else ""


def _day(action: Action) -> date | None:
    try:
        return date.fromisoformat(_text(action, "until"))
    except ValueError:
        return None


def _number(action: Action) -> int:
    given = _text(action, "task")
    return min(int(given), LARGEST) if given.isascii() and given.isdecimal() and len(given) < 20 else 0


KINDS = (
    OwnKind("absence", gettext_lazy("Cannot come"), _absence, _said_absence),
    OwnKind("task", gettext_lazy("Task"), _task, _said_task),
)
