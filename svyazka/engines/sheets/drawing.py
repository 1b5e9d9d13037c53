"""An opening as a drawing, the same as the one on the phone (`sketch.js` of the shared workplace): its sashes, how they
open, and what was measured. For paper, and for pages without scripts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any
from xml.sax.saxutils import escape, quoteattr

WIDE, TALL = 260.0, 200.0
LEFT, BELOW = 46.0, 44.0
FRAME = 5.0
PARAPET = 0.38  # in a balcony block the sashes that are no doors stand on one
# How it looks where no style says otherwise: on paper.
LOOKS = {
    "frame": 'fill="#ffffff" stroke="#1f2430" stroke-width="2"',
    "glass": 'fill="#e4eff7"',
    "glass leaf": 'fill="#e4eff7" stroke="#5b6272" stroke-width="1.2"',
    "panel": 'fill="#ffffff" stroke="#5b6272" stroke-width="1"',
    "sign": 'fill="none" stroke="#2a62c9" stroke-width="1.4"',
    "rule": 'fill="none" stroke="#7d8493" stroke-width="1"',
}
Sash = Mapping[str, Any]
Points = Sequence[tuple[float, float]]


def draw(sashes: Sequence[Sash], across: Any, up: Any, *, label: str = "") -> str:
    """`across`, `up`: what was measured, once or several times."""
    width, height = _middle(across), _middle(up)
    shape = (width or 1200) / (height or 1400)
    high = min(TALL, WIDE / max(shape, 0.05))
    wide = max(min(WIDE, high * shape), 24.0)
    inside = "".join([*_frame(sashes, wide, high, width), *_across(wide, high, width), *_upright(high, height)])
    across_all, down_all = LEFT + wide + 8, high + BELOW
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="sketch" viewBox="0 0 {_n(across_all)} {_n(down_all)}"'
        f' width="{_n(across_all)}" height="{_n(down_all)}" role="img" aria-label={quoteattr(label)}>{inside}</svg>'
    )


def _middle(measured: Any) -> int | None:
    given = measured if isinstance(measured, list | tuple) else [measured]
    known = [one for one in given if isinstance(one, int | float) and not isinstance(one, bool) and one > 0]
    return round(sum(known) / len(known)) if known else None


def _frame(sashes: Sequence[Sash], wide: float, high: float, width: int | None) -> Iterator[str]:
    parts = list(sashes) or [{"opens": "fixed"}]
    widths = [share * wide for share in _shares(parts, width or wide)]
    begins = [LEFT, *accumulate(widths, initial=LEFT)][1:]
    is_block = {"door"} < {one["opens"] for one in parts}
    for sash, x, part in zip(parts, begins, widths, strict=False):
        tall = high * (1 - PARAPET) if is_block and sash["opens"] != "door" else high
        yield from _sash(sash, x, part, tall)
        if sash.get("width"):
            yield _text(x + part / 2, 2 + high + 13, str(sash["width"]), "small")


def _shares(sashes: Sequence[Sash], width: float) -> list[float]:
    """What was measured takes its part, the others share the rest."""
    known = sum(one.get("width") or 0 for one in sashes)
    open_ones = sum(not one.get("width") for one in sashes)
    rest = max(width - known, width * 0.1 * open_ones) / open_ones if open_ones else 0.0
    given = [one.get("width") or rest for one in sashes]
    return [one / sum(given) for one in given]


def _sash(sash: Sash, x: float, wide: float, high: float) -> Iterator[str]:
    yield _box(x, 2, wide, high, "frame")
    if wide < 3 * FRAME:
        return
    left, right, top, bottom = x + FRAME, x + wide - FRAME, 2 + FRAME, 2 + high - FRAME
    opens = sash["opens"]
    yield _box(left, top, right - left, bottom - top, "glass" if opens == "fixed" else "glass leaf")
    if opens != "fixed":
        yield from _signs(sash, left, right, top, bottom)
    if opens == "door":
        yield _box(left, bottom - (bottom - top) * PARAPET, right - left, (bottom - top) * PARAPET, "panel")


def _signs(sash: Sash, left: float, right: float, top: float, bottom: float) -> list[str]:
    """The point of the sign is where the handle is, its open side where the sash hangs."""
    opens, hangs = sash["opens"], sash.get("hangs")
    hinge, handle = (left, right) if hangs == "left" else (right, left)
    across, up = (left + right) / 2, (top + bottom) / 2
    turn = _line([(hinge, top), (handle, up), (hinge, bottom)], "sign")
    tilt = _line([(left, bottom), (across, top), (right, bottom)], "sign")
    if opens == "slide":
        return _arrow(-1 if hangs == "left" else 1, across, up, (right - left) / 3)
    return [tilt] if opens == "tilt" else [turn, tilt] if opens == "tilt_turn" else [turn]


def _arrow(way: int, across: float, up: float, long: float) -> list[str]:
    tip, tail = across + way * long / 1.5, across - way * long / 1.5
    return [
        _line([(tail, up), (tip, up)], "sign"),
        _line([(tip - way * 7, up - 5), (tip, up), (tip - way * 7, up + 5)], "sign"),
    ]


def _across(wide: float, high: float, width: int | None) -> list[str]:
    x, y = LEFT, high + 30
    marks = [[(x, y - 5), (x, y + 5)], [(x + wide, y - 5), (x + wide, y + 5)], [(x, y), (x + wide, y)]]
    return [*(_line(one, "rule") for one in marks), _text(x + wide / 2, y + 13, _said(width))]


def _upright(high: float, height: int | None) -> list[str]:
    x, middle = LEFT - 12, 2 + high / 2
    marks = [[(x - 5, 2.0), (x + 5, 2.0)], [(x - 5, high + 2), (x + 5, high + 2)], [(x, 2.0), (x, high + 2)]]
    turned = f' transform="rotate(-90 {_n(x - 6)} {_n(middle)})"'
    return [*(_line(one, "rule") for one in marks), _text(x - 6, middle, _said(height), more=turned)]


def _said(number: int | None) -> str:
    return "?" if number is None else str(number)


def _box(x: float, y: float, wide: float, high: float, name: str) -> str:
    size = f'width="{_n(max(wide, 0))}" height="{_n(max(high, 0))}"'
    return f'<rect x="{_n(x)}" y="{_n(y)}" {size} class="{name}" {LOOKS[name]}/>'


def _line(points: Points, name: str) -> str:
    given = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
    return f'<polyline points="{given}" class="{name}" {LOOKS[name]}/>'


def _text(x: float, y: float, said: str, name: str = "", more: str = "") -> str:
    small = name == "small"
    looks = f'font-size="{10 if small else 12}" fill="{"#5b6272" if small else "#1f2430"}" text-anchor="middle"'
    return f'<text x="{_n(x)}" y="{_n(y)}" class="{name}" font-family="Onest" {looks}{more}>{escape(said)}</text>'


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
