"""A question on the deal, as the controller asks it: it stays open until it is answered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from uuid import NAMESPACE_URL, uuid5

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.automation import asked, texts, whom
from svyazka.business.automation.action import CannotAct, Case, Done
from svyazka.business.automation.actions import due
from svyazka.business.automation.asked import Ask
from svyazka.business.deals.work import questions
from svyazka.business.journal.record import Actor
from svyazka.business.staff import roles
from svyazka.business.staff.models import Person, Role
from svyazka.kit.texts import within

CONTROLLER = "controller"


class AskPeople:
    code: ClassVar[str] = "ask"
    title: ClassVar[Any] = _("Ask a question")
    leads_outside: ClassVar[bool] = False

    def form(self, given: Mapping[str, Any]) -> Sequence[Ask]:
        return [
            Ask("text", "long", _("What is asked"), required=True, inserts=True),
            *whom.form(_("Who answers"), several=True),
            Ask(
                "asker", "person", _("In whose name"), help=_("The answer goes there."), required=True,
                first=((CONTROLLER, _("the controller")),), initial=CONTROLLER,
            ),
            due.asked(),
            Ask("blocks", "yes", _("The deal does not leave its stage before the answer")),
        ]  # fmt: skip

    def read(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        read = asked.read(self.form(typed), typed)
        texts.insist_known(read["text"], name="text")
        return read

    def words(self, given: Mapping[str, Any]) -> str:
        return gettext("ask {whom}: “{what}”").format(whom=whom.words(given), what=due.shown(given["text"]))

    def writes(self, given: Mapping[str, Any]) -> frozenset[str]:
        return frozenset({"question"})

    def foresee(self, given: Mapping[str, Any], case: Case) -> str:
        names = ", ".join(one.full_name for one in whom.people(given, case))
        _asker(given)
        return gettext("ask {whom}: “{what}”").format(whom=names, what=due.shown(texts.filled(given["text"], case)))

    def act(self, given: Mapping[str, Any], case: Case, *, by: Actor) -> Done:
        deal, asker = case.its_deal, _asker(given)
        people = [one.pk for one in whom.people(given, case)]
        made = questions.ask(
            deal,
            people,
            within(texts.filled(given["text"], case), 1000),
            due_at=due.at(given["due"], None),
            is_blocking=given["blocks"],
            request_id=uuid5(NAMESPACE_URL, f"automation/{case.key}"),
            by=asker,
        )
        return Done(gettext("asked in the name of {name}").format(name=asker.full_name), {"question": made.pk})


def _asker(given: Mapping[str, Any]) -> Person:
    working = Person.objects.working()
    if given["asker"] == CONTROLLER:
        found = working.filter(role__in=roles.based_on(Role.CONTROLLER)).order_by("pk").first()
    else:
        found = working.filter(pk=given["asker"]).first()
    if found is None:
        raise CannotAct(gettext("Nobody is there in whose name it could be asked."))
    return found
