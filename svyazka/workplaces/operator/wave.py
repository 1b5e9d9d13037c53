"""The loudness of a recording as the outline of an SVG, 600 steps wide and 100 high."""

from __future__ import annotations

import math
from collections.abc import Sequence

MIDDLE = 50


def drawn(waves: Sequence[bytes]) -> str:
    """One channel stands on both sides of the middle; of two, the first is above it and the second below."""
    above, below = waves[0], waves[-1]
    loudest = max(max(above, default=0), max(below, default=0), 1)
    upper = [f"{step},{MIDDLE - _height(value, loudest)}" for step, value in enumerate(above)]
    lower = [f"{step},{MIDDLE + _height(value, loudest)}" for step, value in enumerate(below)]
    return f"M{' '.join(upper)} {' '.join(reversed(lower))}Z"


def _height(value: int, loudest: int) -> int:
    """Quiet speech is still to be seen; silence is a line of its own thickness."""
    return max(round((MIDDLE - 2) * math.pow(value / loudest, 0.6)), 1)
