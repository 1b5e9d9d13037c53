from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svyazka.engines.drawings.read import Unfit, read

PEN = {"kind": "pen", "colour": "red", "thick": 2, "points": [1, 2, 3, 4]}
MEASURE = {"kind": "measure", "colour": "yellow", "thick": 1, "points": [0, 0, 100, 0], "mm": 1200}
ARROW = {"kind": "arrow", "colour": "blue", "thick": 3, "points": [0, 0, 100, 80]}
TEXT = {"kind": "text", "colour": "white", "thick": 2, "points": [10, 10], "text": "трещина"}
SIZE = {"width": 100, "height": 80}


def test_all_that_can_be_drawn_is_kept_as_it_is():
    whole = {**SIZE, "shapes": [PEN, MEASURE, ARROW, TEXT]}
    assert read(whole) == whole
    assert read(read(whole)) == whole


def test_what_goes_over_the_edge_ends_there():
    shapes = read({**SIZE, "shapes": [{**PEN, "points": [-5, 40, 500, 500]}]})["shapes"]
    assert shapes[0]["points"] == [0, 40, 100, 80]


def test_words_stand_on_one_line_and_nothing_else_comes_along():
    (one,) = read({**SIZE, "shapes": [{**TEXT, "text": " a\n<b>\x00\tc ", "onclick": "alert(1)"}]})["shapes"]
    assert one == {**TEXT, "text": "a <b> c"}


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (None, "drawing_needed"),
        ({**SIZE}, "drawing_needed"),
        ({"width": 0, "height": 5, "shapes": []}, "drawing_needed"),
        ({"width": 5.5, "height": 5, "shapes": []}, "drawing_needed"),
        ({"width": 20_001, "height": 5, "shapes": []}, "drawing_needed"),
        ({**SIZE, "shapes": [PEN] * 201}, "too_much"),
        ({**SIZE, "shapes": [{**PEN, "points": [1, 2] * 1_000}] * 21}, "too_much"),
        ({**SIZE, "shapes": ["pen"]}, "no_such_shape"),
        ({**SIZE, "shapes": [{**PEN, "kind": "spray"}]}, "no_such_shape"),
        ({**SIZE, "shapes": [{**PEN, "kind": []}]}, "no_such_shape"),
        ({**SIZE, "shapes": [{**PEN, "thick": 9}]}, "no_such_shape"),
        ({**SIZE, "shapes": [{**PEN, "colour": "url(x)"}]}, "no_such_colour"),
        ({**SIZE, "shapes": [{**PEN, "colour": []}]}, "no_such_colour"),
        ({**SIZE, "shapes": [{**PEN, "points": [1]}]}, "points_needed"),
        ({**SIZE, "shapes": [{**PEN, "points": [1, float("nan")]}]}, "points_needed"),
        ({**SIZE, "shapes": [{**PEN, "points": [1, 10**9]}]}, "points_needed"),
        ({**SIZE, "shapes": [{**PEN, "points": [1, 2] * 1_001}]}, "points_needed"),
        ({**SIZE, "shapes": [{**ARROW, "points": [1, 2]}]}, "points_needed"),
        ({**SIZE, "shapes": [{**MEASURE, "mm": 0}]}, "measure_needed"),
        ({**SIZE, "shapes": [{**MEASURE, "mm": "1200"}]}, "measure_needed"),
        ({**SIZE, "shapes": [{**TEXT, "text": " "}]}, "text_needed"),
        ({**SIZE, "shapes": [{**TEXT, "text": "a" * 81}]}, "text_needed"),
        ({**SIZE, "shapes": [{**TEXT, "text": "\ud800"}]}, "text_needed"),
    ],
)
def test_nonsense_has_a_reason(wrong, code):
    with pytest.raises(Unfit) as fault:
        read(wrong)
    assert fault.value.code == code


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*PEN, *SIZE, "shapes"]), inner),
    max_leaves=12,
)


@given(ANYTHING)
def test_whatever_comes_it_is_a_drawing_or_refused(anything):
    try:
        made = read(anything)
    except Unfit:
        return
    assert read(made) == made
