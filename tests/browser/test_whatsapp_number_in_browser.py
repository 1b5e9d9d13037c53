# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
"""Anna connects a WhatsApp number: enters it, fetches the templates, tries it out."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from svyazka.business.conversations import accounts
from svyazka.connectors.whatsapp.conftest import whatsapp_peer  # noqa: F401
from svyazka.connectors.whatsapp.stand_in import BUSINESS, NUMBER

pytestmark = pytest.mark.slow


def test_a_number_is_connected_and_tried_out(open_page, accessible, windows, whatsapp_peer):
    whatsapp_peer.template("visit", {"type": "BODY", "text": "Приедем {{1}} в {{2}}."})
    vera = whatsapp_peer.person("79161234567", "RU.1")
    whatsapp_peer.writes(vera, content="Проба")
    account, _secret = accounts.open_account("whatsapp", code="main", name="WhatsApp", by=windows["anna"])
    page = open_page(windows["anna"], f"/office/channels/{account.pk}/", width=390)
    expect(page.get_by_role("heading", name="Проверить")).to_have_count(0)
    for label, value in (
        ("ID номера", NUMBER),
        ("ID аккаунта", BUSINESS),
        ("Постоянный токен", whatsapp_peer.token),
        ("Секрет приложения", whatsapp_peer.secret),
        ("Сервер API", whatsapp_peer.url),
    ):
        page.get_by_label(label).fill(value)
    page.get_by_role("button", name="Проверить и сохранить").click()
    expect(page.get_by_text("+7 495 555-01-23 · Окна")).to_be_visible()
    page.get_by_role("button", name="Получить сейчас").click()
    expect(page.get_by_text("Приедем {{1}} в {{2}}.")).to_be_visible()
    page.get_by_label("Ваш телефон").fill("8 916 123-45-67")
    page.get_by_role("button", name="Отправить пробное сообщение").click()
    expect(page.get_by_text("WhatsApp принял сообщение")).to_be_visible()
    assert whatsapp_peer.said[-1]["person"] is vera
    accessible(page)
