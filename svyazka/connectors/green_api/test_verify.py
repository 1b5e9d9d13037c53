from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svyazka.business.intake.knock import Accepted, Account, Knock, Refused
from svyazka.connectors.green_api.verify import verify

SAMPLES = Path(__file__).parent / "samples"
OURS = Account("green_api/main", "green_api", secret_fingerprint=hashlib.sha256(b"secret").hexdigest())


def deliver(body: bytes, *, secret: str = "secret", account: Account = OURS) -> Accepted | Refused:
    return verify(Knock({"authorization": f"Bearer {secret}"}, body, datetime.now(UTC)), account)


@pytest.mark.parametrize(
    ("name", "outside_id"),
    [
        ("text", "incomingMessageReceived/F7AEC1B7086ECDC7E6E45923F5EDB825"),
        ("status", "outgoingMessageStatus/F7AEC1B7086ECDC7E6E45923F5EDB825/delivered"),
    ],
)
def test_what_comes_twice_is_known(name, outside_id):
    accepted = Accepted(outside_id, "green_api/main/79031234567@c.us", message="written_down")
    assert deliver((SAMPLES / f"{name}.json").read_bytes()) == accepted


def test_without_the_secret_nothing_is_taken():
    body = (SAMPLES / "text.json").read_bytes()
    assert deliver(body, secret="other") == Refused(403, "wrong_secret")
    assert deliver(body, account=Account("green_api/main", "green_api")) == Refused(403, "wrong_secret")


@given(st.binary(max_size=200) | st.dictionaries(st.text(), st.none() | st.integers() | st.text()))
def test_nonsense_is_written_down(told):
    assert isinstance(deliver(told if isinstance(told, bytes) else json.dumps(told).encode()), Accepted)
