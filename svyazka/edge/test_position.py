from __future__ import annotations

from svyazka.edge.position import MOST_HOLES, PATIENCE, Position


def started(*ids: int) -> Position:
    position = Position()
    position.start(ids, now=0)
    return position


def test_what_is_committed_late_is_asked_for_again():
    position = started(10)
    position.read([11, 13, 14], now=1)
    assert (position.last, position.holes) == (14, [12])
    position.read([12], now=2)
    assert (position.last, position.holes) == (14, [])


def test_what_was_rolled_back_is_given_up_after_a_while():
    position = started(10)
    position.read([12], now=1)
    position.read([13], now=1 + PATIENCE)
    assert position.holes == []


def test_holes_from_before_the_start_count_too():
    assert started(5, 6, 9).holes == [7, 8]
    assert started().last == 0


def test_a_jump_of_the_numbers_does_not_fill_the_memory():
    position = started(1)
    position.read([10_000_000], now=1)
    assert len(position.holes) == MOST_HOLES


def test_what_filled_a_hole_is_known_for_a_while():
    position = started(10)
    position.read([11, 13], now=1)
    position.read([12], now=2)
    assert position.filled(now=3) == [12]
    assert position.filled(now=2 + PATIENCE) == []
    position.read([14], now=2 + PATIENCE)
    assert position._filled == {}
