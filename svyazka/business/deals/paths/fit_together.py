"""What pipelines must not be, taken together: without an end, with two beginnings, in a circle."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _

from svyazka.business.deals.models import Field, Stage
from svyazka.kit.shapes import Fault, Item, Path

_ASKED = (Field.Kind.CHOICE, Field.Kind.CHOICES, Field.Kind.YES)


def faults(whole: Mapping[str, Any]) -> Iterator[Fault]:
    if not whole["pipelines"]:
        yield Fault(("pipelines",), _("There is no pipeline: without one no deal can be opened."))
    fields = {field["code"]: field for field in whole["fields"]}
    for pipeline in whole["pipelines"]:
        path = ("pipelines", pipeline["code"])
        yield from _of_path(pipeline, path)
        for place, rule in enumerate(pipeline["distribution"]):
            yield from _of_condition(rule["only_when"], fields, (*path, "distribution", place, "only_when"))
        for stage in pipeline["stages"]:
            yield from _of_stage(stage, fields, (*path, "stages", stage["code"]))
    yield from _circles(whole["pipelines"])


def _of_path(pipeline: Item, path: Path) -> Iterator[Fault]:
    """A deal begins at the first open stage of the list, goes along the open ones and ends at a won or a lost one."""
    path = (*path, "stages")
    stages = pipeline["stages"]
    kinds = {stage["kind"] for stage in stages}
    for kind, words in (
        ("open", _("There is no first stage: at least one must be open.")),
        ("won", _("There is no won stage.")),
        ("lost", _("There is no lost stage.")),
    ):
        if kind not in kinds:
            yield Fault(path, words)
    first = next((stage for stage in stages if stage["kind"] == "open"), None)
    if first and first["only_when"]:
        words = _("The first stage is for every deal: with a condition the pipeline would have two first stages.")
        yield Fault((*path, first["code"], "only_when"), words)


def _of_stage(stage: Item, fields: Mapping[str, Item], path: Path) -> Iterator[Fault]:
    yield from _of_condition(stage["only_when"], fields, (*path, "only_when"))
    yield from _of_facts(stage["required"], fields, (*path, "required"), also=Field.Of.CLIENT)
    seen = set()
    for place, rule in enumerate(stage["hand_off"]):
        here = (*path, "hand_off", place)
        if rule["to"] in seen:
            words = _("The stage hands on into “{pipeline}” twice.")
            yield Fault((*here, "to"), words.format(pipeline=rule["to"]))
        seen.add(rule["to"])
        yield from _of_condition(rule["only_when"], fields, (*here, "only_when"))
        yield from _of_facts(rule["carried"], fields, (*here, "carried"))
    if stage["hand_off"] and stage["kind"] == Stage.Kind.LOST:
        yield Fault((*path, "hand_off"), _("A lost deal is not handed on."))


def _of_facts(
    codes: list[str], fields: Mapping[str, Item], path: Path, *, also: Field.Of = Field.Of.DEAL
) -> Iterator[Fault]:
    for place, code in enumerate(codes):
        if code in fields and fields[code]["of"] not in (Field.Of.DEAL, also):
            words = _("“{code}” is no field of the deal; a stage asks for what is known of the deal.")
            yield Fault((*path, place), words.format(code=code))


def _of_condition(only_when: Mapping[str, list[Any]], fields: Mapping[str, Item], path: Path) -> Iterator[Fault]:
    for code, values in only_when.items():
        field = fields.get(code)
        if field is None:
            continue
        if field["of"] != Field.Of.DEAL or field["kind"] not in _ASKED:
            words = _("A condition asks for something to choose from, or for yes and no; “{code}” is neither.")
            yield Fault((*path, code), words.format(code=code))
            continue
        possible = [True, False] if field["kind"] == Field.Kind.YES else [one["code"] for one in field["choices"]]
        for value in values:
            if value not in possible:
                words = _("“{value}” cannot be chosen in the field “{code}”.")
                yield Fault((*path, code), words.format(value=value, code=code))


def _circles(pipelines: list[Item]) -> Iterator[Fault]:
    """Each circle once, at the rule that closes it."""
    legs: dict[str, list[tuple[str, Path]]] = {}
    for pipeline in pipelines:
        legs[pipeline["code"]] = [
            (rule["to"], ("pipelines", pipeline["code"], "stages", stage["code"], "hand_off", place, "to"))
            for stage in pipeline["stages"]
            for place, rule in enumerate(stage["hand_off"])
        ]
    done: set[str] = set()
    for start in legs:
        yield from _walk(start, [start], legs, done)


def _walk(here: str, way: list[str], legs: Mapping[str, list[tuple[str, Path]]], done: set[str]) -> Iterator[Fault]:
    for to, path in legs.get(here, ()):
        if to in way:
            circle = " → ".join([*way[way.index(to) :], to])
            yield Fault(path, _("Hand-offs go in a circle: {circle}.").format(circle=circle))
        elif to not in done:
            yield from _walk(to, [*way, to], legs, done)
    done.add(here)
