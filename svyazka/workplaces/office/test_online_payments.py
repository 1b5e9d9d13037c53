# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
from __future__ import annotations

import pytest

from svyazka.business.money import online
from svyazka.business.money.models import PaymentAccount
from svyazka.connectors.yookassa.conftest import SECRET, SHOP, yookassa_peer  # noqa: F401

GIVEN = {"kind": "yookassa", "shop": SHOP, "secret": SECRET}


def test_it_is_stored_once_it_answers(enter, anna, yookassa_peer):
    client = enter(anna)
    answer = client.post("/office/online-payments/", {**GIVEN, "secret": "wrong"})
    assert answer.status_code == 422
    assert "секретный ключ неверны" in answer.content.decode()
    assert client.post("/office/online-payments/", {**GIVEN, "gives_receipts": "on"}).status_code == 302
    assert online.account().gives_receipts is True
    page = client.get("/office/online-payments/").content.decode()
    assert SECRET not in page
    assert "YooKassa" in page


def test_checked_and_switched(enter, anna, yookassa_peer):
    client = enter(anna)
    assert client.post("/office/online-payments/state/", {"on": "1"}).status_code == 422
    assert client.post("/office/online-payments/check/").status_code == 422
    client.post("/office/online-payments/", GIVEN)
    client.post("/office/online-payments/state/", {"on": "0"})
    assert online.is_ready() is False
    client.post("/office/online-payments/state/", {"on": "1"})
    assert client.post("/office/online-payments/check/").status_code == 302
    yookassa_peer.refuses = 403
    assert client.post("/office/online-payments/check/").status_code == 422


@pytest.mark.parametrize(
    "given", [{"shop": "x" * 50}, {"shop": "²"}, {"kind": "nobody"}, {"secret": "\x00"}, {"shop": ""}]
)
def test_nonsense(enter, anna, yookassa_peer, given):
    assert enter(anna).post("/office/online-payments/", {**GIVEN, **given}).status_code == 422
    assert not PaymentAccount.objects.exclude(kind="").exists()


def test_only_who_may(enter, roza, yookassa_peer):
    client = enter(roza)
    assert client.get("/office/online-payments/").status_code == 403
    assert client.post("/office/online-payments/", GIVEN).status_code == 403


def test_the_address_of_notifications_stays_the_same(enter, anna, yookassa_peer):
    client = enter(anna)
    client.post("/office/online-payments/", GIVEN)
    key = online.account().public_key
    page = client.get("/office/online-payments/").content.decode()
    assert (len(key) > 40, f'data-copy="http://testserver/in/yookassa/{key}/"' in page) == (True, True)
    client.post("/office/online-payments/", {**GIVEN, "gives_receipts": "on"})
    assert online.account().public_key == key


def test_the_words_with_which_a_link_is_sent(enter, anna, roza, yookassa_peer):
    client, at = enter(anna), "/office/online-payments/letter/"
    client.post("/office/online-payments/", GIVEN)
    assert client.post(at, {"letter": "Оплатите, пожалуйста"}).status_code == 422
    assert client.post(at, {"letter": "x{link}" * 500}).status_code == 422
    assert client.post(at, {"letter": "Оплатите: {link}"}).status_code == 302
    client.post("/office/online-payments/", GIVEN)
    assert "Оплатите: {link}" in client.get("/office/online-payments/").content.decode()
    client.post(at, {"letter": " "})
    assert online.account().letter == ""
    assert enter(roza).post(at, {"letter": "{link}"}).status_code == 403
