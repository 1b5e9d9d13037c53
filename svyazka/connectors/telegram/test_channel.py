"""What we write to clients and fetch from them, before the stand-in."""

from __future__ import annotations

import json
import socket
from contextlib import closing
from dataclasses import replace

import pytest

from svyazka.business.conversations.channel import Button, Gone, Saying, Unsure
from svyazka.business.conversations.client_channel import Attached
from svyazka.business.notices.messengers import Access, Closed, Denied, Undeliverable, Unreached
from svyazka.connectors.telegram.send import Telegram

JPEG = Attached("a.jpg", "image/jpeg", b"\xff\xd8\xff\xe0 a picture")
PDF = Attached("План.pdf", "application/pdf", b"%PDF-1.7 plan")
VOICE = Attached("v.ogg", "audio/ogg", b"OggS")
HELLO = Saying(key="k", to="5", text="Добрый день")


@pytest.fixture
def peer(telegram_peer):
    telegram_peer.pace = 0
    telegram_peer.person(5)
    return telegram_peer


@pytest.fixture
def channel(peer):
    with closing(Telegram(Access("telegram/main", peer.token, peer.url))) as channel:
        yield channel


def test_a_text(peer, channel):
    assert channel.say(HELLO).outside_ids == (str(peer.sent[0]["message_id"]),)
    assert peer.texts(5) == ["Добрый день"]


def test_one_file_with_the_text_under_it(peer, channel):
    assert len(channel.say(replace(HELLO, files=[JPEG])).outside_ids) == 1
    [sent] = peer.sent
    assert (sent["caption"], "photo" in sent) == ("Добрый день", True)


@pytest.mark.parametrize(
    ("file", "kind"),
    [
        (PDF, "document"),
        (VOICE, "voice"),
        (Attached("v.mp4", "video/mp4", b"\0\0\0\x18ftypmp42"), "video"),
        (Attached("s.mp3", "audio/mpeg", b"ID3"), "audio"),
        (Attached("a.gif", "image/gif", b"GIF89a"), "document"),
        (replace(JPEG, content=b"\xff\xd8\xff" * 4_000_000), "document"),
    ],
)
def test_each_file_is_shown_as_what_it_is(peer, channel, file, kind):
    channel.say(replace(HELLO, text="", files=[file]))
    sent = peer.sent[0]
    assert peer.files[sent[kind]["file_id"]].content == file.content


def test_pictures_go_as_an_album_and_documents_beside_it(peer, channel):
    said = channel.say(replace(HELLO, files=[JPEG, JPEG, PDF, VOICE]))
    assert len(said.outside_ids) == 4
    assert [one.get("media_group_id") is not None for one in peer.sent] == [True, True, False, False]
    assert [one.get("caption", "") for one in peer.sent] == ["Добрый день", "", "", ""]


def test_a_text_that_does_not_fit_under_a_file_comes_first(peer, channel):
    said = channel.say(replace(HELLO, text="ы" * 1025, files=[PDF], answers="1"))
    assert [sorted({"text", "document"} & one.keys()) for one in peer.sent] == [["text"], ["document"]]
    assert said.outside_ids == tuple(str(one["message_id"]) for one in peer.sent)


def test_buttons_under_an_album_stand_under_the_text(peer, channel):
    channel.say(
        replace(HELLO, files=[JPEG, JPEG], buttons=[[Button("Да", "yes"), Button("Сайт", url="https://a.ru/")]])
    )
    assert peer.sent[0]["reply_markup"]["inline_keyboard"] == [
        [{"text": "Да", "callback_data": "yes"}, {"text": "Сайт", "url": "https://a.ru/"}]
    ]


def test_who_is_asked_for_his_number_finds_the_button_under_his_hands(peer, channel):
    channel.say(replace(HELLO, buttons=[[Button("Мой номер", asks="contact")], [Button("Где я", asks="place")]]))
    assert peer.sent[0]["reply_markup"]["keyboard"] == [
        [{"text": "Мой номер", "request_contact": True}],
        [{"text": "Где я", "request_location": True}],
    ]


def test_an_answer_names_what_it_answers_also_where_that_is_gone(peer, channel):
    channel.say(HELLO)
    channel.say(replace(HELLO, answers=str(peer.sent[0]["message_id"])))
    channel.say(replace(HELLO, answers="987654"))
    assert ["reply_to_message" in one for one in peer.sent] == [False, True, False]


def test_through_a_business_account_it_goes_by_that_account(peer, channel):
    channel.say(replace(HELLO, address={"business": "bc"}))
    assert peer.asked[-1][1]["business_connection_id"] == "bc"


def test_what_goes_wrong_is_said_in_the_words_of_the_house(peer, channel):
    with pytest.raises(Closed):
        channel.say(replace(HELLO, to="6"))
    with pytest.raises(Undeliverable, match="too long"):
        channel.say(replace(HELLO, text="ы" * 4097))
    peer.block(5)
    with pytest.raises(Closed):
        channel.say(HELLO)
    peer.unblock(5)
    peer.pace = 60
    channel.say(HELLO)
    with pytest.raises(Unreached) as told:
        channel.say(HELLO)
    assert told.value.after == 3
    peer.is_broken = True
    with pytest.raises(Unreached):
        channel.say(HELLO)
    peer.is_broken, peer.token = False, "1:another"
    with pytest.raises(Denied):
        channel.say(HELLO)


@pytest.mark.parametrize("files", [[], [PDF]])
def test_without_an_answer_nobody_knows_whether_it_was_sent(peer, channel, files):
    peer.mute = 1
    with pytest.raises(Unsure):
        channel.say(replace(HELLO, files=files))
    assert len(peer.sent) == 1


def test_a_gate_that_did_not_wait_for_the_answer_leaves_it_open(peer, channel):
    peer.stub = 504
    with pytest.raises(Unsure):
        channel.say(HELLO)


def test_where_nobody_listens_nothing_was_sent():
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        access = Access("telegram/main", "1:x", f"http://127.0.0.1:{nobody.getsockname()[1]}")
        with closing(Telegram(access)) as channel, pytest.raises(Unreached):
            channel.say(HELLO)


def test_after_the_first_of_several_it_is_open_what_has_arrived(peer, channel):
    peer.pace = 60
    with pytest.raises(Unsure):
        channel.say(replace(HELLO, text="ы" * 1025, files=[PDF]))


def test_a_file_comes_piece_by_piece_and_by_a_new_link_each_time(peer, channel):
    ref = {"file_id": peer.file(b"x" * 100_000)["file_id"]}
    assert b"".join(channel.fetch(ref)) == b"x" * 100_000
    peer.links_expire()
    assert b"".join(channel.fetch(ref)) == b"x" * 100_000


def test_a_file_that_is_gone_or_too_large_does_not_come(peer, channel):
    large = peer.file(b"x" * (20 * 1024 * 1024 + 1))["file_id"]
    for ref in ({"file_id": "nothing"}, {}, {"file_id": large}):
        with pytest.raises(Gone):
            list(channel.fetch(ref))
    peer.is_broken = True
    with pytest.raises(Unreached):
        list(channel.fetch({"file_id": large}))


def test_it_calls_here_with_all_that_we_use_and_then_no_more(peer, channel):
    channel.call_here("https://crm.example.ru/in/telegram/x/", secret="s" * 43)
    assert "callback_query" in peer.webhook["allowed_updates"]
    assert "my_chat_member" in json.dumps(peer.webhook)
    channel.call_no_more()
    assert peer.webhook == {}
