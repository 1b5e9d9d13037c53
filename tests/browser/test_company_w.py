"""Company W in the browser: an order from the form on its site to the last signature."""

from __future__ import annotations

from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, expect

from svyazka.business.deals.models import Deal
from svyazka.business.intake.work_off import work_off
from svyazka.business.visits.models import Visit
from svyazka.edge.conftest import open_house

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

FORM = {"name": "Вера Павлова", "phone": "8 (916) 123-45-67", "message": "Два окна"}


def test_w6_w8_an_order_goes_from_the_form_to_the_last_signature(open_page, windows, settings, live_server):
    with open_house(settings.DATABASE_DIRECT_URL, web=live_server.url) as edge:
        sent = urlencode(FORM)
        assert (
            edge.ask("POST", "/in/form/demo-okna/", sent, content_type="application/x-www-form-urlencoded").status
            == 200
        )
    work_off()
    deal = Deal.objects.get()

    olga = open_page(windows["olga"], "/queue/")
    olga.get_by_role("button", name="Взять Вера Павлова").click()
    olga.wait_for_url(f"**/deals/{deal.pk}/")
    fill_in(olga, "Адрес", "Москва, Лесная, 5")
    go_on(olga, "Связались")
    book(olga, deal, "measurement")

    carry_out(open_page, "Два окна, третий этаж")

    mikhail = open_page(windows["mikhail"], f"/deals/{deal.pk}/")
    expect(mikhail.locator(".path .here")).to_have_text("Замер выполнен")
    expect(mikhail.locator("#deal-history")).to_contain_text("Два окна, третий этаж")
    fill_in(mikhail, "Проёмов", "2")
    fill_in(mikhail, "Сумма", "154 300")
    go_on(mikhail, "Предложение отправлено")
    go_on(mikhail, "Договор и предоплата")
    mikhail.get_by_role("button", name="В производстве").click()
    asked = mikhail.locator("#dialog")
    asked.get_by_label("Номер договора").fill("17-М")
    asked.get_by_label("Предоплата").fill("77 150")
    asked.get_by_role("button", name="Сохранить и перенести").click()
    expect(mikhail.locator(".path .here")).to_have_text("В производстве")
    fill_in(mikhail, "Готовность изделий", "2099-05-12")

    book(olga, deal, "installation")
    move_by_a_day(olga)
    carry_out(open_page, "Смонтировано, акт подписан")

    mikhail.reload()
    expect(mikhail.locator(".path .here")).to_have_text("Смонтировано")
    go_on(mikhail, "Закрыта")
    expect(mikhail.locator("#deal-steps")).to_contain_text("Сделка закрыта")
    assert Deal.objects.get().closed_at
    assert Visit.objects.filter(status="done").count() == 2


def fill_in(page: Page, label: str, value: str) -> None:
    save = page.locator("#deal-facts").get_by_role("button", name="Сохранить")
    for _time in range(20):  # on a busy machine the page's script may come after the first key; people type on
        page.locator("#deal-facts").get_by_label(label).fill(value)
        if save.is_visible():
            break
        page.wait_for_timeout(100)
    with page.expect_response("**/fields/") as answer:
        save.click()
    assert answer.value.status == 200


def go_on(page: Page, stage: str) -> None:
    page.get_by_role("button", name=stage, exact=True).click()
    expect(page.locator(".path .here")).to_have_text(stage)


def book(page: Page, deal: Deal, kind: str) -> None:
    page.goto(f"/deals/{deal.pk}/visits/new/?kind={kind}")
    page.locator("button.window").first.click()
    expect(page.locator(".booked")).to_be_visible()


def move_by_a_day(page: Page) -> None:
    """The client asks for another time; whoever goes there hears of it."""
    visit = Visit.objects.latest("pk")
    page.goto(f"/visits/{visit.pk}/time/")
    page.get_by_label("Своими словами").fill("клиент просит позже")
    page.get_by_role("button", name="Все окна на день").click()
    day, hours = page.locator(".windows-date"), page.locator(".windows-hours button")
    for _day_off in range(4):
        shown = day.input_value()
        page.get_by_role("button", name="Следующий день").click()
        expect(day).not_to_have_value(shown)
        if hours.count():
            break
    hours.first.click()
    expect(page.locator("main")).to_contain_text("перенесён 1 раз")
    assert Visit.objects.get(pk=visit.pk).starts_at > visit.starts_at


def carry_out(open_page, report: str) -> None:
    """By whoever has it: towards the evening the first window is of the one who works longest."""
    visit = Visit.objects.latest("pk")
    phone = open_page(
        visit.resource.person, f"/field/?day={visit.starts_at:%Y-%m-%d}", width=390, height=844, touch=True
    )
    phone.locator("a.stop-main").tap()
    for button in ("Еду", "Начать работу"):
        phone.get_by_role("button", name=button).tap()
    if visit.kind.checklist:
        phone.get_by_role("link", name="Готово…").tap()
        for point in visit.kind.checklist:
            phone.get_by_role("checkbox", name=point["name"]["ru"]).tap()
            expect(phone.get_by_role("checkbox", name=point["name"]["ru"])).to_be_checked()
        expect(phone.get_by_role("checkbox", checked=True)).to_have_count(len(visit.kind.checklist))
    phone.get_by_role("button", name="Готово").tap()
    expect(phone.locator("#stop .chip[data-status=done]")).to_have_text("выполнен")
    phone.get_by_label("Заметка").fill(report)
    phone.get_by_role("button", name="Сохранить заметку").tap()
    expect(phone.locator("[data-told=note]")).to_be_visible()
