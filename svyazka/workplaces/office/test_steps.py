"""The first steps of an empty company, and how each page leads to the next one."""

from __future__ import annotations

import pytest

from svyazka.business.clients.models import Client
from svyazka.business.deals.models import LossReason
from svyazka.business.deals.opening import open_deal
from svyazka.business.deals.paths.loss_reasons import LOSS_REASONS
from svyazka.business.journal.record import Automaton
from svyazka.business.staff import hire
from svyazka.business.staff.models import Role
from svyazka.business.visits.models import Resource, VisitKind


@pytest.fixture
def administrator(db):
    by = Automaton("command line")
    return hire.hire(login="admin", full_name="Анна", role=Role.ADMINISTRATOR, password="correct horse battery", by=by)


def main(answer) -> str:
    return " ".join(answer.content.decode().split("<main")[1].split())


def test_whoever_sets_a_company_up_begins_with_the_first_steps(administrator, enter):
    browser = enter(administrator)
    assert browser.get("/")["Location"] == "/office/settings/"
    page = main(browser.get("/office/settings/"))
    assert "Первые шаги" in page
    assert 'href="/office/blueprint/">Выбрать шаблон' in page


def test_each_page_leads_to_what_comes_next(administrator, enter):
    browser = enter(administrator)
    assert "Дальше:" not in main(browser.get("/office/departments/"))
    browser.post("/office/departments/", {"ru": "Продажи"})
    page = main(browser.get("/office/departments/"))
    assert "Первые шаги: 1 из 8" in page
    assert 'href="/office/staff/">Дальше: Сотрудники' in page
    assert "Выбрать шаблон" not in main(browser.get("/office/settings/"))


def test_what_is_missing_is_said_where_it_is_needed(administrator, enter):
    browser = enter(administrator)
    assert "Отделов пока нет." in main(browser.get("/office/staff/new/"))
    assert 'href="/office/visit-kinds/new/">Добавить вид выездов' in main(browser.get("/office/resources/new/"))


def test_a_company_that_works_is_led_no_further(anna, enter):
    browser, no_visits = enter(anna), (Resource, VisitKind)
    for model in no_visits:
        model.objects.all().delete()
    assert "Дальше: Виды выездов" in main(browser.get("/office/departments/"))
    open_deal(Client.objects.create(name="Вера"), by=anna)
    assert "Дальше:" not in main(browser.get("/office/departments/"))
    page = main(browser.get("/office/settings/"))
    assert "Всё необходимое настроено" in page
    assert page.count("если нужно") == 2


def test_what_nobody_can_do_without_is_missed_also_later(anna, enter):
    open_deal(Client.objects.create(name="Вера"), by=anna)
    LossReason.objects.all().delete()
    browser = enter(anna)
    assert "Первые шаги" in main(browser.get("/office/settings/"))
    LOSS_REASONS.add({"ru": "Дорого"}, by=anna)
    assert "Всё настроено" in main(browser.get("/office/settings/"))
