from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svyazka.engines.matching import letters

WORDS = st.text("абвгдеиклмно", max_size=9)


@pytest.mark.parametrize(
    ("latin", "russian"),
    [
        ("shcherbakov", "щербаков"),
        ("scherbakov", "щербаков"),
        ("ŝerbakov", "щербаков"),
        ("zhukov", "жуков"),
        ("khasanov", "хасанов"),
        ("tsvetkov", "цветков"),
        ("yuliya", "юлия"),
        ("iuliia", "юлия"),
        ("julija", "юлия"),
        ("dmitrij", "дмитрий"),
    ],
)
def test_schemes_of_transliteration_end_in_one_spelling(latin, russian):
    assert letters.from_latin(latin) == russian


def test_what_is_heard_alike_is_one():
    for one, other in [
        ("щербаков", "щирбакоф"),
        ("соболев", "сабалев"),
        ("григорьев", "григориев"),
        ("аллаев", "алаев"),
    ]:
        assert letters.sound(one) == letters.sound(other)
    assert letters.sound("иванов") != letters.sound("петров")


@given(WORDS, WORDS)
def test_a_slip_is_seen_from_both_sides(one, other):
    assert letters.is_one_slip(one, other) == letters.is_one_slip(other, one)


@given(WORDS.filter(bool), st.data())
def test_each_slip_is_one_and_leaves_a_key_in_common(word, data):
    at = data.draw(st.integers(0, len(word) - 1))
    letter = data.draw(st.sampled_from("абвя"))
    others = {word[:at] + word[at + 1 :], word[:at] + letter + word[at:], word[:at] + letter + word[at + 1 :]}
    for other in others - {word}:
        assert letters.is_one_slip(word, other)
        assert letters.without_one(word) & letters.without_one(other)


def test_two_slips_are_not_one():
    assert not letters.is_one_slip("иванов", "ивонав")
    assert letters.is_one_slip("иванов", "ивнаов")


def test_invisible_signs_and_letters_with_dots_are_gone():
    assert letters.folded("\ufeff  Фёдор\u00a0\u200bКоролёв ") == "федор королев"
