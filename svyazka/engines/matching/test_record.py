from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from svyazka.engines.matching import companies, keys, mailboxes, people, phone_cells, places, tax_numbers
from svyazka.engines.matching.record import Given, Unread, normalise, together

READERS = [people.read, phone_cells.read, mailboxes.read, companies.read, places.read, tax_numbers.read]
LETTERS = "абвяёАЯabzZ019 .,;-/\"'()@#+\n\u00a0\u0301\ufeffΩ漢"


def everything(cell: str) -> Given:
    return Given((cell,), (cell,), (cell,), (cell,), (cell,), (cell,), {"telegram": cell})


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=60), st.text(LETTERS, max_size=60)))
def test_no_text_raises_and_all_keys_are_short(cell):
    record = normalise(everything(cell))
    assert all(len(key.value) <= 320 for key in keys.all_of(record))
    assert record == normalise(everything(cell))


@settings(max_examples=150, deadline=None)
@given(st.text(LETTERS, max_size=40))
def test_what_was_read_is_read_so_again(cell):
    """Numbers and mailboxes in their one spelling stay as they are."""
    record = normalise(everything(cell))
    again = normalise(Given(phones=record.phones, emails=tuple(box.at for box in record.mailboxes)))
    assert (again.phones, [box.at for box in again.mailboxes]) == (record.phones, [box.at for box in record.mailboxes])


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    "piece",
    ["а", "a", "1", " ", "(", "8 916 765-43-21;", "Иванов ", "a@b.ru ", "д. 5 ", "-", ".", "ооо ", "e+1", "ул. "],
)
def test_a_long_text_takes_no_longer(reader, piece):
    """As much as can mean anything is read: of a megabyte no more than of a line."""
    began = time.process_time()
    reader(piece * (1_000_000 // len(piece)))
    assert time.process_time() - began < 0.5


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("piece", ["тест", "ов", "1 ", "д5", "а,", "a@", "ооо", "1/", "к1", "'a", "о0", "9e", "не "])
@pytest.mark.parametrize("end", ["", "!я", "(", "@.", "1е"])
def test_no_text_has_more_readings_than_one_can_try(reader, piece, end):
    began = time.process_time()
    reader(piece * (290 // len(piece)) + end)
    assert time.process_time() - began < 0.2


def test_what_cannot_be_read_is_said_with_its_field():
    record = normalise(Given(phones=("7,91612E+10", "0000000000"), emails=("ivanov",), tax_numbers=("7707083894",)))
    assert record.unread == (
        Unread("phones", "digits_lost"), Unread("phones", "placeholder"), Unread("emails", "no_mailbox"),
        Unread("tax_numbers", "check_digit"),
    )  # fmt: skip


def test_messengers_are_read_however_they_are_given():
    for typed in ("@Vera_I", "https://t.me/vera_i", "t.me/vera_i?start=1", "vera_i"):
        assert normalise(Given(handles={"telegram": typed})).handles == {"telegram/vera_i"}
    assert normalise(Given(handles={"whatsapp": "wa.me/79167654321"})).phones == ("+79167654321",)


def test_a_company_where_a_name_should_stand_is_one():
    record = normalise(Given(names=("ООО «Ромашка»", "Иванов Иван")))
    assert [one.core for one in record.companies] == ["ромашка"]
    assert [one.surname for one in record.people] == ["иванов"]
    assert [one.surname for one in normalise(Given(names=("ИП Петров И.И.",))).people] == ["петров"]


@given(st.permutations(["Иванов Иван", "Петрова Анна", "Иванов И.", "Сидоров"]))
def test_together_knows_all_whatever_came_first(names):
    whole = together([normalise(Given(names=(name,))) for name in names])
    assert {one.surname for one in whole.people} == {"иванов", "петров", "сидоров"}
    assert together([whole, whole]) == whole


@pytest.mark.parametrize(
    ("one", "other", "kind"),
    [
        (Given(phones=("8 916 765-43-21",)), Given(phones=("+79167654321",)), "phone"),
        (Given(phones=("8 916 765-43-21",)), Given(phones=("8 926 765-43-21",)), "phone_end"),
        (Given(phones=("8 916 765-43-21",)), Given(phones=("8 916 765-43-12",)), "phone_start"),
        (Given(emails=("ivan.petrov@mail.ru",)), Given(emails=("ivanpetrov@gmail.com",)), "mailbox"),
        (Given(names=("Шевчук Саша",)), Given(names=("Александра Шевчук",)), "name"),
        (Given(names=("Щербаков И.",)), Given(names=("Щирбаков Иван",)), "sound"),
        (Given(names=("Кузнецов Иван",)), Given(names=("Кузецов Иван",)), "slip"),
        (Given(addresses=("Лесная 5-12",)), Given(addresses=("г. Москва, ул. Лесная, д. 5, кв. 12",)), "flat"),
        (Given(companies=("ООО Ромашка",)), Given(companies=("Romashka LLC",)), "company"),
        (Given(companies=("Вектор Заря",)), Given(companies=("Заря-Вектор",)), "company_sound"),
        (Given(tax_numbers=("7707083893",)), Given(tax_numbers=("ИНН 7707083893",)), "inn"),
    ],
)
def test_two_of_one_client_have_a_key_in_common(one, other, kind):
    common = keys.all_of(normalise(one)) & keys.all_of(normalise(other))
    assert kind in {key.kind for key in common}
    assert not keys.exact(normalise(one)) - keys.all_of(normalise(one))


def test_the_text_for_trigrams_holds_each_word_once():
    record = normalise(Given(names=("Иванов Иван", "Иванова Мария"), companies=("ООО «Ромашка»",)))
    assert sorted(keys.text(record).split()) == ["иван", "иванов", "мария", "ромашка"]
