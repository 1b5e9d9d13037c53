from __future__ import annotations

import pytest

from svyazka.business.clients import search as index
from svyazka.business.deals.opening import open_deal
from svyazka.business.journal.record import Automaton
from svyazka.workplaces.operator.search import marker

HOUSE = Automaton("test")


@pytest.fixture
def deal(vera):
    index.index("client", vera.pk, vera.name, vera.address)
    return open_deal(vera, by=HOUSE)


def test_a_client_with_the_open_deal_and_the_deal_itself(enter, olga, deal):
    [clients, deals] = enter(olga).get("/search/", {"q": "лесная"}).context["groups"]
    assert [(row.url, row.deal) for row in clients.rows] == [(f"/clients/{deal.client_id}/", f"№ {deal.pk}")]
    assert [(row.url, row.stage) for row in deals.rows] == [(f"/deals/{deal.pk}/", "Новая заявка")]


def test_the_answer_is_lines_for_the_box_and_nothing_else(enter, olga, deal):
    page = enter(olga).get("/search/", {"q": "павл лес"}).content.decode()
    assert '<a role="option" id="hit-0"' in page
    assert "<mark>Павл</mark>ова" in page
    assert "<html" not in page


def test_a_whole_page_of_hits(enter, olga, deal):
    page = enter(olga).get("/search/all/", {"q": "4567"})
    assert page.context["count"] == 1
    assert "<mark>45-67</mark>" in page.content.decode()


@pytest.mark.parametrize("typed", ["", " ", "<script>", "нет такого", "%", "x" * 5000, "\x00"])
def test_nothing_found_is_said_and_nothing_breaks(enter, olga, deal, typed):
    for address in ("/search/", "/search/all/"):
        answer = enter(olga).get(address, {"q": typed})
        assert answer.status_code == 200
        assert "<script>alert" not in answer.content.decode()


@pytest.mark.parametrize(
    ("typed", "text", "marked"),
    [
        ("петр", "Пётр", "<mark>Пётр</mark>"),
        ("павл лес", "Павлова, Лесная", "<mark>Павл</mark>ова, <mark>Лес</mark>ная"),
        ("8916123", "+7 916 123-45-67", "+7 916 123-45-67"),
        ("916123", "+7 916 123-45-67", "+7 <mark>916 123</mark>-45-67"),
        ("<b>", "a <b> c", "a &lt;<mark>b</mark>&gt; c"),
        ("amp", "a & b", "a &amp; b"),
        ("", "Вера", "Вера"),
    ],
)
def test_what_was_typed_is_marked_and_everything_escaped(typed, text, marked):
    assert marker(typed)(text) == marked


def test_twelve_hits_cost_as_many_questions_as_one(enter, olga, deal, django_assert_num_queries):
    from svyazka.business.clients.identify import Contact, identify

    for number in range(12):
        identify([Contact("phone", f"+7916000{number:04}")], name=f"Нина {number}", by=HOUSE)
    # Session, prefixes, a part of a word where there are too few, and what is shown of them.
    page = enter(olga)
    with django_assert_num_queries(4):
        page.get("/search/", {"q": "вера"})
    with django_assert_num_queries(3):
        page.get("/search/", {"q": "нина"})
    with django_assert_num_queries(2):
        page.get("/search/", {"q": "89161234567"})


@pytest.mark.parametrize("role", ["egor", "boris"])
def test_people_on_site_do_not_search(enter, windows, role):
    assert enter(windows[role]).get("/search/", {"q": "вера"}).status_code == 403
