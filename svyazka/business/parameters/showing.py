"""How a figure came about: the formula in words, and with the values put in; or why nothing came of it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language

from svyazka.business.clients.models import Client
from svyazka.business.deals.models import Deal
from svyazka.business.parameters import wording
from svyazka.business.parameters.defining import Understood
from svyazka.business.parameters.models import Parameter, Stuck
from svyazka.business.parameters.names import CLIENT, DEAL, PERSON, Name, names_of
from svyazka.business.parameters.recompute import count
from svyazka.business.staff.models import Person
from svyazka.engines.formulas.formula import Kind, Named, Trouble, Value, names_in
from svyazka.engines.formulas.parse import parse
from svyazka.engines.formulas.settle import in_words
from svyazka.engines.formulas.written import written

PREVIEWED = 10
Sayer = Callable[[Kind, Value], str]  # a value in the words of the page


@dataclass(frozen=True)
class Part:
    """What a formula names, and what that is here; empty: it is not known."""

    name: str
    value: str


@dataclass(frozen=True)
class Came:
    """`stored`: as it stands in facts and figures; or `trouble`, a part of a sentence."""

    object_id: int
    formula: str
    parts: list[Part]
    stored: Any = None
    trouble: str = ""


def formula_in_words(parameter: Parameter, names: Mapping[str, Name]) -> str:
    """As people typed it, in the language of the page."""
    return said_in_words(parameter.formula, names)


def said_in_words(formula: str, names: Mapping[str, Name]) -> str:
    is_russian = (get_language() or "ru").startswith("ru")
    return written(in_words(parse(formula), names), russian=is_russian)


def came(parameter: Parameter, ids: Collection[int], names: Mapping[str, Name], say: Sayer) -> list[Came]:
    """Counted now, of these; nothing is written."""
    counted = count([parameter], list(ids))
    asked, formula = names_in(parse(parameter.formula)), formula_in_words(parameter, names)
    found = []
    for number in ids:
        trouble = counted.stuck.get(number, {}).get(parameter.code)
        values = counted.values.get(number, {})
        parts = [Part(_words(code, names), _said(values.get(code), names.get(code), say)) for code in asked]
        stored = counted.stored.get(number, {}).get(parameter.code)
        found.append(Came(number, formula, parts, stored, wording.of_trouble(trouble, names) if trouble else ""))
    return found


def preview(understood: Understood, *, of: str, decimals: int, ids: Collection[int], say: Sayer) -> list[Came]:
    """What the formula would make of these, before it is kept."""
    parameter = Parameter(of=of, code="", kind=str(understood.kind), decimals=decimals, reads=understood.reads)
    parameter.formula = written(understood.formula)
    return came(parameter, ids, understood.names, say)


def latest(of: str) -> list[int]:
    """On whom a formula is tried: the newest deals and clients, the first of the staff."""
    chosen = {
        DEAL: Deal.objects.order_by("-pk"),
        CLIENT: Client.objects.filter(merged_into=None).order_by("-created_at", "-pk"),
        PERSON: Person.objects.working().order_by("full_name"),
    }[of]
    return list(chosen.values_list("pk", flat=True)[:PREVIEWED])


def troubles_of(of: str, object_id: int) -> dict[str, str]:
    """Code of a parameter → why nothing comes of it here."""
    rows = Stuck.objects.filter(parameter__of=of, parameter__is_active=True, object_id=object_id)
    found = [
        (code, Trouble(why, (0, 0), name)) for code, why, name in rows.values_list("parameter__code", "code", "name")
    ]
    if not found:
        return {}
    names = names_of(of)
    return {code: wording.of_trouble(trouble, names) for code, trouble in found}


def _words(code: str, names: Mapping[str, Named]) -> str:
    return names[code].words if code in names else code


def _said(value: Value | None, name: Named | None, say: Sayer) -> str:
    if value is None or name is None:
        return ""
    if isinstance(value, tuple):
        return ", ".join(name.choices.get(one, one) for one in value)
    return say(name.kind, value)
