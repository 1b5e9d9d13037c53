# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from svyazka.business.money import books, invoices, online, payments, refunds
from svyazka.business.money.conftest import deal, invoice, new_deal  # noqa: F401
from svyazka.business.money.models import Payment, PaymentAccount, Refund
from svyazka.connectors.yookassa.conftest import SECRET, SHOP
from svyazka.kit import clock
from svyazka.kit.refusals import Refused


@pytest.fixture
def account(yookassa_peer, roza):
    return online.change_account(kind="yookassa", shop=SHOP, secret=SECRET, gives_receipts=False, by=roza)


@pytest.fixture
def due(account, invoice):
    return invoice(1000)


@pytest.fixture
def link(due, yookassa_peer, roza):
    """Paid."""
    made = online.ask_link(due, by=roza)
    yookassa_peer.is_paid()
    online.look(made)
    made.refresh_from_db()
    return made


def go_round(refund: Refund) -> Refund:
    """As if its time had come."""
    Refund.objects.filter(pk=refund.pk, ask_at__isnull=False).update(ask_at=clock.now())
    PaymentAccount.objects.update(rests_until=None)
    refunds.go_round()
    refund.refresh_from_db()
    return refund


def test_the_whole_of_it(link, due, yookassa_peer, roza):
    refund = refunds.give_back(link, Decimal(1000), "передумали", by=roza)
    due.refresh_from_db()
    gone = Payment.objects.get(amount__lt=0)
    assert (refund.state, gone.amount, gone.origin, gone.purpose) == ("succeeded", -1000, "online", "передумали")
    assert (due.open_amount, refunds.left(link), gone.by) == (1000, 0, roza)
    with pytest.raises(Refused):
        refunds.give_back(link, Decimal(1), "ещё", by=roza)


def test_parts_of_it_never_more_than_was_paid(link, due, yookassa_peer, roza):
    refunds.give_back(link, Decimal("300.50"), "скидка", by=roza)
    refunds.give_back(link, Decimal("200"), "скидка", by=roza)
    due.refresh_from_db()
    assert (due.open_amount, refunds.left(link)) == (Decimal("500.50"), Decimal("499.50"))
    with pytest.raises(Refused) as refused:
        refunds.give_back(link, Decimal("499.51"), "скидка", by=roza)
    assert list(refused.value.fields) == ["amount"]
    assert len(yookassa_peer.refunds) == 2


@pytest.mark.parametrize(("amount", "reason"), [(0, "x"), (-5, "x"), (5, ""), (5, "x" * 301)])
def test_nonsense(link, roza, amount, reason):
    with pytest.raises(Refused):
        refunds.give_back(link, Decimal(amount), reason, by=roza)
    assert not Refund.objects.exists()


def test_what_is_not_paid_does_not_go_back(due, yookassa_peer, roza):
    with pytest.raises(Refused):
        refunds.give_back(online.ask_link(due, by=roza), Decimal(1), "x", by=roza)


def test_what_was_put_right_to_nothing_does_not_go_back(link, roza):
    payments.correct(link.payment, Decimal(0), "ошибка", by=roza)
    with pytest.raises(Refused):
        refunds.give_back(link, Decimal(1), "x", by=roza)


def test_an_answer_that_was_lost_is_the_same_refund(link, yookassa_peer, roza):
    yookassa_peer.loses = 1
    refund = refunds.give_back(link, Decimal(400), "x", by=roza)
    assert (refund.state, refund.why) == ("asked", "unreachable")
    with pytest.raises(Refused):
        refunds.give_back(link, Decimal(400), "x", by=roza)
    assert go_round(refund).state == "succeeded"
    assert (len(yookassa_peer.refunds), Payment.objects.filter(amount__lt=0).count()) == (1, 1)


def test_one_that_hangs_is_asked_for_again(link, due, yookassa_peer, roza):
    yookassa_peer.hangs = True
    refund = refunds.give_back(link, Decimal(400), "x", by=roza)
    assert (go_round(refund).state, Payment.objects.count()) == ("pending", 1)
    yookassa_peer.refunds[refund.outside_id]["status"] = "succeeded"
    assert go_round(refund).state == "succeeded"
    due.refresh_from_db()
    assert due.open_amount == 400


def test_one_that_is_refused_there_and_another_try(link, yookassa_peer, roza):
    yookassa_peer.hangs = True
    refund = refunds.give_back(link, Decimal(400), "x", by=roza)
    details = {"party": "yoo_money", "reason": "insufficient_funds"}
    yookassa_peer.refunds[refund.outside_id].update(status="canceled", cancellation_details=details)
    assert (go_round(refund).state, refund.why, Payment.objects.count()) == ("canceled", "insufficient_funds", 1)
    yookassa_peer.hangs = False
    again = refunds.give_back(link, Decimal(400), "x", by=roza)
    assert (again.state, again.key == refund.key) == ("succeeded", False)


def test_a_key_that_is_too_old_is_not_asked_with(link, yookassa_peer, roza):
    """After a day it would be a second refund."""
    yookassa_peer.loses = 1
    refund = refunds.give_back(link, Decimal(400), "x", by=roza)
    Refund.objects.update(at=clock.now() - timedelta(hours=21))
    assert (go_round(refund).state, refund.why) == ("failed", "unsure")
    assert len(yookassa_peer.refunds) == 1


def test_settled_twice_it_goes_once(link, yookassa_peer, roza):
    yookassa_peer.hangs = True
    refund = refunds.give_back(link, Decimal(400), "x", by=roza)
    yookassa_peer.refunds[refund.outside_id]["status"] = "succeeded"
    stale = Refund.objects.get(pk=refund.pk)
    refunds.look(refund)
    refunds.look(stale)
    assert Payment.objects.filter(amount__lt=0).count() == 1


def test_with_a_receipt_where_the_payment_had_one(account, due, yookassa_peer, roza):
    PaymentAccount.objects.update(gives_receipts=True)
    made = online.ask_link(due, by=roza)
    yookassa_peer.is_paid()
    online.look(made)
    refunds.give_back(made, Decimal(250), "x", by=roza)
    refunds.give_back(made, Decimal(750), "x", by=roza)
    asked, part, rest = yookassa_peer.receipts
    assert (part["customer"], rest["customer"]) == (asked["customer"], asked["customer"])
    assert [one["items"][0]["amount"]["value"] for one in (part, rest)] == ["250.00", "750.00"]


def test_without_one_where_it_had_none(link, yookassa_peer, roza):
    refunds.give_back(link, Decimal(250), "x", by=roza)
    assert yookassa_peer.receipts == []


def test_the_day_lies_in_a_closed_period(link, yookassa_peer, roza):
    yookassa_peer.hangs = True
    refund = refunds.give_back(link, Decimal(250), "x", by=roza)
    yookassa_peer.refunds[refund.outside_id].update(status="succeeded", created_at="2026-01-05T10:00:00.000Z")
    books.close(date(2026, 1, 31), by=roza)
    assert go_round(refund).state == "succeeded"
    assert refund.payment.paid_on == date(2026, 2, 1)


def test_of_an_invoice_that_was_called_off(due, account, yookassa_peer, roza):
    made = online.ask_link(due, by=roza)
    invoices.call_off(due, "передумали", by=roza)
    yookassa_peer.is_paid()
    online.look(made)
    made.refresh_from_db()
    assert refunds.give_back(made, Decimal(1000), "передумали", by=roza).state == "succeeded"
    assert [one.free_amount for one in Payment.objects.order_by("pk")] == [0, 0]
