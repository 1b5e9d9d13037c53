from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction

from svyazka.business.clients.models import Interaction
from svyazka.business.journal.models import Entry
from svyazka.business.site_work import payments
from svyazka.business.site_work.models import Payment
from svyazka.kit import clock
from svyazka.kit.refusals import Refused


def test_taken_once_however_often_it_is_sent(pay, egor, deal):
    number = uuid4()
    first, again = (pay("4500.50", receipt=" 10 47 ", number=number) for _twice in range(2))
    assert first == again
    kept = Payment.objects.get()
    assert (kept.amount, kept.receipt, kept.taken_by, kept.deal_id) == (Decimal("4500.50"), "10 47", egor, deal.pk)
    assert Entry.objects.filter(verb="site_work.paid").count() == 1


def test_a_number_that_was_used_for_something_else_is_refused(pay, egor, deal):
    number, other = uuid4(), uuid4()
    first, second = pay(4500, number=number), pay(100)
    with pytest.raises(Refused, match="загрузите её заново"):
        pay(700, number=number)
    put_right = payments.correct(first, other, Decimal(4000), "ошибка", by=egor)
    assert payments.correct(first, other, Decimal(4000), "ошибка", by=egor) == put_right
    for again in (
        lambda: payments.correct(second, other, Decimal(50), "ошибка", by=egor),
        lambda: payments.correct(second, number, Decimal(50), "ошибка", by=egor),
        lambda: payments.correct(first, other, Decimal(4100), "ошибка", by=egor),
        lambda: payments.correct(first, other, Decimal(4000), "скидка", by=egor),
        lambda: pay(4500, "card", number=number),
        lambda: pay(4500, receipt="8", number=number),
        lambda: pay(-500, number=other),
    ):
        with pytest.raises(Refused, match="загрузите её заново"):
            again()
    assert sorted(Payment.objects.values_list("amount", flat=True)) == [-500, 100, 4500]


def test_a_correction_that_comes_late_once_more_is_the_one_that_it_was(pay, egor):
    first, number, later = pay(4500), uuid4(), uuid4()
    put_right = payments.correct(first, number, Decimal(4000), "ошибка", by=egor)
    payments.correct(first, later, Decimal(4200), "и ещё раз", by=egor)
    assert payments.correct(first, number, Decimal(4000), "ошибка", by=egor) == put_right
    with pytest.raises(Refused, match="загрузите её заново"):
        payments.correct(first, number, Decimal(4200), "ошибка", by=egor)
    assert payments.stands_at(first) == 4200


def test_the_history_names_no_sum(pay):
    pay(4500, receipt="1047", note="за откос")
    told = Interaction.objects.get(data__event="paid")
    assert told.text == "Наличные · № 1047 · за откос"


def test_it_is_put_right_by_a_row_of_its_own(pay, egor):
    first = pay(4500, receipt="1047")
    put_right = payments.correct(first, uuid4(), Decimal(5400), "цифры переставлены", by=egor)
    assert (put_right.amount, put_right.corrects, put_right.receipt) == (900, first, "1047")
    assert (Payment.objects.get(pk=first.pk).amount, payments.stands_at(first)) == (4500, 5400)
    payments.correct(put_right, uuid4(), Decimal(0), "не платили", by=egor)
    assert payments.stands_at(first) == 0
    assert Payment.objects.filter(corrects=first).count() == 2


def test_a_correction_says_why_and_changes_something(pay, egor):
    first = pay(4500)
    for amount, why in ((5000, "  "), (4500, "так и было"), (5000, "п" * 301)):
        with pytest.raises(Refused):
            payments.correct(first, uuid4(), Decimal(amount), why, by=egor)
    assert Payment.objects.count() == 1


def test_only_whoever_took_it_and_the_office_put_it_right(pay, ilya, anna):
    first = pay(4500)
    with pytest.raises(Refused):
        payments.correct(first, uuid4(), Decimal(1), "ошибка", by=ilya)
    assert payments.correct(first, uuid4(), Decimal(1), "ошибка", by=anna).amount == -4499


def test_a_receipt_twice_on_one_day_is_noticed(pay, hour, monkeypatch):
    first, second = pay(100, receipt="7"), pay(200, receipt="7")
    assert list(payments.same_receipt(second)) == [first]
    monkeypatch.setattr("svyazka.kit.clock.now", lambda: hour(10, days=1))
    assert payments.same_receipt(pay(300, receipt="7")) == []
    assert payments.same_receipt(pay(300)) == []


def test_nonsense_is_refused_and_nothing_is_kept(its_day, egor, way):
    for amount, code, more in (
        (0, "cash", {}),
        (10, None, {}),
        (10, "cash", {"receipt": "1" * 41}),
        (10, "cash", {"note": "п" * 301}),
    ):
        with pytest.raises(Refused):
            payments.take(its_day, uuid4(), Decimal(amount), way(code) if code else None, by=egor, **more)
    assert not Payment.objects.exists()


def test_in_whose_hands_it_is(pay, egor, ilya):
    with pytest.raises(Refused):
        pay(100, hands=ilya)
    assert pay(100, hands=egor).taken_by == egor


def test_what_somebody_has_of_a_day(pay, egor, ilya):
    pay(100)
    pay(50, "card")
    first = pay(70)
    payments.correct(first, uuid4(), Decimal(60), "ошибка", by=egor)
    day = clock.day_bounds(clock.today())
    assert [(way.code, total) for way, total in payments.of_day(egor, *day)] == [("cash", 160), ("card", 50)]
    assert payments.of_day(ilya, *day) == []


def test_the_database_holds_the_promise(pay):
    first = pay(100)
    for wrong in ({"amount": -1}, {"amount": 0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Payment.objects.filter(pk=first.pk).update(**wrong)
