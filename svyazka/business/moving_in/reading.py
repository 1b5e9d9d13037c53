"""A file is read line by line into rows; nothing of it is known to the house before somebody has said what is what."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice

from django.db import connection, transaction
from django.utils.translation import gettext as _

from svyazka.business.moving_in import columns, heads
from svyazka.business.moving_in.models import MoveIn, MoveInRow
from svyazka.business.moving_in.upload import BOUNDS
from svyazka.kit import sheets
from svyazka.kit.refusals import Refused
from svyazka.kit.texts import folded, storable

SAMPLES = 200
State = MoveInRow.State
Line = tuple[int, list[str]]


def read(given: MoveIn) -> None:
    """All of it in one go: broken off, it begins anew. Refused becomes a state that the page shows."""
    try:
        with transaction.atomic(), given.file.open("rb") as file:
            _read(given, sheets.read_lines(file, BOUNDS))
    except Refused as refusal:
        _fail(given, str(refusal.message))
    except FileNotFoundError:
        _fail(given, _("The file is not there any more. Upload it again."))


def _read(given: MoveIn, lines: Iterator[Line]) -> None:
    filled = ((number, cells) for number, cells in lines if any(cells))
    first = list(islice(filled, heads.LOOKED_AT + SAMPLES))
    if not first:
        raise Refused(_("The file is empty."))
    head = heads.find([cells for _number, cells in first])
    if not head.titles or len(head.titles) > BOUNDS.columns:
        raise Refused(_("The file has too many columns: up to {number} can be read.").format(number=BOUNDS.columns))
    given.titles = [storable(title) for title in head.titles]
    given.origin = "file/" + _digest(given.titles)
    given.total = _keep(given, _rows(head, chain(first, filled)))
    _propose(given, [cells for _number, cells in first[head.place + 1 :]])
    given.state = MoveIn.State.CHOOSING
    given.save()


def _rows(head: heads.Head, lines: Iterable[Line]) -> Iterator[tuple[int, list[str], str]]:
    width, raw_titles = len(head.titles), list[str]()
    for place, (number, cells) in enumerate(lines):
        if place > BOUNDS.lines:
            raise Refused(_("The file has too many lines: up to {number} can be read.").format(number=BOUNDS.lines))
        if len(cells) > width and any(cells[width:]):
            cells = [*cells[: width - 1], " · ".join(filter(None, cells[width - 1 :]))]
        if place == head.place:
            raw_titles = cells
        above = place <= head.place
        state = State.ASIDE if above or heads.is_aside(cells, head.titles, raw_titles) else State.NEW
        yield number, [*cells[:width], *[""] * (width - len(cells))], state


def _keep(given: MoveIn, rows: Iterable[tuple[int, list[str], str]]) -> int:
    """How many of them are records."""
    records = 0
    with connection.cursor() as cursor:
        cursor.execute("delete from moving_in_moveinrow where of_id = %s", [given.pk])
        with cursor.copy(_ROWS) as copy:
            for number, cells, state in rows:
                kept = json.dumps([storable(cell) for cell in cells], ensure_ascii=False)
                copy.write_row((given.pk, number, kept, state, "", "", "", "", "", "", "{}", "[]", "{}"))
                records += state == State.NEW
    if not records:
        raise Refused(_("The first line names the columns; the file has nothing beneath it."))
    return records


_ROWS = """
copy moving_in_moveinrow (of_id, number, cells, state, packed, outside_id, outcome, stage_there, person_there,
    month_there, "like", faults, changes) from stdin
"""


def _propose(given: MoveIn, samples: Sequence[Sequence[str]]) -> None:
    """As it was chosen for such a table before; else as it seems."""
    if before := columns.last_chosen(given.origin):
        given.columns, given.makes_deals = before.columns, before.makes_deals
        given.mapping, given.pipeline = before.mapping, before.pipeline
        return
    given.columns = columns.propose(given.titles, [line for line in samples if any(line)][:SAMPLES])
    given.makes_deals = columns.makes_deals(given.columns)


def _digest(titles: Sequence[str]) -> str:
    said = "\n".join(folded(title) for title in titles)
    return hashlib.sha256(said.encode()).hexdigest()[:24]


def _fail(given: MoveIn, why: str) -> None:
    MoveIn.objects.filter(pk=given.pk).update(state=MoveIn.State.FAILED, fault=why[:300])
