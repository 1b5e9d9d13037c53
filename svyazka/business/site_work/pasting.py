"""Lines of a price list pasted out of a spreadsheet: name, unit, price, and whether it is sold."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from svyazka.business.journal.record import Actor
from svyazka.business.site_work import prices, things
from svyazka.business.site_work.models import PriceLine
from svyazka.business.site_work.prices import Wish
from svyazka.kit import money, texts
from svyazka.kit.refusals import Refused

MOST = 1_000  # at once
_YES = ("да", "+", "1", "yes", "продаётся", "продается", "sold")
_TITLES = ("наименование", "название", "name")


@dataclass(frozen=True)
class Pasted:
    """What became of it. `wrong`: number of the line, and why."""

    added: int
    changed: int
    same: int
    wrong: list[tuple[int, str]]


def take_in(pasted: str, *, kind: str, by: Actor) -> Pasted:
    """A line whose name is there already changes that one; what cannot be read is said, and keeps nothing else away."""
    rows = _rows(pasted)
    if not rows:
        raise Refused(_("Paste lines of a table: name, unit, price."))
    if len(rows) > MOST:
        raise Refused(_("Paste {most} lines at once at most.").format(most=MOST))
    known = {line.folded: line for line in PriceLine.objects.filter(kind=kind)}
    wrong, counted = list[tuple[int, str]](), dict.fromkeys(("added", "changed", "same"), 0)
    for number, cells in rows:
        try:
            with transaction.atomic():
                counted[_take(cells, kind, known, by=by)] += 1
        except Refused as refusal:
            wrong.append((number, str(refusal.message)))
    return Pasted(**counted, wrong=wrong)


def _rows(pasted: str) -> list[tuple[int, list[str]]]:
    """With the number of the line; a line of titles and empty ones are passed over."""
    text = texts.storable(pasted).replace("\r\n", "\n").replace("\r", "\n")
    sign = "\t" if "\t" in text else ";"
    try:
        read = list(csv.reader(io.StringIO(text), delimiter=sign))
    except csv.Error as fault:
        raise Refused(_("This cannot be read as a table.")) from fault
    cells = ((number, [things.tidy(one) for one in line]) for number, line in enumerate(read, start=1))
    return [(number, line) for number, line in cells if any(line) and line[0].lower() not in _TITLES]


def _take(cells: list[str], kind: str, known: dict[str, PriceLine], *, by: Actor) -> str:
    name, unit, price, sold = (*cells, "", "", "", "")[:4]
    before = known.get(texts.folded(name))
    wish = Wish(
        kind=kind,
        name=name,
        unit=unit,
        price=money.read(price),
        step=before.step if before else None,
        is_sold=sold.lower() in _YES if sold else bool(before and before.is_sold),
        visit_kinds=[one.code for one in before.visit_kinds.all()] if before else (),
    )
    if before is None:
        made = prices.add(wish, by=by)
        known[made.folded] = made
        return "added"
    version = before.version
    known[before.folded] = prices.change(before, wish, by=by)
    return "same" if known[before.folded].version == version else "changed"
