"""Parameters of a blueprint: their formulas go by codes, so they mean the same in another house."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from svyazka.business.journal.record import Actor
from svyazka.business.parameters import circles, defining, recount, wording
from svyazka.business.parameters.models import Parameter
from svyazka.engines.formulas.formula import Wrong
from svyazka.engines.formulas.parse import parse
from svyazka.kit.shapes import Code, Fault, Item, OneOf, Part, Record, Section, Text, Whole, Words, Yes


def _of_company() -> list[Item]:
    return [
        {
            "code": one.code,
            "of": one.of,
            "name": one.words,
            "hint": one.hint_words,
            "formula": one.formula,
            "decimals": one.decimals,
            "is_active": one.is_active,
        }
        for one in circles.in_order(Parameter.objects.all())
    ]


def _put(items: list[Item], chosen: set[str], by: Actor) -> None:
    """In this order: what others name comes first."""
    known = {one.code: one for one in Parameter.objects.all()}
    changed = [
        defining.take_over(known.get(given["code"]), given, position=position, by=by)
        for position, given in enumerate(items)
        if given["code"] in chosen
    ]
    for of in Parameter.Of.values:
        recount.ask([one for one in changed if one.of == of], by=None)


def _faults(whole: Mapping[str, Any]) -> Iterator[Fault]:
    fields = {one["code"] for one in whole["fields"]}
    for given in whole["parameters"]:
        path = ("parameters", given["code"])
        if given["code"] in fields:
            yield Fault((*path, "code"), _("There is a field of this code already."))
        try:
            parse(given["formula"])
        except Wrong as wrong:
            yield Fault((*path, "formula"), wording.of_wrong(wrong))


PARAMETERS = Section(
    "parameters",
    gettext_lazy("Parameters"),
    Record(
        {
            "code": Part(Code()),
            "of": Part(OneOf(tuple(Parameter.Of.choices)), gettext_lazy("Belongs to"), default="deal"),
            "name": Part(Words(), gettext_lazy("Title")),
            "hint": Part(Words(300), gettext_lazy("Hint"), default={}),
            "formula": Part(Text(2000), gettext_lazy("Formula")),
            "decimals": Part(Whole(most=defining.MOST_DECIMALS), gettext_lazy("Decimal places"), default=2),
            "is_active": Part(Yes(), gettext_lazy("In use"), default=True),
        }
    ),
    of_company=_of_company,
    put=_put,
    faults=_faults,
)
