"""How the company sells: whether the amount of a deal follows its lines, and how offers are numbered."""

from __future__ import annotations

import re

from django.db import transaction
from django.utils.translation import gettext as _

from svyazka.business.journal.record import About, Actor, record
from svyazka.business.offers.models import SellingRules
from svyazka.kit import texts
from svyazka.kit.refusals import Refused

LONGEST_PATTERN = 40
_FIELD = re.compile(r"\{([^{}]*)\}")


def rules() -> SellingRules:
    return SellingRules.objects.filter(pk=1).first() or SellingRules()


@transaction.atomic
def change(*, amount_follows: bool, vat_on_top: bool, number_pattern: str, by: Actor) -> None:
    before = rules()
    after = SellingRules(
        pk=1, amount_follows=amount_follows, vat_on_top=vat_on_top, number_pattern=_sound(number_pattern)
    )
    names = ("amount_follows", "vat_on_top", "number_pattern")
    changes = {name: (getattr(before, name), getattr(after, name)) for name in names}
    changes = {name: pair for name, pair in changes.items() if pair[0] != pair[1]}
    if changes:
        after.save()
        record("offers.rules_changed", About("selling_rules", 1), by=by, changes=changes)


def numbered(pattern: str, number: int, year: int) -> str:
    """`{number}/{year}` → `17/2026`."""
    return pattern.replace("{number}", str(number)).replace("{year}", str(year))


def _sound(typed: str) -> str:
    """Each number stands for one offer: so both fields are in it, and nothing else in braces."""
    pattern = texts.one_line(typed)
    named = _FIELD.findall(pattern)
    if unknown := [one for one in named if one not in ("number", "year")]:
        raise _at_fault(_("There is no field {name} in a number; there are {known}.").format(
            name=f"{{{unknown[0][:30]}}}", known="{number}, {year}"
        ))  # fmt: skip
    if sorted(named) != ["number", "year"]:
        raise _at_fault(
            _("A number needs {known}, each once: they begin anew each year.").format(known="{number}, {year}")
        )
    if len(pattern) > LONGEST_PATTERN:
        raise _at_fault(_("This is too long."))
    return pattern


def _at_fault(words: str) -> Refused:
    return Refused(words, fields={"number_pattern": words})
