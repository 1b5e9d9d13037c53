from __future__ import annotations

import re

import pytest

from svyazka.business.calls.models import Pbx, SipAccount
from svyazka.business.calls.softphone.settings import line_of
from svyazka.business.staff.models import CallsBy, Person
from svyazka.kit import secrets


@pytest.fixture
def pbx(windows):
    options = {"softphone_socket": "wss://pbx.example.org:8089/ws"}
    return Pbx.objects.create(code="asterisk/lab1", driver="asterisk", host="127.0.0.1", port=5038, options=options)


def typed(**values):
    return {"calls_by": "desk", "pbx_code": "", "sip_login": "", "secret": "", **values}


def test_an_administrator_enters_a_softphone(pbx, anna, olga, enter):
    browser = enter(anna)
    given = typed(calls_by="softphone", pbx_code="asterisk/lab1", sip_login="web", secret="s3cret")
    answer = browser.post(f"/office/staff/{olga.pk}/phone/", given)
    assert answer.status_code == 302
    account = SipAccount.objects.get(person=olga)
    assert (account.login, secrets.take_out(account.secret)) == ("web", "s3cret")
    olga = Person.objects.get(pk=olga.pk)
    assert (olga.pbx_code, olga.calls_by) == ("asterisk/lab1", CallsBy.SOFTPHONE)
    assert "s3cret" not in browser.get(answer["Location"]).content.decode()


def test_what_is_refused_leaves_nothing_half_stored(pbx, anna, olga, enter):
    Pbx.objects.update(options={})
    given = typed(calls_by="softphone", pbx_code="asterisk/lab1", secret="s3cret")
    answer = enter(anna).post(f"/office/staff/{olga.pk}/phone/", given)
    assert answer.status_code == 422
    assert "ещё не настроена для звонков из браузера" in answer.content.decode()
    assert not SipAccount.objects.exists()
    assert Person.objects.get(pk=olga.pk).pbx_code == ""


def test_a_secret_is_made_here_and_shown_once(pbx, anna, olga, enter):
    browser = enter(anna)
    page = browser.post(f"/office/staff/{olga.pk}/phone/secret/").content.decode()
    secret = secrets.take_out(SipAccount.objects.get(person=olga).secret)
    assert re.search(rf"username = 101\s+password = {re.escape(secret)}", page)
    assert secret not in browser.get(f"/office/staff/{olga.pk}/").content.decode()
    browser.post(f"/office/staff/{olga.pk}/phone/removal/")
    assert not SipAccount.objects.exists()


def test_without_an_extension_there_is_no_secret_to_make(pbx, anna, egor, enter):
    browser = enter(anna)
    assert browser.post(f"/office/staff/{egor.pk}/phone/secret/").status_code == 422
    assert "Без внутреннего номера" in browser.get(f"/office/staff/{egor.pk}/").content.decode()


def test_heads_see_nothing_of_it(pbx, roza, olga, enter):
    assert "/phone/" not in enter(roza).get(f"/office/staff/{olga.pk}/").content.decode()
    assert enter(roza).post(f"/office/staff/{olga.pk}/phone/", typed()).status_code == 403


def test_how_browsers_reach_the_pbx_is_entered_with_it(pbx, anna, enter):
    browser = enter(anna)
    page = browser.get(f"/office/pbx/{pbx.pk}/").content.decode()
    assert 'value="wss://pbx.example.org:8089/ws"' in page
    given = {
        "host": "127.0.0.1",
        "port": "5038",
        "option_softphone_socket": "wss://other.example.org/ws",
        "option_softphone_ice": "turn:turn.example.org:3478",
        "option_softphone_turn_login": "svyazka",
        "option_softphone_turn_secret": "s3cret",
    }
    assert browser.post(f"/office/pbx/{pbx.pk}/", given).status_code == 302
    found = line_of(Pbx.objects.get())
    assert (found.socket, found.domain) == ("wss://other.example.org/ws", "other.example.org")
    assert found.ice_servers() == [
        {"urls": "turn:turn.example.org:3478", "username": "svyazka", "credential": "s3cret"},
    ]
