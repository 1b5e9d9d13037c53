"""Fields, loss reasons and pipelines of a blueprint. Whether they fit together is asked in `fit_together.py`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from svyazka.business.deals.known.facts import OWN
from svyazka.business.deals.models import Appointing, Field, LossReason, Pipeline, Stage, Task
from svyazka.business.deals.paths import content, fit_together, pipelines
from svyazka.business.journal.record import Actor
from svyazka.business.staff.models import Department
from svyazka.kit.order import woven
from svyazka.kit.refusals import Refused
from svyazka.kit.shapes import (
    Code,
    Condition,
    Fault,
    Item,
    Many,
    OneOf,
    Part,
    Record,
    Ref,
    Section,
    Text,
    Whole,
    Words,
    Yes,
)

COLOURS = (
    ("blue", pgettext_lazy("colour", "blue")),
    ("cyan", pgettext_lazy("colour", "cyan")),
    ("violet", pgettext_lazy("colour", "violet")),
    ("purple", pgettext_lazy("colour", "purple")),
    ("amber", pgettext_lazy("colour", "amber")),
    ("orange", pgettext_lazy("colour", "orange")),
    ("teal", pgettext_lazy("colour", "teal")),
    ("lime", pgettext_lazy("colour", "lime")),
    ("green", pgettext_lazy("colour", "green")),
    ("red", pgettext_lazy("colour", "red")),
    ("slate", pgettext_lazy("colour", "grey")),
)
WITH_CHOICES = (Field.Kind.CHOICE, Field.Kind.CHOICES)


def _fields() -> list[Item]:
    return [
        {
            "code": one.code,
            "of": one.of,
            "kind": one.kind,
            "name": one.words,
            "hint": one.hint_words,
            "choices": [
                {"code": choice["code"], "name": choice["words"], "gone": choice.get("gone", False)}
                for choice in one.choices
            ],
            "searched": one.is_searched,
            "is_active": one.is_active,
        }
        for one in Field.objects.filter(is_computed=False)  # else they would come back as fields to be filled in
    ]


def _put_fields(items: list[Item], chosen: set[str], _by: Actor) -> None:
    known = {one.code: one for one in Field.objects.all()}
    for position, given in enumerate(items):
        field = known.get(given["code"]) or Field(code=given["code"], of=given["of"], kind=given["kind"])
        field.position = position
        if given["code"] in chosen:
            if (field.of, field.kind) != (given["of"], given["kind"]):
                words = _("The field “{name}” keeps its kind: what is known in it could not be read any more.")
                raise Refused(words.format(name=field.name))
            field.words, field.hint_words = given["name"], given["hint"]
            field.choices = [_choice(one) for one in given["choices"]]
            field.is_searched, field.is_active = given["searched"], given["is_active"]
        field.save()


def _choice(given: Item) -> dict[str, Any]:
    return {"code": given["code"], "words": given["name"], **({"gone": True} if given["gone"] else {})}


def _after_field(own: Item, given: Item) -> Item:
    """What deals may have as their value is no longer offered, but still has its words."""
    offered = {one["code"] for one in given["choices"]}
    kept = [{**one, "gone": True} for one in own["choices"] if one["code"] not in offered]
    return {**given, "choices": [*given["choices"], *kept]}


def _field_faults(whole: Mapping[str, Any]) -> Iterator[Fault]:
    for given in whole["fields"]:
        path = ("fields", given["code"])
        if given["code"] in OWN:
            words = _("“{code}” is a field that the house has by itself.")
            yield Fault((*path, "code"), words.format(code=given["code"]))
        if given["kind"] in WITH_CHOICES and not given["choices"]:
            yield Fault(path, _("There is nothing to choose from: “choices” is missing."))
        if given["choices"] and given["kind"] not in WITH_CHOICES:
            yield Fault((*path, "choices"), _("Only fields of the kinds choice and choices have something to choose."))


FIELDS = Section(
    "fields",
    gettext_lazy("Fields"),
    Record(
        {
            "code": Part(Code()),
            "of": Part(OneOf(tuple(Field.Of.choices)), gettext_lazy("Belongs to"), default="deal"),
            "kind": Part(OneOf(tuple(Field.Kind.choices)), gettext_lazy("Kind")),
            "name": Part(Words(), gettext_lazy("Title")),
            "hint": Part(Words(300), gettext_lazy("Hint"), default={}),
            "searched": Part(Yes(), gettext_lazy("Found by search"), default=False),
            "is_active": Part(Yes(), gettext_lazy("In use"), default=True),
            "choices": Part(
                Many(
                    Record(
                        {"code": Part(Code()), "name": Part(Words()), "gone": Part(Yes(), default=False)},
                    )
                ),
                gettext_lazy("To choose from"),
                default=[],
            ),
        }
    ),
    of_company=_fields,
    put=_put_fields,
    faults=_field_faults,
    after=_after_field,
)


def _loss_reasons() -> list[Item]:
    return [{"code": one.code, "name": one.words, "is_active": one.is_active} for one in LossReason.objects.all()]


def _put_loss_reasons(items: list[Item], chosen: set[str], _by: Actor) -> None:
    for position, given in enumerate(items):
        LossReason.objects.filter(code=given["code"]).update(position=position)
        if given["code"] in chosen:
            values = {"words": given["name"], "is_active": given["is_active"], "position": position}
            LossReason.objects.update_or_create(code=given["code"], defaults=values)


LOSS_REASONS = Section(
    "loss_reasons",
    gettext_lazy("Loss reasons"),
    Record(
        {
            "code": Part(Code()),
            "name": Part(Words(), gettext_lazy("Title")),
            "is_active": Part(Yes(), gettext_lazy("In use"), default=True),
        }
    ),
    of_company=_loss_reasons,
    put=_put_loss_reasons,
)


def _pipelines() -> list[Item]:
    """Without the people whom rules name: the staff is no part of a blueprint."""
    return [{**content.content_of(one), "is_active": one.is_active} for one in Pipeline.objects.all()]


def _put_pipelines(items: list[Item], chosen: set[str], by: Actor) -> None:
    """Rules name other pipelines, so they come when all of these are there. One that is there already is changed as on
    the screen, with a version that can be gone back to."""
    departments = {one.code: one for one in Department.objects.all()}
    known = {one.code: one for one in Pipeline.objects.select_for_update()}
    made: list[tuple[Pipeline, Item]] = []
    for position, given in enumerate(items):
        pipeline = known.get(given["code"]) or Pipeline(code=given["code"], words=given["name"])
        pipeline.position = position
        if given["code"] in chosen:
            pipeline.is_active = given["is_active"]
        if pipeline.pk is None:
            pipeline.department = departments.get(given["department"])
            made.append((pipeline, content.full(given)))
        pipeline.save()
    for pipeline, whole in made:
        content.write_stages(pipeline, whole)
    for pipeline, whole in made:
        content.write_rules(pipeline, whole)
    for given in items:
        if given["code"] in chosen and given["code"] in known:
            pipelines.save(known[given["code"]], pipelines.Wish(given), by=by)


def _after_pipeline(own: Item, given: Item) -> Item:
    """Stages that only the company has stay where they are, and people whom its rules name go on being named."""
    mine = {stage["code"]: stage for stage in own["stages"]}
    theirs = {stage["code"]: stage for stage in given["stages"]}
    stages = []
    for code in woven(list(theirs), list(mine)):
        stage = theirs.get(code) or mine[code]
        stages.append({**stage, "hand_off": _with_people(stage["hand_off"], mine.get(code, {}).get("hand_off", []))})
    return {**given, "stages": stages, "distribution": _with_people(given["distribution"], own["distribution"])}


def _with_people(rules: list[Item], own: list[Item]) -> list[Item]:
    named = [(_unnamed(rule), rule["people"]) for rule in own]
    return [{**rule, "people": next((who for like, who in named if like == _unnamed(rule)), [])} for rule in rules]


def _unnamed(rule: Item) -> Item:
    return {**rule, "people": []}


_RULE = {
    "how": Part(OneOf(tuple(Appointing.How.choices)), gettext_lazy("Appointed"), default="least_loaded"),
    "department": Part(Ref(section="departments"), gettext_lazy("Department"), default=""),
    "role": Part(Ref(section="roles"), gettext_lazy("Role"), default=""),
    "skill": Part(Text(30), gettext_lazy("Skill"), default=""),
    "only_when": Part(Condition("fields"), gettext_lazy("Only when"), default={}),
}
_HAND_OFF = Record(
    {
        "to": Part(Ref(section="pipelines"), gettext_lazy("Into the pipeline")),
        **_RULE,
        "accept_hours": Part(Whole(1, 8784), gettext_lazy("Accepted within, hours"), default=24),
        "carried": Part(Many(Ref(section="facts")), gettext_lazy("Goes along"), default=[]),
    }
)
_DISTRIBUTION = Record(
    {
        **_RULE,
        "source": Part(Ref(60, section="sources"), gettext_lazy("Source"), default=""),
        "take_minutes": Part(Whole(1, 44_640), gettext_lazy("Taken within, minutes"), default=None),
        "is_active": Part(Yes(), gettext_lazy("In use"), default=True),
    }
)
_STAGE = Record(
    {
        "code": Part(Code()),
        "kind": Part(OneOf(tuple(Stage.Kind.choices)), gettext_lazy("Kind"), default="open"),
        "name": Part(Words(60), gettext_lazy("Title")),
        "colour": Part(OneOf(COLOURS), gettext_lazy("Colour"), default="slate"),
        "limit_hours": Part(Whole(1, 8784), gettext_lazy("Limit, hours"), default=None),
        "instruction": Part(Words(1000), gettext_lazy("Instruction"), default={}),
        "next_step": Part(Words(200), gettext_lazy("Next step"), default={}),
        "next_step_kind": Part(OneOf(tuple(Task.Kind.choices)), gettext_lazy("How the step is done"), default="other"),
        "required": Part(Many(Ref(section="facts")), gettext_lazy("Must be known"), default=[]),
        "only_when": Part(Condition("fields"), gettext_lazy("Only when"), default={}),
        "hand_off": Part(Many(_HAND_OFF), gettext_lazy("Hand-off"), default=[]),
    }
)
PIPELINES = Section(
    "pipelines",
    gettext_lazy("Pipelines"),
    Record(
        {
            "code": Part(Code()),
            "name": Part(Words(60), gettext_lazy("Title")),
            "department": Part(Ref(section="departments"), gettext_lazy("Department"), default=""),
            "is_active": Part(Yes(), gettext_lazy("Takes new deals"), default=True),
            "distribution": Part(Many(_DISTRIBUTION), gettext_lazy("Who gets a new deal"), default=[]),
            "stages": Part(Many(_STAGE), gettext_lazy("Stages")),
        }
    ),
    of_company=_pipelines,
    put=_put_pipelines,
    faults=fit_together.faults,
    after=_after_pipeline,
    parts="stages",
)
