from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svyazka.business.calls.phone_system import Access
from svyazka.business.intake.knock import Accepted, Account, Asked, Caller, Knock, Refused
from svyazka.connectors.cloud_pbx.conftest import account_of, knock_of, moment
from svyazka.connectors.cloud_pbx.providers import PROVIDERS
from svyazka.connectors.cloud_pbx.stand_ins import STAND_INS
from svyazka.connectors.cloud_pbx.verify import verify
from svyazka.connectors.cloud_pbx.zadarma import signed

SIGNING = ("mango", "megafon", "zadarma")  # the others are believed by their address
REFUSED = {"mango": 403, "zadarma": 403, "megafon": 401}
NOW = moment(1_790_000_000)


def knock(body: bytes = b"", *, path: str = "", query: str = "", sender: str = "", **headers: str) -> Knock:
    return Knock(headers, body, NOW, path, query, sender)


def one_of(code: str) -> tuple:
    stand_in = STAND_INS[code]()
    stand_in.rings_in("79161234567", "74951000101", "101")
    return stand_in, stand_in.sent[-1]


def test_a_genuine_event_belongs_to_its_call_and_is_the_same_the_second_time(stand_in):
    talk = stand_in.rings_in("79161234567", "74951000101", "101")
    first, second = (verify(knock_of(stand_in.sent[-1]), account_of(stand_in)) for _ in range(2))
    assert first == second
    assert (first.status, first.conversation) == (200, f"{stand_in.code}/main/{talk.key}")


def test_two_events_of_a_call_are_two(stand_in):
    talk = stand_in.rings_in("79161234567", "74951000101", "101")
    stand_in.answers(talk, "101")
    stand_in.wait(9)
    stand_in.ends(talk)
    ids = [verify(knock_of(delivery), account_of(stand_in)).outside_id for delivery in stand_in.sent]
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("code", SIGNING)
def test_another_secret(code):
    stand_in, delivery = one_of(code)
    for account in (account_of(stand_in, secret="other"), account_of(stand_in, secret="")):
        refused = verify(knock_of(delivery), account)
        assert (type(refused), refused.status) == (Refused, REFUSED[code])


@pytest.mark.parametrize("code", SIGNING)
def test_no_signature(code):
    stand_in, delivery = one_of(code)
    pairs = [(n, v) for n, v in parse_qsl(delivery.body.decode()) if n not in ("sign", "crm_token")]
    assert verify(knock(urlencode(pairs).encode(), path=delivery.path), account_of(stand_in)).status == REFUSED[code]


@pytest.mark.parametrize(("code", "wrong"), [("mango", "client"), ("zadarma", "caller_id")])
def test_a_changed_event_with_its_old_signature(code, wrong):
    stand_in, delivery = one_of(code)
    changed = replace(delivery, body=delivery.body.replace(b"79161234567", b"79160000000"))
    assert changed != delivery, wrong
    assert verify(knock_of(changed), account_of(stand_in)).status == 403


def test_mango_with_the_key_of_somebody_else():
    stand_in, delivery = one_of("mango")
    assert verify(knock_of(delivery), account_of(stand_in, login="other")).status == 403


def test_mango_signs_the_text_of_the_json_and_not_what_it_means():
    """Spaces, Cyrillic letters and a capital signature are as they are on the wire."""
    text = '{ "entry_id": "e1",  "call_id":"c1", "comment": "Вера \\u0041" }'
    sign = hashlib.sha256(f"key{text}salt".encode()).hexdigest()
    account = Account("mango/main", "mango", login="key", secret="salt")
    for shown in (sign, sign.upper()):
        body = urlencode({"vpbx_api_key": "key", "sign": shown, "json": text}).encode()
        accepted = verify(knock(body, path="events/call"), account)
        assert (type(accepted), accepted.written) == (Accepted, text.encode())
    other = json.dumps(json.loads(text))
    body = urlencode({"vpbx_api_key": "key", "sign": sign, "json": other}).encode()
    assert verify(knock(body, path="events/call"), account).status == 403


