"""Reasons of breaks of a blueprint, and our telephone numbers in a demonstration."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from svyazka.business.calls.models import BreakReason, PhoneLine
from svyazka.business.clients.models import Source
from svyazka.business.journal.record import Actor
from svyazka.kit.shapes import Code, Part, Record, Ref, Section, Text, Whole, Words, Yes

_PLAIN = ("minutes", "is_active")


def _of_company() -> list[dict[str, Any]]:
    return [
        {"code": one.code, "name": one.words, "minutes": one.minutes, "is_active": one.is_active}
        for one in BreakReason.objects.all()
    ]


def _put(items: list[dict[str, Any]], chosen: set[str], _by: Actor) -> None:
    for position, given in enumerate(items):
        BreakReason.objects.filter(code=given["code"]).update(position=position)
        if given["code"] in chosen:
            values = {"words": given["name"], "position": position, **{key: given[key] for key in _PLAIN}}
            BreakReason.objects.update_or_create(code=given["code"], defaults=values)


BREAKS = Section(
    "breaks",
    _("Reasons of breaks"),
    Record(
        {
            "code": Part(Code(60)),
            "name": Part(Words(), _("Title")),
            "minutes": Part(Whole(0, 1440), _("Minutes at most"), default=0),
            "is_active": Part(Yes(), _("In use"), default=True),
        }
    ),
    of_company=_of_company,
    put=_put,
)

LINE = Record({"number": Part(Text(20)), "name": Part(Text()), "source": Part(Ref(60, section="sources"))})


def load(lines: Iterable[Mapping[str, Any]]) -> None:
    for given in lines:
        PhoneLine.objects.create(
            number=given["number"], name=given["name"], source=Source.objects.get(code=given["source"])
        )
