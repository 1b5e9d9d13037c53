# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from importlib import import_module
from uuid import uuid4

from django.db import connection

from svyazka.business.money import books, debts
from svyazka.business.money.models import Invoice, Part
from svyazka.business.money.models import Payment as Money
from svyazka.business.site_work import extra, payments
from svyazka.kit import clock


def owed(deal):
    found = debts.of_deal(deal.pk)
    return found.invoiced, found.owed, found.advance


def test_what_is_agreed_on_site_is_owed_and_what_is_paid_there_is_paid(deal, work, agreed, pay, egor):
    number = uuid4()
    work("Откос", 2, 700, number=number)
    assert owed(deal) == (0, 0, 0)
    extra.agree(deal.visits.get(), number, agreed, by=egor)
    first = pay(1000, receipt="7")
    assert owed(deal) == (1400, 400, 0)
    entered = Money.objects.get()
    assert (entered.origin, entered.outside_id, entered.document) == ("site", str(first.pk), "7")
    payments.correct(first, uuid4(), Decimal(900), "сдача", by=egor)
    assert owed(deal) == (1400, 500, 0)
    work("Откос", 1, 700, number=number, agreed=agreed)
    assert owed(deal) == (700, 0, 200)
    extra.remove(deal.visits.get(), number, by=egor)
    assert owed(deal) == (0, 0, 900)
    assert Invoice.objects.count() == 1


def test_money_that_was_taken_is_never_refused(deal, pay, roza, hour, egor):
    yesterday = clock.today() - timedelta(days=1)
    books.close(yesterday, by=roza)
    first = pay(500, at=hour(10) - timedelta(days=3))
    assert Money.objects.get().paid_on == clock.today()
    payments.correct(first, uuid4(), Decimal(0), "не платил", by=egor)
    assert sum(Money.objects.values_list("amount", flat=True)) == 0


def test_what_was_there_before_there_were_books_enters_them(deal, work, agreed, pay, egor):
    work("Откос", 2, 700, agreed=agreed)
    first = pay(1000)
    payments.correct(first, uuid4(), Decimal(600), "цифра", by=egor)
    pay(300)
    before = owed(deal)
    Part.objects.all().delete()
    Money.objects.filter(corrects__isnull=False).delete()
    Money.objects.all().delete()
    Invoice.objects.all().delete()
    moved = import_module(
        "svyazka.business.site_work.migrations.0003_what_was_agreed_and_paid_on_site_stands_in_the_books"
    )
    with connection.cursor() as cursor:
        for _twice in range(2):
            cursor.execute((moved.OWED + moved.PAID + moved.MATCHED).replace("%", "%%"))
        cursor.execute("set constraints all immediate")
    assert owed(deal) == before == (1400, 500, 0)
    assert Money.objects.count() == 3
