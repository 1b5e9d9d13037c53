from __future__ import annotations

from itertools import permutations

import pytest

from svyazka.engines.matching import made_up
from svyazka.engines.matching.gather import MOST_ROWS, gather
from svyazka.engines.matching.record import Given, Record, normalise

PHONE, OTHER_PHONE = "8 916 765-43-21", "8 903 222-44-55"


def card(name: str, *phones: str, email: str = "") -> Record:
    return normalise(Given(names=(name,), phones=phones, emails=(email,) if email else ()))


ANNA, SHORT = card("Иванова Анна", PHONE), card("Аня Иванова", PHONE)
MAIL = card("Анна Иванова", email="ania77@mail.ru")
BOTH = card("Иванова Анна Петровна", PHONE, email="ania77@mail.ru")


@pytest.mark.parametrize("cards", list(permutations([ANNA, SHORT, MAIL, BOTH])))
def test_rows_of_one_client_come_together_over_others_in_whatever_order_they_come(cards):
    assert gather(cards).certain == (0, 0, 0, 0)


def test_who_has_nothing_in_common_stays_alone():
    assert gather([ANNA, card("Сидоров Пётр", OTHER_PHONE)]).certain == (0, 1)
    assert gather([]).certain == ()


def test_a_father_and_a_son_do_not_meet_in_a_card_that_names_neither():
    father, son = card("Иванов Пётр Сергеевич", PHONE), card("Иванов Сергей Петрович", PHONE)
    found = gather([father, card("Иванов", PHONE), son])
    assert found.certain[0] != found.certain[2]
    assert found.likely[0] != found.likely[2]


def test_a_call_without_a_name_is_likely_one_and_a_person_is_asked():
    found = gather([ANNA, card("", PHONE)])
    assert found.certain == (0, 1)
    assert found.likely == (0, 0)
    assert [(one.one, one.other) for one in found.doubts] == [(0, 1)]


def test_a_relative_on_the_same_phone_is_not_even_likely():
    found = gather([ANNA, card("Иванов Пётр", PHONE)])
    assert (found.certain, found.likely) == ((0, 1), (0, 1))


def test_a_father_and_a_son_of_one_name_are_told_apart_by_their_birthdays():
    father, son = (normalise(Given(("Иванов Пётр",), (PHONE,), born=(day,))) for day in ("13.04.1955", "01.09.1985"))
    assert gather([father, son]).likely == (0, 1)
    assert gather([father, card("Иванов Пётр", PHONE)]).likely == (0, 0)


def test_nobody_is_put_together_out_of_more_rows_than_a_client_has():
    found = gather([ANNA] * (MOST_ROWS + 3))
    assert sorted(found.certain.count(group) for group in set(found.certain))[-1] == MOST_ROWS


def test_a_made_up_base_comes_together_again():
    world = made_up.world(307, clients=800, arrivals=0)
    truth = [client for client, _record in world.rows]
    found = gather([record for _client, record in world.rows])
    joined = [truth[place] == truth[other] for place, other in enumerate(found.certain) if place != other]
    assert len(joined) > 150
    assert sum(joined) / len(joined) >= 0.965  # owners of two companies on one phone
