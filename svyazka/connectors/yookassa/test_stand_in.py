"""Our stand-in is judged by the client library of YooKassa's own makers."""

from __future__ import annotations

import pytest
from yookassa import Configuration, Payment, Refund
from yookassa.domain.exceptions import BadRequestError, ForbiddenError, NotFoundError, UnauthorizedError
from yookassa.domain.notification import WebhookNotification
from yookassa.settings import Settings

from svyazka.connectors.yookassa.conftest import SECRET, SHOP

RUB = {"value": "1250.50", "currency": "RUB"}
WANTED = {
    "amount": RUB,
    "capture": True,
    "confirmation": {"type": "redirect", "return_url": "https://crm.example/"},
    "description": "Счёт № 17",
    "metadata": {"link": "0b9a8c0e"},
    "receipt": {
        "customer": {"email": "vera@example.com"},
        "items": [
            {
                "description": "Окно",
                "quantity": "1.00",
                "amount": RUB,
                "vat_code": 11,
                "payment_mode": "full_prepayment",
                "payment_subject": "service",
            }
        ],
    },
}


@pytest.fixture(autouse=True)
def theirs(yookassa_peer):
    Configuration.configure(SHOP, SECRET, api_url=f"{yookassa_peer.url}/v3")


def test_who_we_are():
    assert Settings.get_account_settings()["account_id"] == SHOP


def test_a_payment_and_the_same_one_again(yookassa_peer):
    first, second = Payment.create(WANTED, "key-1"), Payment.create(WANTED, "key-1")
    assert (first.id, first.status, first.amount.value) == (second.id, "pending", 1250.5)
    assert first.confirmation.confirmation_url.startswith("https://")
    yookassa_peer.is_paid()
    found = Payment.find_one(first.id)
    assert (found.status, found.paid, found.refundable) == ("succeeded", True, True)
    assert found.metadata["link"] == "0b9a8c0e"


def test_a_key_is_for_one_thing_only():
    Payment.create(WANTED, "key-1")
    with pytest.raises(BadRequestError) as refused:
        Payment.create({**WANTED, "description": "Счёт № 18"}, "key-1")
    assert refused.value.content["parameter"] == "Idempotence-Key"


def test_refunds(yookassa_peer):
    paid = Payment.create(WANTED, "key-1")
    asked = {"payment_id": paid.id, "amount": {"value": "250.50", "currency": "RUB"}}
    with pytest.raises(BadRequestError):
        Refund.create(asked, "key-2")
    yookassa_peer.is_paid()
    first, again = Refund.create(asked, "key-3"), Refund.create(asked, "key-3")
    assert (first.id, first.status, first.payment_id, first.amount.value) == (again.id, "succeeded", paid.id, 250.5)
    assert Refund.find_one(first.id).created_at == first.created_at
    with pytest.raises(BadRequestError) as refused:
        Refund.create({**asked, "amount": {"value": "1000.01", "currency": "RUB"}}, "key-4")
    assert refused.value.content["parameter"] == "amount.value"


def test_a_receipt_that_does_not_add_up():
    short = {**WANTED["receipt"]["items"][0], "amount": {"value": "1.00", "currency": "RUB"}}
    with pytest.raises(BadRequestError) as refused:
        Payment.create({**WANTED, "receipt": {**WANTED["receipt"], "items": [short]}}, "key-1")
    assert refused.value.content["parameter"] == "receipt.items"


def test_its_notifications(yookassa_peer):
    paid = Payment.create(WANTED, "key-1")
    yookassa_peer.is_paid()
    told = WebhookNotification(yookassa_peer.notification())
    assert (told.event, told.object.id, told.object.status) == ("payment.succeeded", paid.id, "succeeded")
    back = yookassa_peer.refunded_there("250.00")
    told = WebhookNotification(yookassa_peer.notification(back))
    assert (told.event, told.object.payment_id) == ("refund.succeeded", paid.id)


def test_errors(yookassa_peer):
    with pytest.raises(NotFoundError):
        Payment.find_one("2d9a8c0e-0000-5000-8000-000000000001")
    yookassa_peer.refuses = 403
    with pytest.raises(ForbiddenError):
        Payment.create(WANTED, "key-1")
    yookassa_peer.refuses = 0
    Configuration.configure(SHOP, "another", api_url=f"{yookassa_peer.url}/v3")
    with pytest.raises(UnauthorizedError):
        Payment.create(WANTED, "key-1")
