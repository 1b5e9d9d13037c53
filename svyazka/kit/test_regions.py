from __future__ import annotations

import pytest

from svyazka.kit import regions


@pytest.mark.parametrize(
    ("number", "name", "zone"),
    [
        ("+73832001122", "Novosibirsk", "Asia/Novosibirsk"),
        ("+74951234567", "Moscow", "Europe/Moscow"),
        ("+78452123456", "Saratov", "Europe/Saratov"),
    ],
)
def test_a_towns_number_says_its_region_and_zone(number, name, zone):
    found = regions.of_number(number)
    assert (found.words["en"], found.zone.key) == (name, zone)


@pytest.mark.parametrize("number", ["+79161234567", "+375291234567", "", "101", "+7800"])
def test_other_numbers_say_none(number):
    assert regions.of_number(number) is None


@pytest.mark.parametrize(
    ("address", "found"),
    [
        ("Новосибирск, Красный проспект, 1", "Новосибирская область"),
        ("г. Орёл, ул. Московская, 5", "Орловская область"),
        ("Тверская область, дер. Малая", "Тверская область"),
        ("Тверская обл., дер. Малая", "Тверская область"),
        ("Республика Татарстан, с. Высокая Гора", "Татарстан"),
        ("ул. Кирова, 12", None),
        ("Волгоградский проспект, 3", None),
        ("Уфимский проезд", None),
        ("", None),
    ],
)
def test_an_address_says_where_it_is_by_its_town(address, found):
    region = regions.of_address(address)
    assert (region and region.ru) == found


def test_each_code_and_each_town_belongs_to_one_region():
    every = regions._all()
    codes = [code for one in every for code in one.codes]
    towns = [town for one in every for town in one.towns]
    assert (len(codes), len(towns)) == (len(set(codes)), len(set(towns)))
