"""What somebody has drawn over a photo, as data: lines, measures, arrows and words, in the pixels of the photo.

It comes from a phone: everything is looked at, and nothing but this is let through.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

COLOURS = ("red", "yellow", "green", "blue", "black", "white")
LARGEST_SIDE = 20_000
MOST_SHAPES, MOST_POINTS, MOST_NUMBERS = 200, 1_000, 40_000
LONGEST_TEXT = 80
LARGEST_MEASURE = 100_000  # millimetres
Shape = dict[str, Any]


class Unfit(ValueError):
    """No drawing. `code`: why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def read(given: Any) -> dict[str, Any]:
    """Tidy: `{"width", "height", "shapes": [{"kind", "colour", "thick", "points": [x, y, …], …}, …]}`."""
    if not isinstance(given, Mapping):
        raise Unfit("drawing_needed")
    width, height = (_within(given.get(name), 1, LARGEST_SIDE, "drawing_needed") for name in ("width", "height"))
    shapes = given.get("shapes")
    if not isinstance(shapes, list):
        raise Unfit("drawing_needed")
    if len(shapes) > MOST_SHAPES:
        raise Unfit("too_much")
    tidy = [_shape(one, width, height) for one in shapes]
    if sum(len(one["points"]) for one in tidy) > MOST_NUMBERS:
        raise Unfit("too_much")
    return {"width": width, "height": height, "shapes": tidy}


def _shape(given: Any, width: int, height: int) -> Shape:
    if not isinstance(given, Mapping) or not isinstance(given.get("kind"), str) or given["kind"] not in _KINDS:
        raise Unfit("no_such_shape")
    if given.get("colour") not in COLOURS:
        raise Unfit("no_such_colour")
    least, most, more = _KINDS[given["kind"]]
    return {
        "kind": given["kind"],
        "colour": given["colour"],
        "thick": _within(given.get("thick", 2), 1, 3, "no_such_shape"),
        "points": _points(given.get("points"), least, most, width, height),
        **more(given),
    }


def _points(given: Any, least: int, most: int, width: int, height: int) -> list[int]:
    """On the photo; what went over its edge ends there."""
    if not isinstance(given, list) or len(given) % 2 or not 2 * least <= len(given) <= 2 * most:
        raise Unfit("points_needed")
    if any(isinstance(one, bool) or not isinstance(one, int) or abs(one) > 10 * LARGEST_SIDE for one in given):
        raise Unfit("points_needed")
    return [min(max(one, 0), height if place % 2 else width) for place, one in enumerate(given)]


def _within(given: Any, least: int, most: int, code: str) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or not least <= given <= most:
        raise Unfit(code)
    return given


def _nothing(_given: Mapping[str, Any]) -> Shape:
    return {}


def _measure(given: Mapping[str, Any]) -> Shape:
    """Without a number it is a line between two marks."""
    if given.get("mm") is None:
        return {}
    return {"mm": _within(given["mm"], 1, LARGEST_MEASURE, "measure_needed")}


def _text(given: Mapping[str, Any]) -> Shape:
    text = given.get("text")
    if not isinstance(text, str) or re.search("[\ud800-\udfff]", text):
        raise Unfit("text_needed")
    tidy = " ".join("".join(one if one.isprintable() else " " for one in text).split())
    if not 1 <= len(tidy) <= LONGEST_TEXT:
        raise Unfit("text_needed")
    return {"text": tidy}


# How many points it has, and what else.
_KINDS: dict[str, tuple[int, int, Callable[[Mapping[str, Any]], Shape]]] = {
    "pen": (1, MOST_POINTS, _nothing),
    "measure": (2, 2, _measure),
    "arrow": (2, 2, _nothing),
    "text": (1, 1, _text),
}
