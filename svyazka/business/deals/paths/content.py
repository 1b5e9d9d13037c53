"""A pipeline in the form of a blueprint: as it stands in a file, in a version, and in the editor."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from svyazka.business.clients.models import Source
from svyazka.business.deals.models import Appointing, DistributionRule, HandOffRule, Pipeline, Stage
from svyazka.business.staff.models import Department, Person

Content = dict[str, Any]
Given = Mapping[str, Any]


def content_of(pipeline: Pipeline) -> Content:
    """As it is now. People stand there by log-in, all else by code, so that another house understands it."""
    logins = dict(Person.objects.values_list("pk", "login"))
    stages = pipeline.stages.order_by("position").prefetch_related("hand_offs__department", "hand_offs__to")
    rules = pipeline.distribution.select_related("department", "source").order_by("position", "id")
    return full(
        {
            "code": pipeline.code,
            "name": pipeline.words,
            "department": pipeline.department.code if pipeline.department else "",
            "stages": [_stage_of(stage, logins) for stage in stages],
            "distribution": [
                {
                    "source": rule.source.code if rule.source else "",
                    "take_minutes": rule.take_minutes,
                    "is_active": rule.is_active,
                    "only_when": rule.only_when,
                    **_appointing_of(rule, logins),
                }
                for rule in rules
            ],
        }
    )


def _stage_of(stage: Stage, logins: Mapping[int, str]) -> Content:
    return {
        "code": stage.code,
        "kind": stage.kind,
        "name": stage.words,
        "colour": stage.colour,
        "limit_hours": stage.limit_hours,
        "instruction": stage.instruction_words,
        "next_step": stage.next_step_words,
        "next_step_kind": stage.next_step_kind,
        "required": stage.required,
        "only_when": stage.only_when,
        "hand_off": [
            {
                "to": rule.to.code,
                "accept_hours": rule.accept_hours,
                "carried": rule.carried,
                "only_when": rule.only_when,
                **_appointing_of(rule, logins),
            }
            for rule in stage.hand_offs.all()
        ],
    }


def _appointing_of(rule: Appointing, logins: Mapping[int, str]) -> Content:
    return {
        "how": rule.how,
        "department": rule.department.code if rule.department else "",
        "role": rule.role,
        "skill": rule.skill,
        "people": [logins[pk] for pk in rule.people if pk in logins],
    }


def full(given: Given) -> Content:
    """With everything that a blueprint may leave out, so that two of them can be compared."""
    return {
        "code": given["code"],
        "name": dict(given["name"]),
        "department": given.get("department") or "",
        "stages": [_full_stage(one) for one in given["stages"]],
        "distribution": [
            {
                "source": one.get("source") or "",
                "take_minutes": one.get("take_minutes"),
                "is_active": one.get("is_active", True),
                **_full_rule(one),
            }
            for one in given.get("distribution", ())
        ],
    }


def _full_stage(given: Given) -> Content:
    return {
        "code": given["code"],
        "kind": given.get("kind") or Stage.Kind.OPEN.value,
        "name": dict(given["name"]),
        "colour": given.get("colour") or "slate",
        "limit_hours": given.get("limit_hours"),
        "instruction": dict(given.get("instruction") or {}),
        "next_step": dict(given.get("next_step") or {}),
        "next_step_kind": given.get("next_step_kind") or "other",
        "required": list(given.get("required") or ()),
        "only_when": {code: list(values) for code, values in (given.get("only_when") or {}).items()},
        "hand_off": [
            {
                "to": one["to"],
                "accept_hours": 24 if one.get("accept_hours") is None else one["accept_hours"],
                "carried": list(one.get("carried") or ()),
                **_full_rule(one),
            }
            for one in given.get("hand_off", ())
        ],
    }


def _full_rule(given: Given) -> Content:
    return {
        "how": given.get("how") or Appointing.How.LEAST_LOADED.value,
        "department": given.get("department") or "",
        "role": given.get("role") or "",
        "skill": given.get("skill") or "",
        "people": list(given.get("people") or ()),
        "only_when": {code: list(values) for code, values in (given.get("only_when") or {}).items()},
    }


def write_stages(pipeline: Pipeline, content: Content) -> dict[str, Stage]:
    """Stages by code. One that the content does not name stays as it is, behind the others."""
    known = {stage.code: stage for stage in pipeline.stages.all()}
    left = [stage for code, stage in known.items() if code not in {one["code"] for one in content["stages"]}]
    for position, given in enumerate(content["stages"]):
        stage = known.setdefault(given["code"], Stage(pipeline=pipeline, code=given["code"]))
        stage.position = position
        stage.kind, stage.words, stage.colour = given["kind"], given["name"], given["colour"]
        stage.instruction_words, stage.next_step_words = given["instruction"], given["next_step"]
        stage.next_step_kind, stage.limit_hours = given["next_step_kind"], given["limit_hours"]
        stage.required, stage.only_when = given["required"], given["only_when"]
        stage.save()
    for position, stage in enumerate(left, start=len(content["stages"])):
        Stage.objects.filter(pk=stage.pk).update(position=position)
    return known


def write_rules(pipeline: Pipeline, content: Content) -> None:
    """Who takes deals over: at the door of the pipeline, and where a stage hands them on. All that the rules name must
    be there; a rule that goes on keeps its row, and with it whose turn it is."""
    found = _Named()
    stages = {stage.code: stage for stage in pipeline.stages.all()}
    for given in content["stages"]:
        _write_hand_offs(stages[given["code"]], given["hand_off"], found)
    rules = list(pipeline.distribution.order_by("position", "id"))
    for position, one in enumerate(content["distribution"]):
        rule = rules[position] if position < len(rules) else DistributionRule(pipeline=pipeline)
        rule.position, rule.take_minutes, rule.is_active = position, one["take_minutes"], one["is_active"]
        rule.source = found.sources[one["source"]] if one["source"] else None
        found.appoint(rule, one)
    for rule in rules[len(content["distribution"]) :]:
        rule.delete()


def _write_hand_offs(stage: Stage, given: list[Content], found: _Named) -> None:
    rules = {rule.to_id: rule for rule in stage.hand_offs.all()}
    for position, one in enumerate(given):
        to = found.pipelines[one["to"]]
        rule = rules.pop(to.pk, None) or HandOffRule(stage=stage, to=to)
        rule.position, rule.accept_hours, rule.carried = position, one["accept_hours"], one["carried"]
        found.appoint(rule, one)
    for gone in rules.values():
        gone.delete()


class _Named:
    """What rules name, by code."""

    def __init__(self) -> None:
        self.departments = {one.code: one for one in Department.objects.all()}
        self.sources = {one.code: one for one in Source.objects.all()}
        self.pipelines = {one.code: one for one in Pipeline.objects.all()}
        self.people = dict(Person.objects.values_list("login", "pk"))

    def appoint(self, rule: HandOffRule | DistributionRule, given: Content) -> None:
        rule.how, rule.role, rule.skill = given["how"], given["role"], given["skill"]
        rule.department = self.departments[given["department"]] if given["department"] else None
        rule.people = [self.people[login] for login in given["people"] if login in self.people]
        rule.only_when = given["only_when"]
        rule.save()
