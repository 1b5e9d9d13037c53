"""What calls and messages are about: shown, corrected with a click, and what the lists are narrowed by."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svyazka.business.calls.models import Call
from svyazka.business.clients.models import Client, Interaction
from svyazka.business.sorting import rules
from svyazka.business.sorting.models import Category, Sorted
from svyazka.business.sorting.sort import sort
from svyazka.kit import clock
from svyazka.workplaces.operator.test_queue import wait


@pytest.fixture
def category(windows):
    return {one.code: one for one in Category.objects.all()}


@pytest.fixture
def complaint(category, anna, vera):
    """Vera's message, which a rule takes for a complaint."""
    rules.add("Жалобы", category["complaint"], {"any_of": ["дует"]}, by=anna)
    line = wait(vera, kind="message", text="Из окна дует")
    sort(line)
    return line


def test_w4_a_message_is_sorted_by_itself_and_corrected_by_whoever_reads_it(enter, olga, vera, complaint):
    browser = enter(olga)
    (row,) = browser.get("/queue/").context["rows"]
    assert (row.about.code, row.about.how) == ("complaint", "rule")
    panel = browser.get(f"/interactions/{complaint.pk}/category/")
    assert "по правилу" in panel.content.decode()
    answer = browser.post(f"/interactions/{complaint.pk}/category/correction/", {"code": "order_question"})
    assert "Вопрос по заказу" in answer.content.decode()
    said = Sorted.objects.get(pk=complaint.pk)
    assert (said.category.code, said.how, said.by_id) == ("order_question", "person", olga.pk)
    history = browser.get(f"/clients/{vera.pk}/").content.decode()
    assert f'id="about-{complaint.pk}"' in history
    browser.post(f"/interactions/{complaint.pk}/category/correction/", {"code": ""})
    assert Sorted.objects.get(pk=complaint.pk).how == "rule"


def test_whoever_only_looks_changes_nothing(enter, konstantin, complaint):
    browser = enter(konstantin)
    page = browser.get("/queue/").content.decode()
    assert ("Жалоба" in page, f"about-{complaint.pk}" in page) == (True, False)
    assert browser.post(f"/interactions/{complaint.pk}/category/correction/", {"code": "spam"}).status_code == 403


def test_nonsense_is_answered_in_words(enter, olga, vera, complaint):
    browser = enter(olga)
    assert browser.post(f"/interactions/{complaint.pk}/category/correction/", {"code": "nothing"}).status_code == 404
    assert browser.post(f"/interactions/{10**12}/category/correction/", {"code": "spam"}).status_code == 422
    assert browser.get(f"/interactions/{10**12}/category/").status_code == 404


def test_the_queue_is_narrowed_by_category(enter, olga, vera, complaint):
    petr = Client.objects.create(name="Пётр")
    wait(petr, kind="message", text="Сколько стоит?")
    browser = enter(olga)
    page = browser.get("/queue/")
    assert [(one["count"], one["url"]) for one in page.context["categories"]] == [(1, "/queue/?about=complaint")]
    narrowed = browser.get("/queue/?about=complaint")
    assert [row.title for row in narrowed.context["rows"]] == ["Вера Павлова"]
    assert narrowed.context["categories"][0]["url"] == "/queue/"
    assert browser.get("/queue/?about=complaint&kind=form").context["rows"] == []
    assert len(browser.get("/queue/?about=<script>").context["rows"]) == 2


def test_thirty_rows_of_the_queue_cost_as_many_questions_as_one(enter, olga, category, anna):
    rules.add("Всё", category["other"], {"any_of": ["окна"]}, by=anna)

    def more(first, last):
        for number in range(first, last):
            sort(wait(Client.objects.create(name=f"Клиент {number}"), text="Два окна"))

    counted = []
    for first, last in ((0, 1), (1, 30)):
        more(first, last)
        browser = enter(olga)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert len(browser.get("/queue/?about=other").context["rows"]) == last
        counted.append(len(asked))
    assert counted[0] == counted[1]


def calls(vera, category, number):
    for minutes in range(number):
        at = clock.now() - timedelta(minutes=minutes)
        line = Interaction.objects.create(at=at, client_id=vera.pk, kind="call", direction="in", data={"call": 1})
        Call.objects.create(
            started_at=at, pbx_code="asterisk/lab1", key=f"k{minutes}", client_id=vera.pk, interaction_id=line.pk,
            state="ended", result="missed" if minutes % 2 else "answered",
        )  # fmt: skip
        if minutes % 3 == 0:
            Sorted.objects.create(pk=line.pk, at=at, category=category["complaint"], how="rule")


def test_calls_are_narrowed_by_category_page_by_page(enter, olga, vera, category):
    calls(vera, category, 180)
    browser = enter(olga)
    first = browser.get("/calls/?about=complaint")
    assert (len(first.context["rows"]), {row.about.code for row in first.context["rows"]}) == (50, {"complaint"})
    rest = browser.get(f"/calls/?about=complaint&before={first.context['before']}").context["rows"]
    assert len(rest) == 10
    assert {row.call.pk for row in rest}.isdisjoint(row.call.pk for row in first.context["rows"])
    missed = browser.get("/calls/?show=missed&about=complaint").context["rows"]
    assert {row.call.result for row in missed} == {"missed"}
    assert len(missed) == 30
    assert len(browser.get("/calls/?about=nonsense").context["rows"]) == 50


def test_a_list_of_calls_costs_as_many_questions_for_one_as_for_thirty(enter, olga, vera, category):
    counted = []
    for number in (1, 30):
        Call.objects.all().delete()
        calls(vera, category, number)
        browser = enter(olga)
        with CaptureQueriesContext(connection) as asked:
            browser.get("/calls/?about=complaint")
        counted.append(len(asked))
    assert counted[0] == counted[1]
