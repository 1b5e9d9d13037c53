# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
"""A messenger is linked on a person's own page, which shows it as soon as the bot has heard of it."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import expect

from svyazka.business.conversations import bots
from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.intake.work_off import work_off
from svyazka.business.journal.record import About, record
from svyazka.connectors.telegram.conftest import telegram_peer  # noqa: F401
from svyazka.edge.conftest import open_house
from tests.browser.conftest import log_in

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]
SECRET = {"X-Telegram-Bot-Api-Secret-Token": "bot-secret-for-tests"}


def test_the_page_shows_at_once_that_a_chat_is_linked_and_ended(
    browser, live_server, settings, telegram_peer, accessible, mikhail, anna
):
    account = ChannelAccount.objects.get(code="telegram/main")
    bots.connect(account, token=telegram_peer.token, base=telegram_peer.url, proxy="", by=anna)
    telegram_peer.person(5, "mikhail")
    with open_house(settings.DATABASE_DIRECT_URL, web=live_server.url) as house:
        at = f"http://127.0.0.1:{house.port}"
        context = browser.new_context(base_url=at, locale="ru-RU", viewport={"width": 390, "height": 800})
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": log_in(mikhail), "url": at}])
        page = context.new_page()
        page.goto("/account/")
        expect(page.locator("#live-light .whole")).to_have_count(1)
        chats = page.locator("#chats")
        chats.get_by_role("button", name="Подключить").click()
        link = chats.get_by_role("link", name="Открыть Telegram").get_attribute("href")
        code = re.fullmatch(r"https://t\.me/svyazka_test_bot\?start=(me-[\w-]+)", link)[1]
        accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        for update, shown in ((telegram_peer.started(5, code), 1), (telegram_peer.written(5, "/stop"), 0)):
            address = f"{at}/in/telegram/{account.public_key}/"
            assert httpx.post(address, json=update, headers=SECRET).status_code == 200
            work_off()
            expect(chats.get_by_text("@mikhail")).to_have_count(shown)
        # What else happens to the person does not take the link from under his finger.
        chats.get_by_role("button", name="Подключить").click()
        expect(chats.get_by_role("link", name="Открыть Telegram")).to_be_visible()
        with page.expect_response("**/account/chats/?shown=*") as asked:
            record("staff.changed", About("person", mikhail.pk), by=anna, people=[mikhail.pk])
        assert asked.value.status == 204
        expect(chats.get_by_role("link", name="Открыть Telegram")).to_be_visible()
        context.close()
