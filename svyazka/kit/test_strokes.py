from __future__ import annotations

import pytest

from svyazka.kit import strokes
from svyazka.kit.refusals import Refused

LINE = [[0, 0, 100, 40, 200, 0, 300, 40]]


def test_what_was_drawn_is_kept_as_it_is():
    assert strokes.read([*LINE, []]) == LINE


NONE = [
    None,
    "x",
    {},
    [1],
    [["0", 0, 100, 100]],
    [[0, 0, 100]],
    [[0, 0, 100, 401]],
    [[0, 0, 1001, 100]],
    [[-1, 0, 100, 100]],
    [[0.5, 0, 100, 100]],
    [[True, 0, 100, 100]],
]


@pytest.mark.parametrize("given", NONE)
def test_what_is_none_is_refused(given):
    with pytest.raises(Refused):
        strokes.read(given)


@pytest.mark.parametrize("given", [[], [[]], [[5, 5]], [[0, 0, 30, 0], [0, 0, 0, 29]]])
def test_a_slip_of_the_finger_is_no_signature(given):
    with pytest.raises(Refused, match="signature is missing|Подписи нет"):
        strokes.read(given)


def test_nobody_fills_the_house_with_it():
    with pytest.raises(Refused):
        strokes.read([[0, 0, 9, 9]] * (strokes.MOST_STROKES + 1))
    with pytest.raises(Refused):
        strokes.read([[0, 0] * (strokes.MOST_POINTS + 1)])


def test_a_smooth_line():
    assert strokes.path_of(LINE) == "M0 0 Q100 40 150 20 Q200 0 250 20 L300 40"
    assert strokes.path_of([[5, 5], [1, 1, 2, 2]]) == "M5 5 L5 5 M1 1 L2 2"
    assert strokes.svg(LINE, ink="#123").count("<path") == 1
