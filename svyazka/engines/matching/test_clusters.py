from __future__ import annotations

import pytest

from svyazka.engines.matching.clusters import MOST, fault
from svyazka.engines.matching.record import Given, Record, normalise


def who(name: str, phone: str = "8 916 765-43-21") -> Record:
    return normalise(Given(names=(name,), phones=(phone,)))


SON, FATHER, EITHER = who("Иванов Пётр Иванович"), who("Иванов Иван Петрович"), who("Иванов")


def test_those_who_agree_may_be_one():
    assert fault({1: who("Иванова Анна"), 2: who("Анна Иванова"), 3: who("Аня Иванова")}) is None


@pytest.mark.parametrize("order", [(1, 2, 3), (3, 1, 2), (2, 3, 1)])
def test_a_third_one_does_not_make_one_of_father_and_son(order):
    named = {1: FATHER, 2: EITHER, 3: SON}
    assert fault({number: named[number] for number in order}) == "chain"
    assert fault({1: FATHER, 2: EITHER}) is None


def test_what_a_person_has_said_holds_for_all_of_them():
    three = {1: who("Иванова Анна"), 2: who("Анна Иванова"), 3: who("Аня Иванова")}
    assert fault(three, apart=[(3, 1)]) == "chain"
    assert fault(three, apart=[(3, 4)]) is None


def test_a_crowd_goes_to_people():
    assert fault({number: who("Иванова Анна") for number in range(MOST)}) is None
    assert fault({number: who("Иванова Анна") for number in range(MOST + 1)}) == "crowd"
