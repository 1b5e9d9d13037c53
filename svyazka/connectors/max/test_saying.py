"""What we say through a bot of MAX, and what we get of what is said there."""

from __future__ import annotations

import json

import pytest

from svyazka.business.conversations.channel import Button, Gone, Saying, Unsure
from svyazka.business.conversations.client_channel import Attached
from svyazka.business.intake.models import Arrival
from svyazka.business.notices.messengers import Access, Closed, Undeliverable, Unreached
from svyazka.connectors.max import send
from svyazka.connectors.max.read import read
from svyazka.connectors.max.send import Max
from svyazka.kit import clock

JPEG = Attached("Окно.jpg", "image/jpeg", b"\xff\xd8\xff\xe0" + b"1" * 2000)
PDF = Attached("Смета.pdf", "application/pdf", b"%PDF-1.7 2")
VOICE = Attached("Голос.ogg", "audio/ogg", b"OggS3")
FILM = Attached("Балкон.mp4", "video/mp4", b"\x00\x00\x00\x18ftypmp42")


@pytest.fixture
def bot(max_peer):
    max_peer.pace = 0
    max_peer.person(5)
    made = Max(Access("max/main", max_peer.token, max_peer.url))
    yield made
    made.close()


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(send, "WAITS", (0.01, 0.01))


def say(bot, text="Привет", **more):
    return bot.say(Saying("k1", "5", text, **more))


def bodies(peer) -> list[dict]:
    return [given for way, given in peer.asked if way == "POST /messages"]


def arrived(update: dict) -> Arrival:
    return Arrival(account="max/main", received_at=clock.now(), body=json.dumps(update).encode())


def test_a_text_has_the_number_that_it_has_there(max_peer, bot):
    [number] = say(bot).outside_ids
    assert max_peer.messages[number]["body"]["text"] == "Привет"
    [second] = say(bot, "И ещё", answers=number).outside_ids
    assert max_peer.messages[second]["link"]["message"]["mid"] == number


def test_files_go_one_by_one_and_the_first_with_the_text(max_peer, bot):
    said = say(bot, "Вот смета", files=(PDF, JPEG, VOICE, FILM))
    kinds = [[one["type"] for one in body["attachments"]] for body in bodies(max_peer)]
    assert kinds == [["file"], ["image"], ["audio"], ["video"]]
    assert [body["text"] for body in bodies(max_peer)] == ["Вот смета", None, None, None]
    assert sorted(max_peer.files.values()) == sorted(one.content for one in (PDF, JPEG, VOICE, FILM))
    assert len(said.outside_ids) == 4


def test_buttons_of_each_kind_stand_under_the_text(max_peer, bot):
    rows = [
        [Button("Да", code="yes"), Button("Нет", code="no")],
        [Button("Страница", url="https://okna.example.ru/v/1")],
        [Button("Дать номер", asks="contact"), Button("Где я", asks="place")],
    ]
    say(bot, "Подходит?", buttons=rows, files=(JPEG,))
    first, second = bodies(max_peer)
    assert first["attachments"][0]["payload"]["buttons"] == [
        [{"type": "callback", "text": "Да", "payload": "yes"}, {"type": "callback", "text": "Нет", "payload": "no"}],
        [{"type": "link", "text": "Страница", "url": "https://okna.example.ru/v/1"}],
        [{"type": "request_contact", "text": "Дать номер"}, {"type": "request_geo_location", "text": "Где я"}],
    ]
    assert [one["type"] for one in second["attachments"]] == ["image"]


def test_a_press_is_answered_before_anything_is_said(max_peer, bot):
    [mid] = say(bot, "Подходит?", buttons=[[Button("Да", code="yes")]]).outside_ids
    [pressed] = read(arrived(max_peer.pressed(5, mid, "yes")))
    assert (pressed.text, pressed.pressed, pressed.answers) == ("Да", "yes", mid)
    say(bot, "Записали", address=pressed.address, answers=pressed.outside_id)
    ways = [way for way, _given in max_peer.asked]
    assert ways[-2:] == ["POST /answers", "POST /messages"]
    assert "link" not in bodies(max_peer)[-1]


def test_a_file_that_is_worked_off_there_is_waited_for(max_peer, bot, quick):
    max_peer.unready = 2
    assert len(say(bot, files=(PDF,)).outside_ids) == 1
    max_peer.unready = 9
    with pytest.raises(Unreached, match=r"attachment\.not\.ready"):
        say(bot, files=(PDF,))
    assert max_peer.texts(5) == ["Привет"]


def test_what_may_have_been_said_is_not_said_again(max_peer, bot):
    max_peer.swallowed = 1
    with pytest.raises(Unsure):
        say(bot)
    assert max_peer.texts(5) == ["Привет"]


def test_what_was_said_in_part_is_not_said_again_as_a_whole(max_peer, bot):
    max_peer.pace = 60
    with pytest.raises(Unsure, match="in part"):
        say(bot, files=(PDF, JPEG))


def test_a_refusal_says_whether_it_is_the_chat_or_the_message(max_peer, bot):
    with pytest.raises(Undeliverable, match="empty"):
        say(bot, "")
    max_peer.block(5)
    with pytest.raises(Closed):
        say(bot, files=(PDF, JPEG))


def test_a_file_is_fetched_and_once_its_link_has_died_by_a_new_one(max_peer, bot):
    update = max_peer.written(
        5, None, attachments=[max_peer.sends("image", b"picture"), max_peer.sends("file", b"paper", name="Смета.pdf")]
    )
    [message] = read(arrived(update))
    assert [b"".join(bot.fetch(file.ref)) for file in message.files] == [b"picture", b"paper"]
    max_peer.let_links_die()
    assert [b"".join(bot.fetch(file.ref)) for file in message.files] == [b"picture", b"paper"]
    max_peer.let_links_die()
    max_peer.removed(update)
    with pytest.raises(Gone):
        list(bot.fetch(message.files[0].ref))


def test_a_film_has_no_link_and_is_asked_for(max_peer, bot):
    [message] = read(arrived(max_peer.written(5, None, attachments=[max_peer.sends("video", b"film")])))
    assert b"".join(bot.fetch(message.files[0].ref)) == b"film"


def test_a_link_into_our_own_network_is_not_followed(bot):
    with pytest.raises(Unreached, match="OwnNetwork"):
        list(bot.fetch({"url": "http://10.0.0.7/admin", "mid": "mid.1", "number": 0}))


def test_an_upload_is_not_told_our_token(max_peer, bot):
    """It goes to other servers of theirs."""
    assert "Authorization" not in bot._api._to_files(1)._client.headers
    say(bot, files=(PDF,))
    assert PDF.content in max_peer.files.values()
