"""What is wrong with a pipeline before it is saved. Each fault is a sentence that names the place."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from svyazka.business.clients.models import Source
from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Appointing, Field, HandOffRule, Pipeline, Stage, Task
from svyazka.business.deals.paths.content import Content
from svyazka.business.staff import roles
from svyazka.business.staff.models import Department, Person
from svyazka.kit import words
from svyazka.kit.refusals import Refused

COLOURS = ("blue", "cyan", "violet", "purple", "amber", "orange", "teal", "lime", "green", "red", "slate")
LONGEST_NAME, LONGEST_STEP, LONGEST_INSTRUCTION = 60, 200, 1000
MOST_HOURS, MOST_MINUTES, MOST_STAGES = 24 * 366, 60 * 24 * 31, 40
_CODE = re.compile(r"[A-Za-z0-9_-]{1,50}")
ASKED_KINDS = (Field.Kind.CHOICE, Field.Kind.CHOICES, Field.Kind.YES)


@dataclass(frozen=True)
class Fault:
    """`stage`: code of the stage that is at fault; empty: the pipeline itself."""

    words: str
    stage: str = ""


class Unsound(Refused):
    """The pipeline cannot be saved like this."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__(_("The pipeline cannot be saved like this:"), missing=[fault.words for fault in faults])


@dataclass
class House:
    """What a pipeline may name, read once."""

    fields: dict[str, Field] = field(default_factory=lambda: {one.code: one for one in Field.objects.all()})
    pipelines: dict[str, Pipeline] = field(default_factory=lambda: {one.code: one for one in Pipeline.objects.all()})
    departments: dict[str, Department] = field(
        default_factory=lambda: {one.code: one for one in Department.objects.all()}
    )
    sources: dict[str, Source] = field(default_factory=lambda: {one.code: one for one in Source.objects.all()})
    people: list[Person] = field(default_factory=lambda: list(Person.objects.all()))
    roles: dict[str, str] = field(default_factory=roles.names)

    def field_name(self, code: str) -> str:
        if code in facts.OWN:
            return str(facts.OWN[code])
        return self.fields[code].name if code in self.fields else code


def faults_of(content: Content, house: House) -> list[Fault]:
    """All of them, so that whoever edits need not find them one by one."""
    return [
        *_of_pipeline(content, house),
        *_of_kinds(content),
        *_of_codes(content),
        *(fault for stage in content["stages"] for fault in _of_stage(stage, house)),
        *_of_hand_offs(content, house),
        *(Fault(fault) for rule in content["distribution"] for fault in _of_distribution(rule, house)),
    ]


def warnings_of(content: Content, house: House) -> list[Fault]:
    """What may be meant so, but probably is not: a rule that finds nobody."""
    return [
        *(
            Fault(_in_stage(stage, _nobody(rule)), stage["code"])
            for stage in content["stages"]
            for rule in stage["hand_off"]
            if _finds_nobody(rule, house)
        ),
        *(Fault(_nobody(rule)) for rule in content["distribution"] if _finds_nobody(rule, house)),
    ]


def _of_pipeline(content: Content, house: House) -> Iterator[Fault]:
    if not words.here(content["name"]):
        yield Fault(_("The pipeline needs a name."))
    if any(len(name) > LONGEST_NAME for name in content["name"].values()):
        yield Fault(_("The name of the pipeline is too long."))
    if content["department"] and content["department"] not in house.departments:
        yield Fault(_("There is no department “{code}”.").format(code=content["department"]))


def _of_kinds(content: Content) -> Iterator[Fault]:
    kinds = [stage["kind"] for stage in content["stages"]]
    if Stage.Kind.OPEN not in kinds:
        yield Fault(_("At least one stage must be open: that is where deals begin."))
    if Stage.Kind.WON not in kinds:
        yield Fault(_("A stage is missing at which a deal is won."))
    if Stage.Kind.LOST not in kinds:
        yield Fault(_("A stage is missing at which a deal is lost."))
    if len(kinds) > MOST_STAGES:
        yield Fault(_("More than {most} stages: nobody finds his way in them.").format(most=MOST_STAGES))
    first = next((stage for stage in content["stages"] if stage["kind"] == Stage.Kind.OPEN), None)
    if first and first["only_when"]:
        yield Fault(_in_stage(first, _("here deals begin, so it must be for all of them")), first["code"])