def test_mango_in_another_encoding_is_not_what_was_signed():
    text = '{"comment": "Вера"}'
    sign = hashlib.sha256(b"key" + text.encode("cp1251") + b"salt").hexdigest()
    body = urlencode({"vpbx_api_key": "key", "sign": sign, "json": text}, encoding="cp1251").encode()
    account = Account("mango/main", "mango", login="key", secret="salt")
    assert verify(knock(body, path="events/call"), account).status == 403


SIGNATURES = json.loads((Path(__file__).parent / "samples" / "signatures.json").read_text())


@pytest.mark.parametrize("made", SIGNATURES["mango"])
def test_what_somebody_elses_client_signs_for_mango_is_genuine(made):
    body = urlencode({"vpbx_api_key": "key", "sign": made["sign"], "json": made["json"]}).encode()
    accepted = verify(knock(body, path="events/call"), Account("mango/main", "mango", login="key", secret="salt"))
    assert (type(accepted), accepted.written) == (Accepted, made["json"].encode())


@pytest.mark.parametrize("made", SIGNATURES["zadarma"])
def test_we_sign_for_zadarma_as_somebody_elses_client_does(made):
    access = Access("zadarma/main", "api.zadarma.com", 443, "key", "abcdefghij0123456789")
    assert signed(access, made["path"], made["given"]).headers == {"Authorization": made["authorization"]}


def test_zadarma_asks_whether_somebody_is_there():
    account = Account("zadarma/main", "zadarma", secret="x")
    echo = verify(knock(query="zd_echo=abc123"), account)
    assert (echo.status, echo.said.body, echo.said.kind) == (200, b"abc123", "text/plain; charset=utf-8")
    assert verify(knock(query="zd_echo=" + "x" * 5000), account).said.body == b"x" * 200


def test_zadarma_signs_different_fields_of_different_events():
    account = Account("zadarma/main", "zadarma", secret="secret")
    record = {"event": "NOTIFY_RECORD", "pbx_call_id": "p1", "call_id_with_rec": "r1"}
    digest = hmac.new(b"secret", b"p1r1", hashlib.sha1).hexdigest()
    signature = base64.b64encode(digest.encode()).decode()
    body = urlencode(record).encode()
    assert isinstance(verify(knock(body, signature=signature), account), Accepted)
    unknown = urlencode({**record, "event": "SPEECH_RECOGNITION"}).encode()
    assert verify(knock(unknown, signature=signature), account).status == 403


def test_zadarma_in_parts():
    stand_in, delivery = one_of("zadarma")
    parts = "".join(
        f'--b1\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in parse_qsl(delivery.body.decode())
    )
    signature = delivery.headers["signature"]
    kind = {"content-type": "multipart/form-data; boundary=b1"}
    accepted = verify(Knock({**kind, "signature": signature}, f"{parts}--b1--\r\n".encode(), NOW), account_of(stand_in))
    assert isinstance(accepted, Accepted)
    assert accepted.outside_id == verify(knock_of(delivery), account_of(stand_in)).outside_id


def test_sipuni_by_get_and_its_answer():
    stand_in, delivery = one_of("sipuni")
    by_get = verify(knock(query=delivery.body.decode()), account_of(stand_in))
    assert by_get == verify(knock_of(delivery), account_of(stand_in))
    assert (by_get.said.body, by_get.written) == (b'{"success": true}', delivery.body)


def test_uis_by_get():
    account = Account("uis/main", "uis")
    accepted = verify(knock(query="event=ring&call_session_id=7&employee_phone_number=101"), account)
    assert (accepted.conversation, accepted.written) == (
        "uis/main/7",
        b"event=ring&call_session_id=7&employee_phone_number=101",
    )


def test_megafons_token_is_not_written_down():
    stand_in, delivery = one_of("megafon")
    accepted = verify(knock_of(delivery), account_of(stand_in))
    assert b"token" not in accepted.written
    assert dict(parse_qsl(accepted.written.decode()))["callid"] == "1000"
    refused = verify(knock(b"cmd=event"), account_of(stand_in))
    assert (refused.status, json.loads(refused.said.body)) == (401, {"error": "Invalid token"})


