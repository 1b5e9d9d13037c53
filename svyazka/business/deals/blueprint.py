"""Pipelines, fields and loss reasons of a blueprint."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from svyazka.business.deals.models import Field, LossReason, Pipeline, Stage

Given = Mapping[str, Any]


def load(*, pipelines: Iterable[Given], fields: Iterable[Given], loss_reasons: Iterable[Given]) -> None:
    for position, given in enumerate(fields):
        defaults = {"kind": given["kind"], "words": given["name"], "position": position}
        Field.objects.update_or_create(code=given["code"], defaults=defaults)
    for position, given in enumerate(loss_reasons):
        LossReason.objects.update_or_create(code=given["code"], defaults={"words": given["name"], "position": position})
    for position, given in enumerate(pipelines):
        pipeline, _new = Pipeline.objects.update_or_create(
            code=given["code"], defaults={"words": given["name"], "position": position}
        )
        _load_stages(pipeline, given["stages"])


def _load_stages(pipeline: Pipeline, stages: Iterable[Given]) -> None:
    for position, given in enumerate(stages):
        Stage.objects.update_or_create(
            pipeline=pipeline,
            code=given["code"],
            defaults={
                "position": position,
                "kind": given.get("kind", Stage.Kind.OPEN),
                "words": given["name"],
                "instruction_words": given["instruction"],
                "next_step_words": given.get("next_step", {}),
                "limit_hours": given.get("limit_hours"),
                "required": given.get("required", []),
                "colour": given["colour"],
            },
        )
