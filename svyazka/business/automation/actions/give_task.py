"""Somebody has to do something by then."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.automation import asked, texts, whom
from svyazka.business.automation.action import Case, Done
from svyazka.business.automation.actions import due
from svyazka.business.automation.asked import Ask
from svyazka.business.deals.models import Task
from svyazka.business.deals.work import tasks
from svyazka.business.journal.record import Actor
from svyazka.kit.texts import within

LONGEST = 200


class GiveTask:
    code: ClassVar[str] = "task"
    title: ClassVar[Any] = _("Give somebody a task")
    leads_outside: ClassVar[bool] = False

    def form(self, given: Mapping[str, Any]) -> Sequence[Ask]:
        kinds = tuple(Task.Kind.choices)
        return [
            *whom.form(_("Who does it")),
            Ask("what", "text", _("What is to be done"), required=True, inserts=True),
            Ask("kind", "choice", _("How"), choices=kinds, required=True, initial=Task.Kind.OTHER),
            due.asked(),
        ]

    def read(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        read = asked.read(self.form(typed), typed)
        texts.insist_known(read["what"], name="what")
        return read

    def words(self, given: Mapping[str, Any]) -> str:
        return gettext("a task for {whom}: “{what}”, {due}").format(
            whom=whom.words(given), what=due.shown(given["what"]), due=due.words(given["due"])
        )

    def writes(self, given: Mapping[str, Any]) -> frozenset[str]:
        return frozenset({"task"})

    def foresee(self, given: Mapping[str, Any], case: Case) -> str:
        names = ", ".join(one.full_name for one in whom.people(given, case))
        return gettext("a task for {whom}: “{what}”").format(whom=names, what=_said(given, case))

    def act(self, given: Mapping[str, Any], case: Case, *, by: Actor) -> Done:
        person = whom.one(given, case)
        deal = case.deal if case.deal and case.deal.is_open else None
        what, due_at = _said(given, case), due.at(given["due"], person)
        made = tasks.plan(deal, what, due_at=due_at, kind=given["kind"], person=person, by=by)
        return Done(gettext("a task for {whom}").format(whom=person.full_name), {"task": made.pk})


def _said(given: Mapping[str, Any], case: Case) -> str:
    return within(texts.filled(given["what"], case), LONGEST)
