from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svyazka.business.intake.knock import Accepted, Account, Knock, Refused
from svyazka.connectors.telegram.verify import SECRET_HEADER, verify

BOT = Account("telegram/main", "telegram", secret_fingerprint=hashlib.sha256(b"secret").hexdigest())


def deliver(body: bytes | dict, *, secret: str | None = "secret", account: Account = BOT) -> Accepted | Refused:
    headers = {} if secret is None else {SECRET_HEADER: secret}
    whole = body if isinstance(body, bytes) else json.dumps(body).encode()
    return verify(Knock(headers, whole, datetime.now(UTC)), account)


@pytest.mark.parametrize(
    "told",
    [
        {"message": {"chat": {"id": -100}, "text": "hi"}},
        {"edited_message": {"chat": {"id": -100}}},
        {"callback_query": {"id": 1, "message": {"chat": {"id": -100}}}},
        {"deleted_business_messages": {"chat": {"id": -100}}},
        {"my_chat_member": {"chat": {"id": -100}}},
    ],
)
def test_an_update_belongs_to_its_chat(told):
    assert deliver({"update_id": 7, **told}) == Accepted("7", "telegram/main/-100", message="written_down")


def test_a_pressed_button_is_answered_with_the_update():
    said = deliver({"update_id": 7, "callback_query": {"id": "9", "message": {"chat": {"id": 5}}}}).said
    assert json.loads(said.body) == {"method": "answerCallbackQuery", "callback_query_id": "9"}


@pytest.mark.parametrize("secret", [None, "", "Secret", "sécret"])
def test_a_forged_or_absent_secret(secret):
    assert deliver({"update_id": 7}, secret=secret) == Refused(403, "wrong_secret")


def test_a_bot_without_a_secret_takes_nothing():
    assert deliver({"update_id": 7}, secret="", account=Account("telegram/x", "telegram")).status == 403


@pytest.mark.parametrize("body", [b"", b"\xff", b"[1]", b"[" * 100_000, b'{"update_id": "7"}', b'{"update_id": true}'])
def test_nonsense_with_the_right_secret_is_written_down_and_answered_with_200(body):
    accepted = deliver(body)
    assert (accepted.status, len(accepted.outside_id)) == (200, 64)


@given(st.binary())
def test_any_bytes(body):
    assert isinstance(deliver(body), Accepted)
