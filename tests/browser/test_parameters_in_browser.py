"""A formula is put together by clicks, looked at while it is typed, and its figure explains itself in the deal."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from svyazka.business.deals.models import Deal, Field
from svyazka.business.deals.opening import open_deal
from svyazka.business.parameters import rounds

pytestmark = pytest.mark.slow


def test_a_figure_is_defined_without_code_and_says_how_it_came_about(open_page, accessible, windows, vera):
    Field.objects.create(code="costs", of="deal", kind="money", words={"ru": "Себестоимость", "en": "Costs"})
    deal = open_deal(vera, facts={"costs": "400"}, responsible=windows["mikhail"], by=windows["olga"])
    Deal.objects.filter(pk=deal.pk).update(amount=1000)
    page = open_page(windows["anna"], "/office/parameters/new/?of=deal")
    page.get_by_label("Название по-русски").fill("Прибыль")
    formula, look = page.get_by_label("Формула"), page.locator("#look")
    formula.fill("[Сумма сделки] - [Себестоимост")
    expect(look.locator("mark")).to_have_text("[Себестоимост")
    expect(look).to_contain_text("Квадратная скобка названия не закрыта.")
    formula.fill("")
    page.get_by_placeholder("Найти название").fill("сумма сделки")
    page.get_by_role("button", name="Сумма сделки").click()
    formula.press("End")
    formula.press_sequentially(" -")
    page.get_by_placeholder("Найти название").fill("себест")
    page.get_by_role("button", name="Себестоимость").click()
    expect(formula).to_have_value("[Сумма сделки] - [Себестоимость]")
    expect(look.get_by_role("row", name=f"Сделка № {deal.pk}")).to_contain_text("600")
    accessible(page)
    page.get_by_role("button", name="Добавить").click()
    expect(page.locator("#parameters-list")).to_contain_text("Прибыль")
    rounds.go_on_for_a_while()
    page = open_page(windows["mikhail"], f"/deals/{deal.pk}/")
    figure = page.locator(".field", has_text="Прибыль").locator(".counted")
    expect(figure).to_contain_text("600")
    figure.locator("summary").click()
    expect(figure).to_contain_text("[Сумма сделки] - [Себестоимость]")
    expect(figure).to_contain_text("400")
    accessible(page)
