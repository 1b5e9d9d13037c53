from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from svyazka.engines.sorting import made_up, packed
from svyazka.engines.sorting.features import SIZE, features
from svyazka.engines.sorting.judged import Tried, by_category, confusion, tally
from svyazka.engines.sorting.learn import learn
from svyazka.engines.sorting.model import UNKNOWN, Guess, guess, reasons
from svyazka.engines.sorting.words import holds, stems, words

_SMALL = learn(made_up.messages(120, 1))


@pytest.fixture(scope="module")
def model():
    return learn(made_up.messages(2000, 1, part="learn"), version="7")


def test_endings_and_yo_do_not_matter():
    assert stems(words("Замера замеру ЗАМЕРОМ")) == ["замер"] * 3
    assert stems(words("счёт счета")) == ["счет", "счет"]
    assert stems(words("windows window")) == ["window", "window"]


def test_numbers_addresses_and_links_are_no_words_of_their_own():
    assert words("см. https://a.example/x?y=1 или vera@mail.ru, 8 (916) 123-45-67") == [
        "см", "<link>", "или", "<mail>", "<number>",
    ]  # fmt: skip


def test_a_phrase_stands_in_a_text_one_word_after_the_other():
    text = stems(words("Можно ли перенести наш замер на вторник?"))
    assert holds(text, stems(words("наш замер")))
    assert not holds(text, stems(words("перенести замер")))
    assert not holds(text, [])
    assert not holds(stems(words("замерщик")), stems(words("замер")))


def test_a_slip_of_the_finger_leaves_most_of_the_features():
    right, wrong = (set(features(one).numbers.tolist()) for one in ("перенести монтаж", "перенсети монтаж"))
    assert len(right & wrong) > len(right) / 3


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=400))
def test_any_text_has_features_and_gets_an_answer_or_none(text):
    found = features(text)
    assert all(0 <= one < SIZE for one in found.numbers.tolist())
    assert all(one < other for one, other in pairwise(found.numbers.tolist()))
    said = guess(_SMALL, text)
    assert said == UNKNOWN or 0.99 < sum(said.chances.values()) < 1.01


def test_the_same_texts_and_seed_give_the_same_model():
    texts = made_up.messages(300, 4)
    assert packed.pack(learn(texts, seed=3)) == packed.pack(learn(texts, seed=3))


def test_ways_of_saying_a_thing_that_it_never_met_are_mostly_right_where_it_is_sure(model):
    tried = [Tried(code, guess(model, text)) for text, code in made_up.messages(800, 2, part="held")]
    bold, careful = tally(tried, 0.5), tally(tried, 0.9)
    assert bold.share_right > 0.65
    assert careful.share_right > 0.85
    assert 0.15 < careful.share_answered < bold.share_answered


def test_ways_that_it_knows_are_nearly_always_right(model):
    tried = [Tried(code, guess(model, text)) for text, code in made_up.messages(400, 5, part="learn")]
    found = tally(tried, 0.7)
    assert (found.share_answered > 0.95, found.share_right > 0.97) == (True, True)


def test_how_sure_it_is_holds_on_what_is_new_of_the_same_kind():
    """Half of the labels are nonsense: nobody can be right in more than about half of them, and it says so."""
    chance = random.Random(6)
    noisy = [
        (text, code if chance.random() < 0.5 else chance.choice(list(made_up.USUAL)))
        for text, code in made_up.messages(2400, 6)
    ]
    model = learn(noisy[:1800])
    tried = [Tried(code, guess(model, text)) for text, code in noisy[1800:]]
    promised = sum(one.guess.probability for one in tried) / len(tried)
    assert abs(promised - tally(tried, 0).share_right) < 0.08


def test_it_abstains_from_what_it_has_no_idea_of(model):
    assert guess(model, "") == UNKNOWN
    assert guess(model, "zzz qqq жжж").above(0.5) == ""
    assert guess(model, "🙂🙂🙂") == UNKNOWN


def test_it_says_which_words_spoke_for_it(model):
    found = reasons(model, "Здравствуйте, можно перенести замер?", "reschedule")
    assert found[0][0] == "перенести"
    assert all(one >= other > 0 for (_w, one), (_v, other) in pairwise(found))


def test_packed_it_says_the_same(model):
    again = packed.unpack(packed.pack(model))
    assert again.version == "7"
    for text, _code in made_up.messages(50, 9):
        one, other = guess(model, text), guess(again, text)
        assert one.code == other.code
        assert abs(one.probability - other.probability) < 0.01


@pytest.mark.parametrize("spoil", [lambda b: b[:-9], lambda b: b"XXXX" + b[4:], lambda b: b"", lambda b: b[:4] + b"\0"])
def test_bytes_that_are_no_model_are_said_to_be_none(model, spoil):
    with pytest.raises(packed.Unreadable):
        packed.unpack(spoil(packed.pack(model)))


def test_one_category_alone_teaches_nothing():
    with pytest.raises(ValueError):
        learn([("раз", "spam"), ("два", "spam")])


def test_figures_are_counted_by_hand():
    tried = [
        Tried("a", Guess("a", 0.9, {})),
        Tried("a", Guess("b", 0.8, {})),
        Tried("b", Guess("b", 0.6, {})),
        Tried("b", UNKNOWN),
    ]
    found = tally(tried, 0.7)
    assert (found.number, found.answered, found.right, found.worth) == (4, 2, 1, -1)
    of = by_category(tried, 0.5)
    assert (of["a"].precision, of["a"].recall) == (1.0, 0.5)
    assert (of["b"].precision, of["b"].recall) == (0.5, 0.5)
    assert confusion(tried, 0.7) == {("a", "a"): 1, ("a", "b"): 1, ("b", ""): 2}
