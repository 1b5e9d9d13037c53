"""When the stops of a day begin, exactly: the order is given, breaks and absences find their place between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from svyazka.engines.routing.problem import Break, Span


@dataclass(frozen=True, slots=True)
class Piece:
    """What a stop asks of the clock."""

    work: int
    windows: tuple[Span, ...]
    step: int = 1  # it begins at a multiple of this: people agree on half past ten, not on 10:23


class Reached(NamedTuple):
    """How early one can be through with a stop, with so many breaks behind one."""

    leaves: int
    starts: tuple[int, ...]


def earliest(
    shift: Span, pieces: Sequence[Piece], ways: Sequence[int], breaks: Sequence[Break], away: Sequence[Span] = ()
) -> tuple[int, ...] | None:
    """The earliest beginning of each; None when the day does not hold them. `ways`: to each, and home from the last.

    Exact, for breaks come in the order given and whoever is through earlier is never worse off.
    """
    *_before, reached = through(shift, pieces, ways, breaks, away)
    for taken, one in reached.items():
        home = arrival(one.leaves, ways[-1], breaks[taken:], away)
        if home is not None and home <= shift.end:
            return one.starts
    return None


def through(
    shift: Span, pieces: Sequence[Piece], ways: Sequence[int], breaks: Sequence[Break], away: Sequence[Span] = ()
) -> list[dict[int, Reached]]:
    """From the beginning of the shift and after each stop: by the number of breaks taken, how early one is there."""
    steps = [{0: Reached(shift.start, ())}]
    for piece, way in zip(pieces, ways, strict=False):
        steps.append(go_on(steps[-1], piece, way, breaks, away))
    return steps


def arrival(leaves: int, way: int, breaks: Sequence[Break], away: Sequence[Span]) -> int | None:
    """When one is there who takes these breaks on the way."""
    moment, left = leaves, way
    for pause in breaks:
        begin = _clear(max(moment, pause.within.start), pause.length, away)
        if begin + pause.length > pause.within.end:
            return None
        left = max(0, left - _free(moment, begin, away))
        moment = begin + pause.length
    return _after(moment, left, away)


def begin_of(piece: Piece, moment: int, away: Sequence[Span]) -> int | None:
    """The first beginning from this moment on that suits the piece."""
    for window in piece.windows:
        start = -(-max(moment, window.start) // piece.step) * piece.step
        while (clear := _clear(start, piece.work, away)) > start:
            start = -(-clear // piece.step) * piece.step
        if start <= window.end:
            return start
    return None


def go_on(
    reached: dict[int, Reached], piece: Piece, way: int, breaks: Sequence[Break], away: Sequence[Span]
) -> dict[int, Reached]:
    further: dict[int, Reached] = {}
    for taken, one in reached.items():
        for then in range(taken, len(breaks) + 1):
            there = arrival(one.leaves, way, breaks[taken:then], away)
            start = None if there is None else begin_of(piece, there, away)
            if start is not None and (then not in further or start + piece.work < further[then].leaves):
                further[then] = Reached(start + piece.work, (*one.starts, start))
    return further


def _clear(begin: int, length: int, away: Sequence[Span]) -> int:
    for one in away:
        if begin < one.end and one.start < begin + length:
            begin = one.end
    return begin


def _free(begin: int, end: int, away: Sequence[Span]) -> int:
    return end - begin - sum(max(0, min(end, one.end) - max(begin, one.start)) for one in away)


def _after(moment: int, seconds: int, away: Sequence[Span]) -> int:
    """The moment after so many seconds that are not an absence's."""
    for one in away:
        if one.end <= moment:
            continue
        if moment + seconds <= one.start:
            break
        seconds -= max(0, one.start - moment)
        moment = one.end
    return moment + seconds
