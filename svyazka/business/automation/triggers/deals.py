"""A deal goes its way: it opens, enters and leaves stages, is won or lost, gets somebody who is responsible for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from svyazka.business.automation import choices
from svyazka.business.automation.asked import Ask
from svyazka.business.automation.trigger import Event, Happened
from svyazka.business.automation.triggers.told import Told, besides, event_of
from svyazka.business.deals.models import Stage

DEALS = _("Deals")
EVERY = _("Nothing chosen: all.")


class _AtStage(Told):
    group: ClassVar[Any] = DEALS

    def form(self, options: Mapping[str, Any]) -> Sequence[Ask]:
        return [Ask("stage", "stage", _("Which stage"), required=True)]

    def words(self, options: Mapping[str, Any]) -> str:
        return besides(self.title, stage_in_words(options["stage"]))


class EntersStage(_AtStage):
    code: ClassVar[str] = "enters_stage"
    title: ClassVar[Any] = _("A deal enters a stage")
    verbs: ClassVar[Sequence[str]] = ("deals.moved", "deals.opened")

    def event(self, row: Happened, options: Mapping[str, Any]) -> Event | None:
        return event_of(row, left=row.left_id) if row.stage_id == options["stage"] else None

    def fired_by(self, options: Mapping[str, Any]) -> frozenset[str]:
        return frozenset({f"stage:{options['stage']}"})


class LeavesStage(_AtStage):
    code: ClassVar[str] = "leaves_stage"
    title: ClassVar[Any] = _("A deal leaves a stage")
    verbs: ClassVar[Sequence[str]] = ("deals.moved",)

    def event(self, row: Happened, options: Mapping[str, Any]) -> Event | None:
        return event_of(row, stage=row.stage_id) if row.left_id == options["stage"] else None


class _InPipelines(Told):
    group: ClassVar[Any] = DEALS

    def form(self, options: Mapping[str, Any]) -> Sequence[Ask]:
        return [Ask("pipelines", "pipeline", _("In which pipelines"), help=EVERY, many=True)]

    def words(self, options: Mapping[str, Any]) -> str:
        return besides(self.title, pipelines_in_words(options["pipelines"]))

    def event(self, row: Happened, options: Mapping[str, Any]) -> Event | None:
        is_there = not options["pipelines"] or row.pipeline in options["pipelines"]
        return event_of(row) if is_there and self._is_it(row, options) else None

    def _is_it(self, row: Happened, options: Mapping[str, Any]) -> bool:
        return True


class DealOpened(_InPipelines):
    code: ClassVar[str] = "deal_opened"
    title: ClassVar[Any] = _("A deal is opened")
    verbs: ClassVar[Sequence[str]] = ("deals.opened",)
    fired: ClassVar[frozenset[str]] = frozenset({"opened"})


class DealWon(_InPipelines):
    code: ClassVar[str] = "deal_won"
    title: ClassVar[Any] = _("A deal is won")
    verbs: ClassVar[Sequence[str]] = ("deals.moved",)

    def _is_it(self, row: Happened, options: Mapping[str, Any]) -> bool:
        return row.stage_kind == Stage.Kind.WON

    def fired_by(self, options: Mapping[str, Any]) -> frozenset[str]:
        return _stages_of_kind(Stage.Kind.WON, options["pipelines"])


class DealLost(_InPipelines):
    code: ClassVar[str] = "deal_lost"
    title: ClassVar[Any] = _("A deal is lost")
    verbs: ClassVar[Sequence[str]] = ("deals.moved",)

    def form(self, options: Mapping[str, Any]) -> Sequence[Ask]:
        reasons = Ask("reasons", "loss_reason", _("For which reasons"), help=EVERY, many=True)
        return [*super().form(options), reasons]

    def words(self, options: Mapping[str, Any]) -> str:
        named = choices.labels("loss_reason", options["reasons"])
        return besides(self.title, pipelines_in_words(options["pipelines"]), ", ".join(named))

    def _is_it(self, row: Happened, options: Mapping[str, Any]) -> bool:
        reason = new_value(row, "loss_reason")
        return row.stage_kind == Stage.Kind.LOST and (not options["reasons"] or reason in options["reasons"])

    def fired_by(self, options: Mapping[str, Any]) -> frozenset[str]:
        return _stages_of_kind(Stage.Kind.LOST, options["pipelines"])


class TakenUpAgain(_InPipelines):
    """Won, lost or set aside, it is open again."""

    code: ClassVar[str] = "taken_up_again"
    title: ClassVar[Any] = _("A closed deal is taken up again")
    verbs: ClassVar[Sequence[str]] = ("deals.moved", "deals.taken_up_again")

    def _is_it(self, row: Happened, options: Mapping[str, Any]) -> bool:
        is_moved_back = row.stage_kind == Stage.Kind.OPEN and row.left_kind in (Stage.Kind.WON, Stage.Kind.LOST)
        return row.verb == "deals.taken_up_again" or is_moved_back


class Appointed(_InPipelines):
    """By hand or by rule, one or many at once. Whoever took a deal by moving it has become responsible, too."""

    code: ClassVar[str] = "appointed"
    title: ClassVar[Any] = _("Somebody becomes responsible for a deal")
    verbs: ClassVar[Sequence[str]] = (
        "deals.appointed", "deals.given", "deals.given_back", "deals.came_back", "deals.handed_over", "deals.moved",
    )  # fmt: skip
    fired: ClassVar[frozenset[str]] = frozenset({"responsible"})

    def _is_it(self, row: Happened, options: Mapping[str, Any]) -> bool:
        return bool(new_value(row, "responsible"))


class HandedOn(_InPipelines):
    code: ClassVar[str] = "handed_on"
    title: ClassVar[Any] = _("A deal is handed on to the next department")
    verbs: ClassVar[Sequence[str]] = ("deals.handed_on",)
    fired: ClassVar[frozenset[str]] = frozenset({"hand_off"})


class HandOffAccepted(_InPipelines):
    code: ClassVar[str] = "hand_off_accepted"
    title: ClassVar[Any] = _("The next department accepts a deal")
    verbs: ClassVar[Sequence[str]] = ("deals.accepted",)


class HandOffReturned(_InPipelines):
    code: ClassVar[str] = "hand_off_returned"
    title: ClassVar[Any] = _("The next department returns a deal")
    verbs: ClassVar[Sequence[str]] = ("deals.returned",)


def stage_in_words(number: int) -> str:
    stage = next((one for one in choices.list_of("stage") if one.value == number), None)
    if stage is None:
        return gettext("a stage that is gone")
    return gettext("“{stage}” of “{pipeline}”").format(stage=stage.label, pipeline=stage.group)


def pipelines_in_words(codes: Sequence[str]) -> str:
    return ", ".join(f"“{name}”" for name in choices.labels("pipeline", codes)) if codes else ""


def new_value(row: Happened, name: str) -> Any:
    pair = row.changes.get(name)
    return pair[1] if isinstance(pair, list | tuple) and len(pair) == 2 else None


def _stages_of_kind(kind: str, pipelines: Sequence[str]) -> frozenset[str]:
    stages = Stage.objects.filter(kind=kind)
    found = stages.filter(pipeline__code__in=pipelines) if pipelines else stages
    return frozenset(f"stage:{number}" for number in found.values_list("pk", flat=True))
