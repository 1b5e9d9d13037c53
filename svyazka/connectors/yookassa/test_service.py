# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
from __future__ import annotations

from datetime import date
from decimal import Decimal
from threading import Thread

import pytest

from svyazka.business.clients.models import ContactPoint
from svyazka.business.money import books, invoices, online, payments
from svyazka.business.money.conftest import deal, invoice, new_deal  # noqa: F401
from svyazka.business.money.models import Payment, PaymentAccount, PaymentLink
from svyazka.business.money.payment_service import Access, Item, Trouble, Wanted
from svyazka.connectors.yookassa.conftest import SECRET, SHOP
from svyazka.connectors.yookassa.service import YooKassa
from svyazka.kit import clock, secrets
from svyazka.kit.refusals import Refused

WANTED = Wanted("0b9a8c0e-0000-4000-8000-000000000001", Decimal("1250.5"), "Счёт № 17", "https://crm.example")


@pytest.fixture
def shop(yookassa_peer) -> YooKassa:
    return YooKassa(Access(SHOP, SECRET))


@pytest.fixture
def account(yookassa_peer, roza):
    return online.change_account(kind="yookassa", shop=SHOP, secret=SECRET, gives_receipts=False, by=roza)


def go_round(link: PaymentLink) -> PaymentLink:
    """As if its time had come."""
    PaymentLink.objects.filter(pk=link.pk, ask_at__isnull=False).update(ask_at=clock.now())
    PaymentAccount.objects.update(rests_until=None)
    online.go_round()
    link.refresh_from_db()
    return link


class TestTheService:
    def test_a_payment(self, shop, yookassa_peer):
        told = shop.create(WANTED)
        assert (told.state, told.amount, told.currency, told.paid_at) == ("pending", Decimal("1250.50"), "RUB", None)
        assert told.url.startswith("https://")
        assert yookassa_peer.only["amount"] == {"value": "1250.50", "currency": "RUB"}
        yookassa_peer.is_paid()
        later = shop.look(told.outside_id)
        assert (later.state, later.paid_at.tzinfo is not None) == ("succeeded", True)

    def test_the_same_key_is_the_same_payment(self, shop, yookassa_peer):
        assert shop.create(WANTED) == shop.create(WANTED)
        assert len(yookassa_peer.payments) == 1

    def test_an_answer_that_was_lost(self, shop, yookassa_peer):
        yookassa_peer.loses = 1
        with pytest.raises(Trouble) as lost:
            shop.create(WANTED)
        assert lost.value.again
        shop.create(WANTED)
        assert len(yookassa_peer.payments) == 1

    def test_a_receipt_adds_up_whatever_the_price_of_a_piece(self, shop, yookassa_peer):
        items = [Item("Окно × 3", Decimal("1000.50"), Decimal(20)), Item("Доставка " * 30, Decimal("250.00"))]
        told = shop.create(Wanted(WANTED.key, WANTED.amount, "Счёт", contact="+79161234567", items=items))
        assert told.state == "pending"
        assert list(yookassa_peer.by_key) == [WANTED.key]

    @pytest.mark.parametrize(
        ("status", "why", "again"),
        [(403, "forbidden", False), (429, "too_often", True), (500, "unreachable", True), (400, "refused", False)],
    )
    def test_what_goes_wrong(self, shop, yookassa_peer, status, why, again):
        yookassa_peer.refuses = status
        with pytest.raises(Trouble) as trouble:
            shop.create(WANTED)
        assert (trouble.value.why, trouble.value.again) == (why, again)

    def test_a_wrong_key_and_an_unknown_payment(self, shop):
        with pytest.raises(Trouble, match="wrong_key"):
            YooKassa(Access(SHOP, "another")).check()
        with pytest.raises(Trouble, match="unknown"):
            shop.look("2d9a8c0e-0000-5000-8000-000000000001")

    def test_nobody_is_there(self, monkeypatch):
        monkeypatch.setattr("svyazka.connectors.yookassa.service.BASE", "http://127.0.0.1:9")
        with pytest.raises(Trouble, match="unreachable"):
            YooKassa(Access(SHOP, SECRET)).check()


class TestTheAccount:
    def test_it_is_kept_once_it_has_answered(self, yookassa_peer, roza):
        given = {"kind": "yookassa", "shop": SHOP, "gives_receipts": True, "by": roza}
        with pytest.raises(Refused) as refused:
            online.change_account(**given, secret="wrong")
        assert list(refused.value.fields) == ["secret"]
        assert not PaymentAccount.objects.exists()
        online.change_account(**given, secret=SECRET)
        stored = online.account()
        assert (stored.is_on, SECRET in stored.secret, secrets.take_out(stored.secret)) == (True, False, SECRET)

    def test_a_stored_key_goes_to_no_other_shop(self, account, roza):
        with pytest.raises(Refused):
            online.change_account(kind="yookassa", shop="100501", gives_receipts=False, by=roza)
        online.change_account(kind="yookassa", shop=SHOP, gives_receipts=True, by=roza)

    @pytest.mark.parametrize("given", [{"kind": "x"}, {"shop": "²"}, {"shop": ""}, {"secret": "ключ"}, {"secret": ""}])
    def test_nonsense(self, yookassa_peer, roza, given):
        said = {"kind": "yookassa", "shop": SHOP, "secret": SECRET, "gives_receipts": False, **given}
        with pytest.raises(Refused):
            online.change_account(**said, by=roza)


