from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svyazka.business.clients.models import Client
from svyazka.business.deals import moves
from svyazka.business.deals.handing import answering
from svyazka.business.deals.models import Deal, HandOff, Stage
from svyazka.business.deals.opening import open_deal
from svyazka.kit import clock

PAGE = "/problems/hand-offs/"


@pytest.fixture
def handed(projects):
    Stage.objects.update(required=[])

    def hand_on(name="ООО «Ромашка»"):
        client = Client.objects.create(name=name, kind="company")
        sale = open_deal(client, by=projects["timur"], responsible=projects["timur"])
        moves.move(sale, to=Stage.objects.get(code="signed"), by=projects["timur"])
        return Deal.objects.get(parent=sale)

    return hand_on


def text(answer) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_the_head_sees_how_it_goes_why_it_comes_back_and_who_is_late(projects, handed, enter):
    returned, waits = handed(), handed("АО «Северный ветер»")
    answering.give_back(returned, reason="Нет даты запуска", by=projects["pavel"])
    HandOff.objects.filter(to_deal=waits).update(due_at=clock.now() - timedelta(hours=1))
    page = text(enter(projects["rinat"]).get(PAGE))
    assert "Продажи → Подготовка 2" in page
    assert "50 %" in page.replace("\u00a0", " ")
    assert "Нет даты запуска" in page
    assert "АО «Северный ветер»" in page
    assert "просрочено: " in page


def test_before_anything_was_handed_on_it_says_what_will_be_seen_here(projects, enter):
    page = text(enter(projects["konstantin"]).get(PAGE))
    assert "За это время ничего не передавали" in page
    assert "На все передачи ответили" in page


def test_the_page_costs_the_same_questions_with_one_and_with_thirty(projects, handed, enter):
    handed()
    entered = enter(projects["rinat"])
    entered.get(PAGE)
    with CaptureQueriesContext(connection) as one:
        entered.get(PAGE)
    for number in range(29):
        handed(f"Клиент {number}")
    with CaptureQueriesContext(connection) as thirty:
        page = entered.get(PAGE).content.decode()
    assert page.count('class="leg-line"') == 30
    assert len(one) == len(thirty)


def test_further_ones_come_with_a_click(projects, handed, enter):
    for _ in range(31):
        handed()
    entered = enter(projects["rinat"])
    page = entered.get(PAGE).content.decode()
    assert page.count('class="leg-line"') == 30
    more = re.search(r'hx-get="([^"]*after[^"]*)"', page)[1].replace("&amp;", "&")
    assert entered.get(more).content.decode().count('class="leg-line"') == 1


def test_the_table_is_sorted_by_every_column_both_ways(projects, handed, enter):
    """What is not known yet comes last either way."""
    prepared = handed()
    answering.accept(prepared, by=projects["pavel"])
    moves.move(Deal.objects.get(pk=prepared.pk), to=Stage.objects.get(code="ready"), by=projects["pavel"])
    handed()
    entered = enter(projects["rinat"])
    there, back = "Продажи → Подготовка", "Подготовка → Ведение"
    assert ways(entered, "?sort=legs") == [there, back]
    assert ways(entered, "?sort=legs&ascending=1") == [back, there]
    assert ways(entered, "?sort=done") == ways(entered, "?sort=done&ascending=1") == [there, back]
    for sort in ("answered", "answered_at_most", "done_at_most", "returned", "ping_pong", "nonsense"):
        assert len(ways(entered, f"?sort={sort}&days=7")) == 2


def ways(entered, query):
    return re.findall(r'<td class="lead whole"><span>([^<]+)<', entered.get(PAGE + query).content.decode())


def test_the_time_is_chosen(projects, handed, enter):
    handed()
    HandOff.objects.update(handed_at=clock.now() - timedelta(days=40))
    entered = enter(projects["rinat"])
    assert (ways(entered, ""), len(ways(entered, "?days=90"))) == ([], 1)
    assert ways(entered, "?days=nonsense") == []


def test_a_manager_does_not_see_it_and_a_company_that_hands_nothing_on_has_no_entry(projects, enter):
    assert enter(projects["timur"]).get(PAGE).status_code == 403
    assert PAGE in enter(projects["rinat"]).get("/problems/").content.decode()
    assert PAGE in enter(projects["rinat"]).get("/problems/people/").content.decode()
    assert PAGE not in enter(projects["timur"]).get("/problems/").content.decode()


def test_with_one_pipeline_there_is_no_entry(roza, enter):
    assert PAGE not in enter(roza).get("/problems/").content.decode()
