from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from svyazka.business.intake.marks import FIELDS, Reading, mark, read

LINES = """Новая заявка с сайта

Имя: Вера Павлова
Телефон клиента — 8 (916) 123-45-67 (мобильный)
E-mail\tvera@mail.ru
Кампания: okna-vesna / яндекс
Комментарий: Два окна
и балкон.
Звонить после 18

Дата: 12.05.2025"""
WORDS = {
    "name": "Вера Павлова",
    "phone": "8 (916) 123-45-67",
    "email": "vera@mail.ru",
    "campaign": "okna-vesna",
    "message": "Два окна\nи балкон.\nЗвонить после 18",
}


def learnt(text=LINES, words=None):
    return [mark(text, name, said) for name, said in (words or WORDS).items()]


def test_it_reads_its_own_letter():
    assert read(LINES, learnt()) == Reading(
        {
            "name": "Вера Павлова",
            "phone": "+79161234567",
            "email": "vera@mail.ru",
            "campaign": "okna-vesna",
            "message": "Два окна\nи балкон.\nЗвонить после 18",
        }
    )


def test_it_reads_another_letter():
    other = """Новая заявка с сайта
ИМЯ :  Пётр
Телефон  клиента — +7 903 765 43 21 (мобильный)
E-mail\tpetr@mail.ru
Кампания: dveri / яндекс
Комментарий: Дверь
Дата: 13.05.2025"""
    reading = read(other, learnt())
    assert (reading.values["name"], reading.values["phone"]) == ("Пётр", "+79037654321")
    assert (reading.values["campaign"], reading.values["message"]) == ("dveri", "Дверь")
    assert (reading.is_whole, reading.sure) == (True, 100)


def test_what_is_not_there_and_what_is_none():
    reading = read("Имя: Пётр\nE-mail\tnone\nТелефон клиента — позже", learnt())
    assert (reading.missing, reading.wrong) == (("campaign", "message"), ("phone", "email"))
    assert (reading.is_whole, reading.sure) == (False, 20)


def test_an_empty_place_is_no_lack():
    reading = read(LINES.replace("okna-vesna / яндекс", ""), learnt())
    assert (reading.values["campaign"], reading.is_whole) == ("", True)


def test_a_label_that_begins_like_another():
    marks = learnt("Имя: Вера\nТел: 89161234567", {"name": "Вера", "phone": "89161234567"})
    assert (
        read("Имя менеджера: Олег\nИмя: Пётр\nТелефакс: 1\nТел: 89031234567", marks).values["phone"] == "+79031234567"
    )


def test_a_value_beneath_its_label():
    text = "Ваше имя\nВера\n\nНомер\n\n8 916 123 45 67"
    marks = learnt(text, {"name": "Вера", "phone": "8 916 123 45 67"})
    reading = read("Ваше имя\n\nПётр\nНомер\n8 903 123 45 67", marks)
    assert reading.values == {"name": "Пётр", "phone": "+79031234567"}


@pytest.mark.parametrize("words", ["", "   ", "Кого тут нет"])
def test_words_that_do_not_stand_there(words):
    assert mark(LINES, "name", words) is None


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200), st.text(max_size=40), st.sampled_from(FIELDS))
def test_whatever_the_letter_is(text, words, name):
    made = mark(text, name, words)
    if made:
        read(text, [made])
        read(words, [made])
