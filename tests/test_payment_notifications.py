# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
"""A notification comes through a real edge, stands in the ledger, and the money follows."""

from __future__ import annotations

from decimal import Decimal

import pytest

from svyazka.business.intake.models import Arrival
from svyazka.business.intake.work_off import work_off
from svyazka.business.money import online, refunds
from svyazka.business.money.conftest import deal, invoice, new_deal  # noqa: F401
from svyazka.business.money.models import Payment, PaymentAccount, PaymentLink, Refund
from svyazka.connectors.yookassa.conftest import SECRET, SHOP, yookassa_peer  # noqa: F401
from svyazka.edge.conftest import house  # noqa: F401

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def account(yookassa_peer, roza):
    return online.change_account(kind="yookassa", shop=SHOP, secret=SECRET, gives_receipts=False, by=roza)


@pytest.fixture
def link(account, invoice, roza):
    return online.ask_link(invoice(1000), by=roza)


@pytest.fixture
def call(house, account):
    return lambda said, key=account.public_key: house.ask("POST", f"/in/yookassa/{key}/", said)


def worked_off() -> set[str]:
    """By the worker: the ledger, and whoever is to be asked now."""
    work_off()
    online.go_round()
    refunds.go_round()
    return set(Arrival.objects.values_list("state", flat=True))


def test_a_payment_once_however_often_it_is_told(link, call, yookassa_peer):
    yookassa_peer.is_paid()
    assert [call(yookassa_peer.notification()).status for _each in range(3)] == [200, 200, 200]
    assert worked_off() == {"done"}
    link.refresh_from_db()
    assert (link.state, Payment.objects.get().amount, Arrival.objects.count()) == ("succeeded", 1000, 1)
    call({**yookassa_peer.notification(), "again": True})
    assert worked_off() == {"done"}
    assert (Payment.objects.count(), Arrival.objects.filter(made__payment_link=link.pk).count()) == (1, 2)


def test_nothing_that_it_says_is_believed(link, call, yookassa_peer):
    told = yookassa_peer.notification()
    call({**told, "event": "payment.succeeded", "object": {**told["object"], "status": "succeeded", "paid": True}})
    assert worked_off() == {"done"}
    link.refresh_from_db()
    assert (link.state, Payment.objects.count()) == ("pending", 0)


def test_it_comes_before_we_know_what_it_is_called_there(account, invoice, call, yookassa_peer, roza):
    yookassa_peer.loses = 1
    link = online.ask_link(invoice(1000), by=roza)
    yookassa_peer.is_paid()
    call(yookassa_peer.notification())
    PaymentAccount.objects.update(rests_until=None)
    worked_off()
    link.refresh_from_db()
    assert link.state == "succeeded"


def test_from_then_on_they_are_asked_less_often(link, call, yookassa_peer):
    often = link.ask_at - link.at
    call(yookassa_peer.notification())
    worked_off()
    link.refresh_from_db()
    assert online.account().heard_at is not None
    assert link.ask_at - link.at > 3 * often


def test_one_that_comes_while_they_are_asked_is_not_forgotten(link, yookassa_peer):
    from svyazka.business.money import heard
    from svyazka.business.money.payment_service import Moved

    told = online.service_of(online.account()).look(link.outside_id)
    heard.hear(Moved(link.outside_id))
    online.settle(link, told)
    yookassa_peer.is_paid()
    online.go_round()
    assert Payment.objects.count() == 1


def test_a_refund_of_ours(link, call, yookassa_peer, roza):
    yookassa_peer.is_paid()
    online.look(link)
    yookassa_peer.hangs = True
    refund = refunds.give_back(link, Decimal(400), "x", by=roza)
    there = yookassa_peer.refunds[refund.outside_id]
    there["status"] = "succeeded"
    call(yookassa_peer.notification(there))
    worked_off()
    refund.refresh_from_db()
    assert (refund.state, Payment.objects.filter(amount=-400).count()) == ("succeeded", 1)


def test_a_refund_by_hand_in_their_account(link, call, yookassa_peer):
    yookassa_peer.is_paid()
    online.look(link)
    call(yookassa_peer.notification(yookassa_peer.refunded_there("250.00")))
    worked_off()
    refund = Refund.objects.get()
    assert (refund.state, refund.amount, refund.by, refund.payment.amount) == ("succeeded", 250, None, -250)


def test_a_refund_of_another_payment_is_not_put_to_this_one(link, call, yookassa_peer):
    yookassa_peer.is_paid()
    online.look(link)
    there = yookassa_peer.refunded_there("250.00")
    told = yookassa_peer.notification(there)
    told["object"] = {**there}
    there["payment_id"] = "of-somebody-else"
    call(told)
    worked_off()
    assert (Refund.objects.get().state, Payment.objects.count()) == ("failed", 1)


def test_a_refund_while_another_is_under_way_is_heard_later(link, call, yookassa_peer, roza):
    yookassa_peer.is_paid()
    online.look(link)
    yookassa_peer.hangs = True
    ours = refunds.give_back(link, Decimal(400), "x", by=roza)
    yookassa_peer.hangs = False
    call(yookassa_peer.notification(yookassa_peer.refunded_there("250.00")))
    assert worked_off() == {"again"}
    yookassa_peer.refunds[ours.outside_id]["status"] = "succeeded"
    refunds.look(Refund.objects.get())
    Arrival.objects.update(next_try_at="2026-01-01T00:00:00Z")
    assert worked_off() == {"done"}
    assert sorted(Payment.objects.values_list("amount", flat=True)) == [-400, -250, 1000]


def test_what_is_none_of_ours(call, yookassa_peer):
    call({"type": "notification", "event": "payment.succeeded", "object": {"id": "2d9a8c0e-0000-5000-8000-0000000001"}})
    call({"type": "notification", "event": "payout.succeeded", "object": {"id": "po-1"}})
    assert worked_off() == {"ignored"}


@pytest.mark.parametrize("said", [b"\xff", b"[]", b"[" * 5000, b'{"object": 5}', b'{"event": 5, "object": {"id": 7}}'])
def test_nonsense_is_kept_for_a_person(call, said):
    assert call(said).status == 200
    assert worked_off() == {"stuck"}


def test_whoever_does_not_know_the_address(call, yookassa_peer, link):
    assert call(yookassa_peer.notification(), key="x" * 43).status == 404
    assert call(yookassa_peer.notification(), key="").status == 404
    assert not Arrival.objects.exists()


def test_also_while_no_new_links_are_made(link, call, yookassa_peer, roza):
    online.switch(on=False, by=roza)
    yookassa_peer.is_paid()
    call(yookassa_peer.notification())
    worked_off()
    assert PaymentLink.objects.get().state == "succeeded"
