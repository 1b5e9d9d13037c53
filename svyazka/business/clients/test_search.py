from __future__ import annotations

import pytest

from svyazka.business.clients import change, search
from svyazka.business.clients.identify import Contact, identify
from svyazka.business.clients.models import SearchPosting
from svyazka.business.clients.search import Hit, find, words_of
from svyazka.business.journal.record import Automaton

HOUSE = Automaton("test")


def came(name: str, phone: str, address: str = "") -> int:
    client, _is_new = identify([Contact("phone", phone)], name=name, address=address, by=HOUSE)
    return client.pk


@pytest.fixture
def vera_id(windows) -> int:
    return came("Вера Павлова", "+79161234567", "Москва, ул. Лесная, 5, кв. 12")


@pytest.fixture
def petr_id(windows) -> int:
    return came("Пётр Ёлкин", "+79035550017", "Химки, Зелёный пер., 17")


def clients_found(typed: str) -> list[int]:
    return [hit.object_id for hit in find(typed) if hit.kind == "client"]


def test_words_are_in_lower_case_and_each_once():
    assert words_of("Вера ПАВЛОВА, ул. Лесная, 5", "вера Ёлкина") == ["вера", "павлова", "ул", "лесная", "5", "елкина"]


@pytest.mark.parametrize(
    "typed",
    [
        "Вера",
        "павл",
        "ПАВЛ",
        "павл лес",
        "лес вер павлова",
        "  вера   павлова ",
        "авлов",
        "сная",
        "лесная 5",
        "5 лес",
        "+7 916 123-45-67",
        "8 (916) 123-45-67",
        "89161234567",
        "8 (916) 123",
        "7916",
        "916 123",
        "916",
        "4567",
        "567",
        "234 56",
        "2345",
        "45-67",
    ],
)
def test_vera_is_found_however_she_is_typed(vera_id, petr_id, typed):
    assert clients_found(typed) == [vera_id]


@pytest.mark.parametrize("typed", ["петр", "Пётр", "елкин", "ЁЛКИН", "лкин", "зеленый", "зелёный пер"])
def test_two_letters_that_are_typed_for_each_other(vera_id, petr_id, typed):
    assert clients_found(typed) == [petr_id]


@pytest.mark.parametrize(
    "typed",
    ["", " ", "%", "_", "%%%", "\\", "'", "павл петр", "+7 999", "x@y", "№", "\x00", "٣٤٥٦", "²³", "1" * 99],
)
def test_what_stands_nowhere_finds_nothing(vera_id, petr_id, typed):
    assert find(typed) == []


def test_an_email_is_found_whole(windows):
    client, _is_new = identify([Contact("email", "vera@example.com")], name="Вера", by=HOUSE)
    assert find("Vera@Example.com") == [Hit("client", client.pk)]


def test_the_newest_come_first(windows):
    first, second = came("Вера", "+79160000001"), came("Вера", "+79160000002")
    assert clients_found("вера") == [second, first]


def test_a_changed_name_is_found_and_the_old_one_is_not(vera_id, olga):
    from svyazka.business.clients.models import Client

    change.change(Client.objects.get(pk=vera_id), {"name": "Вера Смирнова"}, by=olga)
    assert clients_found("смирн") == [vera_id]
    assert clients_found("павл") == []


def test_indexing_twice_changes_nothing(vera_id):
    before = list(SearchPosting.objects.order_by("pk").values_list("pk", flat=True))
    search.index("client", vera_id, "Вера Павлова", "Москва, ул. Лесная, 5, кв. 12")
    assert list(SearchPosting.objects.order_by("pk").values_list("pk", flat=True)) == before
