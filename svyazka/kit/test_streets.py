from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svyazka.kit.streets import street_of


@pytest.mark.parametrize(
    ("address", "street"),
    [
        ("Москва, ул. Лесная, 5, кв. 12", "ул. Лесная"),
        ("г. Москва, Лесная улица, дом 5", "Лесная улица"),
        ("Москва, Лесная, 5", "Лесная"),
        ("Москва, Ленинский просп., 42к1", "Ленинский просп."),
        ("Московская обл., Химки, ул. Мира 7", "ул. Мира"),
        ("Химки, пр-т Мельникова, д. 2/1, подъезд 3, этаж 4", "пр-т Мельникова"),
        ("Москва, ул. Лесная д.5 кв.12", "ул. Лесная"),
        ("ул. Лесная 5 кв 12", "ул. Лесная"),
        ("г. Химки ул Лесная д 5 кв 12 домофон 12В", "г. Химки ул Лесная"),
        ("Зеленоград, мкр 8, корп. 803", "мкр"),
        ("Лесная 5", ""),
        ("Москва", ""),
        ("", ""),
    ],
)
def test_as_much_as_anybody_may_read(address, street):
    assert street_of(address) == street


@given(st.text(max_size=120))
def test_no_house_and_no_flat_whatever_was_typed(address):
    assert len(street_of(address)) <= len(address)
    assert not re.search(r"(?:^|[\s,])(?:д|дом|кв)\.?\s*\d+$", street_of(address))
