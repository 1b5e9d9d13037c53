"""Values out of a file, from the upload to the undoing, as the head of sales sees it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from svyazka.business.deals.models import Deal
from svyazka.business.deals.opening import open_deal
from svyazka.business.imports import going_on

pytestmark = pytest.mark.slow


@pytest.fixture
def deals(windows, vera, olga) -> list[Deal]:
    return [open_deal(vera, facts={"openings": 3}, by=olga) for _number in range(3)]


def work() -> None:
    while going_on.go_on():
        pass


def openings(deals: list[Deal]) -> list[int]:
    return [Deal.objects.get(pk=deal.pk).facts["openings"] for deal in deals]


def test_a_table_is_uploaded_checked_stored_and_undone(open_page, deals, roza, accessible):
    page = open_page(roza, "/deals/list/")
    page.get_by_role("link", name="Заполнить из файла").click()
    expect(page.get_by_role("heading", name="Значения из файла")).to_be_visible()
    expect(page.locator("#filters")).to_have_count(0)
    text = f"№;Проёмов;Сумма;Мастер\n{deals[0].pk};4;54 300,50;Иван\n{deals[1].pk};много;;\n{deals[2].pk};5;;\n"
    file = {"name": "проёмы.csv", "mimeType": "text/csv", "buffer": text.encode("cp1251")}
    page.get_by_label("Файл: CSV или XLSX").set_input_files(files=[file])
    page.get_by_role("button", name="Просмотреть").click()

    expect(page.get_by_label("№", exact=True)).to_have_value("key.deal")
    expect(page.get_by_label("Проёмов")).to_have_value("openings")
    expect(page.get_by_label("Мастер")).to_have_value("")
    accessible(page)
    page.get_by_label("№", exact=True).select_option("")
    page.get_by_role("button", name="Проверить").click()
    expect(page.get_by_role("alert")).to_contain_text("Укажите ровно один столбец")
    page.get_by_label("№", exact=True).select_option("Номер сделки")
    page.get_by_label("записать поверх").check()
    page.get_by_label("сохранить верные").check()
    page.get_by_role("button", name="Проверить").click()

    expect(page.get_by_role("heading", name="Строки проверяются")).to_be_visible()
    page.reload()
    expect(page.get_by_role("progressbar")).to_be_visible()
    work()
    expect(page.get_by_role("heading", name="Проверено: пока ничего не сохранено")).to_be_visible()
    expect(page.get_by_text("Здесь нужно целое число, например 3.")).to_be_visible()
    accessible(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Скачать все (CSV)").click()
    assert "3;Проёмов;много" in download.value.path().read_text(encoding="utf-8")
    assert openings(deals) == [3, 3, 3]

    page.get_by_role("button", name="Сохранить").click()
    expect(page.get_by_role("heading", name="Значения сохраняются")).to_be_visible()
    work()
    expect(page.get_by_role("heading", name="Сохранено")).to_be_visible()
    assert openings(deals) == [4, 3, 5]

    page.set_viewport_size({"width": 390, "height": 800})
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Отменить всё").click()
    expect(page.get_by_role("heading", name="Значения возвращаются")).to_be_visible()
    work()
    expect(page.get_by_role("heading", name="Отменено")).to_be_visible()
    assert openings(deals) == [3, 3, 3]


def test_the_list_is_sorted_and_counted_by_an_own_field(open_page, deals, roza, accessible):
    page = open_page(roza, "/deals/list/?column=openings&by=openings")
    expect(page.locator("#deals-totals")).to_contain_text("Среднее")
    page.get_by_role("link", name="Проёмов").click()
    expect(page.get_by_role("columnheader", name="Проёмов")).to_have_attribute("aria-sort", "descending")
    accessible(page)
