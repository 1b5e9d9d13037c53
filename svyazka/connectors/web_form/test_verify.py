from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from svyazka.business.intake.knock import Accepted, Account, Knock, Refused
from svyazka.connectors.web_form.verify import verify

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SITE = Account(code="web_form/okna", kind="web_form", origins=("https://Okna.example.ru/",))


def post(body: bytes | dict, *, at: datetime = NOON, **headers: str) -> Accepted | Refused:
    whole = body if isinstance(body, bytes) else json.dumps(body).encode()
    return verify(Knock({"content-type": "application/json", **headers}, whole, at), SITE)


def test_a_request_belongs_to_the_conversation_of_its_phone():
    accepted = post({"phone": "8 916 123-45-67", "tranid": "s1"})
    assert accepted == Accepted("s1", "web_form/okna/+79161234567", phone="+79161234567")


def test_without_a_number_of_its_own_the_minute_tells_a_second_click_from_a_second_wish():
    first = post({"phone": "+79161234567"})
    assert post({"phone": "+79161234567"}, at=NOON + timedelta(seconds=30)) == first
    assert post({"phone": "+79161234567"}, at=NOON + timedelta(minutes=2)).outside_id != first.outside_id


@pytest.mark.parametrize("name", ["id", "request_id", "submission_id"])
def test_a_number_that_stands_in_the_page_of_the_form_loses_nobodys_request(name):
    first = post({name: "7", "phone": "+79161234567", "message": "Окно"})
    others = [
        post({name: "7", "phone": "+79160000000", "message": "Окно"}),
        post({name: "7", "phone": "+79161234567", "message": "Ещё дверь"}),
    ]
    assert len({first.outside_id, *(other.outside_id for other in others)}) == 3


def test_a_delivery_with_a_number_may_come_again_an_hour_later():
    first = post({"submission_id": "7", "phone": "+79161234567"})
    assert post({"submission_id": "7", "phone": "+79161234567"}, at=NOON + timedelta(hours=1)) == first


def test_what_cannot_be_read_is_written_down_and_answered_with_400():
    accepted = post(b"\xff\xfe")
    assert (accepted.status, accepted.message) == (400, "unreadable")
    assert accepted.conversation == f"web_form/okna/{accepted.outside_id}"


def test_a_request_that_nobody_can_answer_is_written_down_and_answered_with_422():
    accepted = post({"name": "Vera", "phone": {"a": 1}})
    assert (accepted.status, accepted.wrong) == (422, {"phone": "not_text"})


def test_another_site_may_not_use_the_key_from_a_browser():
    assert post({"phone": "+79161234567"}, origin="https://evil.example") == Refused(403, "wrong_site")
    assert isinstance(post({"phone": "+79161234567"}, origin="https://okna.example.ru"), Accepted)


def test_a_trial_is_answered_and_not_kept():
    assert post(b"test=test") == Refused(200, "ready")
    assert post(b"") == Refused(400, "empty")
