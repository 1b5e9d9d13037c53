from __future__ import annotations

import pytest

from svyazka.kit.codes import made_of


@pytest.mark.parametrize(
    ("words", "besides", "code"),
    [
        ({"ru": "Вид кухни", "en": "Kind of kitchen"}, (), "kind_of_kitchen"),
        ({"ru": "Щётка, ещё одна!"}, (), "schetka_esche_odna"),
        ({"ru": "Кухня"}, ("kukhnya", "kukhnya_2"), "kukhnya_3"),
        ({"ru": "№"}, ("own",), "own_2"),
        ({"ru": "я" * 80}, (), ("ya" * 23)),
    ],
)
def test_a_code_is_made_out_of_words(words, besides, code):
    assert made_of(words, besides=besides) == code
