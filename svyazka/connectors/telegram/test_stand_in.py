"""The stand-in before client libraries of others: what aiogram and python-telegram-bot take for Telegram may be taken
for it here."""

from __future__ import annotations

import asyncio

import pytest
from aiogram import Bot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramBadRequest, TelegramConflictError
from aiogram.types import (
    BufferedInputFile,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    KeyboardButton,
    ReplyKeyboardMarkup,
    ReplyParameters,
)
from telegram import Bot as OtherBot
from telegram import InlineKeyboardButton as OtherButton
from telegram import InlineKeyboardMarkup as OtherMarkup
from telegram import InputMediaDocument
from telegram import Update as OtherUpdate
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter

JPEG = b"\xff\xd8\xff\xe0 a picture"


@pytest.fixture
def peer(telegram_peer):
    telegram_peer.pace = 0
    telegram_peer.person(5, "vera")
    return telegram_peer


def by_aiogram(peer, work):
    async def go():
        async with Bot(peer.token, session=AiohttpSession(api=TelegramAPIServer.from_base(peer.url))) as bot:
            return await work(bot)

    return asyncio.run(go())


def by_ptb(peer, work, *, token=""):
    async def go():
        urls = {"base_url": f"{peer.url}/bot", "base_file_url": f"{peer.url}/file/bot"}
        async with OtherBot(token or peer.token, **urls) as bot:
            return await work(bot)

    return asyncio.run(go())


def test_aiogram_uploads_and_downloads(peer):
    async def work(bot):
        sent = await bot.send_document(5, BufferedInputFile(b"%PDF-1.7", "План.pdf"), caption="Вот")
        photo = await bot.send_photo(5, BufferedInputFile(JPEG, "a.jpg"))
        voice = await bot.send_voice(5, BufferedInputFile(b"OggS", "v.ogg"))
        back = await bot.download(sent.document.file_id)
        return sent.caption, sent.document.file_name, back.read(), photo.photo[-1].width, voice.voice.file_size

    assert by_aiogram(peer, work) == ("Вот", "План.pdf", b"%PDF-1.7", 1280, 4)


def test_aiogram_sends_an_album_answers_and_puts_buttons_under_it(peer):
    async def work(bot):
        media = [InputMediaPhoto(media=BufferedInputFile(JPEG, f"{one}.jpg")) for one in range(2)]
        album = await bot.send_media_group(5, media)
        buttons = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Да", callback_data="yes")]])
        to = ReplyParameters(message_id=album[0].message_id)
        sent = await bot.send_message(5, "Это он?", reply_markup=buttons, reply_parameters=to)
        asks = ReplyKeyboardMarkup(keyboard=[[KeyboardButton(text="Мой номер", request_contact=True)]])
        await bot.send_message(5, "Ваш номер?", reply_markup=asks)
        return len({one.media_group_id for one in album}), sent.reply_to_message.message_id == album[0].message_id

    assert by_aiogram(peer, work) == (1, True)
    assert peer.sent[-1]["reply_markup"]["keyboard"][0][0]["request_contact"] is True


def test_aiogram_hears_updates_by_asking_and_confirms_them(peer):
    peer.written(5, "Привет", photo=peer.photo(JPEG))
    peer.edited(peer.written(5, "раз"), "два")
    peer.block(5)

    async def work(bot):
        first = await bot.get_updates(limit=2)
        again = await bot.get_updates(limit=1)
        rest = await bot.get_updates(offset=first[-1].update_id + 1)
        return [one.update_id for one in first][:1] == [one.update_id for one in again], rest

    is_again, rest = by_aiogram(peer, work)
    assert is_again
    assert rest[0].edited_message.text == "два"
    assert rest[1].my_chat_member.new_chat_member.status == "kicked"


