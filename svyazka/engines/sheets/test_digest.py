from __future__ import annotations

from svyazka.engines.sheets.digest import agreed, digest
from svyazka.engines.sheets.drawing import draw
from svyazka.engines.sheets.read import read

FORM, _faults = read(
    {
        "sections": [
            {
                "code": "site",
                "name": {"ru": "Место"},
                "fields": [{"code": "floor", "name": {"ru": "Этаж"}, "kind": "whole"}],
            },
            {
                "code": "openings",
                "name": {"ru": "Проёмы"},
                "rows": {"name": {"ru": "Проём"}, "kinds": [{"code": "window", "name": {"ru": "Окно"}}]},
                "fields": [{"code": "width", "name": {"ru": "Ширина"}, "kind": "decimal"}],
            },
        ]
    }
)


def row(name, **more):
    return {"id": name, "kind": "window", "answers": {"width": 1.5}, **more}


def test_what_was_removed_or_never_filled_in_is_not_agreed_on():
    assert _faults == ()
    answers = {"site": {}, "openings": [row("a"), row("b", removed=True)]}
    assert agreed(FORM, answers) == {"openings": [row("a")]}


def test_the_same_content_has_the_same_word_however_it_was_written():
    assert digest({"b": 1.0, "a": ["ё", None]}) == digest({"a": ["ё", None], "b": 1})
    assert digest({"a": 1}) != digest({"a": 2})
    assert digest({"a": 1}) == "015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862"


def test_a_drawing_of_every_kind_of_sash():
    sashes = [
        {"opens": "fixed", "width": 300},
        {"opens": "tilt_turn", "hangs": "left"},
        {"opens": "door", "hangs": "right"},
    ]
    drawn = draw(sashes, [1200, 1210, None], 1400, label='a "b" <c>')
    assert drawn.count('class="frame"') == 3
    assert drawn.count('class="panel"') == 1
    assert ">1205<" in drawn
    assert "<c>" not in drawn
    for opens in ("turn", "tilt", "slide"):
        assert draw([{"opens": opens, "hangs": "left"}], None, None).count(">?<") == 2
    assert draw([], None, None).startswith("<svg")
