# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
"""The pages of services that pass messengers on: Wazzup and Green-API."""

from __future__ import annotations

import re

import pytest

from svyazka.business.conversations import accounts, bots
from svyazka.business.conversations.models import ChannelAccount
from svyazka.business.journal.models import Entry
from svyazka.connectors.green_api.conftest import INSTANCE, TOKEN, green_api_peer  # noqa: F401
from svyazka.connectors.wazzup.conftest import KEY, wazzup_peer  # noqa: F401
from svyazka.kit import secrets


@pytest.fixture
def wazzup(anna):
    return accounts.open_account("wazzup", code="main", name="Wazzup", by=anna)[0]


@pytest.fixture
def green(anna):
    return accounts.open_account("green_api", code="main", name="Green", by=anna)[0]


@pytest.fixture
def of_wazzup(wazzup_peer):
    return {"token": KEY, "base": wazzup_peer.url, "proxy": ""}


@pytest.fixture
def of_green(green_api_peer):
    return {"instance": INSTANCE, "token": TOKEN, "base": green_api_peer.url, "proxy": ""}


def page_of(account: ChannelAccount) -> str:
    return f"/office/channels/{account.pk}/"


def test_one_is_opened_with_what_has_to_be_done_there(anna, enter):
    client = enter(anna)
    shown = client.post("/office/channels/new/", {"kind": "wazzup", "name": "W", "code": "w"}).content.decode()
    account = ChannelAccount.objects.get(code="wazzup/w")
    assert f"http://testserver/in/wazzup/{account.public_key}/" in shown
    assert ("В личном кабинете Wazzup" in shown, "Ключ API" in shown, account.secret_fingerprint) == (True, True, "")
    shown = client.post("/office/channels/new/", {"kind": "green_api", "name": "G", "code": "g"}).content.decode()
    account = ChannelAccount.objects.get(code="green_api/g")
    secret = re.search(r'data-copy="([\w-]{43})"', shown)[1]
    assert account.secret_fingerprint == secrets.fingerprint(secret)
    assert ("создайте инстанс" in shown, secret in client.get(page_of(account)).content.decode()) == (True, False)


def test_wazzup_is_stored_once_it_answers_and_is_told_our_address(anna, enter, wazzup, of_wazzup, wazzup_peer):
    client, page = enter(anna), page_of(wazzup)
    assert client.post(f"{page}webhook/", secure=True).status_code == 422
    assert client.post(f"{page}token/", of_wazzup).status_code == 302
    wazzup.refresh_from_db()
    assert (wazzup.nick, secrets.take_out(wazzup.secret)) == ("whatsapp 79161234567", KEY)
    shown = client.get(page).content.decode()
    assert (KEY in shown, "@whatsapp" in shown, "Опрашивать отсюда" in shown) == (False, False, False)
    assert client.post(f"{page}webhook/").status_code == 422  # not over https
    assert client.post(f"{page}webhook/", secure=True).status_code == 302
    wazzup.refresh_from_db()
    assert wazzup_peer.webhook["webhooksUri"] == f"https://testserver/in/wazzup/{wazzup.public_key}/"
    assert wazzup.secret_fingerprint == ""
    assert Entry.objects.filter(verb="conversations.called_here").count() == 1
    assert client.post(f"{page}asking/").status_code == 422


def test_green_api_is_told_our_address_with_a_secret_or_is_asked(anna, enter, green, of_green, green_api_peer):
    client, page = enter(anna), page_of(green)
    assert client.post(f"{page}token/", of_green).status_code == 302
    green.refresh_from_db()
    assert (green.nick, green.options) == ("79161234567", {"instance": INSTANCE})
    assert bots.access_of(green).options["instance"] == INSTANCE
    assert client.post(f"{page}webhook/", secure=True).status_code == 302
    green.refresh_from_db()
    told = green_api_peer.settings
    assert told["webhookUrl"] == f"https://testserver/in/green_api/{green.public_key}/"
    assert green.secret_fingerprint == secrets.fingerprint(told["webhookUrlToken"])
    assert client.post(f"{page}asking/").status_code == 302
    green.refresh_from_db()
    assert (green.options["asks"], green_api_peer.settings["webhookUrl"]) == ("1", "")
    assert client.post(f"{page}token/", {**of_green, "token": ""}).status_code == 302
    green.refresh_from_db()
    assert green.options == {"instance": INSTANCE, "asks": "1"}
    shown = client.get(page).content.decode()
    assert ("Мы опрашиваем мессенджер" in shown, INSTANCE in shown, TOKEN in shown) == (True, True, False)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"token": "wrong"}, "не знает такого токена"),
        ({"instance": "waInstance"}, "В номере инстанса только цифры"),
        ({"instance": "7/../8"}, "В номере инстанса только цифры"),
        ({"instance": ""}, "Обязательное поле"),
        ({"instance": "1"}, "не знает такого токена"),
        ({"base": "http://127.0.0.1:9"}, "Мессенджер не отвечает"),
        ({"proxy": "ftp://x"}, "Прокси"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(anna, enter, green, of_green, wrong, words):
    answer = enter(anna).post(f"{page_of(green)}token/", {**of_green, **wrong})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    green.refresh_from_db()
    assert (green.secret, green.nick, green.options) == ("", "", {})


def test_a_telephone_that_is_not_logged_in_there_is_said_to_be(anna, enter, green, of_green, green_api_peer):
    green_api_peer.state = "notAuthorized"
    answer = enter(anna).post(f"{page_of(green)}token/", of_green)
    assert answer.status_code == 422
    assert "ничего не подключено (notAuthorized)" in answer.content.decode()


def test_a_stored_key_goes_to_no_other_server(anna, enter, wazzup, of_wazzup):
    client, page = enter(anna), page_of(wazzup)
    client.post(f"{page}token/", of_wazzup)
    answer = client.post(f"{page}token/", {**of_wazzup, "token": "", "base": "http://127.0.0.1:9"})
    assert answer.status_code == 422
    assert "Введите токен ещё раз" in answer.content.decode()


def test_only_who_may_change_the_settings(olga, enter, wazzup, of_wazzup):
    client, page = enter(olga), page_of(wazzup)
    assert {client.post(f"{page}{work}/", of_wazzup).status_code for work in ("token", "webhook", "asking")} == {403}
    wazzup.refresh_from_db()
    assert wazzup.secret == ""
