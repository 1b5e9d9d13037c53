# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
"""A company moves over from amoCRM as the head of sales sees it: from the key to the undoing."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from svyazka.business.clients.models import Interaction
from svyazka.business.deals.models import Deal
from svyazka.business.moving_in import going_on
from svyazka.business.moving_in.models import MoveIn
from svyazka.connectors.amocrm import conftest as there
from svyazka.connectors.amocrm.conftest import amo  # noqa: F401
from svyazka.connectors.amocrm.stand_in import TOKEN
from svyazka.kit import clock

pytestmark = pytest.mark.slow


def work(pieces: int = 0) -> None:
    done = 0
    while going_on.go_on():
        done += 1
        if done == pieces:
            return


def fits(page) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    page.set_viewport_size({"width": 1440, "height": 900})


def test_c11_a_company_moves_over_from_amocrm_and_back(open_page, amo, windows, mikhail, roza, accessible):
    there.fill(amo, clients=12)
    page = open_page(roza, "/office/moving-in/")
    page.get_by_role("link", name="amoCRM").click()
    page.get_by_label("Адрес аккаунта").fill(amo.url)
    page.get_by_label("Долгосрочный токен").fill("another-key")
    accessible(page)
    fits(page)
    page.get_by_role("button", name="Проверить").click()
    expect(page.get_by_role("heading", name="Проверяем вход")).to_be_visible()
    work()
    expect(page.get_by_role("heading", name="Войти не удалось")).to_be_visible()
    accessible(page)
    page.get_by_role("link", name="Ввести ключ заново").click()
    expect(page.get_by_label("Долгосрочный токен")).to_have_value("")
    page.get_by_label("Адрес аккаунта").fill(amo.url)
    page.get_by_label("Долгосрочный токен").fill(TOKEN)
    page.get_by_role("button", name="Проверить").click()
    expect(page.get_by_role("heading", name="Проверяем вход")).to_be_visible()
    work()
    expect(page.get_by_role("heading", name="Вход есть")).to_be_visible()
    accessible(page)
    page.get_by_role("button", name="Прочитать всё").click()
    expect(page.get_by_role("heading", name="Идёт чтение")).to_be_visible()
    work(3)
    amo.faults.waiting.append(429)
    work()
    expect(page.get_by_text("Продолжится само")).to_be_visible()
    accessible(page)
    fits(page)
    page.get_by_role("button", name="Остановить").click()
    expect(page.get_by_role("heading", name="Чтение остановлено")).to_be_visible()
    page.get_by_role("button", name="Продолжить").click()
    expect(page.get_by_role("heading", name="Идёт чтение")).to_be_visible()
    MoveIn.objects.update(resume_at=clock.now())
    work()

    expect(page.get_by_role("heading", name="Сотрудники")).to_be_visible()
    page.get_by_label("Сотрудник 2").select_option(mikhail.full_name)
    accessible(page)
    fits(page)
    page.get_by_role("button", name="Пробный прогон").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    work()
    expect(page.get_by_role("heading", name="Пробный прогон готов")).to_be_visible()
    accessible(page)
    fits(page)
    assert not Deal.objects.exists()
    page.get_by_role("button", name="Перенести").click()
    expect(page.get_by_role("heading", name="Клиенты, сделки и история переносятся")).to_be_visible()
    work()
    expect(page.get_by_role("heading", name="Перенесено")).to_be_visible()
    accessible(page)
    fits(page)
    moved = page.url
    page.get_by_role("link", name="Сравнить").click()
    expect(page.get_by_role("heading", name="Вся учётная запись")).to_be_visible()
    accessible(page)
    call = Interaction.objects.filter(data__has_key="recording_there")[0]
    page.goto(f"/clients/{call.client_id}/")
    listen = page.get_by_role("link", name="Запись разговора там").first
    expect(listen).to_have_attribute("href", call.data["recording_there"])

    page.goto(moved)
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Отменить весь переезд").click()
    expect(page.get_by_role("heading", name="Переезд отменяется")).to_be_visible()
    work()
    expect(page.get_by_role("heading", name="Отменено")).to_be_visible()
    assert not Deal.objects.exists()
    assert not Interaction.objects.filter(data__has_key="recording_there").exists()
