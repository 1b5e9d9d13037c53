"""What becomes of rows that point to a client when he and another one become one. Each room says it of its own tables,
in its `going_along.py`; a test finds columns of which nobody has said anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Model

from svyazka.kit.cells import Cell, move


@dataclass(frozen=True)
class Two:
    """Two clients who become one."""

    kept: int
    gone: int
    by: int | None  # a person of the staff


class Fate(StrEnum):
    MOVES = "moves"  # points to the survivor from now on
    RULED = "ruled"  # by a rule of the room
    STAYS = "stays"  # tells what was then
    MADE_ANEW = "made anew"  # out of what moves


@dataclass(frozen=True)
class Along:
    """Of one room. `rule`: what comes before its rows move; `afterwards`: what follows from a merge or its undoing."""

    columns: Mapping[tuple[type[Model], str], Fate]
    rule: Callable[[Two], list[Cell]] = lambda _two: []
    afterwards: Callable[[Two], None] = lambda _two: None

    def go(self, two: Two) -> list[Cell]:
        cells = self.rule(two)
        for (model, column), fate in self.columns.items():
            if fate == Fate.MOVES:
                cells += move(model, column, two.gone, two.kept)
        return cells