def _of_codes(content: Content) -> Iterator[Fault]:
    seen: set[str] = set()
    for stage in content["stages"]:
        if stage["code"] in seen:
            yield Fault(_in_stage(stage, _("another stage has the same code")), stage["code"])
        seen.add(stage["code"])
        if not _CODE.fullmatch(stage["code"]):
            yield Fault(_in_stage(stage, _("its code is one of Latin letters, digits, - and _")), stage["code"])


def _of_stage(stage: Content, house: House) -> Iterator[Fault]:
    for said in (*_of_words(stage), *_of_values(stage), *_of_required(stage, house)):
        yield Fault(_in_stage(stage, said), stage["code"])
    for said in _of_condition(stage["only_when"], house):
        yield Fault(_in_stage(stage, said), stage["code"])


def _of_words(stage: Content) -> Iterator[str]:
    if not words.here(stage["name"]):
        yield _("it needs a name")
    for part, longest, said in (
        ("name", LONGEST_NAME, _("its name is too long")),
        ("instruction", LONGEST_INSTRUCTION, _("its instruction is too long")),
        ("next_step", LONGEST_STEP, _("its next step is too long")),
    ):
        if any(len(text) > longest for text in stage[part].values()):
            yield said


def _of_values(stage: Content) -> Iterator[str]:
    limit = stage["limit_hours"]
    if limit is not None and not (isinstance(limit, int) and 1 <= limit <= MOST_HOURS):
        yield _("the limit is a number of hours between 1 and {most}").format(most=MOST_HOURS)
    if stage["kind"] not in Stage.Kind.values:
        yield _("it is neither open nor won nor lost")
    if stage["colour"] not in COLOURS:
        yield _("there is no such colour")
    if stage["next_step_kind"] not in Task.Kind.values:
        yield _("there is no such kind of step")


def _of_required(stage: Content, house: House) -> Iterator[str]:
    for code in stage["required"]:
        if code in facts.OWN:
            continue
        if code not in house.fields:
            yield _("the field “{code}”, which must be filled in, does not exist").format(code=code)
        elif house.fields[code].of == Field.Of.VISIT:
            yield _("the field “{name}”, which must be filled in, is a visit's").format(name=house.fields[code].name)


def _of_condition(only_when: Mapping[str, list[Any]], house: House) -> Iterator[str]:
    for code, values in only_when.items():
        asked = house.fields.get(code)
        if asked is None:
            yield _("the condition names a field “{code}” that does not exist").format(code=code)
        elif asked.of != Field.Of.DEAL or asked.kind not in ASKED_KINDS:
            yield _("a condition can ask for a list or for yes and no, not for “{name}”").format(name=asked.name)
        elif not _values_of(asked) >= set(values):
            yield _("the condition names a value that “{name}” does not have").format(name=asked.name)


def _values_of(asked: Field) -> set[Any]:
    return {True, False} if asked.kind == Field.Kind.YES else {choice["code"] for choice in asked.choices}


def possible_condition(only_when: Mapping[str, list[Any]], house: House) -> dict[str, list[Any]]:
    """Without what nobody can ask for any more."""
    return {code: values for code, values in only_when.items() if not list(_of_condition({code: values}, house))}


def _of_hand_offs(content: Content, house: House) -> Iterator[Fault]:
    for stage in content["stages"]:
        said: list[str] = []
        for rule in stage["hand_off"]:
            said += _of_hand_off(rule, content, house)
        if len({rule["to"] for rule in stage["hand_off"]}) < len(stage["hand_off"]):
            said.append(_("it hands on to the same pipeline twice"))
        if stage["hand_off"] and stage["kind"] == Stage.Kind.LOST:
            said.append(_("a lost deal is not handed on"))
        yield from (Fault(_in_stage(stage, one), stage["code"]) for one in said)
    if circle := circle_of(content):
        names = [house.pipelines[code].name if code in house.pipelines else code for code in circle]
        yield Fault(_("The hand-offs go round in a circle: {way}.").format(way=" → ".join(names)))


