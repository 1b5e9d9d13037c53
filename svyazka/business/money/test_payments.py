from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import ProtectedError

from svyazka.business.clients.models import Interaction
from svyazka.business.journal.models import Entry
from svyazka.business.money import books, debts, invoices, payments
from svyazka.business.money.books import Closed
from svyazka.business.money.models import Invoice, Part, Payment
from svyazka.kit import clock
from svyazka.kit.refusals import Refused


def open_of(invoice: Invoice) -> Decimal:
    return Invoice.objects.get(pk=invoice.pk).open_amount


def free_of(payment: Payment) -> Decimal:
    return Payment.objects.get(pk=payment.pk).free_amount


def test_a_payment_is_for_the_invoice_that_is_due_first_and_the_rest_is_an_advance(invoice, paid, deal):
    later, first = invoice(1000, days=9), invoice(300, days=2)
    made = paid("1500.50")
    assert (open_of(first), open_of(later), free_of(made)) == (0, 0, Decimal("200.50"))
    verbs = list(Entry.objects.filter(verb__startswith="money.").order_by("id").values_list("verb", "deal_id"))
    assert verbs[2:] == [
        ("money.paid", deal.pk),
        ("money.allocated", deal.pk),
        ("money.settled", deal.pk),
        ("money.allocated", deal.pk),
        ("money.settled", deal.pk),
    ]
    line = Interaction.objects.filter(kind="payment").latest("id")
    assert (line.data["event"], line.deal_id, "1500" in f"{line.data}{line.text}") == ("paid", deal.pk, False)


def test_the_invoice_that_is_named_comes_first(invoice, paid):
    first, named = invoice(1000, days=1), invoice(500, days=9)
    paid(600, invoice=named)
    assert (open_of(named), open_of(first)) == (0, 900)


def test_what_is_paid_for_a_deal_stays_in_it_and_what_names_none_goes_to_all(invoice, paid, deal, vera, olga):
    from svyazka.business.deals import opening

    other = opening.open_deal(vera, by=olga)
    elsewhere = invoice(100, of=other)
    ahead = paid(100)
    assert (open_of(elsewhere), free_of(ahead)) == (100, 100)
    assert paid(40, of=None, client=vera).deal_id == other.pk
    assert open_of(elsewhere) == 60


def test_an_advance_is_for_the_next_invoice(invoice, paid):
    made = paid(700)
    assert (open_of(invoice(500)), free_of(made)) == (0, 200)


def test_the_same_outside_id_is_the_same_payment(paid):
    first = paid(500, outside_id="7", origin="bank")
    assert paid(500, outside_id="7", origin="bank") == first
    with pytest.raises(Refused):
        paid(501, outside_id="7", origin="bank")
    assert paid(500, outside_id="7", origin="online") != first
    assert Payment.objects.count() == 2


@pytest.mark.parametrize("amount", ["0", "0.001", "-0.005", "100000000000"])
def test_sums_that_are_none(paid, amount):
    with pytest.raises(Refused):
        paid(amount)
    assert not Payment.objects.exists()


def test_nobody_has_paid_tomorrow(paid):
    with pytest.raises(Refused):
        paid(5, paid_on=clock.today() + timedelta(days=1))


def test_anothers_invoice_and_deal(paid, invoice, new_deal, vera, roza):
    other = new_deal("Пётр")
    with pytest.raises(Refused):
        paid(5, of=other, client=vera)
    with pytest.raises(Refused):
        paid(5, of=None, client=vera, invoice=invoice(10, of=other))
    second = new_deal("Анна")
    with pytest.raises(Refused):
        payments.allocate(paid(5, of=second), invoice(10), by=roza)


def test_a_correction_is_a_row_of_its_own_and_opens_what_was_paid_too_much(invoice, paid, roza, deal):
    first = invoice(1000)
    made = paid(1200)
    less = payments.correct(made, Decimal(700), "цифра", by=roza)
    assert (less.amount, less.free_amount, payments.stands_at(made)) == (-500, 0, 700)
    assert (open_of(first), free_of(made), debts.of_deal(deal.pk).paid) == (300, 0, 700)
    more = payments.correct(less, Decimal(900), "ещё раз", by=roza)
    assert (more.amount, more.corrects_id, open_of(first)) == (200, made.pk, 100)
    payments.correct(made, Decimal(0), "никто не платил", by=roza)
    assert (open_of(first), debts.of_deal(deal.pk).advance, payments.stands_at(made)) == (1000, 0, 0)
    for wrong in ((Decimal(0), "так же"), (Decimal(5), ""), (Decimal(-5), "минус")):
        with pytest.raises(Refused):
            payments.correct(made, *wrong, by=roza)


