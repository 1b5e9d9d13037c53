# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
from __future__ import annotations

import pytest

from svyazka.business.money import online
from svyazka.business.money.conftest import deal, invoice, new_deal  # noqa: F401
from svyazka.business.money.models import Payment, PaymentAccount, PaymentLink
from svyazka.connectors.yookassa.conftest import SECRET, SHOP, yookassa_peer  # noqa: F401


@pytest.fixture
def account(yookassa_peer, roza):
    return online.change_account(kind="yookassa", shop=SHOP, secret=SECRET, gives_receipts=False, by=roza)


def test_made_copied_asked_after_and_paid(enter, roza, account, yookassa_peer, invoice):
    due, client = invoice(1000), enter(roza)
    at = f"/invoices/{due.pk}/links/"
    assert "Ссылка на 1\xa0000\xa0₽" in client.get(at).content.decode()
    shown = client.post(f"{at}new/").content.decode()
    assert f'data-copy="{yookassa_peer.only["confirmation"]["confirmation_url"]}"' in shown
    assert "Ссылка на" not in shown
    client.post(f"{at}new/")
    assert len(yookassa_peer.payments) == 1
    yookassa_peer.is_paid()
    link = PaymentLink.objects.get()
    assert "оплачено" in client.post(f"/invoices/links/{link.pk}/look/").content.decode()
    client.post(f"/invoices/links/{link.pk}/look/")
    assert Payment.objects.get().amount == 1000


def test_without_an_account_nothing_is_offered(enter, roza, invoice):
    due, client = invoice(1000), enter(roza)
    assert "Ссылка на" not in client.get(f"/invoices/{due.pk}/links/").content.decode()
    assert client.post(f"/invoices/{due.pk}/links/new/").status_code == 422


def test_a_link_without_an_account_is_refused_in_words(enter, roza, account, invoice):
    link = online.ask_link(invoice(1000), by=roza)
    PaymentAccount.objects.all().delete()
    answer = enter(roza).post(f"/invoices/links/{link.pk}/look/")
    assert (answer.status_code, PaymentLink.objects.get().state) == (422, "pending")


def test_only_who_may(enter, olga, konstantin, account, invoice):
    due = invoice(1000)
    assert enter(olga).get(f"/invoices/{due.pk}/links/").status_code == 403
    assert enter(konstantin).post(f"/invoices/{due.pk}/links/new/").status_code == 403
    assert enter(konstantin).get("/invoices/999999/links/").status_code == 404
    assert enter(konstantin).post("/invoices/links/999999/look/").status_code == 404


@pytest.mark.parametrize("number", [1, 20])
def test_many_cost_as_many_queries_as_one(enter, roza, account, invoice, number, django_assert_num_queries):
    due, client = invoice(1000), enter(roza)
    link = online.ask_link(due, by=roza)
    for _each in range(number - 1):
        PaymentLink.objects.update(state="canceled", ask_at=None)
        online.ask_link(due, by=roza)
    assert PaymentLink.objects.count() == number
    client.get(f"/invoices/{due.pk}/links/")
    with django_assert_num_queries(4):  # the session, the invoice, its links, who takes money
        client.get(f"/invoices/{link.invoice_id}/links/")
