from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from svyazka.business.intake.connector import Ignore, NotUnderstood
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.ways_in import FileSent, MessageEdited, MessageReceived, MessageState
from svyazka.connectors.wazzup.read import read

SAMPLES = Path(__file__).parent / "samples"
RECEIVED = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
SENT = datetime(2026, 11, 18, 8, 59, 30, 500000, tzinfo=UTC)


def arrived(told: object) -> Arrival:
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    return Arrival(account="wazzup/main", received_at=RECEIVED, body=body)


def sample(name: str) -> dict:
    return json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))


def changed(**other: object) -> dict:
    told = sample("text")
    told["messages"][0].update(other)
    return told


def test_a_text():
    assert read(arrived(sample("text"))) == [
        MessageReceived(
            channel="whatsapp",
            user_id="whatsapp/79031234567",
            outside_id="6a2087e5-a0ea-4f1f-9b63-0ec1e57e3ea2",
            sent_at=SENT,
            text="Сколько стоит балкон?",
            name="Вера Павлова",
            phone="+79031234567",
            answers="0f0a3a53-3f8c-4c2c-9d3d-f3a6f1f4f3d1",
            address={
                "channelId": "e0629e11-0f67-4567-92a9-2237e91ec1b9",
                "chatType": "whatsapp",
                "chatId": "79031234567",
            },
        )
    ]


def test_in_another_network_the_same_number_is_somebody_else():
    [message] = read(arrived(changed(chatType="max", contact={"name": "В", "username": "vera_p"})))
    assert (message.channel, message.user_id, message.phone, message.nick) == ("max", "max/79031234567", "", "@vera_p")


@pytest.mark.parametrize(
    ("there", "here"), [("image", "photo"), ("document", "document"), ("audio", "voice"), ("video", "video")]
)
def test_a_file(there, here):
    told = changed(type=there, text="", contentUri="https://store.example/1", fileName="план.pdf")
    [message] = read(arrived(told))
    assert message.files == (FileSent(here, {"url": "https://store.example/1"}, name="план.pdf"),)
    assert message.text == ""


def test_what_has_no_text_is_named():
    assert [one.text for one in read(arrived(changed(type="geo", text=None)))] == ["[местоположение]"]


def test_an_edit_and_what_was_taken_back():
    assert read(arrived(changed(isEdited=True, text="Сколько стоит лоджия?"))) == [
        MessageEdited("whatsapp/79031234567", sample("text")["messages"][0]["messageId"], SENT, "Сколько стоит лоджия?")
    ]
    [taken_back] = read(arrived(changed(isDeleted=True)))
    assert taken_back.text is None


def test_what_one_of_us_wrote_elsewhere_is_ours_and_our_own_echo_is_nothing():
    [message] = read(arrived(changed(isEcho=True, status="sent", authorName="Егор")))
    assert message.is_ours
    with pytest.raises(Ignore):
        read(arrived(changed(isEcho=True, status="sent")))


def test_states():
    assert read(arrived(sample("statuses"))) == [
        MessageState("m1", "delivered", SENT),
        MessageState("m2", "failed", SENT, reason="BAD_CONTACT"),
    ]


def test_a_group_is_not_to_us_and_an_unknown_network_is_seen_by_a_person():
    with pytest.raises(Ignore):
        read(arrived(changed(chatType="whatsgroup")))
    with pytest.raises(NotUnderstood):
        read(arrived(changed(chatType="viber")))


@pytest.mark.parametrize("body", [b"\xff", b"[]", b"7", b"[" * 5000])
def test_what_is_none_of_theirs(body):
    with pytest.raises(NotUnderstood):
        read(arrived(body))


@pytest.mark.parametrize("field", ["chatId", "messageId", "dateTime", "contact", "text", "quotedMessage"])
@pytest.mark.parametrize("value", [None, 7, [], {}, "", "2099-01-01T00:00:00Z"])
def test_no_field_of_an_unexpected_kind_breaks_it(field, value):
    try:
        [message] = read(arrived(changed(**{field: value})))
    except NotUnderstood:
        return
    assert message.sent_at in (SENT, RECEIVED)
