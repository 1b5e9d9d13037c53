"""Templates of offers in a blueprint; a logo stays where it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy

from svyazka.business.journal.record import Actor
from svyazka.business.offers.content import COLUMNS, TEXTS
from svyazka.business.offers.models import OfferTemplate
from svyazka.business.offers.templates import LONGEST, MOST_DAYS, Wish, insist_sound
from svyazka.kit.refusals import Refused
from svyazka.kit.shapes import Code, Fault, Many, OneOf, Part, Path, Reading, Record, Section, Whole, Words, Yes
from svyazka.kit.yaml_text import Node

_PLAIN = ("columns", "valid_days", "is_active", *TEXTS)


@dataclass(frozen=True)
class _MaybeWords(Words):
    """A text that need not be there."""

    def read(self, node: Node, path: Path, reading: Reading) -> dict[str, str]:
        return {} if node.value in ("", {}) else super().read(node, path, reading)


def _of_company() -> list[dict[str, Any]]:
    rows = OfferTemplate.objects.defer("logo")
    return [{"code": one.code, "name": one.words, **{key: getattr(one, key) for key in _PLAIN}} for one in rows]


def _put(items: list[dict[str, Any]], chosen: set[str], _by: Actor) -> None:
    for position, given in enumerate(items):
        OfferTemplate.objects.filter(code=given["code"]).update(position=position)
        if given["code"] in chosen:
            values = {"words": given["name"], "position": position, **{key: given[key] for key in _PLAIN}}
            OfferTemplate.objects.update_or_create(code=given["code"], defaults=values)


def _faults(content: Mapping[str, Any]) -> Iterator[Fault]:
    for given in content["offer_templates"]:
        try:
            insist_sound(Wish(given["valid_days"] or 1, given["columns"], *(given[name] for name in TEXTS)))
        except Refused as refusal:
            yield Fault(("offer_templates", given["code"]), str(refusal.message))


OFFER_TEMPLATES = Section(
    "offer_templates",
    gettext_lazy("Templates of offers"),
    Record(
        {
            "code": Part(Code()),
            "name": Part(Words(longest=60), gettext_lazy("Title")),
            "columns": Part(Many(OneOf(tuple(COLUMNS.items()))), gettext_lazy("Columns"), default=list(Wish().columns)),
            "valid_days": Part(Whole(1, MOST_DAYS), gettext_lazy("Holds for so many days"), default=14),
            "heading": Part(_MaybeWords(LONGEST["heading"]), gettext_lazy("Whose offer it is"), default={}),
            "before": Part(_MaybeWords(LONGEST["before"]), gettext_lazy("Above the lines"), default={}),
            "after": Part(_MaybeWords(LONGEST["after"]), gettext_lazy("Below the lines"), default={}),
            "letter": Part(_MaybeWords(LONGEST["letter"]), gettext_lazy("Message to the client"), default={}),
            "is_active": Part(Yes(), gettext_lazy("In use"), default=True),
        }
    ),
    of_company=_of_company,
    put=_put,
    faults=_faults,
)
