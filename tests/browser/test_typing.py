"""What people type: it is not lost by a click, goes off with Ctrl+Enter, and its faults go when it is corrected."""

from __future__ import annotations

import re
import uuid
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from svyazka.business.clients.models import Interaction
from svyazka.business.deals.models import Deal, Task
from svyazka.business.deals.opening import open_deal
from svyazka.business.deals.work import questions
from svyazka.kit import clock

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def deal(windows, vera, olga) -> Deal:
    return open_deal(vera, by=olga)


@pytest.mark.parametrize(
    ("path", "label"),
    [("/deals/{}/", "Проёмов"), ("/deals/{}/", "Заметка для коллег"), ("/requests/new/", "Что нужно")],
)
def test_a_link_asks_before_it_takes_away_what_was_typed(open_page, accessible, olga, deal, path, label):
    page = open_page(olga, path.format(deal.pk))
    asked = page.locator("#unsaved")
    page.get_by_label(label).fill("3")
    page.get_by_role("link", name="Звонки").click()
    expect(asked.get_by_role("button", name="Остаться")).to_be_focused()
    expect(asked).to_contain_text("Не сохранено. Уйти без сохранения?")
    accessible(page)
    page.keyboard.press("Escape")
    expect(asked).to_be_hidden()
    expect(page.get_by_label(label)).to_have_value("3")
    page.get_by_role("link", name="Звонки").click()
    asked.get_by_role("button", name="Уйти").click()
    expect(page.get_by_role("heading", name="Звонки")).to_be_visible()
    # Asked once, and never where nothing is typed.
    page.get_by_role("link", name="Сделки").click()
    expect(page.locator("#board")).to_be_visible()
    expect(asked).to_be_hidden()


def test_the_way_back_asks_as_well(open_page, olga, deal):
    page = open_page(olga, f"/deals/{deal.pk}/")
    page.get_by_role("link", name="Звонки").click()
    expect(page.get_by_role("heading", name="Звонки")).to_be_visible()
    page.go_back()
    page.get_by_label("Проёмов").fill("3")
    page.go_forward()
    asked = page.locator("#unsaved")
    asked.get_by_role("button", name="Остаться").click()
    expect(page.get_by_label("Проёмов")).to_have_value("3")
    expect(page).to_have_url(re.compile(f"/deals/{deal.pk}/$"))
    page.get_by_role("link", name="Звонки").click()
    asked.get_by_role("button", name="Уйти").click()
    expect(page.get_by_role("heading", name="Звонки")).to_be_visible()
    page.go_back()
    page.get_by_label("Проёмов").fill("4")
    page.go_back()
    asked.get_by_role("button", name="Уйти").click()
    expect(page.get_by_role("heading", name="Звонки")).to_be_visible()


def test_the_browser_asks_too(open_page, olga, deal):
    page = open_page(olga, f"/deals/{deal.pk}/")
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.reload()
    assert asked == []
    page.get_by_label("Проёмов").fill("3")
    page.reload()
    assert asked == ["beforeunload"]


def test_what_was_stored_is_not_asked_for(open_page, olga, deal):
    page = open_page(olga, f"/deals/{deal.pk}/")
    page.get_by_label("Проёмов").fill("3")
    page.get_by_role("button", name="Сохранить").click()
    expect(page.locator("#toasts")).to_contain_text("Сохранено.")
    page.get_by_role("link", name="Звонки").click()
    expect(page.get_by_role("heading", name="Звонки")).to_be_visible()


def test_a_fault_goes_when_its_field_is_typed_in_anew(open_page, olga, windows):
    page = open_page(olga, "/requests/new/")
    page.get_by_label("Телефон или почта").fill("завтра")
    page.get_by_label("Проёмов").fill("много")
    page.get_by_role("button", name="Записать", exact=True).click()
    expect(page.locator("main .wrong")).to_have_count(2)
    page.get_by_label("Телефон или почта").fill("+7 916 123-45-67")
    expect(page.locator("main .wrong")).to_have_count(1)
    expect(page.locator("main [aria-invalid='true']")).to_have_attribute("name", "openings")
    # It came back with a fault and is still nowhere but here.
    page.get_by_role("link", name="Звонки").click()
    expect(page.locator("#unsaved")).to_be_visible()


