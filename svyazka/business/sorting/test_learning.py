from __future__ import annotations

import pytest

from svyazka.business.journal.models import Entry
from svyazka.business.sorting import correcting, figures, in_force, learning
from svyazka.business.sorting.models import Sorted, SortModel, SortSettings
from svyazka.business.sorting.sort import sort
from svyazka.engines.sorting import made_up
from svyazka.engines.sorting.judged import Tried
from svyazka.engines.sorting.model import Guess
from svyazka.kit.refusals import ChangedMeanwhile, Refused


@pytest.fixture
def corrected(says, category, olga):
    """Olga says of so many made-up messages what they are."""

    def correct(number, seed=1):
        for text, code in made_up.messages(number, seed):
            correcting.correct(says(text).pk, category[code], by=olga)

    return correct


def test_from_few_nothing_is_learnt(corrected, anna):
    corrected(20)
    with pytest.raises(Refused):
        learning.begin(by=anna)
    learning.propose_due()
    assert learning.go_on() is False
    assert not SortModel.objects.exists()


def test_one_category_alone_teaches_nothing(says, category, olga):
    for number in range(60):
        correcting.correct(says(f"кредит {number}").pk, category["spam"], by=olga)
    with pytest.raises(Refused):
        learning.begin(by=olga)


def test_it_learns_by_itself_and_is_asked_from_then_on(corrected, says):
    corrected(300)
    learning.propose_due()
    assert learning.go_on() is True
    made = SortModel.objects.get()
    assert (made.state, in_force.settings().model_id) == ("taken", made.pk)
    assert made.figures["before"] is None
    assert made.figures["now"]["number"] + made.texts <= 300
    assert sort(says("Здравствуйте! Можно перенести замер на другой день?")) == "reschedule"
    assert set(Entry.objects.filter(kind="sort_model").values_list("verb", flat=True)) == {
        "sorting.learning_begun", "sorting.learnt", "sorting.model_taken",
    }  # fmt: skip


def test_it_learns_again_only_after_many_more(corrected):
    corrected(150)
    learning.propose_due()
    learning.go_on()
    learning.propose_due()
    assert SortModel.objects.count() == 1
    corrected(learning.NEW, seed=2)
    learning.propose_due()
    assert SortModel.objects.count() == 2


def test_what_is_worse_is_left_to_a_person(corrected, anna, says, category, olga, monkeypatch):
    corrected(200)
    learning.begin(by=anna)
    learning.go_on()
    good = in_force.settings().model_id
    chance = iter(range(10_000))
    codes = list(category)
    for text, _code in made_up.messages(400, 5):  # somebody clicks blindly
        correcting.correct(says(text).pk, category[codes[next(chance) % len(codes)]], by=olga)
    # What was held back first is what both are tried on.
    honest = [one for one in learning.examples() if one.is_held_back][-40:]
    everything = learning.examples()
    monkeypatch.setattr(
        learning, "examples", lambda: [one for one in everything if not one.is_held_back][:400] + honest
    )
    learning.begin(by=anna)
    learning.go_on()
    waiting = SortModel.objects.order_by("-pk").first()
    assert (waiting.state, in_force.settings().model_id) == ("ready", good)
    learning.take(waiting, by=anna)
    assert in_force.settings().model_id == waiting.pk
    learning.take(SortModel.objects.get(pk=good), by=anna)  # gone back to
    assert in_force.settings().model_id == good
    with pytest.raises(ChangedMeanwhile):
        learning.leave(waiting, by=anna)


def test_what_is_not_to_take_over_by_itself_waits(corrected, anna):
    learning.choose(threshold=0.9, takes_over=False, by=anna)
    corrected(300)
    learning.begin(by=anna)
    with pytest.raises(Refused):
        learning.begin(by=anna)
    learning.go_on()
    made = SortModel.objects.get()
    assert (made.state, in_force.settings().model_id) == ("ready", None)
    learning.leave(made, by=anna)
    with pytest.raises(ChangedMeanwhile):
        learning.take(made, by=anna)


def test_only_known_thresholds_can_be_chosen(anna, windows):
    learning.choose(threshold=0.95, takes_over=True, by=anna)
    assert SortSettings.objects.get().threshold == 0.95
    with pytest.raises(Refused):
        learning.choose(threshold=0.123, takes_over=True, by=anna)


def test_corrections_taken_back_while_it_waited(corrected, anna):
    corrected(60)
    learning.begin(by=anna)
    Sorted.objects.all().delete()
    assert learning.go_on() is True
    assert SortModel.objects.get().state == "failed"


def test_a_wrong_answer_costs_more_than_a_right_one_helps():
    def said(*codes):
        return [Tried("a", Guess(code, 0.9, {})) for code in codes]

    assert learning.is_not_worse(said("a", "a", "a"), said("a", "a", ""), 0.8)
    assert not learning.is_not_worse(said("a", "a", "b"), said("a", "a", ""), 0.8)
    assert not learning.is_not_worse(said("b", "b", "a"), None, 0.8)
    assert not learning.is_not_worse(said(""), None, 0.8)


def test_figures_are_stored_as_numbers():
    found = figures.count([Tried("a", Guess("b", 0.9, {})), Tried("a", Guess("a", 0.97, {}))])
    assert found["steps"]["0.95"] == {"answered": 1, "right": 1, "categories": {"a": [2, 1, 1]}}
    assert found["confusion"] == [["a", "a", 1], ["a", "b", 1]]
