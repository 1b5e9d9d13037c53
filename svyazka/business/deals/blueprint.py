"""Fields, loss reasons and pipelines of a blueprint, with their hand-offs and the distribution of leads."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from svyazka.business.clients.models import Source
from svyazka.business.deals.models import DistributionRule, Field, HandOffRule, LossReason, Pipeline, Stage
from svyazka.business.staff.models import Department

Given = Mapping[str, Any]


def load(*, pipelines: Iterable[Given], fields: Iterable[Given], loss_reasons: Iterable[Given]) -> None:
    _load_fields(fields)
    for position, given in enumerate(loss_reasons):
        LossReason.objects.update_or_create(code=given["code"], defaults={"words": given["name"], "position": position})
    loaded = [(_load_pipeline(given, position), given) for position, given in enumerate(pipelines)]
    # Rules name other pipelines, so they come when all of these are there.
    for pipeline, given in loaded:
        _load_distribution(pipeline, given.get("distribution", []))
        stages = {stage.code: stage for stage in pipeline.stages.all()}
        for stage in given["stages"]:
            _load_hand_offs(stages[stage["code"]], stage.get("hand_off", []))


def _load_fields(fields: Iterable[Given]) -> None:
    for position, given in enumerate(fields):
        choices = [{"code": choice["code"], "words": choice["name"]} for choice in given.get("choices", [])]
        Field.objects.update_or_create(
            code=given["code"],
            defaults={
                "of": given.get("of", Field.Of.DEAL),
                "kind": given["kind"],
                "words": given["name"],
                "hint_words": given.get("hint", {}),
                "choices": choices,
                "is_searched": given.get("searched", False),
                "position": position,
            },
        )


def _load_pipeline(given: Given, position: int) -> Pipeline:
    pipeline, _new = Pipeline.objects.update_or_create(
        code=given["code"],
        defaults={"words": given["name"], "department": _department(given), "position": position},
    )
    for place, stage in enumerate(given["stages"]):
        _load_stage(pipeline, stage, place)
    return pipeline


def _load_stage(pipeline: Pipeline, given: Given, position: int) -> None:
    Stage.objects.update_or_create(
        pipeline=pipeline,
        code=given["code"],
        defaults={
            "position": position,
            "kind": given.get("kind", Stage.Kind.OPEN),
            "words": given["name"],
            "instruction_words": given["instruction"],
            "next_step_words": given.get("next_step", {}),
            "next_step_kind": given.get("next_step_kind", "other"),
            "limit_hours": given.get("limit_hours"),
            "required": given.get("required", []),
            "colour": given["colour"],
            "only_when": given.get("only_when", {}),
        },
    )


def _load_hand_offs(stage: Stage, rules: Iterable[Given]) -> None:
    for position, given in enumerate(rules):
        HandOffRule.objects.create(
            stage=stage,
            to=Pipeline.objects.get(code=given["to"]),
            position=position,
            only_when=given.get("only_when", {}),
            carried=given.get("carried", []),
            accept_hours=given.get("accept_hours", 24),
            **_appointing(given),
        )


def _load_distribution(pipeline: Pipeline, rules: Iterable[Given]) -> None:
    for position, given in enumerate(rules):
        DistributionRule.objects.create(
            pipeline=pipeline,
            position=position,
            source=Source.objects.get(code=given["source"]) if given.get("source") else None,
            only_when=given.get("only_when", {}),
            take_minutes=given.get("take_minutes"),
            **_appointing(given),
        )


def _appointing(given: Given) -> dict[str, Any]:
    return {
        "how": given["how"],
        "department": _department(given),
        "role": given.get("role", ""),
        "skill": given.get("skill", ""),
    }


def _department(given: Given) -> Department | None:
    return Department.objects.get(code=given["department"]) if given.get("department") else None
