from __future__ import annotations

import hashlib
import hmac
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


def shown(
    body: bytes, options: dict, *, secret: str = "s3cret", signing: str = "", **headers: str
) -> Accepted | Refused:
    account = Account(
        "web_form/okna", "web_form", hashlib.sha256(secret.encode()).hexdigest(), options=options, signing=signing
    )
    return verify(Knock({"content-type": "application/x-www-form-urlencoded", **headers}, body, NOON), account)


def test_only_what_shows_the_secret_in_its_header_is_let_in():
    asked = {"proof": {"way": "header", "name": "X-Api-Key"}}
    assert isinstance(shown(b"phone=89161234567", asked, **{"x-api-key": "s3cret"}), Accepted)
    assert shown(b"phone=89161234567", asked, **{"x-api-key": "other"}) == Refused(403, "wrong_secret")
    assert shown(b"phone=89161234567", asked) == Refused(403, "wrong_secret")


def test_a_secret_in_a_field_does_not_stay_in_the_ledger():
    accepted = shown(b"phone=89161234567&api_key=s3cret", {"proof": {"way": "field", "name": "api_key"}})
    assert (accepted.written, accepted.phone) == (b"phone=89161234567&api_key=***", "+79161234567")
    assert shown(b"phone=89161234567", {"proof": {"way": "field", "name": "api_key"}}) == Refused(403, "wrong_secret")


def test_a_signature_is_of_the_body_as_it_came():
    asked, body = {"proof": {"way": "signature", "name": "X-Signature"}}, "name=Вера&phone=89161234567".encode()
    right = hmac.new(b"key", body, hashlib.sha256).hexdigest()
    assert isinstance(shown(body, asked, signing="key", **{"x-signature": f"sha256={right}"}), Accepted)
    assert shown(body + b" ", asked, signing="key", **{"x-signature": right}) == Refused(403, "wrong_secret")
    assert shown(body, asked, signing="", **{"x-signature": right}) == Refused(403, "wrong_secret")


def test_the_door_and_the_worker_read_by_the_same_choice():
    accepted = shown(b"field_7=89161234567", {"mapping": {"field_7": "phone"}})
    assert (accepted.status, accepted.conversation) == (200, "web_form/okna/+79161234567")


def test_while_a_form_is_being_set_up_all_is_taken():
    accepted = shown(b"anything=1", {"is_captured": True})
    assert (accepted.status, accepted.message) == (200, "thanks")


def test_whoever_walks_into_the_trap_is_not_told():
    assert shown(b"_trap=1&name=x", {}).status == 200


def test_elementor_puts_each_name_into_brackets():
    accepted = shown(b"fields[phone][value]=89161234567&fields[phone][id]=phone&form[name]=Zamer", {})
    assert (accepted.status, accepted.phone) == (200, "+79161234567")
