"""Where the addresses of a demonstration lie: it has no geocoder, so one of its people has put them on the map."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from svyazka.business.places import placing
from svyazka.business.staff.models import Person
from svyazka.kit import addresses
from svyazka.kit.shapes import Part, Path, Reading, Record, Ref, Text
from svyazka.kit.yaml_text import Node


class _Point(Text):
    """As maps give it to the clipboard: "55.7789, 37.5879"."""

    def read(self, node: Node, path: Path, reading: Reading) -> str:
        typed: str = super().read(node, path, reading)
        if typed and addresses.point(typed) is None:
            reading.wrong(node, path, _("A point is written like “55.7789, 37.5879”."))
        return typed


PLACE = Record(
    {
        "address": Part(Text(addresses.LONGEST)),
        "at": Part(_Point(60)),
        "by": Part(Ref(60, section="staff")),
    }
)


def load(places: Iterable[Mapping[str, Any]]) -> None:
    people = {person.login: person for person in Person.objects.all()}
    for given in places:
        placing.by_hand(given["address"], given["at"], by=people[given["by"]])
