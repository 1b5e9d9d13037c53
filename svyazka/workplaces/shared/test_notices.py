from __future__ import annotations

import ast
from datetime import timedelta
from pathlib import Path

import pytest

from svyazka.business.deals import opening
from svyazka.business.journal.models import LiveEvent
from svyazka.business.notices import reading
from svyazka.business.notices.models import Notice
from svyazka.business.notices.tell import tell
from svyazka.kit import clock
from svyazka.workplaces.shared.notices import WORDINGS

BUSINESS = Path(__file__).resolve().parents[2] / "business"


@pytest.fixture
def deal(vera, mikhail):
    return opening.open_deal(vera, responsible=mikhail, by=mikhail)


@pytest.fixture
def asked(konstantin, mikhail, deal):
    """Notices of a question to Mikhail."""

    def ask(text="Почему стоит?", **more):
        about = {"deal_id": deal.pk, "client_id": deal.client_id}
        return tell([mikhail.pk], "question.asked", by=konstantin, data={"text": text}, **about, **more)[0]

    return ask


def test_the_bell_says_how_many_are_unread_without_a_query_of_its_own(mikhail, asked, enter, django_assert_num_queries):
    client = enter(mikhail)
    with django_assert_num_queries(1):
        assert 'data-unread="0"' in client.get("/notices/bell/").content.decode()
    asked()
    asked("Когда замер?")
    with django_assert_num_queries(1):
        assert 'data-unread="2"' in client.get("/notices/bell/").content.decode()


def test_it_is_said_who_asks_what_and_about_whom(mikhail, asked, enter, deal):
    asked("Почему <стоит>?")
    page = enter(mikhail).get("/notices/latest/").content.decode()
    assert "Константин Жуков спрашивает: Почему &lt;стоит&gt;?" in page
    assert f"№ {deal.pk} · Вера Павлова" in page


def test_it_is_said_in_the_readers_language(mikhail, asked, enter):
    mikhail.language = "en"
    mikhail.save()
    asked()
    assert "Константин Жуков asks: Почему стоит?" in enter(mikhail).get("/notices/latest/").content.decode()


def test_a_kind_without_words_breaks_no_page(mikhail, konstantin, enter):
    tell([mikhail.pk], "nobody.worded_this", by=konstantin)
    assert "Есть новости" in enter(mikhail).get("/notices/").content.decode()


def test_opening_a_notice_leads_to_the_deal_and_reads_it(mikhail, asked, enter, deal):
    notice = asked()
    answer = enter(mikhail).get(f"/notices/{notice.pk}/")
    assert (answer.status_code, answer["Location"]) == (302, f"/deals/{deal.pk}/")
    notice.refresh_from_db()
    assert notice.read_at
    assert notice.try_at is None


def test_opening_the_deal_reads_all_that_was_to_be_heard_of_it(mikhail, konstantin, asked, enter, deal):
    asked()
    other = tell([mikhail.pk], "question.asked", by=konstantin, deal_id=deal.pk + 1)[0]
    enter(mikhail).get(f"/deals/{deal.pk}/")
    assert list(Notice.objects.filter(read_at=None)) == [other]


def test_one_and_all_are_marked_read_and_the_persons_other_tabs_hear_of_it(mikhail, asked, enter):
    first, _second, _third = asked(), asked("2"), asked("3")
    client = enter(mikhail)
    LiveEvent.objects.all().delete()
    assert client.post(f"/notices/{first.pk}/reading/", headers={"HX-Request": "true"}).status_code == 204
    assert Notice.objects.filter(read_at=None).count() == 2
    assert client.post("/notices/reading/").status_code == 302
    assert not Notice.objects.filter(read_at=None).exists()
    client.post("/notices/reading/")
    assert list(LiveEvent.objects.values_list("topic", "people", "data")) == [
        ("notice", [mikhail.pk], {"read": 1}),
        ("notice", [mikhail.pk], {"read": 1}),
    ]


def test_notices_of_others_are_nobodys_business(olga, asked, enter):
    notice = asked()
    client = enter(olga)
    for answer in (
        client.get(f"/notices/{notice.pk}/"),
        client.get(f"/notices/{notice.pk}/toast/"),
        client.post(f"/notices/{notice.pk}/reading/"),
    ):
        assert answer.status_code == 404
    assert "Почему стоит?" not in client.get("/notices/").content.decode()
    assert Notice.objects.filter(read_at=None).count() == 1


def test_one_notice_and_thirty_ask_the_same_number_of_queries(mikhail, asked, enter, django_assert_num_queries):
    asked()
    client = enter(mikhail)
    for path in ("/notices/", "/notices/latest/"):
        with django_assert_num_queries(4):
            client.get(path)
    for number in range(60):
        asked(str(number))
    for path in ("/notices/", "/notices/latest/"):
        with django_assert_num_queries(4):
            client.get(path)


def test_the_page_of_all_is_paged_and_shows_the_unread_alone(mikhail, asked, enter):
    for number in range(60):
        asked(f"Вопрос {number}")
    client = enter(mikhail)
    page = client.get("/notices/")
    assert len(page.context["notices"]) == 50
    assert len(client.get(f"/notices/?{page.context['older']}").context["notices"]) == 10
    reading.read_all(mikhail)
    assert client.get("/notices/?unread").context["notices"] == []


def test_old_ones_are_cleared_away_read_ones_sooner(mikhail, asked):
    for days, is_read in ((100, False), (40, True), (40, False), (10, True)):
        notice = asked(f"{days} {is_read}")
        notice.at = clock.now() - timedelta(days=days)
        notice.read_at = clock.now() if is_read else None
        notice.save()
    reading.forget_old_notices()
    assert sorted(one.data["text"] for one in Notice.objects.all()) == ["10 True", "40 False"]


def test_every_kind_that_is_told_has_its_words():
    told = set()
    for path in BUSINESS.rglob("*.py"):
        if path.name.startswith("test_"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or len(node.args) < 2:
                continue
            if getattr(node.func, "id", getattr(node.func, "attr", "")) == "tell" and isinstance(
                node.args[1], ast.Constant
            ):
                told.add(node.args[1].value)
    assert sorted(kind for kind in told - WORDINGS.keys() if "." in str(kind)) == []
