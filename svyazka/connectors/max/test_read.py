from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.utils import translation

from svyazka.business.intake.connector import Ignore, NotUnderstood
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.ways_in import FileSent, MessageEdited, MessageReceived, ReachChanged
from svyazka.connectors.max.read import read

SAMPLES = Path(__file__).parent / "samples"
RECEIVED = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
SENT = datetime.fromtimestamp(1794992400.123, UTC)


def arrived(body: object) -> Arrival:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Arrival(account="max/main", received_at=RECEIVED, body=raw)


def sample(name: str) -> dict:
    return json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))


def changed(place: str, value: object, *, of: str = "text") -> dict:
    """`message.sender.is_bot` of a sample set to something else."""
    update = copy.deepcopy(sample(of))
    inner = update
    *way, last = place.split(".")
    for name in way:
        inner = inner[name]
    inner[last] = value
    return update


def test_a_text():
    assert read(arrived(sample("text"))) == [
        MessageReceived(
            channel="max",
            user_id="5550101",
            outside_id="mid.0000000004a1b2c3",
            sent_at=SENT,
            text="Сколько стоит остеклить балкон?",
            name="Вера Павлова",
            nick="@vera_p",
        )
    ]


def test_what_a_link_brought_along_comes_as_if_it_were_written():
    opened, message = read(arrived(sample("started")))
    assert opened == ReachChanged("5550101", SENT, is_open=True)
    assert (message.text, message.user_id, message.name, message.sent_at) == ("/start balcony", "5550101", "Вера", SENT)


@pytest.mark.parametrize("payload", [None, "", "  "])
def test_a_bot_that_is_only_started_says_that_he_can_be_written_to(payload):
    told = read(arrived(changed("payload", payload, of="started")))
    assert told == [ReachChanged("5550101", SENT, is_open=True)]


def test_a_bot_that_was_stopped():
    stopped = {**sample("started"), "update_type": "bot_stopped"}
    assert read(arrived(stopped)) == [ReachChanged("5550101", SENT, is_open=False)]


def test_the_senders_own_contact_brings_his_phone():
    with translation.override("en"):
        [message] = read(arrived(sample("own_contact")))
    assert (message.phone, message.text, message.contact) == ("+79161234567", "", ("Вера", "79161234567"))


def test_somebody_elses_contact_says_nothing_of_the_sender():
    update = sample("own_contact")
    update["message"]["body"]["attachments"][0]["payload"]["max_info"]["user_id"] = 1
    [message] = read(arrived(update))
    assert (message.phone, message.contact) == ("", ("Вера", "79161234567"))


def test_a_forwarded_contact_of_his_own_is_no_proof():
    """Whoever forwards it may have got it from anybody."""
    update = sample("own_contact")
    body = update["message"].pop("body")
    update["message"] |= {"body": None, "link": {"type": "forward", "message": body}}
    [message] = read(arrived(update))
    assert (message.phone, message.contact) == ("", ("Вера", "79161234567"))


def brings(*attachments: dict, text: str | None = None) -> MessageReceived:
    update = changed("message.body.attachments", list(attachments))
    update["message"]["body"]["text"] = text
    with translation.override("en"):
        [message] = read(arrived(update))
    return message


def test_files_of_all_kinds_in_their_order():
    link = {"url": "https://i.oneme.ru/x", "token": "t"}
    message = brings(
        {"type": "image", "payload": {**link, "photo_id": 1}},
        {"type": "file", "payload": link, "filename": "Смета.pdf", "size": 1024},
        {"type": "audio", "payload": link},
        {"type": "video", "payload": {"token": "film"}, "duration": 4},
        {"type": "sticker", "payload": {**link, "code": "c"}},
        text="Вот",
    )
    mid = message.outside_id

    def ref(number: int) -> dict:
        return {"mid": mid, "number": number, "url": link["url"]}

    assert message.files == (
        FileSent("photo", ref=ref(0)),
        FileSent("document", ref=ref(1), name="Смета.pdf", size=1024),
        FileSent("voice", ref=ref(2)),
        FileSent("video", ref={"mid": mid, "number": 3, "video": "film"}, seconds=4),
        FileSent("sticker", ref=ref(4)),
    )
    assert message.text == "Вот"


