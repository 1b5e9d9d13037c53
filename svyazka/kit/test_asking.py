import pytest
from django.db import DatabaseError, connection, transaction

from svyazka.kit import asking
from svyazka.kit.asking import answered, ask, nothing, together

pytestmark = pytest.mark.django_db


@pytest.fixture
def journeys(monkeypatch):
    """How many questions went in each."""
    made, real = [], asking._asked

    def counted(questions):
        made.append(len(questions))
        return real(questions)

    monkeypatch.setattr(asking, "_asked", counted)
    return made


def number(value):
    ((found,),) = yield from ask("select %s::int", [value])
    return found


def twice(value):
    """The second question needs the first answer."""
    found = yield from number(value)
    return (yield from number(found * 2))


def test_questions_that_know_nothing_of_each_other_travel_together(journeys):
    assert answered(together(number(1), number(2), number(3))) == [1, 2, 3]
    assert journeys == [3]


def test_the_longest_way_says_how_many_journeys_there_are(journeys):
    assert answered(together(number(1), twice(5), together(twice(6), number(7)))) == [1, 10, [12, 7]]
    assert journeys == [4, 2]


def test_what_is_known_already_asks_nothing(journeys):
    assert answered(together(nothing("known"), nothing(None))) == ["known", None]
    assert journeys == []


def test_a_question_without_rows_and_one_by_name():
    asked = together(ask("select 1 where false"), ask("select %(a)s + %(a)s", {"a": 2}))
    assert answered(asked) == [[], [(4,)]]


def test_after_a_wrong_question_the_next_is_answered():
    with pytest.raises(DatabaseError), transaction.atomic():
        answered(together(number(1), ask("select nonsense"), number(2)))
    assert answered(number(3)) == 3
    assert not connection.needs_rollback
