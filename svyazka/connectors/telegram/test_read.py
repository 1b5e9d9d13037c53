from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.utils import translation

from svyazka.business.intake.connector import Ignore, NotUnderstood
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.ways_in import MessageReceived
from svyazka.connectors.telegram.read import read

SAMPLES = Path(__file__).parent / "samples"
RECEIVED = datetime(2026, 11, 18, 9, 0, tzinfo=UTC)


def arrived(body: object) -> Arrival:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Arrival(account="telegram/main", received_at=RECEIVED, body=raw)


def sample(name: str, **changes: object) -> dict:
    update = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    update["message"].update(changes)
    return update


def test_a_text():
    assert read(arrived(sample("text"))) == [
        MessageReceived(
            channel="telegram",
            user_id="5550101",
            outside_id="41",
            sent_at=datetime.fromtimestamp(1794992400, UTC),
            text="Сколько стоит остеклить балкон?",
            name="Вера Павлова",
            nick="@vera_p",
        )
    ]


def test_the_senders_own_contact_brings_his_phone():
    [message] = read(arrived(sample("own_contact")))
    assert message.phone == "+79161234567"


def test_somebody_elses_contact_says_nothing_of_the_sender():
    contact = {"phone_number": "79160000000", "user_id": 1}
    [message] = read(arrived(sample("own_contact", contact=contact)))
    assert message.phone == ""


def test_what_came_instead_of_a_text_is_named():
    with translation.override("en"):
        [message] = read(arrived(sample("photo")))
    assert (message.text, message.name, message.nick) == ("[photo]", "Пётр", "")


def test_a_place_on_the_map():
    update = sample("text", text="", location={"latitude": 55.75, "longitude": 37.61})
    with translation.override("en"):
        [message] = read(arrived(update))
    assert message.text == "Location: 55.75, 37.61"


@pytest.mark.parametrize("place", [{}, {"latitude": 55.75}, "there", None])
def test_half_a_place_is_a_message_nevertheless(place):
    assert len(read(arrived(sample("text", text="", location=place)))) == 1


@pytest.mark.parametrize(
    "update",
    [
        {"update_id": 1, "edited_message": {}},
        {"update_id": 1, "my_chat_member": {"chat": {"id": 1}}},
        {"update_id": 1},
        sample("text", chat={"id": -1, "type": "group"}),
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
        {"message": {}},
        {"update_id": "1", "message": {}},
        {"update_id": True, "message": {}},
        {"update_id": 1, "message": "text"},
        {"update_id": 1, "message": []},
        {"update_id": 1, "message": {"from": {"id": "me"}}},
        sample("text", **{"from": None}),
        sample("text", chat="private"),
    ],
)
def test_what_is_no_update_stands_where_a_person_sees_it(body):
    with pytest.raises(NotUnderstood):
        read(arrived(body))


@pytest.mark.parametrize("date", [None, "now", -5, 2**40, True, 2**33 - 1, int(RECEIVED.timestamp()) + 301])
def test_a_time_that_is_none_or_in_the_future_is_that_of_the_arrival(date):
    [message] = read(arrived(sample("text", date=date)))
    assert message.sent_at == RECEIVED


def test_names_of_wrong_types_are_left_out():
    sender = {"id": 5, "first_name": 7, "last_name": None, "username": ["x"]}
    [message] = read(arrived(sample("text", **{"from": sender}, text={"a": 1}, message_id=None)))
    assert (message.name, message.nick, message.text) == ("", "", "")


def test_a_clock_that_is_a_little_ahead_is_believed():
    ahead = int(RECEIVED.timestamp()) + 240
    [message] = read(arrived(sample("text", date=ahead)))
    assert message.sent_at == datetime.fromtimestamp(ahead, UTC)