def test_a_refund_is_of_the_advance_first_and_then_the_invoice_is_open_again(invoice, paid, deal, roza):
    owed = invoice(1000)
    paid(1200)
    back = paid(-500)
    assert (open_of(owed), back.free_amount, debts.of_deal(deal.pk).advance) == (300, 0, 0)
    payments.correct(back, Decimal(-200), "вернули меньше", by=roza)
    assert debts.of_deal(deal.pk).advance == 300
    payments.correct(back, Decimal(0), "не возвращали", by=roza)
    assert (
        debts.of_deal(deal.pk).advance,
        set(Part.objects.filter(refund=back).values_list("payment__corrects", flat=True)),
    ) == (500, {back.pk})


def test_more_back_than_ever_came(paid, deal, roza):
    back = paid(-500)
    assert (back.free_amount, debts.of_client(deal.client_id).balance) == (-500, -500)
    payments.correct(back, Decimal(-100), "ошибка", by=roza)
    assert debts.of_client(deal.client_id).balance == -100


def test_by_hand(invoice, paid, roza):
    first, second = invoice(100, days=1), invoice(100, days=2)
    made = paid(100)
    payments.release(made, first, by=roza)
    assert (free_of(made), open_of(first)) == (100, 100)
    payments.allocate(made, second, Decimal(30), by=roza)
    payments.allocate(made, second, by=roza)
    assert (free_of(made), open_of(second), Part.objects.get().amount) == (0, 0, 100)
    for verb in (
        lambda: payments.allocate(made, first, by=roza),
        lambda: payments.release(made, first, by=roza),
    ):
        with pytest.raises(Refused):
            verb()
    payments.release(made, second, by=roza)
    for amount in (Decimal(0), Decimal(-1), Decimal(101)):
        with pytest.raises(Refused):
            payments.allocate(made, second, amount, by=roza)
    payments.allocate_by_itself(made, by=roza)
    assert open_of(first) == 0


def test_a_closed_period_is_not_changed(invoice, paid, roza):
    day = clock.today() - timedelta(days=3)
    old = paid(500, paid_on=day)
    books.close(day, by=roza)
    with pytest.raises(Closed) as said:
        paid(5, paid_on=day)
    assert str(day.year) in str(said.value)
    fixed = payments.correct(old, Decimal(400), "цифра", by=roza)
    assert (fixed.paid_on, fixed.amount) == (clock.today(), -100)
    paid(5, paid_on=day + timedelta(days=1))
    for change in (
        lambda: Payment.objects.filter(pk=old.pk).update(amount=1, free_amount=1),
        lambda: Payment.objects.filter(pk=fixed.pk).update(paid_on=day),
        lambda: Payment.objects.filter(pk=old.pk).delete(),
    ):
        with pytest.raises((IntegrityError, ProtectedError)), transaction.atomic():
            change()
    assert open_of(invoice(100)) == 0
    books.close(None, by=roza)
    assert paid(5, paid_on=day).paid_on == day


def test_today_is_never_closed(roza):
    with pytest.raises(Refused):
        books.close(clock.today(), by=roza)


@pytest.mark.parametrize("cell", ["money_payment.free_amount", "money_invoice.open_amount"])
def test_the_database_itself_adds_up(paid, invoice, cell):
    paid(500), invoice(600)
    table, column = cell.split(".")
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"set constraints all immediate; update {table} set {column} = {column} + 1")


def test_called_off(invoice, paid, roza, deal):
    owed = invoice(100)
    with pytest.raises(Refused):
        invoices.call_off(owed, " ", by=roza)
    made = paid(40)
    with pytest.raises(Refused):
        invoices.call_off(owed, "передумали", by=roza)
    payments.release(made, owed, by=roza)
    invoices.call_off(owed, "передумали", by=roza)
    assert (open_of(owed), debts.of_deal(deal.pk).owed) == (0, 0)
    for verb in (
        lambda: invoices.call_off(owed, "ещё раз", by=roza),
        lambda: payments.allocate(made, owed, by=roza),
        lambda: paid(5, invoice=owed),
    ):
        with pytest.raises(Refused):
            verb()
