"""What would become of each line, said before anything is stored."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from svyazka.business.clients.models import Client
from svyazka.business.deals import rights
from svyazka.business.deals.models import Deal
from svyazka.business.imports import columns
from svyazka.business.imports.cells import Cells
from svyazka.business.imports.found import Whom, known_of, look_up
from svyazka.business.imports.models import Import, ImportLine
from svyazka.kit.refusals import Refused

PIECE = 500
State = ImportLine.State


def check_piece(given: Import) -> bool:
    """The next lines; False: there were none."""
    lines = list(given.lines.filter(state=State.NEW).order_by("number")[:PIECE])
    if lines:
        Checked(given).check(lines)
        _keep(lines)
    return bool(lines)


class Checked:
    """A piece of the file, with what is asked for once."""

    def __init__(self, given: Import) -> None:
        self.given = given
        self.key_at, self.key, self.targets = columns.targets(given.columns)
        self.cells, self.reaching = Cells(), rights.reaching(given.by)

    def check(self, lines: Sequence[ImportLine]) -> None:
        whom = look_up(self.key, [line.cells[self.key_at] for line in lines])
        seen = self._seen([one.one.pk for one in whom if one.one])
        for line, found in zip(lines, whom, strict=True):
            self._one(line, found, seen)

    def _seen(self, numbers: Sequence[int]) -> dict[int, int]:
        """Deal or client → the line that is about it already."""
        before = self.given.lines.filter(object_id__in=numbers).exclude(state__in=(State.NEW, State.WRONG))
        return {int(pk or 0): number for pk, number in before.values_list("object_id", "number")}

    def _one(self, line: ImportLine, found: Whom, seen: dict[int, int]) -> None:
        read, faults = self._read(line)
        if why := self._why_not(found, seen):
            faults = [(self.key_at, why)]
        if faults or found.one is None:
            line.state, line.faults = State.WRONG, [list(fault) for fault in faults]
            return
        line.object_id, seen[found.one.pk] = found.one.pk, line.number
        self._compare(line, found.one, read)

    def _why_not(self, found: Whom, seen: dict[int, int]) -> str:
        one = found.one
        if one is None:
            return found.fault
        if isinstance(one, Deal) and not self.reaching.covers(
            responsible_id=one.responsible_id, department_id=one.department_id
        ):
            return _("This deal belongs to another department.")
        return _("Line {number} is about the same one.").format(number=seen[one.pk]) if one.pk in seen else ""

    def _read(self, line: ImportLine) -> tuple[list[tuple[int, Any]], list[tuple[int, str]]]:
        """By place. Empty cells say nothing: what is known stays."""
        read: list[tuple[int, Any]] = []
        faults: list[tuple[int, str]] = []
        for place, target in self.targets.items():
            if not line.cells[place]:
                continue
            try:
                read.append((place, self.cells.read(target.field, line.cells[place])))
            except Refused as refusal:
                faults.append((place, str(refusal.message)))
        return read, faults

    def _compare(self, line: ImportLine, one: Deal | Client, read: list[tuple[int, Any]]) -> None:
        line.before, line.after = {}, {}
        for place, new in read:
            target = self.targets[place]
            known = known_of(one, target)
            if known == new:
                continue
            if known not in (None, "", []) and not self.given.overwrites:
                line.faults.append([place, _("Something else is known already: it stays.")])
                continue
            line.before[target.key], line.after[target.key] = known, new
        line.state = State.READY if line.after else State.SAME


def _keep(lines: Sequence[ImportLine]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            _KEPT,
            [
                [line.pk for line in lines],
                [line.state for line in lines],
                [line.object_id for line in lines],
                *([json.dumps(getattr(line, name)) for line in lines] for name in ("faults", "before", "after")),
            ],
        )


_KEPT = """
update imports_importline set state = given.state, object_id = given.object_id, faults = given.faults::jsonb,
    before = given.before::jsonb, after = given.after::jsonb
from unnest(%s::bigint[], %s::text[], %s::bigint[], %s::text[], %s::text[], %s::text[])
    as given (id, state, object_id, faults, before, after)
where imports_importline.id = given.id
"""
