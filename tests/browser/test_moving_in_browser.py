"""A company moves over with an ugly file, from the upload to the undoing, as the head of sales sees it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from svyazka.business.clients.models import Client
from svyazka.business.deals.models import Deal
from svyazka.business.moving_in import going_on

pytestmark = pytest.mark.slow

UGLY = """Выгрузка из старой таблицы;;;;;;;;
;;;;;;;;
№;Клиент;Телефон;Телефон;Почта;Этап;Сумма;Ответственный;Дата создания
101;Павлова Вера Ильинична;8 (916) 765-43-21;;vera@gmial.com;Успешно реализовано;54 300,50;Лебедев Михаил;12 мая 2021 г.
102;Ильин Пётр;79261112233; 8 495 111-22-33, 8-926-111-22-44;;Новая;1000;Никто;44330
103;Вера Павлова;+7 916 765 43 21;;;Отказ;;Лебедев Михаил;01.02.22
104;Анна Павлова;8 916 765 43 21;;;Новая;700;;вчера
105;нет;7,91612E+10;;;;;;
Итого;;;;;;56 000,50;;
"""


@pytest.fixture(autouse=True)
def files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def work() -> None:
    while going_on.go_on():
        pass


def test_c11_an_ugly_file_moves_over_and_back(open_page, windows, mikhail, roza, accessible):
    page = open_page(roza, "/office/moving-in/")
    expect(page.get_by_role("heading", name="Переезд")).to_be_visible()
    file = {"name": "старая таблица.csv", "mimeType": "text/csv", "buffer": UGLY.encode("cp1251", "replace")}
    page.get_by_label("Файл: CSV, XLSX").set_input_files(files=[file])
    page.get_by_role("button", name="Загрузить").click()
    expect(page.get_by_role("heading", name="Файл читается")).to_be_visible()
    work()

    expect(page.get_by_role("heading", name="Что в каком столбце")).to_be_visible()
    expect(page.get_by_label("Клиент", exact=True).last).to_have_value("name")
    expect(page.get_by_label("Телефон (2)")).to_have_value("phone")
    expect(page.get_by_label("сделка и её клиент")).to_be_checked()
    accessible(page)
    page.get_by_role("button", name="Дальше").click()

    expect(page.get_by_label("Лебедев Михаил")).to_have_value(str(mikhail.pk))
    page.get_by_label("Никто").select_option(roza.full_name)
    accessible(page)
    page.get_by_role("button", name="Пробный прогон").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    work()

    expect(page.get_by_role("heading", name="Пробный прогон готов")).to_be_visible()
    assert not Deal.objects.exists()
    accessible(page)
    page.get_by_role("link", name="Посмотреть").click()
    expect(page.get_by_text("vera@gmail.com")).to_be_visible()
    accessible(page)
    page.get_by_role("button", name="Принять все").click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    work()
    expect(page.get_by_role("heading", name="Пробный прогон готов")).to_be_visible()
    page.get_by_role("link", name="По строкам").click()
    expect(page.get_by_text("строка 4").first).to_be_visible()
    accessible(page)
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    page.set_viewport_size({"width": 1440, "height": 900})
    page.get_by_role("link", name="старая таблица.csv").click()

    page.get_by_role("button", name="Перенести").click()
    expect(page.get_by_role("heading", name="Клиенты и сделки переносятся")).to_be_visible()
    work()
    expect(page.get_by_role("heading", name="Перенесено")).to_be_visible()
    accessible(page)
    assert Deal.objects.count() == 4
    assert Client.objects.filter(contact_points__value="vera@gmail.com").exists()
    page.get_by_role("link", name="Сравнить").click()
    expect(page.get_by_role("heading", name="Там и здесь")).to_be_visible()
    accessible(page)
    page.go_back()
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Отменить весь переезд").click()
    expect(page.get_by_role("heading", name="Переезд отменяется")).to_be_visible()
    work()
    expect(page.get_by_role("heading", name="Отменено")).to_be_visible()
    assert not Deal.objects.exists()
    assert not Client.objects.filter(contact_points__value="vera@gmail.com").exists()
