from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from svyazka.business.intake.connector import Ignore, NotUnderstood
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.ways_in import FileSent, MessageEdited, MessageReceived, MessageState
from svyazka.connectors.green_api.read import read

SAMPLES = Path(__file__).parent / "samples"
RECEIVED = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)
SENT = datetime.fromtimestamp(1794992370, UTC)
VERA = "79031234567@c.us"


def arrived(told: object) -> Arrival:
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    return Arrival(account="green_api/main", received_at=RECEIVED, body=body)


def sample(name: str) -> dict:
    return json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))


def said(**data: object) -> dict:
    return {**sample("text"), "messageData": data}


def of(told: dict) -> MessageReceived:
    [message] = read(arrived(told))
    return message


def test_a_text():
    assert of(sample("text")) == MessageReceived(
        channel="whatsapp",
        user_id=VERA,
        outside_id="F7AEC1B7086ECDC7E6E45923F5EDB825",
        sent_at=SENT,
        text="Сколько стоит балкон?",
        name="Вера Павлова",
        phone="+79031234567",
    )


def test_in_max_a_chat_is_no_number():
    told = sample("text")
    told["instanceData"]["typeInstance"] = "v3"
    told["senderData"] |= {"chatId": "10000000", "sender": "10000000", "senderPhoneNumber": 79031234567}
    message = of(told)
    assert (message.channel, message.user_id, message.phone) == ("max", "10000000", "+79031234567")


def test_an_answer():
    told = said(typeMessage="quotedMessage", extendedTextMessageData={"text": "Да"}, quotedMessage={"stanzaId": "BAE5"})
    assert (of(told).text, of(told).answers) == ("Да", "BAE5")


@pytest.mark.parametrize(
    ("there", "here"),
    [("imageMessage", "photo"), ("documentMessage", "document"), ("audioMessage", "voice"), ("videoMessage", "video")],
)
def test_a_file(there, here):
    file = {"downloadUrl": "https://store.example/1", "caption": "план", "fileName": "1.pdf", "mimeType": "a/b"}
    message = of(said(typeMessage=there, fileMessageData=file))
    ref = {"url": "https://store.example/1", "chat": VERA, "message": message.outside_id}
    assert (message.text, message.files) == ("план", (FileSent(here, ref, name="1.pdf", type="a/b"),))


def test_a_place_and_somebody_elses_contact():
    place = {"latitude": 59.93, "longitude": 30.31, "nameLocation": "Невский, 1"}
    message = of(said(typeMessage="locationMessage", locationMessageData=place))
    assert (message.place, message.text) == ((59.93, 30.31), "Невский, 1")
    card = {"displayName": "Пётр", "vcard": "BEGIN:VCARD\nTEL;waid=7903:+7 903 000-00-00\nEND:VCARD"}
    assert of(said(typeMessage="contactMessage", contactMessageData=card)).contact == ("Пётр", "+7 903 000-00-00")


def test_what_has_no_text_is_named():
    assert of(said(typeMessage="pollMessage")).text == "[опрос]"


def test_an_edit_and_what_was_taken_back():
    edit = said(typeMessage="editedMessage", editedMessageData={"textMessage": "лоджия", "stanzaId": "BAE5"})
    assert read(arrived(edit)) == [MessageEdited(VERA, "BAE5", SENT, "лоджия")]
    gone = said(typeMessage="deletedMessage", deletedMessageData={"stanzaId": "BAE5"})
    assert read(arrived(gone)) == [MessageEdited(VERA, "BAE5", SENT, None)]


def test_what_was_written_on_the_phone_is_ours_and_our_own_echo_is_nothing():
    told = {**sample("text"), "typeWebhook": "outgoingMessageReceived"}
    assert (of(told).is_ours, of(told).name) == (True, "Вера")
    with pytest.raises(Ignore):
        read(arrived({**told, "typeWebhook": "outgoingAPIMessageReceived"}))


def test_states():
    assert read(arrived(sample("status"))) == [MessageState("F7AEC1B7086ECDC7E6E45923F5EDB825", "delivered", SENT)]
    [failed] = read(arrived({**sample("status"), "status": "noAccount"}))
    assert (failed.state, failed.reason) == ("failed", "noAccount")
    with pytest.raises(Ignore):
        read(arrived({**sample("status"), "status": "yellowCard"}))


@pytest.mark.parametrize("chat", ["79031234567-1581234048@g.us", "-100123"])
def test_a_group_is_not_to_us(chat):
    told = sample("text")
    told["senderData"]["chatId"] = chat
    with pytest.raises(Ignore):
        read(arrived(told))


@pytest.mark.parametrize("body", [b"\xff", b"[]", b"7", b"[" * 5000, b'{"typeWebhook": 7}'])
def test_what_is_none_of_theirs(body):
    with pytest.raises(NotUnderstood):
        read(arrived(body))


@pytest.mark.parametrize("field", ["senderData", "messageData", "idMessage", "timestamp", "instanceData"])
@pytest.mark.parametrize("value", [None, -7, [], {}, ""])
def test_no_field_of_an_unexpected_kind_breaks_it(field, value):
    try:
        assert of({**sample("text"), field: value}).sent_at in (SENT, RECEIVED)
    except NotUnderstood:
        assert field in ("senderData", "idMessage")
