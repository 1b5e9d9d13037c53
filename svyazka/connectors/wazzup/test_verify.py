from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svyazka.business.intake.knock import Accepted, Account, Knock, Refused
from svyazka.connectors.wazzup.verify import verify

OURS = Account("wazzup/main", "wazzup")
WITH_KEY = Account("wazzup/main", "wazzup", secret_fingerprint=hashlib.sha256(b"crm-key").hexdigest())


def deliver(told: object, *, account: Account = OURS, **headers: str) -> Accepted | Refused:
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    return verify(Knock(headers, body, datetime.now(UTC)), account)


def message(number="m1", chat="79031234567", **other):
    return {"messageId": number, "chatType": "whatsapp", "chatId": chat, **other}


@pytest.mark.parametrize(
    ("told", "outside_id", "conversation"),
    [
        ({"messages": [message()]}, "message/m1", "wazzup/main/whatsapp/79031234567"),
        ({"statuses": [{"messageId": "m1", "status": "read"}]}, "status/m1/read", "wazzup/main/status/m1/read"),
    ],
)
def test_what_comes_twice_is_known(told, outside_id, conversation):
    assert deliver(told) == Accepted(outside_id, conversation, message="written_down")


def test_an_edit_is_another_arrival_than_what_it_edits():
    told = {"messages": [message(isEdited=True, text="по-другому")]}
    assert deliver(told).outside_id == hashlib.sha256(json.dumps(told).encode()).hexdigest()
    assert deliver(told).conversation == "wazzup/main/whatsapp/79031234567"


def test_it_asks_whether_somebody_is_there():
    assert deliver({"test": True}) == Refused(200, "ready")


def test_where_a_key_was_agreed_on_it_has_to_be_shown():
    assert deliver({"messages": [message()]}, account=WITH_KEY) == Refused(403, "wrong_secret")
    assert isinstance(deliver({"messages": [message()]}, account=WITH_KEY, authorization="Bearer crm-key"), Accepted)


@given(st.binary(max_size=200) | st.recursive(st.none() | st.text() | st.integers(), st.lists).map(str))
def test_nonsense_is_written_down(told):
    assert isinstance(deliver(told if isinstance(told, bytes) else {"messages": told, "statuses": [told]}), Accepted)
