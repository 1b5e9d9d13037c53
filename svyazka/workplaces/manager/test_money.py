# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest

from svyazka.business.journal.models import Entry
from svyazka.business.money import books, invoices, paper, payments
from svyazka.business.money.conftest import deal, invoice, new_deal, paid  # noqa: F401
from svyazka.business.money.models import Invoice, Payment
from svyazka.business.offers import lines
from svyazka.business.offers.lines import Wish
from svyazka.kit import clock

NBSP = "\xa0"


def test_an_invoice_is_made_out_at_the_deal_and_paid(enter, roza, deal):
    came_in = enter(roza)
    assert "Новый счёт" in came_in.get(f"/deals/{deal.pk}/invoices/").content.decode()
    typed = {"how": "lines", "name_1": "Окно", "quantity_1": "2", "unit_1": "шт", "price_1": "15 000,50"}
    made = came_in.post(f"/deals/{deal.pk}/invoices/", {**typed, "vat_rate_1": "22"})
    assert (made.status_code, "dialog:close" in json.loads(made["HX-Trigger"])) == (204, True)
    one = Invoice.objects.get()
    assert (one.amount, one.vat, one.number, one.due_on) == (30001, Decimal("5410.02"), 1, books.due(clock.today()))
    pay = {"way": "in", "amount": "10 000", "paid_on": clock.today().isoformat(), "document": "7"}
    assert came_in.post(f"/deals/{deal.pk}/payments/", pay).status_code == 204
    shown = came_in.get(f"/deals/{deal.pk}/money/").content.decode()
    for said in (f"30{NBSP}001{NBSP}₽", f"20{NBSP}001{NBSP}₽", "Счёт № 1", "внесено вручную № 7"):
        assert said in shown
    page = came_in.get(f"/invoices/{one.pk}/").content.decode()
    assert f"15{NBSP}000,50{NBSP}₽" in page
    assert f"20{NBSP}001{NBSP}₽" in came_in.get(f"/clients/{deal.client_id}/money/").content.decode()


def test_what_the_deal_sells_is_billed_half_ahead_and_then_the_rest(enter, roza, deal):
    window = Wish("Окно", "шт", Decimal(3), Decimal("33333.33"), vat_rate=Decimal(22))
    sold = [window, Wish("Подъём", "", Decimal(1), Decimal(500))]
    lines.write(deal.pk, sold, version=0, by=roza)
    client = enter(roza)
    at = f"/deals/{deal.pk}/invoices/"
    assert "100 499,99" in client.get(at).content.decode().replace(NBSP, " ")
    for how in ({"how": "share", "percent": "50"}, {"how": "rest"}):
        assert client.post(at, how).status_code == 204
    amounts = list(Invoice.objects.order_by("pk").values_list("amount", "vat"))
    assert sum(amount for amount, _vat in amounts) == Decimal("100499.99")
    assert sum(vat for _amount, vat in amounts) == Decimal("18032.79")
    refused = client.post(at, {"how": "rest"})
    assert refused.status_code == 422
    client.post(at, {"how": "sold"})
    assert [one["name"] for one in Invoice.objects.latest("pk").lines] == ["Окно", "Подъём"]


def test_half_of_the_deals_sum(enter, roza, deal):
    came_in = enter(roza)
    given = {"how": "share", "percent": "50", "share_vat": ""}
    assert came_in.post(f"/deals/{deal.pk}/invoices/", given).status_code == 422
    type(deal).objects.filter(pk=deal.pk).update(amount=Decimal("100.01"))
    assert came_in.post(f"/deals/{deal.pk}/invoices/", given).status_code == 204
    assert Invoice.objects.get().amount == Decimal("50.01")


@pytest.mark.parametrize(
    "typed",
    [
        {},
        {"name_1": "Окно", "price_1": "x"},
        {"name_1": "", "price_1": "5"},
        {"name_1": "Окно", "price_1": "5", "vat_rate_1": "13"},
        {"name_1": "Окно", "price_1": "0"},
        {"name_1": "Окно", "price_1": "5", "due_on": "2020-01-01"},
        {"name_1": "Ю" * 301, "price_1": "5"},
        {"how": "share", "percent": "101"},
    ],
)
def test_nonsense_makes_no_invoice(enter, roza, deal, typed):
    assert enter(roza).post(f"/deals/{deal.pk}/invoices/", typed).status_code == 422
    assert not Invoice.objects.exists()


