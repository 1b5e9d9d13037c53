from __future__ import annotations

import re

import pytest
from django.utils import translation

from svyazka.business.duplicates import wording
from svyazka.business.duplicates.models import Suspicion
from svyazka.engines.matching import score
from svyazka.engines.matching.decide import Doubt
from svyazka.engines.matching.terms import TERMS

LATIN, CYRILLIC = re.compile("[A-Za-z]"), re.compile("[А-Яа-яЁё]")
VALUES = {
    "phone": ("+79161234567", "+79161234568"),
    "email": ("vera@mail.ru", "vera@ya.ru"),
    "handle": ("telegram/vera", "telegram/vera_p"),
    "contact": ("2192", "2192"),
}


@pytest.mark.parametrize("term", TERMS)
@pytest.mark.parametrize("bits", [3.0, -3.0])
def test_every_term_has_words_in_both_languages(term, bits):
    ours, theirs = VALUES.get(term.partition(".")[0], ("1", "2"))
    with translation.override("ru"):
        russian = wording.sentence(term, ours, theirs, bits=bits)
    with translation.override("en"):
        english = wording.sentence(term, ours, theirs, bits=bits)
    assert CYRILLIC.search(russian), russian
    assert not CYRILLIC.search(english), english
    assert "{" not in russian + english
    assert russian[0] == russian[0].lower() or russian.startswith("ИНН"), "half a sentence"


def test_every_doubt_and_veto_has_words():
    with translation.override("ru"):
        said = [wording.doubt(code) for code in (*score.Veto.__args__, *Doubt.__args__)]
    assert all(one.startswith("но ") for one in said)
    assert set(wording.VETOES) == set(score.Veto.__args__)


@pytest.mark.parametrize(
    ("term", "ours", "theirs", "said"),
    [
        ("phone.same", "+79161234567", "+79161234567", "телефон совпал: +7 916 123-45-67"),
        ("first.short", "аня", "анна", "имя Аня — то же, что Анна"),
        ("surname.same", "иванов", "иванов", "фамилия совпала: Иванов(а)"),
        ("surname.other", "достоевск", "шевченко", "фамилии разные: Достоевск(ий/ая) и Шевченко"),
        ("address.flat", "ленина 5, 12", "ленина 5, 12", "адрес совпал вместе с квартирой: Ленина 5, 12"),
        ("handle.same", "telegram/ivan_p", "telegram/ivan_p", "аккаунт в мессенджере совпал: Telegram @ivan_p"),
        ("contact.long_ago", "2192", "2192", "способ связи встречался последний раз 6 годами раньше"),
    ],
)
def test_values_are_shown_as_people_write_them(term, ours, theirs, said):
    with translation.override("ru"):
        assert wording.sentence(term, ours, theirs) == said


def test_reasons_are_weighed_in_words():
    reasons = [
        ["phone.same", 7.1, "+79161234567", "+79161234567", 1.0],
        ["first.other", -4.7, "анна", "вера", 1.0],
        ["surname.rare", -0.4, "иванов", "иванов", -2.0],
        ["contact.nameless", 0.02, "", "", 1.0],
        ["of.old_weights", 3.0, "", "", 1.0],
    ]
    with translation.override("ru"):
        found = wording.because(Suspicion(reasons=reasons))
    assert [(one.text, one.speaks_for, one.strength) for one in found] == [
        ("телефон совпал: +7 916 123-45-67", True, "strong"),
        ("имена разные: Анна и Вера", False, "medium"),
        ("фамилия частая: Иванов(а)", False, "weak"),
    ]


def test_what_is_not_known_any_more_is_passed_over():
    with translation.override("ru"):
        assert wording.doubts(Suspicion(doubts=["no_name", "of_old_weights"])) == ["но у одного из двух нет имени"]