def test_aiogram_answers_a_pressed_button_once_and_edits_the_message(peer):
    async def work(bot):
        buttons = InlineKeyboardMarkup(inline_keyboard=[[InlineKeyboardButton(text="Да", callback_data="yes")]])
        sent = await bot.send_message(5, "Да?", reply_markup=buttons)
        peer.pressed(5, peer.sent[-1], "yes")
        [update] = await bot.get_updates()
        await bot.answer_callback_query(update.callback_query.id)
        edited = await bot.edit_message_text("Спасибо", chat_id=5, message_id=sent.message_id)
        with pytest.raises(TelegramBadRequest, match="too old"):
            await bot.answer_callback_query(update.callback_query.id)
        return update.callback_query.data, edited.text

    assert by_aiogram(peer, work) == ("yes", "Спасибо")


def test_aiogram_is_not_let_to_ask_while_a_webhook_is_set(peer):
    async def work(bot):
        await bot.set_webhook("https://crm.example.ru/in/", allowed_updates=["message"])
        peer.written(5, "раз")
        peer.block(5)
        info = await bot.get_webhook_info()
        with pytest.raises(TelegramConflictError):
            await bot.get_updates()
        await bot.delete_webhook(drop_pending_updates=False)
        return info.pending_update_count, [one.message.text for one in await bot.get_updates()]

    assert by_aiogram(peer, work) == (1, ["раз"])


def test_ptb_writes_uploads_and_downloads(peer):
    async def work(bot):
        buttons = OtherMarkup([[OtherButton("Да", callback_data="yes")]])
        sent = await bot.send_message(5, "Привет", reply_markup=buttons)
        files = [InputMediaDocument(b"%PDF-1.7", filename=f"{one}.pdf") for one in range(2)]
        album = await bot.send_media_group(5, files, caption="Планы")
        file = await bot.get_file(album[1].document.file_id)
        return bot.username, sent.text, album[0].caption, bytes(await file.download_as_bytearray())

    assert by_ptb(peer, work) == ("svyazka_test_bot", "Привет", "Планы", b"%PDF-1.7")


def test_ptb_hears_what_people_send(peer):
    peer.written(5, caption="Балкон", voice={**peer.file(b"OggS", type_="audio/ogg"), "duration": 3})
    peer.written(5, contact={"phone_number": "79161234567", "first_name": "Вера", "user_id": 5})
    peer.written(5, location={"latitude": 55.75, "longitude": 37.61})

    async def work(bot):
        return await bot.get_updates(timeout=1)

    voice, contact, place = by_ptb(peer, work)
    assert (voice.message.voice.duration, voice.message.caption) == (3, "Балкон")
    assert (contact.message.contact.user_id, place.message.location.latitude) == (5, 55.75)
    assert OtherUpdate.de_json(peer.started(5, "c-1"), None).message.text == "/start c-1"


def test_ptb_understands_its_refusals(peer):
    async def refused(bot):
        with pytest.raises(BadRequest, match="Chat not found"):
            await bot.send_message(6, "Привет")
        peer.block(5)
        with pytest.raises(Forbidden):
            await bot.send_message(5, "Привет")
        peer.unblock(5)
        peer.pace = 60
        await bot.send_message(5, "1")
        with pytest.raises(RetryAfter) as told:
            await bot.send_message(5, "2")
        assert told.value._retry_after.total_seconds() == 3
        await bot.set_webhook("https://crm.example.ru/in/")
        with pytest.raises(Conflict):
            await bot.get_updates()
        peer.is_broken = True
        with pytest.raises(NetworkError):
            await bot.get_me()

    by_ptb(peer, refused)
    peer.is_broken = False
    with pytest.raises(InvalidToken):
        by_ptb(peer, lambda bot: bot.get_me(), token="1:wrong")


def test_links_to_files_expire_and_large_ones_are_not_given(peer):
    async def work(bot):
        file = await bot.get_file(peer.file(b"text")["file_id"])
        peer.links_expire()
        with pytest.raises(InvalidToken, match="Not Found"):  # what it takes each 404 for
            await file.download_as_bytearray()
        with pytest.raises(BadRequest, match="too big"):
            await bot.get_file(peer.file(b"x" * (20 * 1024 * 1024 + 1))["file_id"])

    by_ptb(peer, work)
