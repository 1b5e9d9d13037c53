"""The deal is put on the calling list."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.automation import asked, texts
from svyazka.business.automation.action import CannotAct, Case, Done
from svyazka.business.automation.actions import due
from svyazka.business.automation.asked import Ask
from svyazka.business.deals.work.ring_these import Share, have_one, ring_these
from svyazka.business.journal.record import Actor
from svyazka.kit.texts import within

_SHARES = (
    (Share.RESPONSIBLE.value, _("whoever is responsible for the deal")),
    (Share.ANYBODY.value, _("whoever takes the next call")),
)


class Ring:
    code: ClassVar[str] = "ring"
    title: ClassVar[Any] = _("Put on the calling list")
    leads_outside: ClassVar[bool] = False

    def form(self, given: Mapping[str, Any]) -> Sequence[Ask]:
        return [
            Ask("share", "choice", _("Who rings"), choices=_SHARES, required=True, initial=Share.ANYBODY.value),
            Ask("what", "text", _("What about"), required=True, inserts=True),
            due.asked(initial=60),
        ]

    def read(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        read = asked.read(self.form(typed), typed)
        texts.insist_known(read["what"], name="what")
        return read

    def words(self, given: Mapping[str, Any]) -> str:
        return gettext("on the calling list: “{what}”, {due}").format(
            what=due.shown(given["what"]), due=due.words(given["due"])
        )

    def writes(self, given: Mapping[str, Any]) -> frozenset[str]:
        return frozenset({"task"})

    def foresee(self, given: Mapping[str, Any], case: Case) -> str:
        if have_one([case.its_deal.pk]):
            return gettext("nothing: it is on the calling list already")
        return gettext("on the calling list: “{what}”").format(what=texts.filled(given["what"], case))

    def act(self, given: Mapping[str, Any], case: Case, *, by: Actor) -> Done:
        what = within(texts.filled(given["what"], case), 200)
        due_at, share = due.at(given["due"], None), Share(given["share"])
        listed = ring_these([case.its_deal.pk], what=what, due_at=due_at, share=share, by=by)
        if listed.gone:
            raise CannotAct(gettext("The deal is closed."))
        if listed.had:
            return Done(gettext("nothing: it is on the calling list already"))
        return Done(gettext("it is on the calling list"))
