"""Another deal opens for the client, linked with the one that it comes from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.automation import asked, choices, whom
from svyazka.business.automation.action import CannotAct, Case, Done
from svyazka.business.automation.asked import Ask
from svyazka.business.deals.models import Deal, Pipeline
from svyazka.business.deals.opening import open_deal
from svyazka.business.journal.record import Actor

BY_RULE = "by_rule"


class OpenOne:
    code: ClassVar[str] = "open"
    title: ClassVar[Any] = _("Open a deal")
    leads_outside: ClassVar[bool] = False

    def form(self, given: Mapping[str, Any]) -> Sequence[Ask]:
        whose = ((BY_RULE, _("whom the rules of distribution name")), (whom.RESPONSIBLE, whom.WORDS[whom.RESPONSIBLE]))
        return [
            Ask("pipeline", "pipeline", _("In which pipeline"), required=True),
            Ask("who", "choice", _("Responsible for the new deal"), choices=whose, required=True, initial=BY_RULE),
            Ask("carries", "yes", _("What is known of this deal goes along"), initial="1"),
            Ask("once", "yes", _("Not where the client has an open deal there already"), initial="1"),
        ]

    def read(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        return asked.read(self.form(typed), typed)

    def words(self, given: Mapping[str, Any]) -> str:
        name = choices.label("pipeline", given["pipeline"])
        return gettext("open a deal in “{pipeline}”").format(pipeline=name or given["pipeline"])

    def writes(self, given: Mapping[str, Any]) -> frozenset[str]:
        first = Pipeline.objects.filter(code=given["pipeline"], stages__kind="open").order_by("stages__position")
        stage = first.values_list("stages", flat=True).first()
        return frozenset({"opened", *([f"stage:{stage}"] if stage else [])})

    def foresee(self, given: Mapping[str, Any], case: Case) -> str:
        pipeline = _pipeline(given)
        if there := _there_already(given, case, pipeline):
            return gettext("nothing: deal № {number} is open there").format(number=there.pk)
        return self.words(given)

    def act(self, given: Mapping[str, Any], case: Case, *, by: Actor) -> Done:
        client, pipeline = case.its_client, _pipeline(given)
        if there := _there_already(given, case, pipeline):
            return Done(gettext("nothing: deal № {number} is open there").format(number=there.pk), {"deal": there.pk})
        deal = case.deal
        made = open_deal(
            client,
            by=by,
            source=deal.source if deal else None,
            address=deal.address if deal else "",
            facts=dict(deal.facts) if deal and given["carries"] else {},
            responsible=deal.responsible if deal and given["who"] == whom.RESPONSIBLE else None,
            pipeline=pipeline,
            parent=deal,
        )
        return Done(gettext("deal № {number} is open").format(number=made.pk), {"deal": made.pk})


def _pipeline(given: Mapping[str, Any]) -> Pipeline:
    found = Pipeline.objects.filter(code=given["pipeline"], is_active=True).first()
    if found is None:
        raise CannotAct(gettext("The pipeline that the rule names takes no new deals."))
    return found


def _there_already(given: Mapping[str, Any], case: Case, pipeline: Pipeline) -> Deal | None:
    if not given["once"]:
        return None
    return Deal.objects.filter(client=case.its_client, pipeline=pipeline, closed_at=None).order_by("pk").first()
