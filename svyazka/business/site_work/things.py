"""What is used or done on site: a line of the price list, or what is not in it, in somebody's own words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from svyazka.business.site_work.models import PriceLine
from svyazka.kit import texts
from svyazka.kit.refusals import Refused

LONGEST_NAME, LONGEST_UNIT = 150, 20
MOST = 200  # of a visit


@dataclass(frozen=True)
class Thing:
    name: str
    unit: str
    line: PriceLine | None = None


def read(given: Mapping[str, Any]) -> Thing:
    """As a phone or a form sends it. A line that has been deleted meanwhile is still what its name says."""
    found = PriceLine.objects.filter(pk=number).first() if (number := whole(given.get("line"))) else None
    if found:
        return Thing(found.name, found.unit, found)
    name, unit = tidy(given.get("name")), tidy(given.get("unit"))
    if not name:
        raise Refused(_("Say what it is: choose it from the list, or write it."), fields={"name": _("What is it?")})
    if len(name) > LONGEST_NAME or len(unit) > LONGEST_UNIT:
        raise Refused(_("This is too long."), fields={"name": _("This is too long.")})
    return Thing(name, unit)


def row(given: object) -> UUID:
    """The number that the phone gave to a row of its own."""
    try:
        return UUID(str(given)) if isinstance(given, str | UUID) else _nothing()
    except ValueError:
        return _nothing()


def tidy(given: object) -> str:
    return " ".join(texts.storable(given).split()) if isinstance(given, str) else ""


def whole(given: object) -> int | None:
    said = str(given) if isinstance(given, int | str) and not isinstance(given, bool) else ""
    number = int(said) if said.isascii() and said.isdecimal() and len(said) < 19 else 0
    return number or None


def _nothing() -> UUID:
    raise Refused(_("There is no such line on this visit."))