def _of_hand_off(rule: Content, content: Content, house: House) -> Iterator[str]:
    to = house.pipelines.get(rule["to"])
    if to is None:
        yield _("the pipeline “{code}”, to which it hands on, does not exist").format(code=rule["to"])
    elif not to.is_active:
        yield _("the pipeline “{name}”, to which it hands on, is switched off").format(name=to.name)
    if not 1 <= rule["accept_hours"] <= MOST_HOURS:
        yield _("the time for accepting is a number of hours between 1 and {most}").format(most=MOST_HOURS)
    for code in rule["carried"]:
        if code not in facts.OWN and (code not in house.fields or house.fields[code].of != Field.Of.DEAL):
            yield _("the field “{code}”, which goes along, does not exist").format(code=code)
    yield from _of_condition(rule["only_when"], house)
    yield from _of_appointing(rule, house)


def circle_of(content: Content) -> list[str]:
    """Codes of the pipelines that a deal would go round in, beginning and ending with this one."""
    ways: dict[str, set[str]] = {}
    for left, to in HandOffRule.objects.values_list("stage__pipeline__code", "to__code"):
        ways.setdefault(left, set()).add(to)
    begin = content["code"]
    ways[begin] = {rule["to"] for stage in content["stages"] for rule in stage["hand_off"]}
    return _way_back(begin, begin, ways, [begin])


def _way_back(here: str, begin: str, ways: Mapping[str, set[str]], gone: list[str]) -> list[str]:
    for to in sorted(ways.get(here, ())):
        if to == begin:
            return [*gone, begin]
        if to not in gone and (found := _way_back(to, begin, ways, [*gone, to])):
            return found
    return []


def _of_distribution(rule: Content, house: House) -> Iterator[str]:
    said: list[str] = []
    if rule["source"] and rule["source"] not in house.sources:
        said.append(_("there is no source “{code}”").format(code=rule["source"]))
    minutes = rule["take_minutes"]
    if minutes is not None and not 1 <= minutes <= MOST_MINUTES:
        said.append(
            _("the time for taking a lead up is a number of minutes between 1 and {most}").format(most=MOST_MINUTES)
        )
    said += [*_of_condition(rule["only_when"], house), *_of_appointing(rule, house)]
    yield from (_("Distribution of leads: {said}.").format(said=one) for one in said)


def _of_appointing(rule: Content, house: House) -> Iterator[str]:
    if rule["how"] not in Appointing.How.values:
        yield _("there is no such way to appoint somebody")
    if rule["department"] and rule["department"] not in house.departments:
        yield _("there is no department “{code}”").format(code=rule["department"])
    if rule["role"] and rule["role"] not in house.roles:
        yield _("there is no role “{code}”").format(code=rule["role"])
    logins = {person.login for person in house.people}
    yield from (_("nobody has the log-in “{login}”").format(login=one) for one in rule["people"] if one not in logins)


def _finds_nobody(rule: Content, house: House) -> bool:
    if rule["how"] == Appointing.How.NOBODY:
        return False
    return not any(person.is_active and _could_be(person, rule, house) for person in house.people)


def _could_be(person: Person, rule: Content, house: House) -> bool:
    if rule["people"] and person.login not in rule["people"]:
        return False
    department = house.departments.get(rule["department"])
    return (
        (department is None or person.department_id == department.pk)
        and (not rule["role"] or person.role == rule["role"])
        and (not rule["skill"] or rule["skill"] in person.skills)
    )


def _nobody(rule: Content) -> str:
    if "to" in rule:
        return _("nobody of the staff fits the rule by which it hands on; such deals will wait for the head")
    return _("Distribution of leads: nobody of the staff fits a rule; such leads will wait for the head.")


def _in_stage(stage: Content, said: str) -> str:
    return _("Stage “{stage}”: {said}.").format(stage=words.here(stage["name"]) or _("no name yet"), said=said)
