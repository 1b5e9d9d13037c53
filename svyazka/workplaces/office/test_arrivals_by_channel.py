from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svyazka.business.conversations import proofs
from svyazka.business.conversations.models import ChannelAccount, Listening
from svyazka.business.intake.models import ArrivalTally, Reckoning
from svyazka.kit import clock

ADDRESS = "/office/arrivals/channels/"


@pytest.fixture
def form(roza):
    return ChannelAccount.objects.get(code="web_form/okna")


def shown(enter, person) -> str:
    return " ".join(enter(person).get(ADDRESS).content.decode().split())


def reckoned(**said) -> None:
    given = {"at": clock.now(), "there": 3, **said}
    Reckoning.objects.update_or_create(account="web_form/okna", defaults=given)


def test_how_much_came_in_and_that_it_is_all(roza, enter, form):
    now = clock.now()
    ArrivalTally.objects.create(account=form.code, hour=now - timedelta(hours=2), count=17, last_at=now)
    reckoned()
    page = shown(enter, roza)
    assert "всё дошло" in page
    assert "3 из 3 за сутки" in page
    assert ">17<" in page


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"missing": ["uid-7", "uid-9"]}, "2 не хватает"),
        ({"trouble": "The other side does not answer. [ConnectError]"}, "Другая сторона не отвечает. [ConnectError]"),
        ({"waiting": 5}, "5 ждут там"),
        ({"fetched": 2}, "2 забрали только что"),
    ],
)
def test_what_is_not_as_it_should_be(roza, enter, form, said, words):
    reckoned(**said)
    assert words in shown(enter, roza)


def test_an_account_that_does_not_answer_says_so_first(roza, enter, form):
    reckoned()
    Listening.objects.create(account=form.code, trouble="denied", since=clock.now())
    assert "не принимает логин и пароль" in shown(enter, roza)


def test_somebody_wants_to_know_now(roza, enter, form):
    assert enter(roza).post(f"{ADDRESS}asking/", {"account": form.code}).status_code == 302
    assert Reckoning.objects.get(account=form.code).is_asked
    assert "спрашиваем" in shown(enter, roza)
    for nonsense in ("", "nobody/here", "\0"):
        assert enter(roza).post(f"{ADDRESS}asking/", {"account": nonsense}).status_code == 422


def test_the_number_of_questions_does_not_grow_with_the_channels(roza, enter, form, django_assert_num_queries):
    client = enter(roza)
    client.get(ADDRESS)
    with CaptureQueriesContext(connection) as few:
        client.get(ADDRESS)
    for number in range(30):
        ChannelAccount.objects.create(kind="web_form", code=f"web_form/{number}", name="Сайт", public_key=f"k{number}")
    with django_assert_num_queries(len(few)):
        client.get(ADDRESS)


def test_a_form_that_wants_a_secret_says_that_it_cannot_be_tried(roza, enter, form):
    reckoned(trouble="A form that was sent on trial did not come in. [403]")
    proofs.ask_for(form, "field", "key", by=roza)
    page = shown(enter, roza)
    assert ("проверить нельзя: форма требует секрет" in page, "[403]" in page) == (True, False)
    assert enter(roza).post(f"{ADDRESS}asking/", {"account": form.code}).status_code == 422
