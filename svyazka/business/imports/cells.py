"""From a cell of a spreadsheet to what a field holds. What people write there is wider than what an input gives."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from typing import Any

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from svyazka.business.deals.known import values
from svyazka.business.deals.models import Field
from svyazka.business.staff.models import Person
from svyazka.kit.refusals import Refused
from svyazka.kit.texts import folded

_DATE_WAYS = ("%d.%m.%Y", "%d.%m.%y", "%Y-%m-%d", "%d/%m/%Y")
_HOURS = ("", " %H:%M", " %H:%M:%S")
_ROUBLES = ("\u20bd", "\u0440\u0443\u0431", "\u0440", "rub")


class Cells:
    """Reads them for one file: the staff is asked for once."""

    def read(self, field: Field, cell: str) -> Any:
        """As it is stored. Refused says what is wrong with it."""
        reader = self._readers.get(Field.Kind(field.kind))
        return values.plain(values.read(field, reader(cell) if reader else cell))

    @cached_property
    def _readers(self) -> dict[Field.Kind, Callable[[str], str]]:
        return {
            Field.Kind.NUMBER: _number,
            Field.Kind.MONEY: _money,
            Field.Kind.DATE: _date,
            Field.Kind.MOMENT: _moment,
            Field.Kind.YES: self._yes,
            Field.Kind.PERSON: self._person,
        }

    def _yes(self, cell: str) -> str:
        for said, meant in self._yes_and_no.items():
            if cell.lower() in said:
                return meant
        raise Refused(_("“Yes” or “No” is needed here."))

    @cached_property
    def _yes_and_no(self) -> dict[frozenset[str], str]:
        yes, no = {"1", "+", "y", "yes", "true", "on", "x"}, {"0", "-", "n", "no", "false", "off"}
        for code, _name in settings.LANGUAGES:
            with translation.override(code):
                yes |= {str(one).lower() for one in (_("Yes"), _("TRUE"))}
                no |= {str(one).lower() for one in (_("No"), _("FALSE"))}
        return {frozenset(yes): "yes", frozenset(no): "no"}

    def _person(self, cell: str) -> str:
        found = self._staff.get(folded(cell), set())
        if len(found) > 1:
            raise Refused(_("Several of the staff are called so: write the log-in."))
        if not found:
            raise Refused(_("Nobody of the staff is called so."))
        return str(next(iter(found)))

    @cached_property
    def _staff(self) -> dict[str, set[int]]:
        found: dict[str, set[int]] = {}
        for pk, name, login in Person.objects.working().values_list("pk", "full_name", "login"):
            for said in {folded(name), " ".join(reversed(folded(name).split(" "))), login.lower()}:
                found.setdefault(said, set()).add(pk)
        return found


def typed(stored: Any) -> str:
    """What is stored, as the verbs take it again."""
    if isinstance(stored, list):
        return ", ".join(map(str, stored))
    return "" if stored is None else str(stored)


def _number(cell: str) -> str:
    return re.sub(r"[.,]0+$", "", "".join(cell.split()))


def _money(cell: str) -> str:
    compact = "".join(cell.split())
    bare = compact.rstrip(".").lower()
    sign = next((sign for sign in _ROUBLES if bare.endswith(sign)), "")
    return bare.removesuffix(sign) if sign else compact


def _date(cell: str) -> str:
    moment = _read(cell.replace("T", " "), _DATE_WAYS, _HOURS)
    return moment.strftime("%Y-%m-%d") if moment else cell


def _moment(cell: str) -> str:
    moment = _read(" ".join(cell.replace(",", " ").split()), _DATE_WAYS, _HOURS)
    return moment.isoformat() if moment else cell


def _read(cell: str, days: tuple[str, ...], hours: tuple[str, ...]) -> datetime | None:
    for day in days:
        for hour in hours:
            try:
                return datetime.strptime(cell, day + hour)  # an hour without a zone is the company's
            except ValueError:
                continue
    return None