@pytest.mark.parametrize(
    "typed", [{"amount": "0"}, {"amount": "-5"}, {"amount": "5", "paid_on": "x"}, {"amount": "5", "paid_on": ""}]
)
def test_nonsense_is_no_payment(enter, roza, deal, typed):
    given = {"way": "in", "paid_on": clock.today().isoformat(), **typed}
    assert enter(roza).post(f"/deals/{deal.pk}/payments/", given).status_code == 422
    assert not Payment.objects.exists()


def test_a_closed_day_is_refused_in_words(enter, roza, anna, deal):
    day = (clock.today() - timedelta(days=2)).isoformat()
    assert enter(anna).post("/office/books/closing/", {"closed_until": day}).status_code == 302
    said = enter(roza).post(f"/deals/{deal.pk}/payments/", {"amount": "5", "paid_on": day})
    assert (said.status_code, "Период закрыт" in said.content.decode()) == (422, True)
    assert "Период закрыт" in enter(roza).get("/money/").content.decode()


def test_a_payment_is_put_right_and_said_what_it_is_for(enter, roza, invoice, paid):
    first, second, made = invoice(100, days=1), invoice(100, days=2), paid(150)
    came_in, where = enter(roza), f"/money/{made.pk}/"
    assert came_in.get(where).status_code == 200
    came_in.post(where + "release/", {"invoice": first.pk})
    came_in.post(where + "allocation/", {"invoice": second.pk, "amount": "20"})
    assert [Invoice.objects.get(pk=one.pk).open_amount for one in (first, second)] == [100, 30]
    came_in.post(where + "allocation/", {})
    assert (Invoice.objects.get(pk=first.pk).open_amount, Payment.objects.get().free_amount) == (20, 0)
    came_in.post(where + "correction/", {"amount": "0", "reason": "никто не платил"})
    assert (payments.stands_at(made), "никто не платил" in came_in.get(where).content.decode()) == (0, True)
    assert came_in.post(where + "correction/", {"amount": "5", "reason": ""}).status_code == 422


def test_an_invoice_is_called_off(enter, roza, invoice, paid):
    one = invoice(100)
    came_in, where = enter(roza), f"/invoices/{one.pk}/calling-off/"
    assert came_in.post(where, {"reason": "", "version": one.version}).status_code == 422
    assert came_in.post(where, {"reason": "передумали", "version": one.version + 1}).status_code == 409
    assert came_in.post(where, {"reason": "передумали", "version": one.version}).status_code == 302
    assert "передумали" in came_in.get(f"/invoices/{one.pk}/").content.decode()


def test_who_sees_and_enters_what(enter, olga, egor, mikhail, konstantin, invoice, paid, deal, dina):
    one, made = invoice(100), paid(50)
    type(deal).objects.filter(pk=deal.pk).update(responsible=None, department=dina.department)
    shut = [f"/invoices/{one.pk}/", f"/money/{made.pk}/"]
    for person in (olga, egor):
        came_in = enter(person)
        for address in ("/money/", "/debts/", f"/deals/{deal.pk}/money/", *shut):
            assert came_in.get(address).status_code == 403, address
    assert [enter(konstantin).get(address).status_code for address in shut] == [200, 200]
    assert enter(konstantin).get(f"/deals/{deal.pk}/invoices/").status_code == 403
    if mikhail.department_id != dina.department_id:
        came_in = enter(mikhail)
        assert [came_in.get(address).status_code for address in shut] == [404, 404]
        assert came_in.get(f"/deals/{deal.pk}/money/").content == b""
        assert came_in.get(f"/deals/{deal.pk}/invoices/").status_code == 403
        assert "Вера Павлова" not in came_in.get("/debts/").content.decode() + came_in.get("/money/").content.decode()


