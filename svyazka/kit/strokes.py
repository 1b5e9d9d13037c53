"""What was drawn by hand on glass: strokes as lists of numbers, never a picture."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext_lazy as _

from svyazka.kit.refusals import Refused

WIDE, TALL = 1000, 400  # of the glass, whatever the phone
MOST_STROKES, MOST_POINTS = 150, 6_000
SHORTEST = 60  # of all strokes together: a slip of the finger is no signature

Point = tuple[int, int]
Strokes = list[list[int]]  # of each stroke x, y, x, y, …


def read(given: Any) -> Strokes:
    """As it is kept. Refused: it is none, too much, or too little to be a signature."""
    if not isinstance(given, list) or not all(isinstance(one, list) for one in given):
        raise _unreadable()
    if len(given) > MOST_STROKES or sum(map(len, given)) > 2 * MOST_POINTS:
        raise Refused(_("There is too much in the signature: clear it and sign once more."))
    strokes = [_stroke(one) for one in given if one]
    if sum(map(_length, strokes)) < SHORTEST:
        raise Refused(_("The signature is missing."))
    return strokes


def from_text(given: object) -> Any:
    """As a form brings it: None where it is no JSON, so that `read` says so."""
    try:
        return json.loads(given) if isinstance(given, str) else given
    except (ValueError, RecursionError):
        return None


def path_of(strokes: Iterable[Sequence[int]]) -> str:
    """As a path of SVG, smooth: each measured point bends the line, and the middle between two lies on it."""
    return " ".join(part for stroke in strokes for part in _parts(list(_points(stroke))))


def svg(strokes: Iterable[Sequence[int]], *, ink: str = "currentColor") -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="strokes" viewBox="0 0 {WIDE} {TALL}" role="img">'
        f'<path d="{path_of(strokes)}" fill="none" stroke="{ink}" stroke-width="7" stroke-linecap="round"'
        ' stroke-linejoin="round"/></svg>'
    )


def kept(stored: Mapping[str, Any] | None) -> Strokes:
    """Out of a row of the database, where `read` has put it."""
    found: Strokes = (stored or {}).get("strokes", [])
    return found


def _stroke(given: list[Any]) -> list[int]:
    if len(given) % 2 or not all(isinstance(one, int) and not isinstance(one, bool) for one in given):
        raise _unreadable()
    bounds = (WIDE, TALL)
    if any(not 0 <= one <= bounds[place % 2] for place, one in enumerate(given)):
        raise _unreadable()
    return given


def _points(stroke: Sequence[int]) -> Iterator[Point]:
    return zip(stroke[::2], stroke[1::2], strict=True)


def _length(stroke: Sequence[int]) -> float:
    points = list(_points(stroke))
    return sum(math.dist(one, other) for one, other in pairwise(points))


def _parts(points: list[Point]) -> Iterator[str]:
    (x, y), *others = points
    yield f"M{x} {y}"
    if not others:
        yield f"L{x} {y}"  # a dot
        return
    for (x, y), (next_x, next_y) in pairwise(others):
        yield f"Q{x} {y} {_tidy((x + next_x) / 2)} {_tidy((y + next_y) / 2)}"
    last_x, last_y = others[-1]
    yield f"L{last_x} {last_y}"


def _tidy(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def _unreadable() -> Refused:
    return Refused(_("The signature could not be read: sign once more."))
