"""A pipeline as it is typed: the inputs of the editor, read into the form of a blueprint and written out of it.

Inputs are named by the stage (`contacted.limit`) and the rule (`contacted.way.0.to`); the order of the stages is the
one in which they stand in the form.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Appointing, Field, Stage, Task
from svyazka.business.deals.paths import soundness
from svyazka.business.deals.paths.content import Content
from svyazka.business.deals.paths.pipelines import Wish
from svyazka.business.deals.paths.soundness import House
from svyazka.kit import words
from svyazka.kit.codes import made_of
from svyazka.kit.texts import storable
from svyazka.workplaces.shared.typed import whole_number

NEW = "new."  # of a stage that is not stored yet
_LANGUAGES = ("ru", "en")


def read(sent: QueryDict, code: str) -> Wish:
    typed = _storable(sent)
    keys = list(dict.fromkeys(typed.getlist("stage")))[: 2 * soundness.MOST_STAGES]
    stays = [key for key in keys if f"{key}.gone" not in typed]
    codes = _codes(stays, typed)
    content = {
        "code": code,
        "name": _words(typed, "name"),
        "department": typed.get("department", ""),
        "stages": [_stage(typed, key, codes[key]) for key in stays],
        "distribution": [_distribution(typed, f"lead.{one}") for one in typed.getlist("lead")],
    }
    places = {key: codes.get(typed.get(f"{key}.place", ""), "") for key in keys if key not in stays}
    return Wish(content, places=places, new_limits="new_limits" in typed)


def _storable(sent: QueryDict) -> QueryDict:
    typed = QueryDict(mutable=True)
    for name, given in sent.lists():
        typed.setlist(storable(name), [storable(one) for one in given])
    return typed


def _codes(keys: list[str], typed: QueryDict) -> dict[str, str]:
    """Key of the form → code. A stage that is new gets one out of its name."""
    taken = {key for key in keys if not key.startswith(NEW)}
    codes = {key: key for key in taken}
    for key in keys:
        if key not in codes:
            codes[key] = made_of(_words(typed, f"{key}.name"), besides=taken)
            taken.add(codes[key])
    return codes


def _stage(typed: QueryDict, key: str, code: str) -> Content:
    return {
        "code": code,
        "kind": typed.get(f"{key}.kind", Stage.Kind.OPEN),
        "name": _words(typed, f"{key}.name"),
        "colour": typed.get(f"{key}.colour", "slate"),
        "limit_hours": _number(typed, f"{key}.limit"),
        "instruction": _words(typed, f"{key}.instruction"),
        "next_step": _words(typed, f"{key}.step"),
        "next_step_kind": typed.get(f"{key}.step_kind", Task.Kind.OTHER),
        "required": _ticked(typed, f"{key}.required"),
        "only_when": _condition(typed, key),
        "hand_off": [_way(typed, f"{key}.way.{one}") for one in typed.getlist(f"{key}.way")],
    }


def _way(typed: QueryDict, name: str) -> Content:
    return {
        "to": typed.get(f"{name}.to", ""),
        "accept_hours": _number(typed, f"{name}.accept"),
        "carried": _ticked(typed, f"{name}.carried"),
        **_rule(typed, name),
    }


def _distribution(typed: QueryDict, name: str) -> Content:
    return {
        "source": typed.get(f"{name}.source", ""),
        "take_minutes": _number(typed, f"{name}.take"),
        "is_active": f"{name}.on" in typed,
        **_rule(typed, name),
    }


def _rule(typed: QueryDict, name: str) -> Content:
    return {
        "how": typed.get(f"{name}.how", Appointing.How.LEAST_LOADED),
        "department": typed.get(f"{name}.department", ""),
        "role": typed.get(f"{name}.role", ""),
        "skill": typed.get(f"{name}.skill", "").strip()[:30],
        "people": typed.get(f"{name}.people", "").replace(",", " ").split(),
        "only_when": _condition(typed, name),
    }


def _ticked(typed: QueryDict, name: str) -> list[str]:
    """In the order in which they have been asked for until now; what is new comes behind."""
    before = {code: place for place, code in enumerate(typed.get(f"{name}_was", "").split())}
    return sorted(typed.getlist(name), key=lambda code: before.get(code, len(before)))


def _condition(typed: QueryDict, name: str) -> dict[str, list[Any]]:
    only_when: dict[str, list[Any]] = {}
    for chosen in typed.getlist(f"{name}.when"):
        code, _equals, value = chosen.partition("=")
        only_when.setdefault(code, []).append({"true": True, "false": False}.get(value, value))
    return only_when


def _words(typed: QueryDict, name: str) -> dict[str, str]:
    said = {language: typed.get(f"{name}_{language}", "").strip() for language in _LANGUAGES}
    return {language: text for language, text in said.items() if text}


def _number(typed: QueryDict, name: str) -> int | None:
    """What is no number comes back as one that no rule lets through."""
    given = typed.get(name, "").strip()
    return whole_number(given) or 0 if given else None


def shown(content: Content, house: House, *, standing: Mapping[str, int] | None = None) -> dict[str, Any]:
    """What the editor shows of it."""
    stages = [shown_stage(stage, number=(standing or {}).get(stage["code"], 0)) for stage in content["stages"]]
    leads = [_shown_rule(rule, at) for at, rule in enumerate(content["distribution"])]
    return {"content": content, "stages": stages, "leads": leads}


def shown_stage(stage: Content, *, number: int = 0) -> Content:
    ways = [_shown_rule(rule, at) for at, rule in enumerate(stage["hand_off"])]
    return {**stage, "key": stage["code"], "number": number, "when": _pairs(stage["only_when"]), "ways": ways}


def _shown_rule(rule: Content, at: int) -> Content:
    return {**rule, "number": str(at), "when": _pairs(rule["only_when"]), "logins": ", ".join(rule["people"])}


def _pairs(only_when: Mapping[str, list[Any]]) -> list[str]:
    written = {True: "true", False: "false"}
    return [f"{code}={written.get(value, value)}" for code, values in only_when.items() for value in values]


def offered(house: House, code: str) -> dict[str, Any]:
    """What can be chosen."""
    of_deals = [one for one in house.fields.values() if one.of == Field.Of.DEAL and one.is_active]
    of_clients = [one for one in house.fields.values() if one.of == Field.Of.CLIENT and one.is_active]
    required = [(one.code, _("{field} (client)").format(field=one.name)) for one in of_clients if not one.is_computed]
    typed = [one for one in of_deals if not one.is_computed]
    of_a_deal = [*((one, str(name)) for one, name in facts.OWN.items()), *((one.code, one.name) for one in typed)]
    return {
        "kinds": Stage.Kind.choices,
        "step_kinds": Task.Kind.choices,
        "colours": [(colour, _COLOURS[colour]) for colour in soundness.COLOURS],
        "hows": Appointing.How.choices,
        "fields": of_a_deal,
        "can_be_required": [*of_a_deal, *required],
        "asked": [(one.name, _values(one)) for one in of_deals if one.kind in soundness.ASKED_KINDS],
        "pipelines": [one for one in house.pipelines.values() if one.code != code and one.is_active],
        "departments": list(house.departments.values()),
        "sources": list(house.sources.values()),
        "roles": house.roles.items(),
        "skills": sorted({skill for person in house.people for skill in person.skills}),
    }


def _values(field: Field) -> list[tuple[str, str]]:
    if field.kind == Field.Kind.YES:
        return [(f"{field.code}=true", _("yes")), (f"{field.code}=false", _("no"))]
    return [(f"{field.code}={choice['code']}", words.here(choice["words"])) for choice in field.choices]


_COLOURS = {
    "blue": gettext_lazy("blue"),
    "cyan": gettext_lazy("light blue"),
    "violet": gettext_lazy("violet"),
    "purple": gettext_lazy("pink"),
    "amber": gettext_lazy("yellow"),
    "orange": gettext_lazy("orange"),
    "teal": gettext_lazy("turquoise"),
    "lime": gettext_lazy("light green"),
    "green": gettext_lazy("green"),
    "red": gettext_lazy("red"),
    "slate": gettext_lazy("grey"),
}