def test_debts_by_age_and_manager(enter, roza, mikhail, invoice, new_deal, paid):
    other = new_deal("Пётр Орлов")
    type(other).objects.filter(pk=other.pk).update(responsible=mikhail)
    for amount, days in ((100, 3), (200, -5), (300, -40), (400, -70), (500, -100)):
        invoice(amount, days=days)
    invoice(50, of=other, days=-1)
    paid(30, of=None, client=other.client)
    came_in = enter(roza)
    page = came_in.get("/debts/").content.decode()
    for said in ("Вера Павлова", "Пётр Орлов", f"1{NBSP}520{NBSP}₽", f"1{NBSP}420{NBSP}₽", f"20{NBSP}₽"):
        assert said in page, said
    for asked, shown in (
        ("?age=more", (True, False)),
        (f"?person={mikhail.pk}", (False, True)),
        ("?person=none", (True, False)),
        ("?words=орлов", (False, True)),
        ("?words=100%25_", (False, False)),
        ("?overdue=1&sort=oldest", (True, True)),
        ("?page=2", (False, False)),
        ("?age=x&person=²&sort=;drop&page=-1", (True, True)),
    ):
        found = came_in.get("/debts/" + asked).content.decode()
        rows = found.partition("<tbody>")[2]
        assert ("Вера Павлова" in rows, "Пётр Орлов" in rows) == shown, asked
    lines = came_in.post("/debts/file/", {"sort": "owed"}).content.decode("utf-8-sig").splitlines()
    assert lines[1].split(";")[1:9] == [
        "Вера Павлова", "1500,00", "1400,00", "100,00", "200,00", "300,00", "400,00", "500,00",
    ]  # fmt: skip
    assert Entry.objects.filter(verb="money.exported").count() == 1


def test_payments_of_some_days(enter, roza, paid, invoice):
    invoice(100)
    paid(150, document="77")
    paid(-20)
    came_in = enter(roza)
    for asked, shown in (
        ("", True),
        ("?from=2020-01-01&until=2020-02-01", False),
        ("?origin=bank", False),
        ("?origin=hand&words=77", True),
        ("?words=nobody", False),
        ("?free=1", True),
        ("?page=2", False),
        ("?from=x&until=²&origin=%00&words=%00&page=-1", True),
    ):
        assert (f"150{NBSP}₽" in came_in.get("/money/" + asked).content.decode()) is shown, asked
    lines = came_in.post("/money/file/", {"words": "77"}).content.decode("utf-8-sig").splitlines()
    assert [line.split(";")[1:4] for line in lines[1:]] == [["150,00", "внесено вручную", "77"]]


@pytest.mark.parametrize("number", [1, 30])
def test_thirty_cost_as_many_queries_as_one(
    enter, roza, deal, new_deal, invoice, paid, number, django_assert_num_queries
):
    for each in range(number):
        other = new_deal(f"Клиент {each}")
        invoice(100 + each, of=other)
        paid(50, of=other)
        invoice(10), paid(5)
    came_in = enter(roza)
    came_in.get("/money/")
    with django_assert_num_queries(5):  # the session, the payments, their parts, the totals, the books
        came_in.get("/money/")
    with django_assert_num_queries(4):  # the session, the debts, by manager, in all
        came_in.get("/debts/")
    with django_assert_num_queries(6):  # the session, the deal, invoices, payments, their parts, what is owed
        came_in.get(f"/deals/{deal.pk}/money/")


def test_the_paper_has_a_payment_code_as_soon_as_the_details_suffice(enter, roza, anna, invoice):
    assert paper.payment_code(invoice(100)) == ""
    details = {
        "name": "ООО «Окна|Плюс»", "inn": "7701234567", "kpp": "770101001", "account": "40702810900000000001",
        "bank": "ПАО «Сбербанк»", "bik": "044525225", "bank_account": "30101810400000000225", "days_to_pay": "7",
    }  # fmt: skip
    assert enter(anna).post("/office/books/", {**details, "bik": "1"}).status_code == 422
    assert enter(anna).post("/office/books/", details).status_code == 302
    one = invoice("30001.05")
    assert books.books().days_to_pay == 7
    assert paper.payment_code(one) == (
        "ST00012|Name=ООО «Окна Плюс»|PersonalAcc=40702810900000000001|BankName=ПАО «Сбербанк»|BIC=044525225"
        f"|CorrespAcc=30101810400000000225|PayeeINN=7701234567|KPP=770101001"
        f"|Purpose=Оплата по счёту № {one.number} от {one.issued_on:%d.%m.%Y}|Sum=3000105"
    )
    answer = enter(roza).get(f"/invoices/{one.pk}/file/")
    assert (answer.status_code, answer.content[:5], answer["Content-Type"]) == (200, b"%PDF-", "application/pdf")
    enter(anna).post("/office/books/", {**details, "name": "ООО «Другие»"})
    assert "Плюс" in paper.payment_code(invoices.held(one))
