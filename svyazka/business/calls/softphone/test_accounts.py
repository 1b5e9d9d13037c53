from __future__ import annotations

import pytest

from svyazka.business.calls.models import Pbx, SipAccount
from svyazka.business.calls.softphone import accounts
from svyazka.business.calls.softphone.settings import line_of
from svyazka.business.journal.models import Entry
from svyazka.business.staff.models import CallsBy, Person
from svyazka.kit import secrets
from svyazka.kit.refusals import Refused

SOCKET = "wss://pbx.example.org:8089/ws"


@pytest.fixture
def pbx(db):
    options = {"softphone_socket": SOCKET, "softphone_ice": "stun:stun.example.org:3478"}
    return Pbx.objects.create(code="asterisk/lab1", driver="asterisk", host="127.0.0.1", port=5038, options=options)


def line(**options):
    return line_of(Pbx(options={f"softphone_{name}": value for name, value in options.items()}))


def test_a_softphone_has_all_that_its_browser_needs(pbx, olga, anna):
    accounts.enter(olga, login="olga-web", secret="s3cret", by=anna)
    accounts.choose(olga, CallsBy.SOFTPHONE, by=olga)
    phone = accounts.softphone_of(Person.objects.get(pk=olga.pk))
    assert (phone.login, phone.secret, phone.name) == ("olga-web", "s3cret", "Ольга Белова")
    assert (phone.line.socket, phone.line.domain) == (SOCKET, "pbx.example.org")
    assert phone.line.ice_servers() == [{"urls": "stun:stun.example.org:3478"}]


def test_the_secret_is_stored_encrypted_and_stands_in_no_journal(pbx, olga, anna):
    accounts.enter(olga, login="", secret="s3cret", by=anna)
    secret = accounts.make_secret(olga, by=anna)
    account = SipAccount.objects.get()
    assert secrets.take_out(account.secret) == secret
    assert len(secret) >= 20
    said = str(list(Entry.objects.values()))
    assert "calls.sip_account_changed" in said
    assert "s3cret" not in said
    assert secret not in said


def test_an_empty_secret_leaves_the_old_one(pbx, olga, anna):
    accounts.enter(olga, login="", secret="s3cret", by=anna)
    accounts.enter(olga, login="web", secret="", by=anna)
    account = SipAccount.objects.get()
    assert (account.login, secrets.take_out(account.secret)) == ("web", "s3cret")


@pytest.mark.parametrize(
    ("login", "secret", "field"),
    [("ольга", "s3cret", "sip_login"), ("web", "", "secret"), ("", "two words", "secret"), ("", "x" * 101, "secret")],
)
def test_what_no_pbx_could_take_is_refused(pbx, olga, anna, login, secret, field):
    with pytest.raises(Refused) as refusal:
        accounts.enter(olga, login=login, secret=secret, by=anna)
    assert list(refusal.value.fields) == [field]
    assert not SipAccount.objects.exists()


def test_nobody_chooses_a_softphone_that_would_not_work(olga, anna, windows):
    def refused():
        with pytest.raises(Refused):
            accounts.choose(olga, CallsBy.SOFTPHONE, by=olga)
        return Person.objects.get(pk=olga.pk).calls_by == CallsBy.DESK

    assert refused()  # no PBX
    pbx = Pbx.objects.create(code="asterisk/lab1", driver="asterisk", host="127.0.0.1", port=5038)
    accounts.enter(olga, login="", secret="s3cret", by=anna)
    assert refused()  # one that no browser reaches
    pbx.options = {"softphone_socket": SOCKET}
    pbx.save()
    SipAccount.objects.all().delete()
    assert refused()  # no account on it


def test_whoever_loses_the_softphone_calls_with_the_desk_phone(pbx, olga, anna):
    accounts.enter(olga, login="", secret="s3cret", by=anna)
    accounts.choose(olga, CallsBy.SOFTPHONE, by=olga)
    accounts.forget(Person.objects.get(pk=olga.pk), by=anna)
    assert Person.objects.get(pk=olga.pk).calls_by == CallsBy.DESK
    assert not SipAccount.objects.exists()
    accounts.choose(olga, CallsBy.MOBILE, by=olga)
    assert Person.objects.get(pk=olga.pk).calls_by == CallsBy.MOBILE


def test_only_an_address_of_a_websocket_is_one():
    assert line(socket=SOCKET).origin == "wss://pbx.example.org:8089"
    assert line(socket="ws://10.0.0.5:8088/ws", domain="office").domain == "office"
    for nonsense in (
        "",
        "https://pbx.example.org",
        "wss://",
        "wss://a b",
        "wss://x;script-src *",
        "wss://u@h",
        "wss://[",
        "*",
    ):
        assert line(socket=nonsense) is None
    assert line_of(None) is None


def test_a_relay_is_named_with_its_access_and_nonsense_is_left_out():
    ice = "stun:stun.example.org, turn:turn.example.org:3478?transport=tcp http://x turns:y:5349"
    found = line(socket=SOCKET, ice=ice, turn_login="svyazka", turn_secret=secrets.lock_away("s3cret"))
    let_in = {"username": "svyazka", "credential": "s3cret"}
    assert found.ice_servers() == [
        {"urls": "stun:stun.example.org"},
        {"urls": "turn:turn.example.org:3478?transport=tcp", **let_in},
        {"urls": "turns:y:5349", **let_in},
    ]
