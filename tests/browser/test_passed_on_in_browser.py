# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
"""Anna connects Wazzup and Green-API, which pass messengers on."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from svyazka.business.conversations import accounts
from svyazka.connectors.green_api.conftest import INSTANCE, TOKEN, green_api_peer  # noqa: F401
from svyazka.connectors.wazzup.conftest import KEY, wazzup_peer  # noqa: F401

pytestmark = pytest.mark.slow
LOOKS = [(1440, False), (390, False), (1440, True), (390, True)]


def picture(page: Page, name: str) -> None:
    if folder := os.environ.get("SVYAZKA_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


def test_an_instance_is_connected_and_asked_from_here(open_page, accessible, windows, green_api_peer):
    account, _secret = accounts.open_account("green_api", code="main", name="Окна, WhatsApp", by=windows["anna"])
    page = open_page(windows["anna"], f"/office/channels/{account.pk}/", width=390)
    page.get_by_label("Номер инстанса").fill(INSTANCE)
    page.get_by_label("Токен").fill("wrong")
    page.get_by_label("Сервер API").fill(green_api_peer.url)
    page.get_by_role("button", name="Проверить и сохранить").click()
    expect(page.locator(".field .wrong")).to_contain_text("не знает такого токена")
    picture(page, "green-wrong")
    page.get_by_label("Токен").fill(TOKEN)
    page.get_by_role("button", name="Проверить и сохранить").click()
    expect(page.locator("#bot .chip.good")).to_have_text("79161234567")
    page.get_by_role("button", name="Опрашивать отсюда").click()
    expect(page.get_by_text("Готово: сообщения теперь забираются отсюда.")).to_be_visible()
    for width, dark in LOOKS:
        shown = open_page(windows["anna"], f"/office/channels/{account.pk}/", width=width, dark=dark)
        accessible(shown)
        picture(shown, f"green-{width}-{'dark' if dark else 'light'}")


def test_wazzup_is_connected(open_page, accessible, windows, wazzup_peer):
    page = open_page(windows["anna"], "/office/channels/new/")
    page.get_by_label("Вид").select_option("wazzup")
    page.get_by_label("Название").fill("Мессенджеры окон")
    page.get_by_label("Короткое имя").fill("main")
    picture(page, "wazzup-new")
    page.get_by_role("button", name="Открыть канал").click()
    page.get_by_label("Ключ API").fill(KEY)
    page.get_by_label("Сервер API").fill(wazzup_peer.url)
    page.get_by_role("button", name="Проверить и сохранить").click()
    expect(page.locator("#bot .chip.good")).to_have_text("whatsapp 79161234567")
    for width, dark in LOOKS:
        shown = open_page(windows["anna"], page.url, width=width, dark=dark)
        accessible(shown)
        picture(shown, f"wazzup-{width}-{'dark' if dark else 'light'}")
