# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
"""The page of a WhatsApp number: entered, tried out, its templates."""

from __future__ import annotations

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svyazka.business.conversations import accounts, bans
from svyazka.business.conversations.models import ApprovedTemplate, ChannelAccount
from svyazka.business.journal.models import Entry
from svyazka.connectors.whatsapp.conftest import whatsapp_peer  # noqa: F401
from svyazka.connectors.whatsapp.stand_in import BUSINESS, NUMBER
from svyazka.kit import secrets


@pytest.fixture
def account(anna):
    return accounts.open_account("whatsapp", code="main", name="WhatsApp", by=anna)[0]


@pytest.fixture
def given(whatsapp_peer):
    return {
        "phone_number_id": NUMBER, "waba_id": BUSINESS, "token": whatsapp_peer.token, "signing": whatsapp_peer.secret,
        "base": whatsapp_peer.url, "version": "v23.0", "proxy": "",
    }  # fmt: skip


@pytest.fixture
def page(account):
    return f"/office/channels/{account.pk}/"


def test_a_new_number_shows_its_address_and_the_verify_token_once(anna, enter):
    client = enter(anna)
    shown = client.post("/office/channels/new/", {"kind": "whatsapp", "name": "WA", "code": "wa"}).content.decode()
    account = ChannelAccount.objects.get(code="whatsapp/wa")
    assert f"http://testserver/in/whatsapp/{account.public_key}/" in shown
    token = re.search(r'data-copy="([\w-]{43})"', shown)[1]
    assert account.secret_fingerprint == secrets.fingerprint(token)
    assert token not in client.get(f"/office/channels/{account.pk}/").content.decode()


def test_it_is_stored_once_the_number_answers_and_no_secret_is_shown(anna, enter, account, page, given, whatsapp_peer):
    client = enter(anna)
    assert client.post(f"{page}token/", given).status_code == 302
    account.refresh_from_db()
    assert (account.nick, account.options["waba_id"]) == ("+7 495 555-01-23 · Окна", BUSINESS)
    assert (secrets.take_out(account.secret), secrets.take_out(account.signing)) == (given["token"], given["signing"])
    shown = client.get(page).content.decode()
    assert (given["token"] in shown, given["signing"] in shown, NUMBER in shown) == (False, False, True)
    assert client.post(f"{page}token/", {**given, "token": "", "signing": ""}).status_code == 302
    entries = str([(entry.changes, entry.note) for entry in Entry.objects.all()])
    assert (given["token"] in entries, given["signing"] in entries) == (False, False)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"token": "wrong"}, "не знает этот токен"),
        ({"phone_number_id": "7 495"}, "Здесь только цифры"),
        ({"phone_number_id": "1"}, "WhatsApp не принимает это сообщение"),
        ({"version": "23"}, "Версия пишется так"),
        ({"signing": ""}, "Без секрета приложения"),
        ({"base": "http://127.0.0.1:9"}, "Мессенджер не отвечает"),
        ({"proxy": "ftp://x"}, "Прокси"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_kept(anna, enter, account, page, given, wrong, words):
    answer = enter(anna).post(f"{page}token/", {**given, **wrong})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    account.refresh_from_db()
    assert (account.secret, account.signing, account.nick) == ("", "", "")


def test_a_trial_reaches_whoever_has_just_written(anna, enter, page, given, whatsapp_peer):
    client = enter(anna)
    assert client.post(f"{page}trial/", {"to": "+7 916 123-45-67"}).status_code == 422
    client.post(f"{page}token/", given)
    person = whatsapp_peer.person("79161234567", "RU.1")
    refused = client.post(f"{page}trial/", {"to": "8 (916) 123-45-67"})
    assert refused.status_code == 422
    assert "примет только шаблон. [131047]" in refused.content.decode()
    whatsapp_peer.writes(person, content="Проба")
    assert client.post(f"{page}trial/", {"to": "8 (916) 123-45-67"}).status_code == 302
    assert whatsapp_peer.said[-1]["given"]["text"]["body"] == "Пробное сообщение: канал работает."
    assert client.post(f"{page}trial/", {"to": "nonsense"}).status_code == 422


def test_templates_are_fetched_with_the_same_number_of_queries_for_one_and_thirty(
    anna, enter, page, given, whatsapp_peer
):
    client = enter(anna)
    client.post(f"{page}token/", given)

    def queries(many: int) -> int:
        whatsapp_peer.templates.clear()
        for number in range(many):
            whatsapp_peer.template(f"visit_{number}", {"type": "BODY", "text": "Приедем {{1}}."})
        assert client.post(f"{page}templates/").status_code == 302
        assert ApprovedTemplate.objects.count() == many
        client.get(page)
        with CaptureQueriesContext(connection) as counted:
            client.get(page)
        return len(counted)

    assert queries(1) == queries(30)
    whatsapp_peer.template("photo", {"type": "HEADER", "format": "IMAGE"}, {"type": "BODY", "text": "Смотрите"})
    whatsapp_peer.template("old", {"type": "BODY", "text": "Старый"}, status="REJECTED")
    client.post(f"{page}templates/")
    shown = client.get(page).content.decode()
    assert ("30 из 32 можно отправить" in shown, "отклонён" in shown, "ему нужна картинка" in shown) == (
        True,
        True,
        True,
    )


def test_the_switch_against_foreign_messengers_holds_for_it_and_not_for_max(anna, account, enter, page, given):
    client = enter(anna)
    client.post(f"{page}token/", given)
    bot, _secret = accounts.open_account("max", code="main", name="MAX", by=anna)
    bans.forbid_foreign(by=anna)
    account.refresh_from_db()
    bot.refresh_from_db()
    assert (account.is_active, bot.is_active) == (False, True)
    assert client.post(f"{page}token/", given).status_code == 422
    assert client.post(f"{page}state/", {"on": "1"}).status_code == 422
