"""Materials, extra work and payment on a phone without signal; what the browser counts is what the house counts."""

# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
from __future__ import annotations

import random
from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import translation
from playwright.sync_api import expect

from svyazka.business.site_work import extra
from svyazka.business.site_work.models import ExtraWork, Payment, PriceLine, UsedMaterial
from svyazka.business.site_work.things import Thing
from svyazka.business.visits.models import Action
from svyazka.kit import money
from svyazka.workplaces.shared import short
from tests.browser.test_field_without_signal import cut, files, line, mend, phone, ready, until, visit  # noqa: F401

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_a_whole_visit_without_signal(phone, line, visit, egor, accessible):
    page = phone(egor, path=f"/field/visits/{visit.pk}/site-work/")
    ready(page, visit)
    until(page, "async () => Boolean(await caches.match(location.href))", None)
    cut(page, line)
    page.reload()
    _use(page)
    _work(page)
    _pay(page)
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.reload()
    _stands_there(page)
    assert not Payment.objects.exists()
    mend(page, line)
    until(page, "async () => !document.querySelector('.site-lines .chip.waits:not([hidden])')", None)
    _stands_there(page)
    assert {one.name: one.quantity for one in UsedMaterial.objects.filter(removed_at=None)} == {
        "Ручка оконная": 2,
        "Клин": 3,
    }
    kept = ExtraWork.objects.get()
    assert (kept.cost, kept.consent, kept.consent_name) == (Decimal("833.33"), "on_spot", "Вера Павлова")
    assert len(kept.consent_strokes) == 2
    assert (Payment.objects.get().amount, Payment.objects.get().receipt) == (Decimal("833.33"), "1047")


def _use(page):
    page.get_by_text("Выбрать из списка", exact=True).click()
    page.get_by_placeholder("Найти в списке").fill("ручка")
    pick = page.get_by_role("button", name="Ручка оконная шт")
    pick.click()
    expect(page.locator("[data-rows='materials'] > li")).to_have_count(1)
    pick.click()
    expect(page.locator("[name='typed']").first).to_have_value("2")
    page.get_by_text("Нет в списке", exact=True).click()
    page.locator("#free-name").fill("Клин")
    page.locator("#free-quantity").fill("5")
    page.locator("form[data-site-work='free'] button").click()
    row = page.locator("[data-rows='materials'] > li", has_text="Клин")
    row.locator("[name='typed']").fill("4")
    row.locator("[name='typed']").blur()
    row.get_by_role("button", name="Меньше").click()
    expect(row.locator("[name='typed']")).to_have_value("3")


def _work(page):
    page.get_by_text("Добавить работу", exact=True).click()
    form = page.locator(".site-adding form[data-site-work='extra_work']")
    form.locator("#work-name").fill("Отделка откоса своя")
    form.locator("#work-quantity").fill("2,5")
    form.locator("#work-price").fill("333,33")
    expect(form.locator("[data-sum]")).to_have_text("833,33 ₽")
    form.get_by_text("Согласовано на месте").click()
    expect(form.locator("[name='consent_name']")).to_have_value("Вера Павлова")
    form.get_by_text("Клиент расписывается на экране").click()
    _sign(page, form)
    form.get_by_role("button", name="Добавить").click()
    expect(page.locator("[data-open]")).to_have_text("833,33 ₽")


def _sign(page, form):
    glass = form.locator(".signature-glass")
    glass.evaluate("glass => glass.scrollIntoView({ block: 'center' })")
    box = glass.bounding_box()
    for stroke in ([(0.1, 0.7), (0.3, 0.2), (0.5, 0.7)], [(0.6, 0.5), (0.9, 0.5)]):
        for at, (x, y) in enumerate(stroke):
            page.mouse.move(box["x"] + x * box["width"], box["y"] + y * box["height"])
            if not at:
                page.mouse.down()
        page.mouse.up()


def _pay(page):
    page.get_by_text("Клиент платит", exact=True).click()
    form = page.locator("form[data-site-work='payment']")
    expect(form.locator("[name='amount']")).to_have_value("833,33")
    form.get_by_text("Наличные").click()
    form.get_by_label("Номер чека").fill("1047")
    form.get_by_role("button", name="Деньги получены").click()
    expect(page.locator("[data-open]")).to_have_text("0 ₽")


def _stands_there(page):
    expect(page.locator("[data-rows='materials'] > li")).to_have_count(2)
    expect(page.locator("[data-rows='works'] > li")).to_contain_text("Вера Павлова")
    expect(page.locator("[data-rows='payments'] > li")).to_contain_text("чек 1047")
    expect(page.locator("[data-paid]")).to_have_text("833,33 ₽")
    expect(page.locator("[data-rows='works'] [data-signed]")).to_be_visible()


def test_the_browser_counts_to_the_kopeck_as_the_house_does(open_page, visit, egor):
    page = open_page(egor, "/field/", width=390, height=844)
    seeded = random.Random(7)
    cases = [(seeded.randrange(1, 100_000_001), seeded.randrange(0, 1_000_000_001)) for _each in range(2000)]
    cases += [(500, 1), (1500, 1), (2500, 33333), (1, 499), (1, 500), (1, 501)]
    counted = page.evaluate(
        "async (cases) => { const { product } = await import('/static/field/money.js');"
        " return cases.map(([quantity, price]) => String(product(quantity, price))); }",
        cases,
    )
    ours = [money.product(Decimal(quantity) / 1000, Decimal(price) / 100) for quantity, price in cases]
    assert counted == [str(int(one * 100)) for one in ours]


