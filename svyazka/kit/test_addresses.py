from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as some

from svyazka.kit import addresses


@pytest.mark.parametrize(
    "written",
    [
        "Москва, Лесная, 5",
        "г. Москва, ул. Лесная, д. 5",
        "г.Москва, улица Лесная, дом 5, кв. 12",
        "Россия, Москва, Лесная ул., 5, подъезд 2, этаж 3, домофон 12",
        "МОСКВА  лесная 5,кв.77",
    ],
)
def test_one_building_is_one_key_however_it_is_written(written):
    assert addresses.key(written) == "москва лесная 5"


def test_another_building_is_another_key():
    other = [
        "Москва, Лесная, 5",
        "Москва, Лесная, 5/1",
        "Москва, Лесная, 5 корп. 2",
        "Москва, Лесная, 5а",
        "Тверь, Лесная, 5",
    ]
    assert len({addresses.key(one) for one in other}) == len(other)


def test_what_leads_through_the_building_is_not_asked_for():
    assert addresses.building("Москва, ул. Лесная, 5, кв. 12, этаж 3") == "Москва, ул. Лесная, 5"
    assert addresses.building("Москва, Кодовая ул., 7") == "Москва, Кодовая ул., 7"


@pytest.mark.parametrize(
    ("address", "near"),
    [
        ("Москва, ул. Лесная, 5", (55.75, 37.62)),
        ("Московская обл., г. Королёв, ул. Мира, 1", (55.92, 37.82)),
        ("Ростов-на-Дону, Садовая, 1", (47.23, 39.71)),
        ("Санкт-Петербург, Невский пр-т, 1", (59.94, 30.31)),
    ],
)
def test_a_town_has_a_middle(address, near):
    found = addresses.town(address)
    assert found is not None
    assert found == pytest.approx(near, abs=0.1)


def test_a_village_nobody_knows_has_none():
    assert addresses.town("деревня Гадюкино, 3") is None


@pytest.mark.parametrize(
    ("typed", "is_at"),
    [
        ("55.75, 37.61", (55.75, 37.61)),
        ("55.751244,37.618423", (55.751244, 37.618423)),
        ("55,75 37,61", (55.75, 37.61)),
        ("(55.75; 37.61)", (55.75, 37.61)),
        ("-33.9, 151.2", (-33.9, 151.2)),
        ("95.75, 37.61", None),
        ("55.75", None),
        ("Лесная, 5", None),
    ],
)
def test_a_point_as_maps_give_it(typed, is_at):
    assert addresses.point(typed) == is_at


@given(some.text(max_size=400))
def test_whatever_somebody_types_has_a_key_that_stays_as_it_is(typed):
    key = addresses.key(typed)
    assert len(key) <= addresses.LONGEST
    assert addresses.key(typed) == key
    addresses.town(typed), addresses.point(typed), addresses.building(typed)
