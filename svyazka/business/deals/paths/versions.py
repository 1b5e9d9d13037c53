"""Earlier states of a pipeline: what changed from one to the next, and the way back."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Field, Pipeline, PipelineVersion, Stage
from svyazka.business.deals.paths import differences, soundness
from svyazka.business.deals.paths.content import Content, content_of, full
from svyazka.business.deals.paths.pipelines import NEEDED_ABOVE, Wish, save, standing_at
from svyazka.business.deals.paths.soundness import House
from svyazka.business.journal.record import Actor
from svyazka.business.staff.models import Person
from svyazka.kit import words
from svyazka.kit.refusals import Refused

PAGE = 20


@dataclass(frozen=True)
class Told:
    """One version, with what it changed and who made it."""

    version: PipelineVersion
    by: str
    changes: list[str]
    is_first: bool


def list_versions(pipeline: Pipeline, *, before: int | None = None) -> list[Told]:
    """The newest first, at most PAGE of them; `before`: a number, for those that are older."""
    kept = pipeline.versions.filter(number__lt=before) if before else pipeline.versions.all()
    # One more than is shown: what the last of them changed is told by the one before.
    found = list(kept.order_by("-number")[: PAGE + 1])
    names = dict(Person.objects.filter(pk__in=[one.by_id for one in found]).values_list("pk", "full_name"))
    house = House()
    older = [*found[1:], None][: len(found)]
    return [
        Told(
            version=one,
            by=names.get(one.by_id or 0, ""),
            changes=differences.between(full(left.content), full(one.content), house) if left else [],
            is_first=left is None,
        )
        for one, left in zip(found, older, strict=True)
    ][:PAGE]


@transaction.atomic
def restore(pipeline: Pipeline, number: int, *, by: Actor) -> Pipeline:
    """As it was in that version, as a new one. Stages at which deals stand stay."""
    kept = pipeline.versions.filter(number=number).first()
    if kept is None:
        raise Refused(_("There is no such version."))
    current = Pipeline.objects.select_for_update().get(pk=pipeline.pk)
    return save(current, Wish(restored(current, kept.content)), by=by)


def restored(pipeline: Pipeline, content: Content) -> Content:
    """An earlier state as it can stand today: without what the company no longer has, with the stages that it cannot do
    without by now."""
    now, old = content_of(pipeline), full({**content, "code": pipeline.code})
    codes = {stage["code"] for stage in old["stages"]}
    kinds = {stage["code"]: stage["kind"] for stage in now["stages"]}
    changed = [stage for stage in old["stages"] if kinds.get(stage["code"], stage["kind"]) != stage["kind"]]
    missing = [stage for stage in now["stages"] if stage["code"] not in codes]
    standing = standing_at(pipeline, [stage["code"] for stage in (*missing, *changed)])
    for stage in changed:
        stage["kind"] = kinds[stage["code"]] if stage["code"] in standing else stage["kind"]
    stay = [stage for stage in missing if stage["code"] in standing or _is_needed_above(stage)]
    _put_in(old, stay)
    _with_all_kinds(old, now)
    return _as_far_as_possible(old, House())


def _is_needed_above(stage: Content) -> bool:
    return any(needed({stage["code"]: words.here(stage["name"])}) for needed in NEEDED_ABOVE)


def _put_in(old: Content, stages: list[Content]) -> None:
    """Behind the open ones, before those at which a deal ends."""
    if stages:
        opened = [stage for stage in old["stages"] if stage["kind"] == Stage.Kind.OPEN]
        closed = [stage for stage in old["stages"] if stage["kind"] != Stage.Kind.OPEN]
        old["stages"] = [*opened, *stages, *closed]


def _with_all_kinds(old: Content, now: Content) -> None:
    """Where a stage had to stay what it is today, another kind may be missing: it is taken from today, too."""
    while missing := set(Stage.Kind.values) - {stage["kind"] for stage in old["stages"]}:
        by_code = {stage["code"]: stage for stage in old["stages"]}
        for stage in now["stages"]:
            if stage["kind"] in missing and stage["code"] in by_code:
                by_code[stage["code"]]["kind"] = stage["kind"]
            elif stage["kind"] in missing:
                _put_in(old, [stage])


def _as_far_as_possible(content: Content, house: House) -> Content:
    """Without fields, departments, sources and pipelines that the company no longer has."""
    fields = {code for code, one in house.fields.items() if one.of == Field.Of.DEAL} | facts.OWN.keys()
    if content["department"] not in house.departments:
        content["department"] = ""
    for stage in content["stages"]:
        stage["required"] = [code for code in stage["required"] if code in fields]
        stage["only_when"] = soundness.possible_condition(stage["only_when"], house)
        stage["hand_off"] = [] if stage["kind"] == Stage.Kind.LOST else _possible_ways(stage["hand_off"], fields, house)
    next(stage for stage in content["stages"] if stage["kind"] == Stage.Kind.OPEN)["only_when"] = {}
    content["distribution"] = [
        _possible_rule(rule, house)
        for rule in content["distribution"]
        if not rule["source"] or rule["source"] in house.sources
    ]
    while circle := soundness.circle_of(content):
        for stage in content["stages"]:
            stage["hand_off"] = [rule for rule in stage["hand_off"] if rule["to"] != circle[1]]
    return content


def _possible_ways(rules: list[Content], fields: set[str], house: House) -> list[Content]:
    return [
        {**_possible_rule(rule, house), "carried": [code for code in rule["carried"] if code in fields]}
        for rule in rules
        if rule["to"] in house.pipelines and house.pipelines[rule["to"]].is_active
    ]


def _possible_rule(rule: Content, house: House) -> Content:
    department = rule["department"] if rule["department"] in house.departments else ""
    return {**rule, "department": department, "only_when": soundness.possible_condition(rule["only_when"], house)}
