"""The stand-in before somebody else's client library: what maxapi takes for MAX may be taken for it here."""

from __future__ import annotations

import asyncio
import ssl

import pytest
from maxapi import Bot
from maxapi.exceptions.max import InvalidToken, MaxApiError
from maxapi.types.updates.bot_started import BotStarted
from maxapi.types.updates.message_created import MessageCreated
from maxapi.utils.deep_linking import create_start_link

from svyazka.business.notices.messengers import Access
from svyazka.connectors.max.send import Max, _trust


def drive(peer, work, *, token: str = ""):
    async def go():
        bot = Bot(token or peer.token)
        bot.set_api_url(peer.url)
        bot.default_connection.max_retries = 0
        try:
            return await work(bot)
        finally:
            await bot.close_session()

    return asyncio.run(go())


def test_maxapi_knows_the_bot_and_writes_through_it(max_peer):
    max_peer.person(5)

    async def work(bot):
        me = await bot.get_me()
        sent = await bot.send_message(user_id=5, text="Привет")
        return me.username, me.is_bot, sent.message.body.text, sent.message.recipient.user_id

    assert drive(max_peer, work) == ("svyazka_test_bot", True, "Привет", 5)
    assert max_peer.texts(5) == ["Привет"]


@pytest.mark.parametrize(("to", "text", "status"), [(6, "Привет", 404), (7, "Привет", 403), (5, "", 400)])
def test_maxapi_understands_its_refusals(max_peer, to, text, status):
    max_peer.person(5)
    max_peer.person(7)
    max_peer.block(7)
    with pytest.raises(MaxApiError) as told:
        drive(max_peer, lambda bot: bot.send_message(user_id=to, text=text))
    assert told.value.code == status


def test_maxapi_is_told_to_wait(max_peer):
    max_peer.person(5)

    async def twice(bot):
        await bot.send_message(user_id=5, text="1")
        await bot.send_message(user_id=5, text="2")

    with pytest.raises(MaxApiError) as told:
        drive(max_peer, twice)
    assert told.value.code == 429


def test_maxapi_sees_that_the_service_is_down_or_the_token_wrong(max_peer):
    with pytest.raises(InvalidToken):
        drive(max_peer, lambda bot: bot.get_me(), token="wrong")
    max_peer.is_broken = True
    with pytest.raises(MaxApiError) as told:
        drive(max_peer, lambda bot: bot.get_me())
    assert told.value.code == 503


def test_maxapi_finds_the_subscription_that_we_have_made(max_peer):
    bot = Max(Access("max/main", max_peer.token, max_peer.url))
    bot.call_here("https://crm.example.ru/in/max/x/", secret="s" * 43)
    found = drive(max_peer, lambda bot: bot.get_subscriptions())
    assert [one.url for one in found.subscriptions] == ["https://crm.example.ru/in/max/x/"]
    assert max_peer.webhook["secret"] == "s" * 43


def test_maxapi_reads_its_updates_and_makes_the_same_link(max_peer):
    max_peer.person(5, "mikhail")
    started = BotStarted.model_validate(max_peer.started(5, "me-abc"))
    assert (started.payload, started.user.username, started.chat_id) == ("me-abc", "mikhail", 7005)
    written = MessageCreated.model_validate(max_peer.written(5, "Привет"))
    assert (written.message.body.text, written.message.sender.user_id) == ("Привет", 5)
    assert create_start_link("svyazka_test_bot", "me-abc") == Max.invitation.format(
        bot="svyazka_test_bot", code="me-abc"
    )


def test_the_ministrys_root_is_believed_beside_those_of_the_system():
    names = {name for authority in _trust().get_ca_certs() for ((_key, name),) in authority["subject"]}
    assert "Russian Trusted Root CA" in names
    assert _trust().verify_mode is ssl.CERT_REQUIRED
    assert len(names) > 10
