"""A note in the history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.automation import asked, texts
from svyazka.business.automation.action import Case, Done
from svyazka.business.automation.actions import due
from svyazka.business.automation.asked import Ask
from svyazka.business.clients import history
from svyazka.business.journal.record import Actor


class AddNote:
    code: ClassVar[str] = "note"
    title: ClassVar[Any] = _("Write a note into the history")
    leads_outside: ClassVar[bool] = False

    def form(self, given: Mapping[str, Any]) -> Sequence[Ask]:
        return [Ask("text", "long", _("What it says"), required=True, inserts=True)]

    def read(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        read = asked.read(self.form(typed), typed)
        texts.insist_known(read["text"], name="text")
        return read

    def words(self, given: Mapping[str, Any]) -> str:
        return gettext("note: “{text}”").format(text=due.shown(given["text"]))

    def writes(self, given: Mapping[str, Any]) -> frozenset[str]:
        return frozenset({"note"})

    def foresee(self, given: Mapping[str, Any], case: Case) -> str:
        _ = case.its_client
        return gettext("note: “{text}”").format(text=due.shown(texts.filled(given["text"], case)))

    def act(self, given: Mapping[str, Any], case: Case, *, by: Actor) -> Done:
        text = texts.filled(given["text"], case)
        made = history.note(case.its_client.pk, text, deal_id=case.deal.pk if case.deal else None, by=by)
        return Done(gettext("a note stands in the history"), {"interaction": made.pk})
