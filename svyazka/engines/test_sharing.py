from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from svyazka.engines.sharing import Candidate, Piece, in_turn, to_least_loaded

MORNING = datetime(2026, 11, 26, 9, tzinfo=UTC)
moments = st.none() | st.integers(0, 600).map(lambda minutes: MORNING + timedelta(minutes=minutes))
teams = st.lists(
    st.builds(Candidate, st.integers(1, 40), st.integers(0, 20), moments),
    min_size=1,
    max_size=12,
    unique_by=lambda one: one.id,
)


def test_the_turn_is_whoevers_who_waited_longest():
    team = [Candidate(1, last=MORNING), Candidate(2, last=MORNING - timedelta(hours=1)), Candidate(3)]
    assert in_turn(team, [Piece()] * 4) == [3, 2, 1, 3]


def test_the_fewest_open_deals_first_and_of_equals_whoever_waited_longest():
    team = [Candidate(1, load=2), Candidate(2, load=1, last=MORNING), Candidate(3, load=1)]
    assert to_least_loaded(team, [Piece()] * 4) == [3, 2, 1, 3]


def test_a_client_comes_back_to_whoever_knows_him():
    team = [Candidate(1), Candidate(2, load=50)]
    assert to_least_loaded(team, [Piece(wanted=2), Piece(wanted=7), Piece(wanted=2, besides={2})]) == [2, 1, 1]


def test_where_nobody_is_left_nobody_gets_it():
    assert in_turn([Candidate(1)], [Piece(besides={1}), Piece()]) == [None, 1]
    assert in_turn([], [Piece()]) == [None]


@given(teams, st.integers(0, 60))
def test_by_turns_nobody_gets_two_more_than_another(team, number):
    got = Counter(in_turn(team, [Piece()] * number))
    counts = [got[one.id] for one in team]
    assert sum(counts) == number
    assert max(counts) - min(counts) <= 1


@given(teams, st.integers(0, 300))
def test_loads_even_out(team, number):
    """Whoever got something does not stand more than one above anybody else afterwards."""
    got = Counter(to_least_loaded(team, [Piece()] * number))
    loads = {one.id: one.load + got[one.id] for one in team}
    assert all(loads[one] <= min(loads.values()) + 1 for one in got)


@given(teams, st.lists(st.sets(st.integers(1, 40)), max_size=30))
def test_whoever_is_left_out_gets_nothing_and_somebody_else_does(team, left_out):
    people = {one.id for one in team}
    for besides, person in zip(left_out, to_least_loaded(team, [Piece(besides=one) for one in left_out]), strict=True):
        assert person not in besides
        assert (person is None) == (people <= besides)
