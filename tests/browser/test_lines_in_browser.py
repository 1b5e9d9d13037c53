"""The lines of a deal and an offer made of them, by the keyboard and on a phone."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from svyazka.business.deals.opening import open_deal
from svyazka.business.offers import lines, offers
from svyazka.business.offers.lines import Wish
from svyazka.business.offers.models import DealLine, OfferTemplate

pytestmark = pytest.mark.slow


@pytest.fixture
def deal(vera, olga):
    return open_deal(vera, by=olga)


def test_lines_are_typed_by_the_keyboard(deal, open_page, accessible, mikhail):
    page = open_page(mikhail, f"/deals/{deal.pk}/lines/")
    keys, totals = page.keyboard, page.locator("[data-total=total]")
    names = page.locator('.deal-line [name="name"]')
    expect(names).to_be_focused()
    keys.type("москит")
    expect(page.locator(".suggestions li")).to_have_count(1)
    keys.press("ArrowDown")
    keys.press("Enter")
    expect(page.locator('.deal-line [name="quantity"]')).to_be_focused()
    keys.type("3")
    expect(totals).to_have_text(re.compile(r"5\s550\s₽"))
    keys.press("Enter")
    expect(names).to_have_count(2)
    keys.type("Подъём")
    for _tab in range(3):
        keys.press("Tab")
    keys.type("500")
    keys.press("Tab")
    keys.type("10%")
    expect(totals).to_have_text(re.compile(r"6\s000\s₽"))
    keys.press("ArrowUp")
    expect(page.locator('.deal-line [name="discount"]').first).to_be_focused()
    page.get_by_role("button", name="Убрать эту строку").first.click()
    expect(names).to_have_count(1)
    page.get_by_role("button", name="Отменить").click()
    expect(names).to_have_count(2)
    accessible(page)
    page.get_by_role("button", name="Сохранить").click()
    expect(page.locator("#deal-lines-card .in-all")).to_contain_text(re.compile(r"6\s000\s₽"))
    assert [one.name for one in DealLine.objects.filter(deal=deal)] == ["Сетка москитная", "Подъём"]


def test_a_table_is_pasted(deal, open_page, mikhail):
    page = open_page(mikhail, f"/deals/{deal.pk}/lines/")
    page.evaluate("""() => {
        const given = new DataTransfer();
        given.setData("text/plain", "Окно\\t2\\tшт\\t1000\\nДверь\\t1\\tшт\\t500,50\\n");
        const how = { clipboardData: given, bubbles: true, cancelable: true };
        document.activeElement.dispatchEvent(new ClipboardEvent("paste", how));
    }""")
    expect(page.locator(".deal-line")).to_have_count(2)
    expect(page.locator("[data-total=total]")).to_have_text(re.compile(r"2\s500,50\s₽"))


def test_what_is_wrong_is_said_while_it_is_typed(deal, open_page, mikhail):
    page = open_page(mikhail, f"/deals/{deal.pk}/lines/", width=390)
    page.locator('.deal-line [name="name"]').fill("Окно")
    page.locator('.deal-line [name="price"]').fill("100")
    page.locator('.deal-line [name="discount"]').fill("200")
    expect(page.locator(".deal-line .wrong")).to_contain_text("Скидка больше")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_an_offer_is_made_and_accepted(deal, open_page, accessible, mikhail):
    lines.write(deal.pk, [Wish("Окно", "шт", Decimal(1), Decimal(1000))], version=0, by=mikhail)
    page = open_page(mikhail, f"/deals/{deal.pk}/")
    page.get_by_role("button", name="Сделать предложение").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Предложение №")
    accessible(page)
    page.get_by_role("button", name="Предложение уже у клиента").click()
    page.get_by_role("button", name="Клиент согласен").click()
    expect(page.locator(".page-head .chip")).to_have_text("принято")


def test_a_long_list_on_a_phone(deal, open_page, accessible, mikhail):
    many = [Wish(f"Окно трёхстворчатое с москитной сеткой {n}", "шт", Decimal(n), Decimal(41500)) for n in range(1, 31)]
    lines.write(deal.pk, many, version=0, by=mikhail)
    offers.make(deal, OfferTemplate.objects.get(code="usual"), by=mikhail)
    page = open_page(mikhail, f"/deals/{deal.pk}/lines/", width=390, dark=True)
    expect(page.locator(".deal-line")).to_have_count(30)
    for path in (f"/deals/{deal.pk}/lines/", f"/deals/{deal.pk}/", "/offers/", f"/offers/{deal.offers.get().pk}/"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        accessible(page)
