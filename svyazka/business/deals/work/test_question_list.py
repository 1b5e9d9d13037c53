from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from svyazka.business.clients import search
from svyazka.business.clients.models import Client
from svyazka.business.deals.models import Asked, Question
from svyazka.business.deals.opening import open_deal
from svyazka.business.deals.work import question_figures, question_list, questions
from svyazka.business.deals.work.question_list import Narrowed
from svyazka.business.notices.models import Notice
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

HOUR = timedelta(hours=1)


@pytest.fixture
def ask(windows, vera, mikhail, konstantin):
    """`ask(mikhail, olga, due=-1)`: a question of Konstantin's on a new deal, due so many hours from now."""

    def asked(*people, text="Почему?", due=2.0, by=konstantin, client=vera) -> Question:
        deal = open_deal(client, responsible=mikhail, by=mikhail)
        question = questions.ask(
            deal,
            [person.pk for person in people],
            text,
            due_at=clock.now() + 100 * HOUR,
            request_id=uuid.uuid4(),
            by=by,
        )
        due_at = clock.now() + due * HOUR
        Question.objects.filter(pk=question.pk).update(due_at=due_at)
        Asked.objects.filter(question=question).update(due_at=due_at)
        return Question.objects.get(pk=question.pk)

    return asked


def found(person, **narrowed) -> list[int]:
    return [line.id for line in question_list.list_questions(person, Narrowed(**narrowed)).lines]


def test_everybody_finds_what_he_is_asked_and_what_he_asked(ask, mikhail, olga, konstantin, roza):
    later, sooner = ask(mikhail, olga, due=5), ask(mikhail)
    assert found(mikhail) == [sooner.pk, later.pk]
    assert found(mikhail, sort="newest") == [sooner.pk, later.pk]
    assert found(olga) == [later.pk]
    assert found(konstantin) == []
    assert found(konstantin, whose="by_me") == [sooner.pk, later.pk]
    assert found(roza, whose="all") == [sooner.pk, later.pk]
    # Whose right does not go so far gets no more than his own.
    assert found(olga, whose="all") == [later.pk]


def test_a_question_is_open_to_me_until_i_have_answered_it(ask, mikhail, olga, konstantin):
    question, late = ask(mikhail, olga), ask(olga, due=-1)
    questions.answer(question, "Ждём", by=mikhail)
    assert (found(mikhail), found(mikhail, state="answered")) == ([], [question.pk])
    assert found(olga) == [late.pk, question.pk]
    assert found(olga, state="overdue") == found(konstantin, whose="by_me", state="overdue") == [late.pk]
    assert found(konstantin, whose="by_me", state="answered") == []
    questions.withdraw(late, by=konstantin)
    assert found(olga, state="answered") == [late.pk]
    assert question_list.count(olga, Narrowed()) == {"open": 1, "overdue": 0, "answered": 1}
    assert question_list.count(konstantin, Narrowed(whose="by_me")) == {"open": 1, "overdue": 0, "answered": 1}


def test_it_is_found_by_its_words_by_the_client_and_by_the_deal(ask, mikhail, vera):
    search.index("client", vera.pk, vera.name)
    ask(mikhail, text="Когда замер?", client=Client.objects.create(name="Пётр Крюков"))
    wanted = ask(mikhail, text="Почему 100% предоплата?")
    for typed in ("ПРЕДОПЛАТА", "100%", "Вера Павлова"):
        assert found(mikhail, typed=typed) == [wanted.pk]
    assert found(mikhail, typed="%") == [wanted.pk]
    assert found(mikhail, typed="нет такого") == []


def test_it_is_narrowed_to_a_person_a_department_and_an_asker(ask, mikhail, olga, roza):
    question, other = ask(mikhail), ask(olga, by=roza)
    assert found(roza, whose="all", person_id=mikhail.pk) == [question.pk]
    assert found(roza, whose="all", asker_id=roza.pk) == [other.pk]
    assert found(roza, whose="all", department_id=mikhail.department_id) == [question.pk]


