"""Whatever is made out, paid, put right, called off and merged in whatever order: every sum is what its parts are."""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from svyazka.business.deals.models import Deal
from svyazka.business.journal.record import Automaton
from svyazka.business.money import invoices, on_site, payments
from svyazka.business.money.lines import line
from svyazka.business.money.models import Invoice, Part, Payment
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

HOUSE = Automaton("test")
kopecks = st.integers(1, 300_000).map(lambda number: Decimal(number) / 100)
place = st.integers(0, 3)
step = st.one_of(
    st.tuples(st.just("issue"), place, kopecks),
    st.tuples(st.just("pay"), place, kopecks),
    st.tuples(st.just("pay_for_nothing"), place, kopecks),
    st.tuples(st.just("refund"), place, kopecks),
    st.tuples(st.just("correct"), place, kopecks),
    st.tuples(st.just("correct_to_nothing"), place, kopecks),
    st.tuples(st.just("allocate"), place, kopecks),
    st.tuples(st.just("release"), place, kopecks),
    st.tuples(st.just("call_off"), place, kopecks),
    st.tuples(st.just("owe_on_site"), place, kopecks),
    st.tuples(st.just("merge"), place, kopecks),
)


@given(st.lists(step, max_size=14))
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_all_sums_agree(deal, new_deal, steps):
    with transaction.atomic():
        deals = [deal, new_deal("Пётр")]
        for what, where, amount in steps:
            with contextlib.suppress(Refused), transaction.atomic():
                _do(what, Deal.objects.get(pk=deals[where % 2].pk), where, amount)
        with connection.cursor() as cursor:
            cursor.execute("set constraints all immediate")
        _insist()
        transaction.set_rollback(True)


def _do(what: str, deal: Deal, where: int, amount: Decimal) -> None:
    today = clock.today()
    paid: Any = list(Payment.objects.order_by("pk"))
    owed = list(Invoice.objects.order_by("pk"))
    one, bill = (found[where % len(found)] if found else None for found in (paid, owed))
    entered = {"paid_on": today, "origin": "hand", "by": HOUSE}
    if what == "issue":
        invoices.issue(deal, [line("Окно", Decimal(1), amount)], due_on=today + timedelta(days=where), by=HOUSE)
    elif what == "pay":
        payments.enter(deal.client, amount, deal=deal, **entered)
    elif what == "pay_for_nothing":
        payments.enter(deal.client, amount, **entered)
    elif what == "refund":
        payments.enter(deal.client, -amount, deal=deal if where > 1 else None, **entered)
    elif what == "owe_on_site":
        on_site.owe(deal, amount, by=HOUSE)
    elif what == "merge":
        _merge_once(deal)
    elif one and what == "correct":
        payments.correct(one, amount if one.amount > 0 else -amount, "цифра", by=HOUSE)
    elif one and what == "correct_to_nothing":
        payments.correct(one, Decimal(0), "никто", by=HOUSE)
    elif one and bill and what == "allocate":
        payments.allocate(one, bill, min(amount, one.free_amount), by=HOUSE)
    elif one and bill and what == "release":
        payments.release(one, bill, by=HOUSE)
    elif bill and what == "call_off":
        invoices.call_off(bill, "передумали", by=HOUSE)


def _merge_once(deal: Deal) -> None:
    """As `going_along` moves them: two clients become one."""
    for model in (Deal, Invoice, Payment):
        model._default_manager.update(client_id=deal.client_id)


def _insist() -> None:
    for payment in Payment.objects.all():
        put = payment.parts.aggregate(total=Sum("amount"))["total"] or 0
        back = payment.taken.aggregate(total=Sum("amount"))["total"] or 0
        assert payment.amount == payment.free_amount + put - back
    for bill in Invoice.objects.all():
        put = bill.parts.aggregate(total=Sum("amount"))["total"] or 0
        assert (0 if bill.is_called_off else bill.amount) == bill.open_amount + put
        assert 0 <= bill.open_amount <= bill.amount
    whole = Payment.objects.aggregate(amount=Sum("amount"), free=Sum("free_amount"))
    for_invoices = Part.objects.filter(invoice__isnull=False).aggregate(total=Sum("amount"))["total"] or 0
    assert (whole["amount"] or 0) == (whole["free"] or 0) + for_invoices
    numbers = list(Invoice.objects.filter(origin="office").order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.django_db(transaction=True)
def test_two_at_once(deal, roza):
    """Invoices and payments of one client from four at once: no number is left out or given twice, no kopeck lost."""
    ready = Barrier(4)

    def work(number: int) -> None:
        try:
            ready.wait()
            for _each in range(4):
                if number % 2:
                    invoices.issue(deal, [line("Окно", Decimal(1), Decimal("100.10"))], by=roza)
                else:
                    given: Any = {"paid_on": clock.today(), "origin": "hand", "by": roza}
                    payments.enter(deal.client, Decimal("150.15"), deal=deal, **given)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))
    _insist()
    assert Invoice.objects.aggregate(total=Sum("open_amount"))["total"] == 0
    assert Payment.objects.aggregate(total=Sum("free_amount"))["total"] == Decimal("400.40")


@pytest.mark.django_db(transaction=True)
def test_the_same_payment_from_two_at_once_is_one(deal, roza):
    ready = Barrier(2)

    def enter(_number: int) -> int:
        try:
            ready.wait()
            given: Any = {"paid_on": clock.today(), "origin": "bank", "outside_id": "7", "by": roza}
            return payments.enter(deal.client, Decimal(10), **given).pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        assert len(set(pool.map(enter, range(2)))) == 1
    assert Payment.objects.count() == 1
