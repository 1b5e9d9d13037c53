from __future__ import annotations

from dataclasses import replace

import pytest

from svyazka.engines.matching.places import Address, of_parts, read


@pytest.mark.parametrize(
    ("typed", "town", "street", "house", "flat", "reason"),
    [
        ("г. Москва, ул. Лесная, д. 5 корп. 2, кв. 12", "москва", "лесная", "5к2", "12", "in full"),
        ("Лесная улица 5к2-12", "", "лесная", "5к2", "12", "in short"),
        ("мск лесная 5/2 кв12", "москва", "лесная", "5к2", "12", "in chats"),
        ("Москва, Лесная, 5, 12", "москва", "лесная", "5", "12", "numbers alone"),
        ("ул Лесная дом 5 корпус 2 квартира 12", "", "лесная", "5к2", "12", "without commas"),
        (
            "127055, Россия, Москва г, Лесная ул, дом № 5, квартира 12",
            "москва",
            "лесная",
            "5",
            "12",
            "as offices write",
        ),
        ("Moskva, ul. Lesnaya, d. 5, kv. 12", "москва", "лесная", "5", "12", "in Latin letters"),
        ("Ленина пр-т д.10", "", "ленина", "10", "", "the kind behind"),
        ("проспект Ленина, 10", "", "ленина", "10", "", "the kind before"),
        (
            "СПб, 2-я Советская ул., д. 4, стр. 1",
            "санкт-петербург",
            "2 советская",
            "4с1",
            "",
            "numbered, with a structure",
        ),
        ("ул. 1905 года, 5", "", "1905 года", "5", "", "a number within the name"),
        ("пр. 60-летия Октября, д. 7А", "", "60 летия октября", "7а", "", "and another"),
        ("Московская обл., г. Химки, ул. Победы д 3", "химки", "победы", "3", "", "with the region"),
        ("Б. Полянка 10", "", "большая полянка", "10", "", "a word cut short"),
        ("Казань, Баумана, д.5 кв.7 подъезд 2 этаж 3", "казань", "баумана", "5", "7", "the way through the house"),
        ("Зеленоград, корп. 1505, кв. 3", "зеленоград", "", "1505", "3", "a town without streets"),
        ("Москва", "москва", "", "", "", "a town alone"),
        ("Санкт-Петербург улица Фрунзе д. 12 кв. 121", "санкт-петербург", "фрунзе", "12", "121", "no comma"),
        ("Казань г улица Куйбышева 52", "казань", "куйбышева", "52", "", "the word for a town behind it"),
        ("Москва г пер. Малый 55", "москва", "малый", "55", "", "the same"),
        ("С.-Петербург, Фрунзе 1", "санкт-петербург", "фрунзе", "1", "", "cut short"),
        ("ул. Набережная, д.81", "", "набережная", "81", "", "a street called like a kind of street"),
        ("Ул. Пушкина д.82 202", "", "пушкина", "82", "202", "the flat behind the house"),
        ("Московская улица 5", "", "московская", "5", "", "no town"),
    ],
)
def test_an_address_is_taken_apart(typed, town, street, house, flat, reason):
    said = read(typed)
    assert replace(said, postcode="") == Address(town, " ".join(sorted(street.split())), house, flat), reason


@pytest.mark.parametrize("typed", ["", "нет", "-", "не указан", "Москва", "самовывоз"])
def test_no_building(typed):
    assert not read(typed)


@pytest.mark.parametrize(
    ("typed", "postcode"),
    [
        ("127055, Россия, Москва г, Лесная ул, дом № 5", "127055"),
        ("Москва, Лесная, 5, 127055", "127055"),
        ("Москва, Лесная, 5", ""),
        ("Москва, Лесная, 5, 8 916 765432", ""),
    ],
)
def test_six_digits_are_the_postcode(typed, postcode):
    assert read(typed).postcode == postcode


def test_an_address_given_in_parts_is_the_one_that_was_typed():
    parts = of_parts(town="Москва", street="Лесная", house="5", flat="12", postcode="127055")
    assert parts == read("127055, Москва, ул. Лесная, д. 5, кв. 12")
    assert of_parts(town=" - ", street="") == Address()
