"""Reasons of breaks and hours for calls out of a blueprint, and our telephone numbers in a demonstration.

Numbers that are not rung are people's, and in no blueprint; who may ring them all the same is a right of the roles.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import time
from typing import Any

from django.utils.translation import gettext_lazy as _

from svyazka.business.calls.dialling import hours
from svyazka.business.calls.models import BreakReason, CallingHours, PhoneLine
from svyazka.business.clients.models import Source
from svyazka.business.journal.record import Actor
from svyazka.kit.shapes import (
    Code,
    Fault,
    OneOf,
    Part,
    Path,
    Reading,
    Record,
    Ref,
    Section,
    Text,
    Whole,
    Words,
    Yes,
)
from svyazka.kit.yaml_text import Node

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

# Of which days → the columns.
_HOURS = {"weekdays": ("begins", "ends"), "weekend": ("weekend_begins", "weekend_ends")}
DAYS = (("weekdays", _("Working days")), ("weekend", _("Weekend")))


class _Time(Text):
    """ "09:00"."""

    def read(self, node: Node, path: Path, reading: Reading) -> str:
        text = node.value if isinstance(node.value, str) else ""
        if not re.fullmatch("([01][0-9]|2[0-3]):[0-5][0-9]", text):
            reading.wrong(node, path, str(_("A time is written like “09:00”.")))
        return text


def _hours_of_company() -> list[dict[str, Any]]:
    """Nothing, as long as nobody has said when: then the usual hours count."""
    row = CallingHours.objects.order_by("pk").first()
    if row is None:
        return []
    return [
        {"code": code, "begins": f"{getattr(row, first):%H:%M}", "ends": f"{getattr(row, last):%H:%M}"}
        for code, (first, last) in _HOURS.items()
    ]


def _put_hours(items: list[dict[str, Any]], chosen: set[str], _by: Actor) -> None:
    row = CallingHours.objects.select_for_update().order_by("pk").first() or hours.usual()
    for given in items:
        if given["code"] in chosen:
            for column, at in zip(_HOURS[given["code"]], (given["begins"], given["ends"]), strict=True):
                setattr(row, column, time.fromisoformat(at))
    if chosen:
        row.save()


def _faults_of_hours(content: Mapping[str, Any]) -> Iterator[Fault]:
    for given in content["calling_hours"]:
        if given["begins"] >= given["ends"]:
            path = ("calling_hours", given["code"], "ends")
            yield Fault(path, str(_("This must be later than the beginning.")))


CALLING_HOURS = Section(
    "calling_hours",
    _("Hours for calls out"),
    Record(
        {
            "code": Part(OneOf(DAYS)),
            "begins": Part(_Time(), _("Not before")),
            "ends": Part(_Time(), _("Not after")),
        }
    ),
    of_company=_hours_of_company,
    put=_put_hours,
    faults=_faults_of_hours,
)

LINE = Record({"number": Part(Text(20)), "name": Part(Text()), "source": Part(Ref(60, section="sources"))})


def load(lines: Iterable[Mapping[str, Any]]) -> None:
    for given in lines:
        PhoneLine.objects.create(
            number=given["number"], name=given["name"], source=Source.objects.get(code=given["source"])
        )