@pytest.mark.parametrize("language", ["ru", "en"])
def test_the_browser_writes_money_as_the_house_does(open_page, visit, egor, language):
    page = open_page(egor, "/field/", width=390, height=844)
    amounts = [0, 1, 50, 99, 100, 813_125, 5_430_000, 123_456_750, -50, -105_000]
    written = page.evaluate(
        "async ([amounts, language]) => { const { said } = await import('/static/field/money.js');"
        " return amounts.map((one) => said(one, language)); }",
        [amounts, language],
    )
    with translation.override(language):
        assert written == [short.money(Decimal(one) / 100) for one in amounts]


def test_the_browser_reads_numbers_as_the_house_does(open_page, visit, egor):
    page = open_page(egor, "/field/", width=390, height=844)
    typed = ["1 250,50", "1250.5", "0", "450 ₽", "-1", "1,005", "1.250,50", "1e3", "", "١٢", "10000000,01", "12,", ",5"]
    typed += ["2,5", "0,001", "0,0001", "100000", "100000,001", "1\u00a0000"]
    read = page.evaluate(
        "async (typed) => { const { kopecks, thousandths } = await import('/static/field/money.js');"
        " return typed.map((one) => [kopecks(one), thousandths(one)]); }",
        typed,
    )
    assert read == [[_or_none(money.read, one, 100), _or_none(money.read_quantity, one, 1000)] for one in typed]


def _or_none(reading, typed, unit):
    from svyazka.kit.refusals import Refused

    try:
        return int(reading(typed) * unit)
    except Refused:
        return None


def test_a_price_above_the_limit_is_refused_before_it_is_kept(open_page, visit, egor, anna):
    from svyazka.business.site_work import rules

    rules.change(own_price_up_to=Decimal(500), by=anna)
    page = open_page(egor, f"/field/visits/{visit.pk}/site-work/", width=390, height=844, touch=True)
    page.get_by_text("Добавить работу", exact=True).click()
    form = page.locator(".site-adding form[data-site-work='extra_work']")
    form.locator("#work-name").fill("Откос")
    form.locator("#work-price").fill("501")
    form.get_by_text("Не спрашивали").click()
    form.get_by_role("button", name="Добавить").click()
    expect(form.locator("[data-wrong]")).to_contain_text("500")
    assert not ExtraWork.objects.exists()
    form.locator("[data-line]").select_option(label="Замер дополнительного проёма · 500 ₽/шт")
    form.get_by_role("button", name="Добавить").click()
    expect(page.locator("[data-rows='works'] > li")).to_contain_text("Клиент ещё не согласился")
    expect(page.locator("[data-rows='works'] .chip.waits:not([hidden])")).to_have_count(0)
    assert ExtraWork.objects.get().line == PriceLine.objects.get(code="measure_more")


def test_consent_without_signal_is_to_the_sum_that_was_shown(phone, line, visit, egor):
    kept = extra.write(visit, uuid4(), Thing("Откос", "шт"), Decimal(1), Decimal(100), by=egor)
    page = phone(egor, path=f"/field/visits/{visit.pk}/site-work/")
    ready(page, visit)
    until(page, "async () => Boolean(await caches.match(location.href))", None)
    cut(page, line)
    row = page.locator("[data-rows='works'] > li")
    row.get_by_text("Изменить или убрать", exact=True).click()
    row.locator("[name='quantity']").fill("2")
    row.locator("form[data-site-work='extra_work']").get_by_role("button", name="Сохранить").click()
    expect(row.locator("[data-cost]")).to_have_text("200 ₽")
    row.locator("summary", has_text="Клиент согласен").click()
    row.get_by_text("Согласовано на месте").click()
    row.locator("form[data-site-work='extra_consent']").get_by_role("button", name="Сохранить").click()
    expect(row.locator("[data-agreed]")).to_be_visible()
    mend(page, line)
    until(page, "async () => !document.querySelector('.site-lines .chip.waits:not([hidden])')", None)
    sent = {one.kind: (one.data["was"], one.data["was_price"]) for one in Action.objects.all()}
    assert sent == {"extra_work": ("1", "100"), "extra_consent": ("2", "100")}
    kept.refresh_from_db()
    assert (kept.quantity, kept.consent) == (2, "on_spot")


def test_a_payment_is_put_right_and_a_receipt_twice_is_asked_about(open_page, visit, egor):
    page = open_page(egor, f"/field/visits/{visit.pk}/site-work/", width=390, height=844, touch=True)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    for _twice in range(2):
        page.get_by_text("Клиент платит", exact=True).click()
        form = page.locator("form[data-site-work='payment']")
        form.locator("[name='amount']").fill("500")
        form.get_by_text("Карта").click()
        form.get_by_label("Номер чека").fill("7")
        form.get_by_role("button", name="Деньги получены").click()
        expect(page.locator("[data-rows='payments'] > li")).to_have_count(1)
    assert len(asked) == 1
    page.get_by_text("Исправить", exact=True).first.click()
    fix = page.locator("form[data-site-work='payment_correction']").first
    fix.locator("[name='amount']").fill("450")
    fix.locator("[name='note']").fill("сдача")
    fix.get_by_role("button", name="Сохранить").click()
    expect(page.locator("[data-paid]")).to_have_text("450 ₽")
    expect(page.locator("[data-rows='payments'] > li")).to_have_count(2)
    until(page, "async () => !document.querySelector('.site-lines .chip.waits:not([hidden])')", None)
    assert sorted(Payment.objects.values_list("amount", flat=True)) == [-50, 500]