class TestALink:
    def test_from_the_press_to_the_payment(self, account, yookassa_peer, invoice, roza):
        due = invoice(1000)
        link = online.ask_link(due, by=roza)
        assert (link.state, link.amount) == ("pending", 1000)
        assert link.url == yookassa_peer.only["confirmation"]["confirmation_url"]
        assert go_round(link).state == "pending"
        yookassa_peer.is_paid()
        assert go_round(link).state == "succeeded"
        due.refresh_from_db()
        (payment,) = Payment.objects.all()
        assert (due.open_amount, payment.origin, payment.outside_id) == (0, "online", yookassa_peer.only["id"])
        assert link.ask_at is None

    def test_pressed_twice_it_is_one(self, account, yookassa_peer, invoice, roza):
        due = invoice(1000)
        assert online.ask_link(due, by=roza) == online.ask_link(due, by=roza)
        assert len(yookassa_peer.payments) == 1

    def test_no_answer_and_it_is_made_by_itself_later_once(self, account, yookassa_peer, invoice, roza):
        yookassa_peer.loses = 1
        link = online.ask_link(invoice(1000), by=roza)
        assert (link.state, link.why) == ("asked", "unreachable")
        assert go_round(link).state == "pending"
        assert len(yookassa_peer.payments) == 1

    def test_settled_twice_it_is_one_payment(self, account, yookassa_peer, invoice, roza):
        link = online.ask_link(invoice(1000), by=roza)
        yookassa_peer.is_paid()
        stale = PaymentLink.objects.get(pk=link.pk)
        online.look(link)
        online.look(stale)
        assert Payment.objects.count() == 1

    def test_it_lapses_and_another_one_can_be_made(self, account, yookassa_peer, invoice, roza):
        due = invoice(1000)
        link = online.ask_link(due, by=roza)
        yookassa_peer.lapses()
        assert (go_round(link).state, link.why) == ("canceled", "expired_on_confirmation")
        assert online.ask_link(due, by=roza) != link

    def test_another_sum_is_entered_nowhere(self, account, yookassa_peer, invoice, roza):
        link = online.ask_link(invoice(1000), by=roza)
        yookassa_peer.is_paid()
        yookassa_peer.only["amount"] = {"value": "1.00", "currency": "RUB"}
        assert (go_round(link).state, link.why) == ("failed", "another_sum")
        assert not Payment.objects.exists()

    def test_the_sum_has_changed_meanwhile(self, account, yookassa_peer, invoice, roza):
        due = invoice(1000)
        online.ask_link(due, by=roza)
        payments.enter(due.client, Decimal(600), paid_on=clock.today(), origin="hand", invoice=due, by=roza)
        with pytest.raises(Refused):
            online.ask_link(due, by=roza)

    def test_the_key_is_not_taken_any_more(self, account, yookassa_peer, invoice, roza):
        PaymentAccount.objects.update(secret=secrets.lock_away("old"))
        link = online.ask_link(invoice(1000), by=roza)
        assert (link.state, online.account().trouble) == ("asked", "wrong_key")
        online.change_account(kind="yookassa", shop=SHOP, secret=SECRET, gives_receipts=False, by=roza)
        assert go_round(link).state == "pending"

    def test_an_invoice_that_is_called_off(self, account, yookassa_peer, invoice, roza):
        due = invoice(1000)
        link = online.ask_link(due, by=roza)
        invoices.call_off(due, "передумали", by=roza)
        yookassa_peer.is_paid()
        assert go_round(link).state == "succeeded"
        assert Payment.objects.get().free_amount == 1000
        with pytest.raises(Refused):
            online.ask_link(due, by=roza)

    def test_nobody_takes_money_online(self, invoice, roza):
        with pytest.raises(Refused):
            online.ask_link(invoice(1000), by=roza)

    def test_a_receipt_needs_somewhere_to_go(self, account, yookassa_peer, invoice, vera, roza):
        PaymentAccount.objects.update(gives_receipts=True)
        ContactPoint.objects.filter(client=vera).delete()
        with pytest.raises(Refused):
            online.ask_link(invoice(1000), by=roza)
        ContactPoint.objects.create(client=vera, kind="email", value="vera@example.com")
        assert online.ask_link(invoice(1000), by=roza).state == "pending"

    def test_the_day_lies_in_a_closed_period(self, account, yookassa_peer, invoice, roza):
        link = online.ask_link(invoice(1000), by=roza)
        yookassa_peer.is_paid()
        yookassa_peer.only["captured_at"] = "2026-01-05T10:00:00.000Z"
        books.close(date(2026, 1, 31), by=roza)
        assert go_round(link).state == "succeeded"
        assert Payment.objects.get().paid_on == date(2026, 2, 1)


@pytest.mark.django_db(transaction=True)
def test_two_press_at_the_same_time(yookassa_peer, account, invoice, roza):
    due, found = invoice(1000), []

    def press() -> None:
        from django.db import connection

        found.append(online.ask_link(due, by=roza).pk)
        connection.close()

    both = [Thread(target=press) for _each in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert len(set(found)) == 1
    assert len(yookassa_peer.payments) == 1
