"""The deal goes on into the next department's pipeline, as the pipelines have it set up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.automation import asked, choices
from svyazka.business.automation.action import CannotAct, Case, Done
from svyazka.business.automation.actions import move_on
from svyazka.business.automation.asked import Ask
from svyazka.business.deals import conditions
from svyazka.business.deals.handing.hand_off import ON_THE_WAY
from svyazka.business.deals.models import Deal, HandOff, HandOffRule, Stage
from svyazka.business.journal.record import Actor


class HandOn:
    code: ClassVar[str] = "hand_on"
    title: ClassVar[Any] = _("Hand the deal on")
    leads_outside: ClassVar[bool] = False

    def form(self, given: Mapping[str, Any]) -> Sequence[Ask]:
        said = _("The deal goes to the stage from which this pipeline is fed; who takes it over is set up there.")
        return [Ask("pipeline", "pipeline", _("To which pipeline"), help=said, required=True)]

    def read(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        return asked.read(self.form(typed), typed)

    def words(self, given: Mapping[str, Any]) -> str:
        name = choices.label("pipeline", given["pipeline"])
        return gettext("hand it on to “{pipeline}”").format(pipeline=name or given["pipeline"])

    def writes(self, given: Mapping[str, Any]) -> frozenset[str]:
        feeding = HandOffRule.objects.filter(to__code=given["pipeline"]).values_list("stage_id", flat=True)
        return frozenset({"hand_off", *(f"stage:{stage}" for stage in feeding)})

    def foresee(self, given: Mapping[str, Any], case: Case) -> str:
        deal = case.its_deal
        if _is_on_its_way(deal, given):
            return gettext("nothing: it is handed on already")
        stage = _feeding(deal, given)
        return gettext("the deal goes to “{stage}” and is handed on").format(stage=stage.name)

    def act(self, given: Mapping[str, Any], case: Case, *, by: Actor) -> Done:
        deal = case.its_deal
        if _is_on_its_way(deal, given):
            return Done(gettext("nothing: it is handed on already"))
        done = move_on.move(deal, _feeding(deal, given), case, by=by)
        leg = HandOff.objects.filter(deal=deal, to_pipeline__code=given["pipeline"], state__in=ON_THE_WAY).first()
        if leg is None:
            return done
        words = gettext("handed on as deal № {number}").format(number=leg.to_deal_id)
        return Done(words, {**done.made, "deal": leg.to_deal_id})


def _is_on_its_way(deal: Deal, given: Mapping[str, Any]) -> bool:
    legs = HandOff.objects.filter(deal=deal, to_pipeline__code=given["pipeline"], state__in=ON_THE_WAY)
    return legs.exists()


def _feeding(deal: Deal, given: Mapping[str, Any]) -> Stage:
    """The stage of this deal's pipeline that hands on there."""
    rules = HandOffRule.objects.filter(stage__pipeline_id=deal.pipeline_id, to__code=given["pipeline"])
    for rule in rules.select_related("stage").order_by("stage__position"):
        if conditions.applies(rule.only_when, deal.facts):
            return rule.stage
    raise CannotAct(
        gettext("“{one}” hands nothing on to “{other}”: that is set up in the pipelines.").format(
            one=deal.pipeline.name, other=given["pipeline"]
        )
    )
