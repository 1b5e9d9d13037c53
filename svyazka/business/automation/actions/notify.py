"""People hear of it at once, by the bell, their devices and chats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.automation import asked, texts, whom
from svyazka.business.automation.action import Case, Done
from svyazka.business.automation.actions import due
from svyazka.business.automation.asked import Ask
from svyazka.business.journal.record import Actor
from svyazka.business.notices.tell import tell

OF_DEAL, OF_CLIENT = "rule.says", "rule.says_of_client"


class Notify:
    code: ClassVar[str] = "notify"
    title: ClassVar[Any] = _("Notify people")
    leads_outside: ClassVar[bool] = False

    def form(self, given: Mapping[str, Any]) -> Sequence[Ask]:
        return [
            *whom.form(_("Who hears of it"), several=True),
            Ask("text", "text", _("What they are told"), required=True, inserts=True),
        ]

    def read(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        read = asked.read(self.form(typed), typed)
        texts.insist_known(read["text"], name="text")
        return read

    def words(self, given: Mapping[str, Any]) -> str:
        return gettext("notify {whom}: “{what}”").format(whom=whom.words(given), what=due.shown(given["text"]))

    def writes(self, given: Mapping[str, Any]) -> frozenset[str]:
        return frozenset()

    def foresee(self, given: Mapping[str, Any], case: Case) -> str:
        names = ", ".join(one.full_name for one in whom.people(given, case))
        return gettext("notify {whom}: “{what}”").format(whom=names, what=texts.filled(given["text"], case))

    def act(self, given: Mapping[str, Any], case: Case, *, by: Actor) -> Done:
        people = whom.people(given, case)
        tell(
            [one.pk for one in people],
            OF_DEAL if case.deal else OF_CLIENT,
            by=by,
            deal_id=case.deal.pk if case.deal else None,
            client_id=case.client.pk if case.client else None,
            data={"text": texts.filled(given["text"], case)},
        )
        names = ", ".join(one.full_name for one in people)
        return Done(gettext("told: {whom}").format(whom=names), {"people": [one.pk for one in people]})