def test_page_by_page_nothing_is_shown_twice_and_nothing_left_out(ask, mikhail):
    asked = [ask(mikhail) for _number in range(question_list.PAGE + 3)]
    Question.objects.update(due_at=clock.now() + HOUR)
    first = question_list.list_questions(mikhail, Narrowed())
    second = question_list.list_questions(mikhail, Narrowed(), after=first.after)
    assert [line.id for line in first.lines + second.lines] == [one.pk for one in asked]
    assert (len(second.lines), second.after) == (3, "")
    assert len(question_list.list_questions(mikhail, Narrowed(), after="nonsense~x").lines) == question_list.PAGE


def test_a_colleague_of_the_department_answers_instead(ask, mikhail, oksana, olga, konstantin):
    question = ask(olga)
    assert oksana.department_id == olga.department_id
    with pytest.raises(Refused, match="того же отдела"):
        questions.take_over(question, olga.pk, by=mikhail)
    questions.take_over(question, olga.pk, by=oksana)
    assert questions.take_over(question, oksana.pk, by=oksana)
    assert list(Asked.objects.values_list("person", flat=True)) == [oksana.pk]
    assert list(Notice.objects.filter(kind="question.taken_over").values_list("person", flat=True).order_by("pk")) == [
        olga.pk,
        konstantin.pk,
    ]
    with pytest.raises(Refused, match="не вас"):
        questions.answer(question, "Знаю", by=olga)
    assert questions.answer(question, "Знаю", by=oksana).closed_at


def test_whoever_is_asked_himself_lets_a_colleague_off(ask, olga, oksana):
    question = ask(olga, oksana)
    questions.answer(question, "Ждём", by=oksana)
    assert questions.take_over(question, olga.pk, by=oksana).closed_at
    with pytest.raises(Refused, match="закрыт"):
        questions.take_over(question, olga.pk, by=oksana)


def figures(person, kind, **days):
    now = clock.now()
    given = {"since": now - timedelta(days=30), "until": now + HOUR, **days}
    return question_figures.count(person, **given)[kind]


def test_who_keeps_whom_waiting(ask, mikhail, olga, konstantin, roza):
    for hours in (1, 2, 3, 4, 30):
        question = ask(mikhail)
        Asked.objects.filter(question=question).update(answered_at=clock.now(), asked_at=clock.now() - hours * HOUR)
        Question.objects.filter(pk=question.pk).update(closed_at=clock.now())
    ask(mikhail, olga, by=roza, due=-3)
    (first, second) = figures(konstantin, "person")
    assert (first.person_id, first.asked, first.answered, first.waiting, first.overdue) == (mikhail.pk, 6, 5, 1, 1)
    assert _hours(first.median) == 3
    # Between the fourth and the fifth of five, at six tenths of the way.
    assert _hours(first.slow) == pytest.approx(4 + 0.6 * 26)
    assert (second.person_id, second.asked, second.median, second.overdue) == (olga.pk, 1, None, 1)
    assert {(one.asker_id, one.asked, one.overdue) for one in figures(konstantin, "asker")} == {
        (konstantin.pk, 5, 0),
        (roza.pk, 2, 2),
    }
    assert {(one.department_id, one.asked) for one in figures(konstantin, "department")} == {
        (mikhail.department_id, 6),
        (olga.department_id, 1),
    }
    assert {(one.asker_id, one.person_id, one.waiting) for one in figures(konstantin, "pair")} == {
        (konstantin.pk, mikhail.pk, 0),
        (roza.pk, mikhail.pk, 1),
        (roza.pk, olga.pk, 1),
    }


def test_figures_are_of_the_time_asked_for_and_go_no_further_than_the_right(ask, mikhail, olga, konstantin):
    ask(mikhail, olga)
    assert figures(konstantin, "person", until=clock.now() - HOUR) == []
    assert [one.person_id for one in figures(olga, "person")] == [olga.pk]


def _hours(span: timedelta) -> float:
    return round(span / HOUR, 2)