def test_control_and_enter_send(open_page, olga, deal):
    page = open_page(olga, f"/deals/{deal.pk}/")
    page.get_by_label("Заметка для коллег").fill("Замок сломан")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#deal-history")).to_contain_text("Замок сломан")
    page.get_by_label("Проёмов").fill("4")
    page.keyboard.press("Meta+Enter")
    expect(page.locator("#toasts")).to_contain_text("Сохранено.")
    assert Deal.objects.get(pk=deal.pk).facts["openings"] == 4
    page.goto(f"/clients/{deal.client_id}/")
    page.get_by_label("Заметка для коллег").fill("Собака во дворе")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#history")).to_contain_text("Собака во дворе")
    assert Interaction.objects.filter(kind="note").count() == 2


def test_a_dialog_asks_before_a_key_or_a_click_beside_it_takes_away_what_was_typed(open_page, olga, deal):
    page = open_page(olga, f"/deals/{deal.pk}/")
    dialog, asked = page.locator("#dialog"), page.locator("#unsaved")
    page.get_by_role("button", name="Подробнее…").click()
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.get_by_role("button", name="Подробнее…").click()
    dialog.get_by_label("Что нужно сделать").fill("Узнать размеры")
    page.keyboard.press("Escape")
    asked.get_by_role("button", name="Остаться").click()
    expect(dialog.get_by_label("Что нужно сделать")).to_have_value("Узнать размеры")
    page.mouse.click(10, 10)
    asked.get_by_role("button", name="Остаться").click()
    dialog.get_by_role("button", name="Запланировать").click()
    expect(page.locator("#deal-steps")).to_contain_text("Узнать размеры")
    expect(dialog).to_be_hidden()
    expect(dialog.locator("form")).to_have_count(0)  # nothing in it is unsaved


def test_what_is_typed_for_the_calling_list_is_asked_about_and_counts_no_more_when_it_is_sent(open_page, roza, deal):
    Task.objects.filter(deal=deal).update(kind="other")
    page = open_page(roza, "/deals/list/")
    page.get_by_role("button", name="Обзвонить").click()
    page.get_by_label("О чём звонок").fill("О новых условиях")
    page.keyboard.press("Escape")
    page.locator("#unsaved").get_by_role("button", name="Остаться").click()
    page.get_by_role("button", name="Добавить в обзвон").click()
    expect(page.locator("#toasts")).to_contain_text("Добавлено в обзвон")
    expect(page.locator("#dialog form")).to_have_count(0)
    page.get_by_role("button", name="Обзвонить").click()
    page.locator("#dialog").get_by_role("link", name="К обзвону").click()
    expect(page.get_by_role("heading", name="Обзвон")).to_be_visible()
    expect(page.locator("#dialog")).to_be_hidden()


def test_what_is_refused_in_a_dialog_is_read_in_it_and_can_be_closed(open_page, accessible, mikhail, konstantin, vera):
    deal = open_deal(vera, by=mikhail, responsible=mikhail, address="Лесная, 5")
    due_at = clock.now() + timedelta(hours=2)
    asked = {"due_at": due_at, "is_blocking": True, "request_id": uuid.uuid4(), "by": konstantin}
    questions.ask(deal, [mikhail.pk], "Почему стоит?", **asked)
    page = open_page(mikhail, f"/deals/{deal.pk}/", width=390, height=844)
    page.get_by_role("button", name="Потеряна").click()
    dialog = page.locator("#dialog")
    dialog.get_by_label("Дорого").check()
    dialog.get_by_role("button", name="Закрыть как потерянную").click()
    refused = dialog.locator("> .toast")
    expect(refused).to_contain_text("Почему стоит?")
    expect(refused).to_be_in_viewport(ratio=1)
    accessible(page)
    refused.get_by_role("button").click()
    expect(refused).to_have_count(0)
    expect(dialog.get_by_label("Дорого")).to_be_checked()
