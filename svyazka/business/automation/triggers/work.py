"""What somebody had to do, and a controller's question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.automation.asked import Ask
from svyazka.business.automation.trigger import Event, Happened
from svyazka.business.automation.triggers.told import ByTime, Told, besides, event_of
from svyazka.business.deals.models import Task

WORK = _("Tasks and questions")


class _OfTasks:
    group: ClassVar[Any] = WORK

    def form(self, options: Mapping[str, Any]) -> Sequence[Ask]:
        said = Ask("holds", "text", _("Its words contain"), help=_("Empty: every task."))
        return [said]

    def words(self, options: Mapping[str, Any]) -> str:
        holds = options["holds"]
        return besides(self.title, gettext("“{words}” stands in it").format(words=holds) if holds else "")

    title: ClassVar[Any]


class TaskDone(_OfTasks, Told):
    code: ClassVar[str] = "task_done"
    title: ClassVar[Any] = _("A task is done")
    verbs: ClassVar[Sequence[str]] = ("deals.step_done",)

    def event(self, row: Happened, options: Mapping[str, Any]) -> Event | None:
        """What it was called is words: it does not go along."""
        pair = row.changes.get("what")
        what = str(pair[0] or "") if isinstance(pair, list | tuple) and pair else ""
        if row.deal_id is None or options["holds"].casefold() not in what.casefold():
            return None
        return event_of(row)


class TaskOverdue(_OfTasks, ByTime):
    code: ClassVar[str] = "task_overdue"
    title: ClassVar[Any] = _("A task is overdue")

    def form(self, options: Mapping[str, Any]) -> Sequence[Ask]:
        late = Ask("minutes", "minutes", _("For so long"), help=_("Empty: at once."), least=0)
        return [*super().form(options), late]

    def sweep(self, options: Mapping[str, Any], *, since: datetime, until: datetime) -> Iterable[Event]:
        late = timedelta(minutes=options["minutes"] or 0)
        due = Task.objects.filter(done_at=None, deal__isnull=False, due_at__gt=since - late, due_at__lte=until - late)
        found = due.filter(what__icontains=options["holds"]) if options["holds"] else due
        for number, at, deal, client, person in found.order_by("due_at", "pk").values_list(
            "pk", "due_at", "deal_id", "deal__client_id", "person_id"
        ):
            yield Event(f"overdue/{number}/{at.isoformat()}", at + late, deal, client, number, person)


class QuestionAnswered(Told):
    code: ClassVar[str] = "question_answered"
    title: ClassVar[Any] = _("A controller's question is answered")
    group: ClassVar[Any] = WORK
    verbs: ClassVar[Sequence[str]] = ("deals.answered",)
