"""The stand-in before two client libraries of others: what maxapi and aiomax take for MAX may be taken for it here."""

from __future__ import annotations

import asyncio
import io
import ssl

import aiohttp
import aiomax
import pytest
from aiomax.exceptions import ChatNotFound, IncorrectTextLength
from maxapi import Bot
from maxapi.enums.upload_type import UploadType
from maxapi.exceptions.max import InvalidToken, MaxApiError
from maxapi.types import CallbackButton, InputMediaBuffer, RequestContactButton
from maxapi.types.attachments.attachment import ButtonsPayload
from maxapi.types.updates.bot_started import BotStarted
from maxapi.types.updates.bot_stopped import BotStopped
from maxapi.types.updates.message_callback import MessageCallback
from maxapi.types.updates.message_created import MessageCreated
from maxapi.types.updates.message_edited import MessageEdited
from maxapi.types.updates.message_removed import MessageRemoved
from maxapi.utils.deep_linking import create_start_link

from svyazka.business.notices.messengers import Access
from svyazka.connectors.max.api import trust
from svyazka.connectors.max.send import Max


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
    names = {name for authority in trust().get_ca_certs() for ((_key, name),) in authority["subject"]}
    assert "Russian Trusted Root CA" in names
    assert trust().verify_mode is ssl.CERT_REQUIRED
    assert len(names) > 10


def test_maxapi_sends_files_and_waits_until_they_are_ready(max_peer):
    max_peer.person(5)
    max_peer.pace = 0
    max_peer.unready = 1

    async def work(bot):
        bot.after_input_media_delay = 0
        for content, kind in (
            (b"picture", UploadType.IMAGE),
            (b"%PDF-1.7", UploadType.FILE),
            (b"sound", UploadType.AUDIO),
        ):
            media = InputMediaBuffer(buffer=content, filename="x", type=kind)
            await bot.send_message(user_id=5, text="Вот", attachments=[media])

    drive(max_peer, work)
    assert sorted(max_peer.files.values()) == [b"%PDF-1.7", b"picture", b"sound"]
    kinds = [one["type"] for message in max_peer.messages.values() for one in message["body"]["attachments"]]
    assert kinds == ["image", "file", "audio"]


def test_maxapi_sets_buttons_and_answers_a_press(max_peer):
    max_peer.person(5)
    rows = [[CallbackButton(text="Да", payload="yes")], [RequestContactButton(text="Номер")]]

    async def work(bot):
        sent = await bot.send_message(user_id=5, text="?", attachments=[ButtonsPayload(buttons=rows).pack()])
        pressed = MessageCallback.model_validate(max_peer.pressed(5, sent.message.body.mid, "yes"))
        await bot.send_callback(callback_id=pressed.callback.callback_id, notification="Спасибо")
        return pressed.callback.payload, pressed.callback.user.user_id

    assert drive(max_peer, work) == ("yes", 5)
    assert max_peer.asked[-1][0] == "POST /answers"


def test_maxapi_asks_for_updates_and_gets_each_until_it_has_passed_it(max_peer):
    max_peer.person(5)
    max_peer.written(5, "а")

    async def work(bot):
        first = await bot.get_updates(timeout=0)
        again = await bot.get_updates(timeout=0)
        passed = await bot.get_updates(timeout=0, marker=first["marker"])
        return [len(told["updates"]) for told in (first, again, passed)]

    assert drive(max_peer, work) == [1, 1, 0]


def test_maxapi_reads_what_becomes_of_messages_and_dialogs(max_peer):
    max_peer.person(5)
    picture = [max_peer.sends("image", b"1"), max_peer.sends("video", b"2"), max_peer.card(5, "79161234567")]
    update = max_peer.written(5, "а", attachments=picture)
    written = MessageCreated.model_validate(update)
    assert [one.type for one in written.message.body.attachments] == ["image", "video", "contact"]
    assert written.message.body.attachments[2].payload.vcf.phone == "79161234567"
    assert MessageEdited.model_validate(max_peer.edited(update, "б")).message.body.text == "б"
    assert MessageRemoved.model_validate(max_peer.removed(update)).message_id == update["message"]["body"]["mid"]
    assert BotStopped.model_validate(max_peer.stopped(5)).user.user_id == 5


# The second judge.


def drive_aiomax(peer, work):
    async def go():
        bot = aiomax.Bot(peer.token, api_url=f"{peer.url}/")
        headers = {"Authorization": peer.token}
        async with aiohttp.ClientSession(base_url=f"{peer.url}/", headers=headers) as session:
            bot.session = session
            return await work(bot)

    return asyncio.run(go())


def test_aiomax_writes_sends_files_and_waits_until_they_are_ready(max_peer):
    max_peer.person(5)
    max_peer.pace = 0
    max_peer.unready = 1

    async def work(bot):
        me = await bot.get_me()
        picture = await bot.upload_image(io.BytesIO(b"picture"))
        paper = await bot.upload_file(io.BytesIO(b"%PDF-1.7"), "Смета.pdf")
        sound = await bot.upload_audio(io.BytesIO(b"sound"))
        for attached in (picture, paper, sound):
            await bot.send_message("Вот", user_id=5, attachments=attached)
        sent = await bot.send_message("Привет", user_id=5)
        return me.username, sent.content

    assert drive_aiomax(max_peer, work) == ("svyazka_test_bot", "Привет")
    assert sorted(max_peer.files.values()) == [b"%PDF-1.7", b"picture", b"sound"]
    assert max_peer.texts(5) == ["Вот", "Вот", "Вот", "Привет"]


def test_aiomax_understands_its_refusals(max_peer):
    max_peer.person(5)
    with pytest.raises(ChatNotFound):
        drive_aiomax(max_peer, lambda bot: bot.send_message("Привет", user_id=6))
    with pytest.raises(IncorrectTextLength):
        drive_aiomax(max_peer, lambda bot: bot.send_message("ы" * 4001, user_id=5))


def test_aiomax_hears_what_is_written(max_peer):
    max_peer.person(5)
    max_peer.written(5, "Сколько стоит?", attachments=[max_peer.sends("image", b"1")])
    heard = []

    async def work(bot):
        @bot.on_message()
        async def on_message(message):
            heard.append((message.content, message.sender.user_id, len(message.body.attachments)))

        for update in (await bot.get_updates())["updates"]:
            await bot.handle_update(update)
        await asyncio.sleep(0.1)

    drive_aiomax(max_peer, work)
    assert heard == [("Сколько стоит?", 5, 1)]
