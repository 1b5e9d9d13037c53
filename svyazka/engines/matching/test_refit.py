from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest

from svyazka.engines.matching import weights
from svyazka.engines.matching.refit import Judged, _downwards, refit
from svyazka.engines.matching.terms import AGAINST, FOR, LADDERS
from svyazka.engines.matching.weights import Unfit, read, written

START = weights.start()


def decisions(term: str, share: float, many: int) -> list[Judged]:
    random = Random(7)
    return [Judged({term: 1.0, "first.same": 1.0}, random.random() < share) for _one in range(many)]


def test_without_decisions_the_weights_stay():
    assert refit(START, [], version="2") == replace(START, version="2")


def test_a_term_that_nobody_decided_about_stays():
    bits = refit(START, decisions("phone.same", 0.9, 200), version="2").bits
    assert bits["inn.same"] == pytest.approx(START.bits["inn.same"])


def test_many_decisions_say_how_likely_it_is():
    """Of those with such a phone and such a name nine in ten were the same: so it says."""
    made = refit(START, decisions("phone.same_of_two", 0.9, 5000), version="2").bits
    bits = made["prior"] + made["phone.same_of_two"] + made["first.same"]
    assert 1 / (1 + 2**-bits) == pytest.approx(0.9, abs=0.02)


def test_a_few_decisions_move_little_and_more_of_them_more():
    moved = [
        abs(refit(START, decisions("phone.same", 0.0, many), version="2").bits["phone.same"] - START.bits["phone.same"])
        for many in (1, 10, 100)
    ]
    assert moved == sorted(moved)
    assert 0 < moved[0] < moved[2]
    assert moved[0] < 2.0


def test_what_speaks_for_a_client_never_comes_to_speak_against_him():
    against = [Judged({term: 1.0}, False) for term in FOR for _one in range(300)]
    in_favour = [Judged({term: 1.0}, True) for term in AGAINST for _one in range(300)]
    made = refit(START, against + in_favour, version="2").bits
    assert all(made[term] >= 0 for term in FOR)
    assert all(made[term] <= 0 for term in AGAINST)
    for ladder in LADDERS.values():
        steps = [made[term] for term in ladder]
        assert steps == sorted(steps, reverse=True)


def test_steps_that_lead_up_share_their_mean():
    assert _downwards([3, 1, 2, 0]) == [3, 1.5, 1.5, 0]
    assert _downwards([1, 2, 3]) == [2, 2, 2]


def test_weights_are_read_as_they_were_written():
    again = read(written(START))
    assert again.version == START.version
    assert dict(again.bits) == pytest.approx(dict(START.bits), abs=0.005)
    assert (again.certain, again.doubtful, again.margin) == (START.certain, START.doubtful, START.margin)


@pytest.mark.parametrize(
    ("was", "becomes", "said"),
    [
        ("phone.same:", "phone.sane:", "missing: phone.same"),
        ("bits:", "bits:\n  horoscope: 3", "unknown: horoscope"),
        ("prior: ", "prior: .inf #", "not a number"),
        ("certain: ", "certain: 7 #", "thresholds"),
        ("version: ", "- version: ", "unreadable"),
        ("prior: ", "prior: many #", "unreadable"),
    ],
)
def test_bad_weights_are_refused_in_words(was, becomes, said):
    with pytest.raises(Unfit, match=said):
        read(written(START).replace(was, becomes, 1))
