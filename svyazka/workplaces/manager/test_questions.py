from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from svyazka.business.deals.models import Asked, Question
from svyazka.business.deals.opening import open_deal
from svyazka.business.deals.work import questions
from svyazka.kit import clock


@pytest.fixture
def deal(windows, vera, mikhail):
    return open_deal(vera, responsible=mikhail, by=mikhail)


@pytest.fixture
def asked(deal, konstantin, mikhail):
    def ask(*people, text="Почему <стоит>?", **more):
        return questions.ask(
            deal,
            [person.pk for person in people or (mikhail,)],
            text,
            due_at=clock.now() + timedelta(hours=2),
            request_id=uuid.uuid4(),
            by=konstantin,
            **more,
        )

    return ask


def form(*people, **more):
    day = (clock.now() + timedelta(days=1)).date().isoformat()
    return {"people": [person.pk for person in people], "text": "Когда замер?", "day": day, "hour": "12:00"} | more


def test_the_controller_asks_and_the_page_shows_it_at_once(deal, konstantin, mikhail, olga, enter):
    client = enter(konstantin)
    page = client.get(f"/deals/{deal.pk}/questions/").content.decode()
    assert f'name="people" value="{mikhail.pk}" checked' in page
    answer = client.post(f"/deals/{deal.pk}/questions/", form(mikhail, olga, is_blocking="on"))
    assert answer.status_code == 200
    shown = answer.content.decode()
    assert "Когда замер?" in shown
    assert "держит сделку" in shown
    question = Question.objects.get()
    assert (question.is_blocking, Asked.objects.count()) == (True, 2)
    history = client.get(f"/deals/{deal.pk}/history/").content.decode()
    assert "Когда замер?" in history
    assert history.count("не отвечает") == 0


def test_a_refused_question_comes_back_with_all_that_was_typed(deal, konstantin, mikhail, egor, enter):
    answer = enter(konstantin).post(f"/deals/{deal.pk}/questions/", form(mikhail, egor))
    assert (answer.status_code, answer["HX-Retarget"]) == (422, "#dialog")
    page = answer.content.decode()
    assert "Егор" in page
    assert "не видит сделки" in page
    assert "Когда замер?" in page
    assert f'value="{egor.pk}" checked' in page
    assert not Question.objects.exists()


@pytest.mark.parametrize("day", ["", "31.12.2026", "9999-99-99"])
def test_nonsense_for_a_time_is_said_beside_it(deal, konstantin, mikhail, enter, day):
    answer = enter(konstantin).post(f"/deals/{deal.pk}/questions/", form(mikhail, day=day))
    assert answer.status_code == 422
    assert "question-due-fault" in answer.content.decode()


def test_whoever_is_asked_answers_in_place_and_the_history_shows_the_answer(deal, asked, mikhail, olga, enter):
    question = asked(mikhail, olga)
    client = enter(mikhail)
    page = client.get(f"/deals/{deal.pk}/").content.decode()
    assert "Почему &lt;стоит&gt;?" in page
    assert f'id="answer-{question.pk}"' in page
    answer = client.post(f"/questions/{question.pk}/answer/", {"answer": "Ждём <замер>"})
    assert answer.status_code == 200
    assert f'id="answer-{question.pk}"' not in answer.content.decode()
    assert "Ждём &lt;замер&gt;" in client.get(f"/deals/{deal.pk}/history/").content.decode()


def test_only_whoever_is_asked_finds_the_form(deal, asked, olga, enter):
    question = asked()
    client = enter(olga)
    assert f'id="answer-{question.pk}"' not in client.get(f"/deals/{deal.pk}/").content.decode()
    assert client.post(f"/questions/{question.pk}/answer/", {"answer": "Знаю"}).status_code == 422


def test_a_manager_asks_no_controllers_question_and_withdraws_none(deal, asked, mikhail, enter):
    question = asked()
    client = enter(mikhail)
    assert client.get(f"/deals/{deal.pk}/questions/").status_code == 403
    for what in ("withdrawal", "reminder", "people", "release"):
        assert client.post(f"/questions/{question.pk}/{what}/").status_code == 403


def test_the_board_refuses_to_move_a_held_deal_and_says_who_has_not_answered(deal, asked, mikhail, enter):
    asked(is_blocking=True)
    to = deal.pipeline.stages.get(code="contacted")
    headers = {"HX-Request": "true"}
    answer = enter(mikhail).post(f"/deals/{deal.pk}/stage/?board", {"stage": to.pk}, headers=headers)
    assert answer.status_code == 422
    assert "Михаил Лебедев: Почему &lt;стоит&gt;?" in answer.content.decode()


def test_the_controller_reminds_redirects_and_withdraws(deal, asked, konstantin, olga, mikhail, enter):
    question = asked()
    client = enter(konstantin)
    assert "1 человеку" in client.post(f"/questions/{question.pk}/reminder/")["HX-Trigger"].encode().decode(
        "unicode_escape"
    )
    assert f'value="{mikhail.pk}" checked' in client.get(f"/questions/{question.pk}/people/").content.decode()
    client.post(f"/questions/{question.pk}/people/", {"people": [olga.pk]})
    assert Asked.objects.get().person == olga
    assert client.post(f"/questions/{question.pk}/people/").status_code == 422
    client.post(f"/questions/{question.pk}/withdrawal/")
    assert Question.objects.get().closed_at


def test_the_head_lets_the_deal_go_on(deal, asked, roza, enter):
    question = asked(is_blocking=True)
    client = enter(roza)
    assert client.get(f"/questions/{question.pk}/release/").status_code == 200
    assert client.post(f"/questions/{question.pk}/release/", {"reason": ""}).status_code == 422
    assert client.post(f"/questions/{question.pk}/release/", {"reason": "Клиент ждёт"}).status_code == 200
    assert not Question.objects.get().is_blocking


def test_colleagues_are_suggested_by_the_beginning_of_any_of_their_names(olga, enter):
    client = enter(olga)
    found = client.get("/colleagues/?q=леб мих").json()["people"]
    assert [one["name"] for one in found] == ["Михаил Лебедев"]
    # Whoever sees no deals is not suggested.
    assert client.get("/colleagues/?q=Егор").json()["people"] == []


def test_one_question_and_thirty_ask_the_same_number_of_queries(
    deal, asked, mikhail, olga, enter, django_assert_max_num_queries
):
    asked()
    client = enter(mikhail)
    client.get(f"/deals/{deal.pk}/")
    with django_assert_max_num_queries(40) as few:
        client.get(f"/deals/{deal.pk}/")
    for number in range(29):
        asked(mikhail, olga, text=f"Вопрос {number}")
    client.get(f"/deals/{deal.pk}/")
    with django_assert_max_num_queries(40) as many:
        client.get(f"/deals/{deal.pk}/")
    assert len(many) == len(few)
