# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
"""An invoice that nobody has paid in time."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from svyazka.business.money import payments
from svyazka.business.money.conftest import invoice, paid  # noqa: F401
from svyazka.kit import clock


def test_it_is_a_problem_until_it_is_paid(deal, problems, invoice, paid, mikhail):
    first, second = invoice(100, days=0), invoice(200, days=3)
    assert "invoice_overdue" not in problems()
    type(first).objects.filter(pk=first.pk).update(due_on=clock.today() - timedelta(days=2))
    type(first).objects.filter(pk=second.pk).update(due_on=clock.today() - timedelta(days=1))
    found = problems()["invoice_overdue"]
    assert (found.subject_id, found.person_id, found.since) == (
        first.pk, mikhail.pk, clock.day_bounds(clock.today() - timedelta(days=1))[0],
    )  # fmt: skip
    made = paid(100)
    assert problems()["invoice_overdue"].subject_id == second.pk
    paid(200)
    assert "invoice_overdue" not in problems()
    payments.correct(made, Decimal(99), "цифра", by=mikhail)
    assert problems()["invoice_overdue"].subject_id == first.pk
