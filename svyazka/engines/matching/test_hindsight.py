from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from svyazka.engines.matching import made_up
from svyazka.engines.matching import weights as shipped
from svyazka.engines.matching.decide import decide
from svyazka.engines.matching.hindsight import Candidate, Seen, Tally, candidates, stand, surely, tally
from svyazka.engines.matching.record import Given, normalise

START = shipped.start()
PHONE = "+79161234567"


def compared(first: str, other: str, **more: object):
    one, two = (normalise(Given(names=(name,), phones=(PHONE,) if name != "-" else ())) for name in (first, other))
    return decide(one, [(1, two)], **more)


def test_another_threshold_makes_of_what_is_kept_what_it_would_have_made_of_the_requests():
    made = made_up.world(71, clients=300, arrivals=250)
    asked = [(one.record, made.candidates(one.record)) for one in made.arrived]
    kept = [stand(candidates(decide(record, near, base=made.base)), START) for record, near in asked]
    for certain in (0.8, 0.9, 0.99):
        chosen = replace(START, certain=certain)
        again = [decide(record, near, base=made.base, weights=chosen).kind for record, near in asked]
        assert [Seen(standing).kind(certain) for standing in kept] == again
        assert again.count("certain") > 30


@pytest.mark.parametrize("certain", [0.8, 0.9, 0.99])
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Иванова Вера", "Иванова Вера"),
        ("Вера", "Иванова Вера"),
        ("Иванова Анна", "Иванова Вера"),
        ("Кузнецов Олег", "Иванова Вера"),
        ("", "Иванова Вера"),
    ],
)
def test_it_stands_as_it_was_decided(one, other, certain):
    chosen = replace(START, certain=certain)
    decision = compared(one, other, weights=chosen)
    standing = stand(candidates(decision), chosen)
    assert standing is not None
    assert standing.kind(certain) == decision.kind
    assert standing.probability == pytest.approx(decision.likely[0].score.probability)
    assert standing.kind(certain) == stand(candidates(decision), START).kind(certain), "the threshold is all the same"


def test_whoever_has_just_called_needs_less():
    today = date(2026, 11, 27)
    known = replace(normalise(Given(phones=(PHONE,))), seen=today)
    now = replace(normalise(Given(names=("Иванова Вера",), phones=(PHONE,))), seen=today)
    decision = decide(now, [(1, known)])
    assert decision.kind == "certain"
    assert stand(candidates(decision), START).kind(0.99) == "certain"


def test_two_who_resemble_him_as_much_are_asked_about():
    decision = decide(
        normalise(Given(names=("Иванова Вера",), phones=(PHONE,))),
        [(number, normalise(Given(names=("Иванова Вера",), phones=(PHONE,)))) for number in (1, 2)],
    )
    standing = stand(candidates(decision), START)
    assert (decision.doubts, standing.is_clear, standing.kind(0.8)) == (("another_as_likely",), False, "doubtful")


def test_what_weights_know_no_more_weighs_nothing():
    strange = Candidate(1, {"phone.same": 1.0, "first.same": 1.0, "star_sign.same": 1.0})
    plain = Candidate(1, {"phone.same": 1.0, "first.same": 1.0})
    assert stand([strange], START) == stand([plain], START)
    assert stand([], START) is None


def test_what_a_threshold_would_have_done_is_counted():
    sure = Seen(stand(candidates(compared("Иванова Вера", "Иванова Вера")), START), right=True)
    wrong = replace(sure, right=False)
    unseen = replace(sure, right=None)
    forbidden = Seen(stand(candidates(compared("Кузнецов Олег", "Иванова Вера")), START), right=False)
    found = tally([sure, wrong, unseen, forbidden, Seen(None)], 0.8)
    assert found == Tally(attached=3, asked=1, new=1, checked=2, wrong=1)
    assert found.of == 5
    assert tally([sure], 0.999999).attached == 0


def test_nobody_who_looked_means_that_nothing_is_known():
    assert Tally(10, 0, 0, 0, 0).wrong_at_most == 1
    assert Tally(200, 0, 0, 100, 1).wrong_at_most == pytest.approx(0.0545, abs=1e-3)
    assert surely(99, 100) == pytest.approx(1 - 0.0545, abs=1e-3)
