# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
"""An invoice is made out at the deal, a payment entered, and the deal says what is left."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from svyazka.business.money.conftest import deal  # noqa: F401
from svyazka.business.money.models import Invoice, Payment
from svyazka.kit import clock

pytestmark = pytest.mark.slow
NBSP = "\xa0"


@pytest.mark.parametrize("width", [1440, 390])
def test_invoice_and_payment_at_the_deal(open_page, accessible, roza, deal, width):
    page = open_page(roza, f"/deals/{deal.pk}/", width=width)
    money = page.locator("#deal-money")
    money.get_by_role("button", name="Счёт").click()
    dialog = page.locator("#dialog")
    dialog.locator("[name=name_1]").fill("Окно ПВХ 1300 × 1400")
    dialog.locator("[name=quantity_1]").fill("3")
    dialog.locator("[name=price_1]").fill("15 000,50")
    accessible(page)
    dialog.get_by_role("button", name="Выставить").click()
    expect(money).to_contain_text("Счёт № 1")
    expect(dialog).not_to_be_visible()
    money.get_by_role("button", name="Оплата").click()
    dialog.locator("[name=amount]").fill("20000")
    dialog.get_by_role("button", name="Внести").click()
    expect(money).to_contain_text(f"25{NBSP}001,50{NBSP}₽")
    assert (Invoice.objects.get().open_amount, Payment.objects.get().amount) == (Decimal("25001.50"), 20000)
    page.goto("/debts/")
    expect(page.locator("main")).to_contain_text("Вера Павлова")
    accessible(page)
    page.goto("/money/")
    expect(page.locator("main")).to_contain_text(f"20{NBSP}000{NBSP}₽")
    accessible(page)


def test_a_refusal_stays_beside_what_was_typed(open_page, roza, deal):
    page = open_page(roza, f"/deals/{deal.pk}/")
    page.locator("#deal-money").get_by_role("button", name="Оплата").click()
    dialog = page.locator("#dialog")
    dialog.locator("[name=amount]").fill("много")
    dialog.get_by_role("button", name="Внести").click()
    expect(page.locator("#toasts")).to_contain_text("Здесь нужна сумма")
    expect(dialog.locator("[name=amount]")).to_have_value("много")
    dialog.locator("[name=amount]").fill("5")
    day = clock.today() + timedelta(days=2)
    dialog.locator("[name=paid_on]").evaluate("(one, day) => { one.max = ''; one.value = day }", day.isoformat())
    dialog.get_by_role("button", name="Внести").click()
    expect(page.locator("#toasts")).to_contain_text("Дата платежа ещё не наступила")
