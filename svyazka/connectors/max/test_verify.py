from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svyazka.business.intake.knock import Accepted, Account, Knock, Refused
from svyazka.connectors.max.verify import SECRET_HEADER, verify

BOT = Account("max/main", "max", secret_fingerprint=hashlib.sha256(b"secret").hexdigest())


def deliver(body: bytes | dict, *, secret: str | None = "secret", account: Account = BOT) -> Accepted | Refused:
    headers = {} if secret is None else {SECRET_HEADER: secret}
    whole = body if isinstance(body, bytes) else json.dumps(body).encode()
    return verify(Knock(headers, whole, datetime.now(UTC)), account)


@pytest.mark.parametrize(
    ("told", "outside_id"),
    [
        ({"update_type": "bot_started", "timestamp": 7, "chat_id": 100}, "bot_started/100/7"),
        (
            {
                "update_type": "message_created",
                "timestamp": 7,
                "message": {"recipient": {"chat_id": 100}, "body": {"mid": "mid.1"}},
            },
            "message_created/mid.1/7",
        ),
        (
            {
                "update_type": "message_callback",
                "timestamp": 7,
                "callback": {"callback_id": "c"},
                "message": {"recipient": {"chat_id": 100}},
            },
            "message_callback/c/7",
        ),
    ],
)
def test_an_update_belongs_to_its_chat_and_is_the_same_the_second_time(told, outside_id):
    assert deliver(told) == Accepted(outside_id, "max/main/100", message="written_down")


@pytest.mark.parametrize("secret", [None, "", "Secret", "sécret"])
def test_a_forged_or_absent_secret(secret):
    assert deliver({"update_type": "bot_started"}, secret=secret) == Refused(403, "wrong_secret")


def test_a_bot_without_a_secret_takes_nothing():
    assert deliver({}, secret="", account=Account("max/x", "max")).status == 403


@pytest.mark.parametrize(
    "body", [b"", b"\xff", b"[1]", b"[" * 100_000, {"timestamp": 1}, {"update_type": "x", "timestamp": True}]
)
def test_nonsense_with_the_right_secret_is_written_down_and_answered_with_200(body):
    accepted = deliver(body)
    assert (accepted.status, len(accepted.outside_id)) == (200, 64)


@given(st.binary())
def test_any_bytes(body):
    assert isinstance(deliver(body), Accepted)
