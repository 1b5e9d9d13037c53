"""What a change of a pipeline would do to the deals that run in it, before anybody saves it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta

from django.db import connection
from django.utils.translation import ngettext

from svyazka.business.deals.models import Deal, Pipeline, Stage
from svyazka.business.deals.paths import differences, soundness
from svyazka.business.deals.paths.content import Content, content_of, full
from svyazka.business.deals.paths.pipelines import Wish, changed_limits, faults_of_leaving
from svyazka.business.deals.paths.soundness import Fault, House
from svyazka.kit import clock, words


@dataclass(frozen=True)
class Preview:
    open_deals: int  # of the pipeline
    changes: list[str] = field(default_factory=list)
    touches: list[str] = field(default_factory=list)  # what happens to how many deals
    faults: list[Fault] = field(default_factory=list)  # what keeps it from being saved
    warnings: list[Fault] = field(default_factory=list)
    limits_changed: bool = False


def preview(pipeline: Pipeline, wish: Wish) -> Preview:
    before, wished = content_of(pipeline), full({**wish.content, "code": pipeline.code})
    house = House()
    stages = {stage.code: stage for stage in pipeline.stages.all()}
    leaving = faults_of_leaving(pipeline, before, wished, wish.places)
    return Preview(
        open_deals=Deal.objects.filter(pipeline=pipeline, closed_at=None).count(),
        changes=differences.between(before, wished, house),
        touches=[
            *_of_going(before, wished, stages),
            *_of_required(before, wished, stages, house),
            *_of_limits(before, wished, stages, new=wish.new_limits),
        ],
        faults=[*soundness.faults_of(wished, house), *leaving],
        warnings=soundness.warnings_of(wished, house),
        limits_changed=bool(changed_limits(before, wished)),
    )


def _of_going(before: Content, wished: Content, stages: dict[str, Stage]) -> list[str]:
    stay = {stage["code"] for stage in wished["stages"]}
    going = [stage for stage in before["stages"] if stage["code"] not in stay]
    numbers = _standing([stages[stage["code"]].pk for stage in going])
    return [
        ngettext(
            "{number} deal stands at the stage “{stage}”, which goes",
            "{number} deals stand at the stage “{stage}”, which goes",
            number,
        ).format(number=number, stage=words.here(stage["name"]))
        for stage in going
        if (number := numbers.get(stages[stage["code"]].pk, 0))
    ]


def _standing(stage_ids: list[int]) -> dict[int, int]:
    if not stage_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "select stage_id, count(*) from deals_deal where stage_id = any(%s) group by stage_id", [stage_ids]
        )
        return dict(cursor.fetchall())


def _of_required(before: Content, wished: Content, stages: dict[str, Stage], house: House) -> list[str]:
    """Deals that stand at a stage which asks for more from now on, and do not know it."""
    asked = {stage["code"]: set(stage["required"]) for stage in before["stages"]}
    newly = [
        (stage, code)
        for stage in wished["stages"]
        if stage["code"] in asked and stage["kind"] == Stage.Kind.OPEN
        for code in stage["required"]
        if code not in asked[stage["code"]]
    ]
    numbers = _lacking([(stages[stage["code"]].pk, code) for stage, code in newly])
    return [
        ngettext(
            "{number} deal at the stage “{stage}” lacks the newly required field “{field}”",
            "{number} deals at the stage “{stage}” lack the newly required field “{field}”",
            number,
        ).format(number=number, stage=words.here(stage["name"]), field=house.field_name(code))
        for stage, code in newly
        if (number := numbers.get((stages[stage["code"]].pk, code), 0))
    ]


def _lacking(wanted: list[tuple[int, str]]) -> dict[tuple[int, str], int]:
    if not wanted:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_LACKING, [[pk for pk, _code in wanted], [code for _pk, code in wanted]])
        return {(pk, code): number for pk, code, number in cursor.fetchall()}


_LACKING = """
select n.stage_id, n.code, count(*) from unnest(%s::bigint[], %s::text[]) as n (stage_id, code)
join deals_deal d on d.stage_id = n.stage_id
join clients_client c on c.id = d.client_id
where case n.code
    when 'client_name' then c.name = ''
    when 'address' then d.address = ''
    when 'amount' then d.amount is null
    else coalesce(d.facts ->> n.code, '') in ('', '[]')
end
group by n.stage_id, n.code
"""


def _of_limits(before: Content, wished: Content, stages: dict[str, Stage], *, new: bool) -> list[str]:
    """Deals that are in time now and would be late at once."""
    changed = set(changed_limits(before, wished)) if new else set()
    shorter = [stage for stage in wished["stages"] if stage["code"] in changed and stage["limit_hours"]]
    numbers = _late([(stages[stage["code"]].pk, stage["limit_hours"]) for stage in shorter])
    return [
        ngettext(
            "{number} deal at the stage “{stage}” would be late at once with the new limit",
            "{number} deals at the stage “{stage}” would be late at once with the new limit",
            number,
        ).format(number=number, stage=words.here(stage["name"]))
        for stage in shorter
        if (number := numbers.get(stages[stage["code"]].pk, 0))
    ]


def _late(limits: list[tuple[int, int]]) -> dict[int, int]:
    if not limits:
        return {}
    now = clock.now()
    since = [now - timedelta(hours=hours) for _pk, hours in limits]
    with connection.cursor() as cursor:
        cursor.execute(_LATE, [[pk for pk, _hours in limits], since, now])
        return dict(cursor.fetchall())


_LATE = """
select s.id, count(*) from unnest(%s::bigint[], %s::timestamptz[]) as s (id, since)
join deals_deal d on d.stage_id = s.id and d.stage_since < s.since and d.closed_at is null
where d.stage_due_at is null or d.stage_due_at >= %s
group by s.id
"""
