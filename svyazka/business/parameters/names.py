"""All that a formula may name of a deal, a client or one of the staff: what the house has by itself, the company's own
fields, and other parameters."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.clients.models import Source as ClientSource
from svyazka.business.deals.models import Field, LossReason, Pipeline, Stage
from svyazka.business.parameters import of_clients, of_deals, of_people
from svyazka.business.parameters.models import Parameter
from svyazka.business.parameters.sources import Known, Source
from svyazka.business.staff.models import Department, Person
from svyazka.engines.formulas.formula import Kind, Named
from svyazka.kit import words

DEAL, CLIENT, PERSON = (str(one) for one in Parameter.Of)
SOURCES: dict[str, tuple[Source, ...]] = {
    DEAL: of_deals.SOURCES,
    CLIENT: of_clients.SOURCES,
    PERSON: of_people.SOURCES,
}
KNOWN: dict[str, dict[str, tuple[Source, Known]]] = {
    of: {one.code: (source, one) for source in sources for one in source.names} for of, sources in SOURCES.items()
}
FIELD, FIGURE = "field.", "figure."  # what the codes of fields and of people's parameters begin with
OWN_FIELDS, PARAMETERS = gettext_lazy("Own fields"), gettext_lazy("Parameters")

KINDS: dict[str, Kind] = {
    Field.Kind.TEXT: Kind.TEXT,
    Field.Kind.LONG_TEXT: Kind.TEXT,
    Field.Kind.NUMBER: Kind.NUMBER,
    Field.Kind.DECIMAL: Kind.NUMBER,
    Field.Kind.MONEY: Kind.MONEY,
    Field.Kind.DATE: Kind.DATE,
    Field.Kind.MOMENT: Kind.MOMENT,
    Field.Kind.YES: Kind.YES,
    Field.Kind.CHOICE: Kind.LIST,
    Field.Kind.CHOICES: Kind.LIST,
    Field.Kind.PERSON: Kind.LIST,
}  # what is only written down, a telephone number say, counts nothing
_EXAMPLES = {
    Kind.NUMBER: "3",
    Kind.MONEY: "54 300,00",
    Kind.TEXT: "\u201e\u2026\u201c",
    Kind.DATE: "27.11.2026",
    Kind.MOMENT: "27.11.2026 14:05",
    Kind.YES: gettext_lazy("yes"),
    Kind.LIST: gettext_lazy("chosen from a list"),
}


@dataclass(frozen=True)
class Name(Named):
    group: str = ""
    example: str = ""
    by_time: str = ""


def names_of(holder: str) -> dict[str, Name]:
    """By code, in the order in which they are offered; the words are those of the page's language."""
    lists = _Lists()
    found = [_own(source, one, lists) for source, one in KNOWN[holder].values()]
    found += _of_people() if holder == PERSON else _fields(holder, lists)
    return _told_apart(found)


def _own(source: Source, one: Known, lists: _Lists) -> Name:
    choices = lists.of(one.choices) if one.choices else {}
    return _name(one.code, one.kind, str(one.words), str(source.group), choices, one.by_time)


def _fields(holder: str, lists: _Lists) -> list[Name]:
    of = (Field.Of.DEAL, Field.Of.CLIENT) if holder == DEAL else (Field.Of.CLIENT,)
    fields = [field for field in Field.objects.filter(of__in=of) if field.kind in KINDS]
    return [_field(field, holder, lists) for field in sorted(fields, key=lambda one: (one.of != holder, one.position))]


def _field(field: Field, holder: str, lists: _Lists) -> Name:
    said = field.name if field.of == holder else _("{field} (client)").format(field=field.name)
    choices = {one["code"]: words.here(one["words"]) for one in field.choices}
    if field.kind == Field.Kind.PERSON:
        choices = lists.of("people")
    group = PARAMETERS if field.is_computed else OWN_FIELDS
    return _name(f"{FIELD}{field.code}", KINDS[field.kind], said, str(group), choices)


def _of_people() -> list[Name]:
    figures = Parameter.objects.filter(of=PERSON)
    return [_name(f"{FIGURE}{one.code}", Kind(one.kind), one.name, str(PARAMETERS)) for one in figures]


def _name(
    code: str, kind: Kind, said: str, group: str, choices: Mapping[str, str] | None = None, by_time: str = ""
) -> Name:
    plain = said.translate(_NO_MARKS)
    example = next(iter(choices.values()), "") if choices else str(_EXAMPLES[kind])
    return Name(code, kind, plain, choices or {}, group=group, example=example, by_time=by_time)


_NO_MARKS = str.maketrans("[]{}", "()()")  # a formula has marks of its own


def _told_apart(names: list[Name]) -> dict[str, Name]:
    """Two of the same words would be one: the second gets a number."""
    taken: dict[str, int] = {}
    found = {}
    for one in names:
        times = taken[one.words.lower()] = taken.get(one.words.lower(), 0) + 1
        found[one.code] = one if times == 1 else replace(one, words=f"{one.words} ({times})")
    return found


class _Lists:
    """What is chosen from, each read once and only where it is asked for."""

    def __init__(self) -> None:
        self.read: dict[str, dict[str, str]] = {}

    def of(self, which: str) -> dict[str, str]:
        if which not in self.read:
            self.read[which] = _LISTS[which]()
        return self.read[which]


def _stages() -> dict[str, str]:
    stages = Stage.objects.select_related("pipeline").order_by("pipeline__position", "pipeline_id", "position")
    return {f"{one.pipeline.code}/{one.code}": f"{one.pipeline.name}: {one.name}" for one in stages}


def _by_code(model: Any) -> dict[str, str]:
    return {one.code: one.name for one in model.objects.all()}


_LISTS: dict[str, Callable[[], dict[str, str]]] = {
    "stages": _stages,
    "pipelines": lambda: _by_code(Pipeline),
    "sources": lambda: _by_code(ClientSource),
    "departments": lambda: _by_code(Department),
    "reasons": lambda: _by_code(LossReason),
    "people": lambda: {str(pk): name for pk, name in Person.objects.values_list("pk", "full_name")},
}
