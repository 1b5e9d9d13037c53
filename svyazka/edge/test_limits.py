from __future__ import annotations

import pytest

from svyazka.edge import limits
from svyazka.edge.limits import A_SECOND, AT_ONCE, Limits


class Clock:
    at = 100.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def door(clock) -> Limits:
    return Limits(AT_ONCE, A_SECOND, now=clock)


def let_in(door: Limits, address: str = "192.0.2.1", *, account: str = "web_form/okna", size: int = 0) -> int:
    """How many in a row."""
    count = 0
    while not door.seconds_to_wait(account, address, size):
        count += 1
    return count


def test_so_many_at_once_and_then_so_many_a_second(door, clock):
    assert let_in(door) == AT_ONCE
    assert door.seconds_to_wait("web_form/okna", "192.0.2.1", 0) == 1
    clock.at += 10
    assert let_in(door) == 20
    clock.at += 86_400
    assert let_in(door) == AT_ONCE


def test_each_address_and_each_form_for_itself(door):
    let_in(door)
    assert let_in(door, "192.0.2.2") == AT_ONCE
    assert let_in(door, account="web_form/balkony") == AT_ONCE


def test_a_large_one_counts_as_several(door):
    assert let_in(door, size=256 * 1024) == 1


def test_one_house_has_one_ipv6_network(door):
    let_in(door, "2001:db8:0:1::1")
    assert let_in(door, "2001:db8:0:1:ffff::2") == 0
    assert let_in(door, "2001:db8:0:2::1") == AT_ONCE


def test_of_many_addresses_the_quietest_is_forgotten(door, monkeypatch):
    monkeypatch.setattr(limits, "MOST_REMEMBERED", 3)
    let_in(door)
    for number in range(2, 5):
        door.seconds_to_wait("web_form/okna", f"192.0.2.{number}", 0)
    assert let_in(door) == AT_ONCE


def test_who_only_looks_is_not_counted(clock):
    wrong = Limits(2, 0.5, now=clock)
    for _time in range(5):
        assert wrong.look("mango/main", "192.0.2.1") == 0
    for _time in range(3):
        wrong.count("mango/main", "192.0.2.1")
    assert wrong.look("mango/main", "192.0.2.1") == 2
    clock.at += 2
    assert wrong.look("mango/main", "192.0.2.1") == 0
