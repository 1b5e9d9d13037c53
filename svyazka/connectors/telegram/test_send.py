"""The stand-in before somebody else's client library: what aiogram takes for Telegram may be taken for it here."""

from __future__ import annotations

import asyncio

import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import (
    TelegramBadRequest,
    TelegramConflictError,
    TelegramForbiddenError,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.types import Update

from svyazka.business.notices.messengers import Access
from svyazka.connectors.telegram.send import Telegram


def drive(peer, work, *, token: str = ""):
    async def go():
        session = AiohttpSession(api=TelegramAPIServer.from_base(peer.url))
        async with Bot(token or peer.token, session=session) as bot:
            return await work(bot)

    return asyncio.run(go())


def test_aiogram_knows_the_bot_and_writes_through_it(telegram_peer):
    telegram_peer.person(5)

    async def work(bot):
        me = await bot.get_me()
        message = await bot.send_message(5, "Привет")
        return me.username, me.is_bot, message.text, message.chat.id

    assert drive(telegram_peer, work) == ("svyazka_test_bot", True, "Привет", 5)
    assert telegram_peer.texts(5) == ["Привет"]


@pytest.mark.parametrize(
    ("to", "text", "trouble"),
    [
        (6, "Привет", TelegramBadRequest),
        (7, "Привет", TelegramForbiddenError),
        (5, " ", TelegramBadRequest),
        (5, "ы" * 4097, TelegramBadRequest),
    ],
)
def test_aiogram_understands_its_refusals(telegram_peer, to, text, trouble):
    telegram_peer.person(5)
    telegram_peer.person(7)
    telegram_peer.block(7)
    with pytest.raises(trouble):
        drive(telegram_peer, lambda bot: bot.send_message(to, text))


def test_aiogram_is_told_to_wait(telegram_peer):
    telegram_peer.person(5)

    async def twice(bot):
        await bot.send_message(5, "1")
        await bot.send_message(5, "2")

    with pytest.raises(TelegramRetryAfter) as told:
        drive(telegram_peer, twice)
    assert told.value.retry_after == 3


def test_aiogram_sees_that_the_service_is_down_or_the_token_wrong(telegram_peer):
    with pytest.raises(TelegramUnauthorizedError):
        drive(telegram_peer, lambda bot: bot.get_me(), token="1:wrong")
    telegram_peer.is_broken = True
    with pytest.raises(TelegramServerError):
        drive(telegram_peer, lambda bot: bot.get_me())


def test_aiogram_finds_the_webhook_that_we_have_set(telegram_peer):
    Telegram(Access("telegram/main", telegram_peer.token, telegram_peer.url)).call_here(
        "https://crm.example.ru/in/telegram/x/", secret="s" * 43
    )
    assert drive(telegram_peer, lambda bot: bot.get_webhook_info()).url == "https://crm.example.ru/in/telegram/x/"
    with pytest.raises(TelegramConflictError):
        drive(telegram_peer, lambda bot: bot.get_updates())
    with pytest.raises(TelegramBadRequest):
        drive(telegram_peer, lambda bot: bot.set_webhook("http://crm.example.ru/"))


def test_aiogram_reads_its_updates(telegram_peer):
    telegram_peer.person(5, "mikhail")
    update = Update.model_validate(telegram_peer.started(5, "me-abc"))
    assert (update.message.text, update.message.from_user.username) == ("/start me-abc", "mikhail")
