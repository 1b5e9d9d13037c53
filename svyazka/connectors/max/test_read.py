from __future__ import annotations

import copy
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.utils import translation

from svyazka.business.intake.connector import Ignore, NotUnderstood
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.ways_in import MessageReceived
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
    [message] = read(arrived(sample("started")))
    assert (message.text, message.user_id, message.name, message.sent_at) == ("/start balcony", "5550101", "Вера", SENT)


@pytest.mark.parametrize("payload", [None, "", "  "])
def test_a_bot_that_is_only_started_asks_for_nothing(payload):
    with pytest.raises(Ignore):
        read(arrived(changed("payload", payload, of="started")))


def test_the_senders_own_contact_brings_his_phone():
    with translation.override("en"):
        [message] = read(arrived(sample("own_contact")))
    assert (message.phone, message.text) == ("+79161234567", "[contact]")


def test_somebody_elses_contact_says_nothing_of_the_sender():
    update = sample("own_contact")
    update["message"]["body"]["attachments"][0]["payload"]["max_info"]["user_id"] = 1
    [message] = read(arrived(update))
    assert message.phone == ""


def test_what_came_instead_of_a_text_is_named():
    place = {"type": "location", "latitude": 55.75, "longitude": 37.61}
    for given, words in (([{"type": "image"}], "[photo]"), ([place], "Location: 55.75, 37.61"), ([3, {}], "")):
        update = changed("message.body.attachments", given)
        update["message"]["body"]["text"] = None
        with translation.override("en"):
            [message] = read(arrived(update))
        assert message.text == words


@pytest.mark.parametrize(
    "update",
    [
        {"update_type": "message_edited", "timestamp": 1},
        {"update_type": "bot_stopped"},
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
    ],
)
def test_what_is_no_update_stands_where_a_person_sees_it(body):
    with pytest.raises(NotUnderstood):
        read(arrived(body))


@pytest.mark.parametrize("moment", [None, "now", -5, 2**50, True, int(RECEIVED.timestamp() + 301) * 1000])
def test_a_time_that_is_none_or_in_the_future_is_that_of_the_arrival(moment):
    [message] = read(arrived(changed("message.timestamp", moment)))
    assert message.sent_at == RECEIVED
