"""Parameters that name each other: in which order they are counted, and no round trips."""

from __future__ import annotations

from collections.abc import Iterable

from svyazka.business.parameters.models import Parameter
from svyazka.business.parameters.names import FIELD, FIGURE
from svyazka.engines.formulas.formula import Formula, Name, Wrong, names_in, pieces


def refuse(formula: Formula, parameter: Parameter) -> None:
    """With the whole circle in words, at the name by which it begins."""
    by_code = {one.code: one for one in Parameter.objects.filter(of=parameter.of)}
    for name in names_in(formula):
        if way := _way(code_of(name), parameter.code, by_code, set()):
            place = next(one.place for one in pieces(formula) if isinstance(one, Name) and one.said == name)
            if len(way) == 1:
                raise Wrong("itself", place)
            circle = " → ".join([parameter.name, *(by_code[code].name for code in way)])
            raise Wrong("circle", place, circle=circle)


def in_order(parameters: Iterable[Parameter]) -> list[Parameter]:
    """First those that others name."""
    waiting = {one.code: one for one in parameters}
    found: list[Parameter] = []

    def count(one: Parameter) -> None:
        for name in one.reads:
            if read := waiting.pop(code_of(name), None):
                count(read)
        found.append(one)

    while waiting:
        count(waiting.pop(next(iter(waiting))))
    return found


def named_by(parameter: Parameter) -> list[Parameter]:
    """Those that are in use and name it."""
    return [one for one in Parameter.objects.filter(is_active=True) if _names(one, parameter)]


def with_followers(chosen: Iterable[Parameter], active: Iterable[Parameter]) -> list[Parameter]:
    """And all that name one of them, or one of these."""
    found = {one.code: one for one in chosen}
    waiting = list(active)
    while more := [one for one in waiting if {code_of(name) for name in one.reads} & {*found}]:
        waiting = [one for one in waiting if one not in more]
        found |= {one.code: one for one in more}
    return list(found.values())


def code_of(name: str) -> str:
    """Of the parameter that is named; any other name is none of theirs."""
    return name.removeprefix(FIELD).removeprefix(FIGURE) if name.startswith((FIELD, FIGURE)) else ""


def _names(one: Parameter, other: Parameter) -> bool:
    is_theirs = (one.of == Parameter.Of.PERSON) == (other.of == Parameter.Of.PERSON)
    return is_theirs and other.code in {code_of(name) for name in one.reads}


def _way(start: str, goal: str, by_code: dict[str, Parameter], seen: set[str]) -> list[str]:
    """From one to the other by what they name; empty: there is none."""
    if start == goal:
        return [goal]
    if start not in by_code or start in seen:
        return []
    seen.add(start)
    for name in by_code[start].reads:
        if way := _way(code_of(name), goal, by_code, seen):
            return [start, *way]
    return []
