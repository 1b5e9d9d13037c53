from __future__ import annotations

import hashlib
import hmac
import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svyazka.business.intake.knock import Accepted, Account, Knock, Refused
from svyazka.connectors.whatsapp.stand_in import SECRET, WhatsAppPeer
from svyazka.connectors.whatsapp.verify import SIGNATURE, verify
from svyazka.kit.secrets import fingerprint

OURS = Account("whatsapp/main", "whatsapp", secret_fingerprint=fingerprint("verify-me"), signing=SECRET)


def deliver(body: bytes, headers: dict, *, account: Account = OURS) -> Accepted | Refused:
    return verify(Knock(headers, body, datetime.now(UTC)), account)


@pytest.fixture
def peer():
    return WhatsAppPeer()


@pytest.fixture
def vera(peer):
    return peer.person("79161234567", "RU.13491208655302741918")


def test_cyrillic_is_signed_as_it_was_escaped(peer, vera):
    body, headers = peer.posts(peer.writes(vera, content="Сколько стоит остеклить балкон? 🙂"))
    assert rb"\u0421\u043a\u043e" in body
    taken = deliver(body, headers)
    number = json.loads(body)["entry"][0]["changes"][0]["value"]["messages"][0]["id"]
    assert taken == Accepted(number, "whatsapp/main/RU.13491208655302741918", message="written_down")
    same = json.dumps(json.loads(body), ensure_ascii=False).encode()
    assert deliver(same, headers) == Refused(403, "wrong_secret")


def test_without_the_right_secret_nothing_comes_in(peer, vera):
    body, headers = peer.posts(peer.writes(vera, content="а"))
    for shown in (None, "", "sha256=й", "sha1=0", headers[SIGNATURE].upper()):
        assert deliver(body, {} if shown is None else {SIGNATURE: shown}) == Refused(403, "wrong_secret")
    unset = Account("whatsapp/main", "whatsapp", secret_fingerprint=fingerprint("verify-me"))
    assert deliver(body, headers, account=unset).status == 403
    peer.secret = ""
    body, headers = peer.posts(peer.writes(vera, content="а"))
    assert deliver(body, headers, account=unset).status == 403


def ask(query: str, account: Account = OURS) -> Refused:
    return verify(Knock({}, b"", datetime.now(UTC), query=query), account)


def test_the_address_is_confirmed_to_whoever_knows_the_token():
    asked = ask("hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token=verify-me")
    assert (asked.status, asked.said.body, asked.said.kind) == (200, b"1158201444", "text/plain; charset=utf-8")
    for query in ("", "hub.challenge=1", "hub.challenge=1&hub.verify_token=other", "hub.verify_token=%FF"):
        assert ask(query) == Refused(403, "wrong_secret")
    assert ask("hub.challenge=1&hub.verify_token=", Account("whatsapp/x", "whatsapp")).status == 403


def test_a_state_is_another_thing_than_the_message_and_comes_once(peer, vera):
    said = {"id": "wamid.1", "person": vera, "given": {}}
    for state in ("sent", "read"):
        taken = deliver(*peer.posts(peer.state(said, state)))
        assert (taken.outside_id, taken.conversation) == (f"wamid.1/{state}", f"whatsapp/main/{vera.user_id}")


def test_many_things_in_one_post_are_the_same_in_another_order(peer, vera):
    oleg = peer.person("79160000001", "RU.7", "Олег")
    first, second = peer.writes(vera, content="а"), peer.writes(oleg, content="б")
    one, other = deliver(*peer.posts(first, second)), deliver(*peer.posts(second, first))
    assert one.outside_id == other.outside_id
    assert len(one.outside_id) == 64
    assert (one.conversation, other.conversation) == ("whatsapp/main/RU.13491208655302741918", "whatsapp/main/RU.7")


def test_whoever_has_no_id_yet_is_known_by_his_number(peer, vera):
    value = peer.writes(vera, content="а")
    del value["messages"][0]["from_user_id"], value["contacts"][0]["user_id"]
    assert deliver(*peer.posts(value)).conversation == "whatsapp/main/79161234567"


@pytest.mark.parametrize(
    "body", [b"{}", b"[1]", b"\xff", b"[" * 100_000, b'{"entry": 7}', b'{"entry": [{"changes": [3]}]}']
)
def test_nonsense_that_is_signed_is_written_down_and_answered_with_200(peer, body):
    shown = {"x-hub-signature-256": "sha256=" + hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()}
    taken = deliver(body, shown)
    assert (taken.status, len(taken.outside_id)) == (200, 64)


@given(st.binary(min_size=1))
def test_any_bytes_without_a_signature(body):
    assert deliver(body, {}) == Refused(403, "wrong_secret")
