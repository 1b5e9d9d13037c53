"""Categories of a blueprint."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy

from svyazka.business.journal.record import Actor
from svyazka.business.sorting import in_force
from svyazka.business.sorting.categories import COLOURS
from svyazka.business.sorting.models import Category, Meaning
from svyazka.kit.shapes import Code, OneOf, Part, Record, Section, Words, Yes

_PLAIN = ("meaning", "colour", "is_active")


def _of_company() -> list[dict[str, Any]]:
    rows = Category.objects.all()
    return [{"code": one.code, "name": one.words, **{key: getattr(one, key) for key in _PLAIN}} for one in rows]


def _put(items: list[dict[str, Any]], chosen: set[str], _by: Actor) -> None:
    for position, given in enumerate(items):
        Category.objects.filter(code=given["code"]).update(position=position)
        if given["code"] in chosen:
            values = {"words": given["name"], "position": position, **{key: given[key] for key in _PLAIN}}
            Category.objects.update_or_create(code=given["code"], defaults=values)
    if items:
        in_force.changed()


CATEGORIES = Section(
    "categories",
    gettext_lazy("Categories of what comes in"),
    Record(
        {
            "code": Part(Code(longest=40)),
            "name": Part(Words(longest=60), gettext_lazy("Title")),
            "meaning": Part(OneOf(tuple(Meaning.choices)), gettext_lazy("What it means"), default="other"),
            "colour": Part(OneOf(tuple((one, one) for one in COLOURS)), gettext_lazy("Colour"), default="slate"),
            "is_active": Part(Yes(), gettext_lazy("In use"), default=True),
        }
    ),
    of_company=_of_company,
    put=_put,
)
