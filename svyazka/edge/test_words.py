from __future__ import annotations

import pytest

from svyazka.edge.words import language_of


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        ("", "ru"),
        ("en-GB,en;q=0.9,ru;q=0.8", "en"),
        ("ru-RU,ru;q=0.9,en-US;q=0.8", "ru"),
        ("ru;q=0.5, en;q=0.9", "en"),
        ("de", "ru"),
        (";;q=,\x00é;q=9", "ru"),
    ],
)
def test_the_language_of_an_answer(asked, language):
    assert language_of(asked) == language


def test_a_chosen_language_counts_more():
    assert language_of("ru", "en") == "en"
