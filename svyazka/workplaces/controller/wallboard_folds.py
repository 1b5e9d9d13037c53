"""How much of the long lists of the wallboard is drawn, and the way to the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar
from urllib.parse import urlencode

from django.http import HttpRequest

from svyazka.business.calls.floor.states import Kind

WAITING = "waiting"  # the list of calls; the others are those of people, by their state
ON_PAGE, ON_WALL = 12, 5  # so many of each; nobody scrolls the wall
T = TypeVar("T")


@dataclass(frozen=True)
class Rest:
    """What is not drawn of a list, or could be folded again."""

    of: str
    number: int
    is_unfolded: bool
    query: str


@dataclass(frozen=True)
class Folds:
    on_wall: bool = False
    unfolded: frozenset[str] = frozenset()

    @property
    def most(self) -> int:
        return ON_WALL if self.on_wall else ON_PAGE

    @property
    def query(self) -> str:
        """With which the board asks for itself anew."""
        said = [("wall", "1")] if self.on_wall else [("unfolded", of) for of in sorted(self.unfolded)]
        return f"?{urlencode(said)}" if said else ""

    def drawn(self, rows: Sequence[T], of: str) -> Sequence[T]:
        return rows if of in self.unfolded else rows[: self.most]

    def rest(self, rows: Sequence[object], of: str) -> Rest | None:
        """None: nothing is hidden."""
        if len(rows) <= self.most:
            return None
        turned = replace(self, unfolded=self.unfolded ^ {of})
        return Rest(of, len(rows) - self.most, of in self.unfolded, turned.query)


def folds_of(request: HttpRequest) -> Folds:
    unfolded = frozenset(request.GET.getlist("unfolded")) & {WAITING, *(kind.value for kind in Kind)}
    return Folds(on_wall=True) if "wall" in request.GET else Folds(unfolded=unfolded)