def test_a_place_and_a_shared_page():
    assert brings({"type": "location", "latitude": 55.75, "longitude": 37.61}).place == (55.75, 37.61)
    assert brings({"type": "location", "latitude": 555, "longitude": 37.61}).place is None
    page = {"type": "share", "title": "Окна", "payload": {"url": "https://okna.example.ru"}}
    assert brings(page).text == "Окна\nhttps://okna.example.ru"
    assert brings(page, text="Смотрите").text == "Смотрите"


def test_an_answer_names_what_it_answers_and_a_forwarded_text_is_told_as_such():
    link = {"type": "reply", "message": {"mid": "mid.ours", "seq": 1, "text": "Когда приедете?"}}
    [message] = read(arrived(changed("message.link", link)))
    assert (message.answers, message.text) == ("mid.ours", "Сколько стоит остеклить балкон?")
    with translation.override("ru"):
        [message] = read(arrived(changed("message.link", {**link, "type": "forward"})))
    assert (message.answers, message.text) == ("", "Сколько стоит остеклить балкон?\nПереслано: Когда приедете?")


def test_an_edit_and_a_removal():
    edited = {**sample("text"), "update_type": "message_edited"}
    mid = "mid.0000000004a1b2c3"
    [whole] = read(arrived(sample("text")))
    assert read(arrived(edited)) == [MessageEdited("5550101", mid, SENT, whole.text, whole)]
    removed = {"update_type": "message_removed", "timestamp": 1794992400123, "message_id": mid, "user_id": 5550101}
    assert read(arrived(removed)) == [MessageEdited("5550101", mid, SENT, None)]


def test_a_button_of_ours_is_pressed():
    buttons = [[{"type": "callback", "text": "Подтвердить", "payload": "confirm:7"}]]
    keyboard = {"type": "inline_keyboard", "payload": {"buttons": buttons}}
    user = sample("text")["message"]["sender"]
    update = {
        "update_type": "message_callback",
        "timestamp": 1794992400123,
        "callback": {"timestamp": 1794992400123, "callback_id": "cb.1", "payload": "confirm:7", "user": user},
        "message": {**sample("text")["message"], "sender": {"user_id": 900, "is_bot": True}},
    }
    update["message"]["body"]["attachments"] = [keyboard]
    [pressed] = read(arrived(update))
    assert (pressed.text, pressed.pressed, pressed.user_id) == ("Подтвердить", "confirm:7", "5550101")
    assert (pressed.answers, pressed.address) == ("mid.0000000004a1b2c3", {"callback_id": "cb.1"})
    assert pressed.outside_id == "callback/cb.1/1794992400123"
    [pressed] = read(arrived({**update, "message": None}))
    assert (pressed.text, pressed.answers) == ("confirm:7", "")


@pytest.mark.parametrize(
    "update",
    [
        {"update_type": "dialog_muted", "timestamp": 1},
        {**changed("message.recipient.chat_type", "chat"), "update_type": "message_edited"},
        changed("message.sender.is_bot", True),
        changed("message.recipient.chat_type", "chat"),
        {"update_type": "message_created", "message": "text"},
    ],
)
def test_what_does_not_concern_us(update):
    with pytest.raises(Ignore):
        read(arrived(update))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"[]",
        b"nonsense",
        b"[" * 100_000,
        {"timestamp": 1},
        {"update_type": 7},
        changed("message.sender", None),
        changed("message.sender.user_id", "me"),
        changed("user", None, of="started"),
        {"update_type": "bot_stopped"},
        {"update_type": "message_removed", "timestamp": 1, "user_id": 5},
        {"update_type": "message_callback", "callback": {"callback_id": "c"}},
        {**changed("message.body.mid", None), "update_type": "message_edited"},
    ],
)
def test_what_is_no_update_stands_where_a_person_sees_it(body):
    with pytest.raises(NotUnderstood):
        read(arrived(body))


@pytest.mark.parametrize("moment", [None, "now", -5, 2**50, True, int(RECEIVED.timestamp() + 301) * 1000])
def test_a_time_that_is_none_or_in_the_future_is_that_of_the_arrival(moment):
    [message] = read(arrived(changed("message.timestamp", moment)))
    assert message.sent_at == RECEIVED
