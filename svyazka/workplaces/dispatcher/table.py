"""The day as a table: for whoever has no script, reads with a voice, or prints."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from svyazka.business.visits.board import Board, Entry
from svyazka.business.visits.models import Booking, Visit, VisitKind
from svyazka.kit import clock


@dataclass(frozen=True)
class Line:
    hours: str
    entry: Entry
    kind: str
    status: str
    way: int | None  # minutes


@dataclass(frozen=True)
class Part:
    name: str
    load: int | None
    open: str
    lines: list[Line]


def of(found: Board) -> list[Part]:
    kinds = {kind.pk: kind.name for kind in VisitKind.objects.all()}
    return [
        Part(
            row.resource.name,
            cell.load,
            ", ".join(f"{_hour(one.start)}–{_hour(one.end)}" for one in cell.open),
            [_line(one, kinds) for one in cell.entries],
        )
        for row in found.rows
        for cell in row.cells
    ]


def _line(entry: Entry, kinds: dict[int, str]) -> Line:
    one = entry.taken
    taken = Booking.Kind.HOLD if one.kind == Booking.Kind.HOLD else Booking.Kind.ABSENCE
    status = Visit.Status(one.status).label if one.visit_id else taken.label
    way = None if entry.way is None else -(-entry.way // 60)
    return Line(f"{_hour(one.starts_at)}–{_hour(one.ends_at)}", entry, kinds.get(one.kind_id, ""), str(status), way)


def _hour(moment: datetime) -> str:
    return f"{clock.local(moment):%H:%M}"