def test_megafon_may_have_a_key_of_its_own_for_events():
    stand_in, delivery = one_of("megafon")
    assert verify(knock_of(delivery), account_of(stand_in, options={"crm_token": "other"})).status == 401
    theirs = account_of(stand_in, secret="of the PBX", options={"crm_token": "token"})
    assert isinstance(verify(knock_of(delivery), theirs), Accepted)


@pytest.mark.parametrize(
    ("phone", "asked"), [("8 (916) 123-45-67", "+79161234567"), ("79161234567", "+79161234567"), ("anonymous", "")]
)
def test_megafon_asks_who_it_is(phone, asked):
    stand_in = STAND_INS["megafon"]()
    question = verify(knock(stand_in.asks_who(phone)), account_of(stand_in))
    assert (type(question), question.phone) == (Asked, asked)
    said = question.say(Caller("Вера Павлова", "101"))
    assert json.loads(said.body) == {"contact_name": "Вера Павлова", "responsible": "101"}
    assert json.loads(question.say(Caller()).body) == {}


@pytest.mark.parametrize(
    ("addresses", "sender", "status"),
    [
        ("", "203.0.113.9", 200),
        ("81.88.80.132 81.88.82.36", "81.88.82.36", 200),
        ("185.45.152.40/30", "185.45.152.42", 200),
        ("185.45.152.40/30", "185.45.152.44", 403),
        ("185.45.152.40/30", "", 403),
        ("not an address", "185.45.152.42", 403),
    ],
)
def test_from_these_addresses_only(addresses, sender, status):
    stand_in, delivery = one_of("sipuni")
    said = verify(replace(knock_of(delivery), sender=sender), account_of(stand_in, options={"addresses": addresses}))
    assert said.status == status


def test_a_kind_that_is_not_known_and_an_endless_path():
    assert verify(knock(b"x=1"), Account("fax/main", "fax")).status == 404
    assert verify(knock(b"x=1", path="x" * 100), Account("sipuni/main", "sipuni")).status == 404


@pytest.mark.parametrize("code", sorted(PROVIDERS))
@given(body=st.binary(max_size=400), query=st.text(max_size=50), path=st.text(max_size=20))
def test_any_bytes(code, body, query, path):
    account = Account(f"{code}/main", code, login="key", secret="salt")
    said = verify(knock(body, path=path, query=query), account)
    assert isinstance(said, Accepted | Refused | Asked)


@pytest.mark.parametrize("code", ["uis", "sipuni"])
@pytest.mark.parametrize("body", [b"\xff\xfe", b"[1]", b"{" * 5000, b"{}", b"x" * 200_000, b'{"call_session_id": {}}'])
def test_nonsense_at_the_right_address_is_written_down(code, body):
    accepted = verify(knock(body), Account(f"{code}/main", code))
    assert (accepted.status, accepted.written, len(accepted.outside_id)) == (200, body, 64)


@pytest.mark.parametrize(
    "body",
    [
        b"".join(b'--b%d\r\nContent-Type: multipart/mixed; boundary="b%d"\r\n\r\n' % (n, n + 1) for n in range(3000)),
        b"--b\r\n" + b"Content-Type: message/rfc822\r\n\r\n" * 7000,
        b'--b\r\nContent-Disposition: form-data; name="' + b";" * 200_000 + b'"\r\n\r\nx\r\n--b--',
        b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n' * 4500,
        b"-" * 250_000,
        b"{" + b'"a":{' * 50_000,
    ],
    ids=["nested", "letters", "semicolons", "many", "dashes", "brackets"],
)
def test_nobody_makes_the_door_think_for_long(body):
    """All the house waits meanwhile: live pages too."""
    stand_in, _delivery = one_of("megafon")
    begun = time.monotonic()
    assert isinstance(verify(knock(body), account_of(stand_in)), Refused)
    assert time.monotonic() - begun < 1
