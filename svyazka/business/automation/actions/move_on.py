"""The deal goes to another stage; what is missing there becomes a task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.automation import asked, whom
from svyazka.business.automation.action import CannotAct, Case, Done
from svyazka.business.automation.actions import due
from svyazka.business.automation.asked import Ask
from svyazka.business.deals import moves
from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Deal, LossReason, Stage
from svyazka.business.deals.work import tasks
from svyazka.business.journal.record import Actor
from svyazka.kit.refusals import Refused
from svyazka.kit.texts import within

FILLED_WITHIN = 8 * 60  # minutes of work


class MoveOn:
    code: ClassVar[str] = "move"
    title: ClassVar[Any] = _("Move the deal")
    leads_outside: ClassVar[bool] = False

    def form(self, given: Mapping[str, Any]) -> Sequence[Ask]:
        lost = tuple(map(str, Stage.objects.filter(kind=Stage.Kind.LOST).values_list("pk", flat=True)))
        return [
            Ask("stage", "stage", _("To which stage"), required=True),
            Ask("reason", "loss_reason", _("Why it is lost"), required=True, shown_when=("stage", lost)),
        ]

    def read(self, typed: Mapping[str, Any]) -> dict[str, Any]:
        return asked.read(self.form(typed), typed)

    def words(self, given: Mapping[str, Any]) -> str:
        stage = _stage_of(given)
        return gettext("the deal goes to “{stage}”").format(stage=stage.name if stage else given["stage"])

    def writes(self, given: Mapping[str, Any]) -> frozenset[str]:
        return frozenset({f"stage:{given['stage']}"})

    def foresee(self, given: Mapping[str, Any], case: Case) -> str:
        deal, stage = case.its_deal, _stage(given)
        _refuse_pipeline(deal, stage)
        if deal.stage_id == stage.pk:
            return gettext("nothing: it stands there already")
        if missing := moves.missing_to_leave(deal, to=stage):
            return _missing_in_words(missing)
        return gettext("the deal goes to “{stage}”").format(stage=stage.name)

    def act(self, given: Mapping[str, Any], case: Case, *, by: Actor) -> Done:
        deal, stage = case.its_deal, _stage(given)
        return move(deal, stage, case, by=by, reason=_reason(given))


def move(deal: Deal, stage: Stage, case: Case, *, by: Actor, reason: LossReason | None = None) -> Done:
    """Where something has to be known first, whoever is responsible is asked for it."""
    _refuse_pipeline(deal, stage)
    if deal.stage_id == stage.pk:
        return Done(gettext("nothing: it stands there already"))
    try:
        moves.move(deal, to=stage, by=by, loss_reason=reason)
    except moves.StillMissing as refusal:
        return _ask_to_fill_in(deal, stage, refusal.codes, case, by=by)
    except Refused as refusal:
        raise CannotAct(" ".join((str(refusal.message), *refusal.missing))) from refusal
    return Done(gettext("the deal goes to “{stage}”").format(stage=stage.name), {"stage": stage.pk})


def _ask_to_fill_in(deal: Deal, stage: Stage, codes: list[str], case: Case, *, by: Actor) -> Done:
    person = whom.people({"who": whom.RESPONSIBLE}, case)[0]
    missing = ", ".join(map(facts.name_of, codes))
    what = gettext("Fill in {missing}: then it goes to “{stage}”").format(missing=missing, stage=stage.name)
    made = tasks.plan(deal, within(what, 200), due_at=due.at(FILLED_WITHIN, person), person=person, by=by)
    return Done(_missing_in_words(codes), {"task": made.pk})


def _missing_in_words(codes: Sequence[str]) -> str:
    missing = ", ".join(map(facts.name_of, codes))
    return gettext("it stays: {missing} is missing; a task asks for it").format(missing=missing)


def _refuse_pipeline(deal: Deal, stage: Stage) -> None:
    if deal.pipeline_id != stage.pipeline_id:
        raise CannotAct(gettext("“{stage}” is no stage of this deal's pipeline.").format(stage=stage.name))


def _stage_of(given: Mapping[str, Any]) -> Stage | None:
    return Stage.objects.filter(pk=given["stage"]).first()


def _stage(given: Mapping[str, Any]) -> Stage:
    if stage := _stage_of(given):
        return stage
    raise CannotAct(gettext("The stage that the rule names is gone."))


def _reason(given: Mapping[str, Any]) -> LossReason | None:
    return LossReason.objects.filter(code=given["reason"]).first() if given["reason"] else None
