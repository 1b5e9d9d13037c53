"""Who gets the next piece of work: by turns, or whoever has the least."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Candidate:
    id: int
    load: int = 0
    last: datetime | None = None  # when he last got something by this rule


@dataclass(frozen=True, slots=True)
class Piece:
    """What is to be shared out, one by one."""

    wanted: int | None = None  # he gets it, if he is among the candidates
    besides: Collection[int] = ()  # they do not


@dataclass(slots=True)
class _Seat:
    id: int
    load: int
    turn: int = field(default=0)


Order = Callable[[_Seat], tuple[int, ...]]


def in_turn(candidates: Sequence[Candidate], pieces: Sequence[Piece]) -> list[int | None]:
    """Each to whoever has waited longest."""
    return _share(candidates, pieces, lambda seat: (seat.turn, seat.id))


def to_least_loaded(candidates: Sequence[Candidate], pieces: Sequence[Piece]) -> list[int | None]:
    """Each to whoever has the fewest; of equals, to whoever has waited longest."""
    return _share(candidates, pieces, lambda seat: (seat.load, seat.turn, seat.id))


def _share(candidates: Sequence[Candidate], pieces: Sequence[Piece], order: Order) -> list[int | None]:
    seats = _seated(candidates)
    given: list[int | None] = []
    for turn, piece in enumerate(pieces, start=len(seats)):
        seat = _choose(seats, piece, order)
        if seat:
            seat.load += 1
            seat.turn = turn
        given.append(seat.id if seat else None)
    return given


def _choose(seats: Sequence[_Seat], piece: Piece, order: Order) -> _Seat | None:
    able = [seat for seat in seats if seat.id not in piece.besides] if piece.besides else seats
    wanted = next((seat for seat in able if seat.id == piece.wanted), None) if piece.wanted else None
    return wanted or min(able, key=order, default=None)


def _seated(candidates: Sequence[Candidate]) -> list[_Seat]:
    """Numbered in the order in which their turn comes; who never had one comes first."""
    waited = sorted(candidates, key=lambda one: (one.last is not None, one.last or 0, one.id))
    return [_Seat(one.id, one.load, turn) for turn, one in enumerate(waited)]
