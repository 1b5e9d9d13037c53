from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svyazka.business.deals.opening import open_deal
from svyazka.business.deals.work import questions
from svyazka.kit import clock


@pytest.fixture
def ask(windows, vera, mikhail, konstantin):
    def asked(*people, text="Почему <стоит>?"):
        return questions.ask(
            open_deal(vera, responsible=mikhail, by=mikhail),
            [person.pk for person in people or (mikhail,)],
            text,
            due_at=clock.now() + timedelta(hours=2),
            request_id=uuid.uuid4(),
            by=konstantin,
        )

    return asked


def shown(page) -> list[str]:
    return re.findall(r'<article class="question[^"]*" id="question-(\d+)"', page.content.decode())


def test_a_question_is_answered_where_it_stands_in_the_list(ask, mikhail, konstantin, enter):
    question = ask()
    client = enter(mikhail)
    page = client.get("/questions/")
    assert shown(page) == [str(question.pk)]
    text = page.content.decode()
    assert "Вера Павлова" in text
    assert "Почему &lt;стоит&gt;?" in text
    assert f'hx-post="/questions/{question.pk}/answer/?list"' in text
    assert client.post(f"/questions/{question.pk}/answer/?list", {"answer": "Ждём"}).status_code == 200
    assert shown(client.get("/questions/")) == []
    assert shown(client.get("/questions/?state=answered")) == [str(question.pk)]
    assert shown(enter(konstantin).get("/questions/?whose=by_me&state=answered")) == [str(question.pk)]


def test_only_who_sees_further_finds_all_and_the_figures(ask, olga, konstantin, enter):
    ask()
    client = enter(olga)
    assert 'href="/questions/?whose=all"' not in client.get("/questions/?whose=all").content.decode()
    assert shown(client.get("/questions/?whose=all")) == []
    assert client.get("/questions/figures/").status_code == 302
    client = enter(konstantin)
    assert len(shown(client.get("/questions/?whose=all"))) == 1
    assert "Михаил Лебедев" in client.get("/questions/figures/").content.decode()


def test_engineers_have_no_questions(egor, enter):
    assert enter(egor).get("/questions/").status_code == 403


@pytest.mark.parametrize(
    "query", ["?state=x&sort=y&whose=z&person=a", "?after=x", "?q=%00", "?first=x&last=9999-99-99"]
)
def test_nonsense_in_the_address_breaks_nothing(ask, konstantin, enter, query):
    ask()
    client = enter(konstantin)
    for address in ("/questions/", "/questions/figures/"):
        assert client.get(address + query).status_code == 200


@pytest.mark.parametrize("address", ["/questions/?whose=all", "/questions/figures/"])
def test_one_question_costs_as_many_queries_as_thirty(ask, konstantin, mikhail, olga, enter, address):
    ask()
    client = enter(konstantin)
    client.get(address)
    with CaptureQueriesContext(connection) as one:
        client.get(address)
    for _number in range(29):
        ask(mikhail, olga)
    with CaptureQueriesContext(connection) as thirty:
        client.get(address)
    assert len(one) == len(thirty)


def test_a_colleague_answers_instead(ask, olga, oksana, mikhail, enter):
    question = ask(olga)
    assert "taking_over" not in enter(mikhail).get(f"/deals/{question.deal_id}/").content.decode()
    client = enter(oksana)
    assert f"/questions/{question.pk}/taking_over/" in client.get(f"/deals/{question.deal_id}/").content.decode()
    answer = client.post(f"/questions/{question.pk}/taking_over/", {"person": olga.pk})
    assert f'id="answer-{question.pk}"' in answer.content.decode()
    assert client.post(f"/questions/{question.pk}/taking_over/", {"person": "x"}).status_code == 422


def test_the_board_marks_a_deal_with_an_open_question(ask, konstantin, enter):
    question = ask()
    client = enter(konstantin)
    card = f"/deals/{question.deal_id}/card/"
    assert ">вопрос</span>" in client.get("/deals/").content.decode()
    question.is_blocking = True
    question.save()
    assert ">вопрос держит сделку</span>" in client.get(card).content.decode()
    questions.withdraw(question, by=konstantin)
    assert "вопрос" not in client.get(card).content.decode()
