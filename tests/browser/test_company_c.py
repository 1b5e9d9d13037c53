"""Company C from the first request to the end, as its people see it: sales, preparation, execution."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from svyazka.business.deals.models import Deal
from svyazka.business.intake.work_off import work_off
from svyazka.edge.conftest import open_house
from tests.browser.conftest import log_in

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

AGREED = {
    "seats": "40",
    "start_on": "2027-02-01",
    "amount": "540000",
    "minute_price": "4,20",
    "contract_number": "17-А",
    "contact_person": "Ирина Соколова",
}
PREPARED = {
    "assignment": "https://romashka.example/tz",
    "reports_to": "reports@romashka.example",
    "line_number": "8 495 123-45-67",
    "script_agreed": "2027-01-20",
    "trained": "38",
}


@pytest.fixture
def house(live_server, settings, projects):
    with open_house(settings.DATABASE_DIRECT_URL, web=live_server.url) as house:
        yield house


@pytest.fixture
def sit_down(browser, house, settings):
    """`sit_down(timur, deal)`: the deal's page before a colleague, behind the real edge, with what others do."""
    address = f"http://127.0.0.1:{house.port}"
    contexts = []

    def sit(person, deal) -> Page:
        context = browser.new_context(base_url=address, locale="ru-RU", timezone_id="Europe/Moscow")
        contexts.append(context)
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": log_in(person), "url": address}])
        page = context.new_page()
        page.set_default_timeout(10_000)
        page.goto(f"/deals/{deal.pk}/")
        expect(page.locator("#live-light .whole")).to_be_visible()
        return page

    yield sit
    for context in contexts:
        context.close()


@pytest.mark.usefixtures("projects")
def test_c4_a_request_goes_through_sales_preparation_and_execution_and_is_returned_once(
    house, sit_down: Callable[..., Page]
):
    assert house.ask("POST", "/in/form/demo-main/", {"name": "ООО «Ромашка»", "phone": "89161234567"}).status == 200
    work_off()
    sale = Deal.objects.select_related("responsible__department").get()
    assert sale.responsible.department.code == "sales", "given out by the rule of its pipeline"

    sales = sit_down(sale.responsible, sale)
    sales.get_by_role("button", name="Взять в работу").click()
    expect(sales.get_by_role("button", name="Взять в работу")).to_have_count(0)
    go_on(sales, "Договор подписан", {"project_kind": "inbound", **AGREED})
    expect(sales.locator("#deal-departments")).to_contain_text("ждёт приёма")

    prepared = Deal.objects.select_related("responsible").get(parent=sale)
    preparation = sit_down(prepared.responsible, prepared)
    expect(preparation.locator("#deal-facts [name=contact_person]")).to_have_value("Ирина Соколова")
    preparation.get_by_role("button", name="Вернуть…").click()
    preparation.get_by_label("Что нужно исправить?").fill("Мест должно быть 60")
    preparation.get_by_role("button", name="Вернуть", exact=True).click()
    expect(preparation.locator("#handed-title")).to_contain_text("Отложена")

    expect(sales.locator("#deal-departments")).to_contain_text("Мест должно быть 60")
    sales.locator("#deal-facts [name=seats]").fill("60")
    sales.get_by_role("button", name="Сохранить").click()
    expect(sales.locator("#facts-form.dirty")).to_have_count(0)
    go_on(sales, "Договор подписан", {})

    preparation.get_by_role("button", name="Принять", exact=True).click()
    expect(preparation.get_by_role("button", name="Принято по ошибке: отменить")).to_be_visible()
    expect(preparation.locator("#deal-facts [name=seats]")).to_have_value("60")
    go_on(preparation, "Готов к запуску", PREPARED)
    expect(preparation.locator("#deal-departments")).to_contain_text("Ведение")

    carried_out = Deal.objects.select_related("responsible").get(parent=prepared)
    execution = sit_down(carried_out.responsible, carried_out)
    execution.get_by_role("button", name="Принять", exact=True).click()
    expect(execution.get_by_role("button", name="Принято по ошибке: отменить")).to_be_visible()
    go_on(execution, "Завершён", {"launched_on": "2027-02-01", "acts_signed": "yes"})

    stands = sales.locator("#deal-departments .family > li")
    expect(stands).to_have_count(3)
    expect(stands.nth(1)).to_contain_text("Готов к запуску")
    expect(stands.nth(2)).to_contain_text("Завершён")


def go_on(page: Page, stage: str, learnt: dict[str, str]) -> None:
    """To a stage, filling in what it asks for on the way."""
    page.locator(".path button", has_text=stage).click()
    dialog = page.locator("#dialog")
    if learnt:
        expect(dialog).to_be_visible()
    for code, value in learnt.items():
        field = dialog.locator(f"[name=fact_{code}]")
        field.select_option(value) if field.evaluate("field => field.tagName") == "SELECT" else field.fill(value)
    if learnt:
        dialog.get_by_role("button", name="Сохранить и перенести").click()
    expect(page.locator(".way [aria-current]")).to_have_text(stage)
