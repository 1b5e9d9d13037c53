# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
from __future__ import annotations

import json
from decimal import Decimal

import pytest

from svyazka.business.clients.models import Interaction
from svyazka.business.conversations.models import Message
from svyazka.business.money import online
from svyazka.business.money.conftest import deal, invoice, new_deal  # noqa: F401
from svyazka.business.money.models import Payment, PaymentAccount, PaymentLink
from svyazka.connectors.yookassa.conftest import SECRET, SHOP, yookassa_peer  # noqa: F401
from svyazka.workplaces.shared.short import typed_money


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
    with django_assert_num_queries(7):  # the session, the invoice, its links, what went back, who takes money, the ways
        client.get(f"/invoices/{link.invoice_id}/links/")


@pytest.fixture
def link(account, invoice, roza):
    return online.ask_link(invoice(1000), by=roza)


@pytest.fixture
def paid_link(link, yookassa_peer):
    yookassa_peer.is_paid()
    online.look(link)
    link.refresh_from_db()
    return link


@pytest.fixture
def vera_writes(vera, roza):
    from svyazka.business.clients.models import ContactPoint
    from svyazka.business.conversations.models import ChannelAccount
    from svyazka.kit import secrets

    ChannelAccount.objects.update(is_active=False)
    bot = ChannelAccount.objects.create(
        kind="telegram", code="telegram/shop", name="Бот", public_key="shop", secret=secrets.lock_away("1:a")
    )
    ContactPoint.objects.create(client=vera, kind="telegram", account=bot.code, value="700")
    return f"{bot.code}|700"


def test_it_goes_to_the_client_where_he_writes(enter, roza, link, vera_writes):
    client = enter(roza)
    shown = client.get(f"/deals/{link.deal_id}/links/").content.decode()
    assert (f'value="{vera_writes}"' in shown, "Отправить: Бот" in shown) == (True, True)
    answer = client.post(f"/invoices/links/{link.pk}/sending/", {"way": vera_writes, "at": "deal"})
    said = json.loads(answer.headers["HX-Trigger"])["toast"]["message"]
    assert (answer.status_code, said) == (200, "Ссылка сейчас уйдёт клиенту.")
    (message,) = Message.objects.filter(is_ours=True)
    line = Interaction.objects.get(pk=message.interaction_id)
    assert (message.account, line.deal_id, link.url in line.text) == ("telegram/shop", link.deal_id, True)


@pytest.mark.parametrize("way", ["", "telegram/shop|1", "nobody|700", "\x00"])
def test_a_way_that_does_not_lead_to_him(enter, roza, link, vera_writes, way):
    assert enter(roza).post(f"/invoices/links/{link.pk}/sending/", {"way": way}).status_code == 422
    assert not Message.objects.filter(is_ours=True).exists()


def test_what_is_paid_is_not_sent(enter, roza, paid_link, vera_writes):
    assert enter(roza).post(f"/invoices/links/{paid_link.pk}/sending/", {"way": vera_writes}).status_code == 422


def test_called_off_and_paid_nevertheless(enter, roza, link, yookassa_peer):
    client = enter(roza)
    shown = client.post(f"/invoices/links/{link.pk}/calling-off/", {"at": "deal"}).content.decode()
    assert ("отменена" in shown, link.url in shown, "Ссылка на 1\xa0000\xa0₽" in shown) == (True, False, True)
    assert client.post(f"/invoices/links/{link.pk}/calling-off/").status_code == 200
    yookassa_peer.is_paid()
    client.post(f"/invoices/links/{link.pk}/look/")
    assert (PaymentLink.objects.get().state, Payment.objects.get().amount) == ("succeeded", 1000)
    assert client.post(f"/invoices/links/{link.pk}/calling-off/").status_code == 422


def test_a_part_goes_back(enter, roza, paid_link):
    client, at = enter(roza), f"/invoices/links/{paid_link.pk}/refund/"
    assert f'value="{typed_money(Decimal(1000))}"' in client.get(at).content.decode()
    given = {"amount": "250,50", "reason": "скидка"}
    assert client.post(at, given).status_code == 422
    assert client.post(at, {**given, "sure": "1", "amount": "1000,01"}).status_code == 422
    assert client.post(at, {**given, "sure": "1", "amount": "много"}).status_code == 422
    assert client.post(at, {**given, "sure": "1"}).status_code == 204
    shown = client.get(f"/invoices/{paid_link.invoice_id}/links/").content.decode()
    assert ("возвращена частично" in shown, "250,50" in shown, "скидка" in shown) == (True, True, True)
    assert Payment.objects.filter(amount__lt=0).count() == 1


def test_what_the_service_refuses_is_said(enter, roza, paid_link, yookassa_peer):
    yookassa_peer.refuses = 403
    answer = enter(roza).post(f"/invoices/links/{paid_link.pk}/refund/", {"amount": "5", "reason": "x", "sure": "1"})
    assert (answer.status_code, "Вернуть не получилось" in answer.content.decode()) == (422, True)


def test_only_who_may_give_back(enter, mikhail, konstantin, paid_link):
    for person in (mikhail, konstantin):
        assert enter(person).post(f"/invoices/links/{paid_link.pk}/refund/", {"sure": "1"}).status_code == 403
    assert enter(konstantin).post(f"/invoices/links/{paid_link.pk}/sending/").status_code == 403
    assert enter(konstantin).post(f"/invoices/links/{paid_link.pk}/calling-off/").status_code == 403


@pytest.mark.parametrize("number", [1, 15])
def test_many_of_a_deal_cost_as_many_queries_as_one(enter, roza, link, number, django_assert_num_queries):
    for _each in range(number - 1):
        PaymentLink.objects.update(state="canceled", ask_at=None)
        online.ask_link(link.invoice, by=roza)
    client = enter(roza)
    client.get(f"/deals/{link.deal_id}/links/")
    with django_assert_num_queries(8):
        client.get(f"/deals/{link.deal_id}/links/")
