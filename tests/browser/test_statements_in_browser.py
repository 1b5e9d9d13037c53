# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
"""A bank's file, from the drop to the last decision, as whoever keeps the money sees it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from svyazka.business.clients import search
from svyazka.business.money.conftest import deal, invoice, new_deal  # noqa: F401
from svyazka.business.money.models import Payment
from svyazka.business.money.test_statements import OWN, billed, daisy, written  # noqa: F401

pytestmark = pytest.mark.slow

BALANCE = f"СекцияРасчСчет\nРасчСчет={OWN}\nНачальныйОстаток=0\nКонечныйОстаток=1800\nКонецРасчСчет\n"
STRANGER = {"ПлательщикИНН": "", "Плательщик": "ПЕТРОВ ПЁТР", "ПлательщикСчет": "40817810000000000202"}


def test_payments_are_decided_by_keyboard_and_mouse(open_page, roza, billed, daisy, vera, invoice, accessible):
    due, hers = billed(1000), invoice(500)
    search.index("client", vera.pk, vera.name)
    content = written(
        {"НазначениеПлатежа": f"Оплата по счету № {due.number} от {due.issued_on:%d.%m.%Y}. НДС не облагается"},
        {**STRANGER, "Сумма": "500", "НазначениеПлатежа": "за окна Павловой"},
        {
            "Плательщик": "УФК по г. Москве",
            "ПлательщикИНН": "",
            "ПлательщикСчет": "40101810000000000001",
            "Сумма": "300",
        },
        balance=BALANCE,
    )
    page = open_page(roza, "/money/statements/")
    expect(page.get_by_role("heading", name="Выписок ещё не было")).to_be_visible()
    accessible(page)
    # The form is sent as soon as a file is there.
    page.get_by_label("Перетащите сюда файл").set_input_files(
        files=[{"name": "kl_to_1c.txt", "mimeType": "text/plain", "buffer": content}]
    )
    expect(page.locator(".bank-line")).to_have_count(3)
    expect(page.get_by_text("сходится")).to_be_visible()
    expect(page.get_by_text("в назначении счёт №")).to_be_visible()
    accessible(page)

    page.keyboard.press("j")
    page.keyboard.press("1")
    expect(page.locator(".bank-line").nth(0)).to_contain_text("внесено")
    expect(page.locator(".bank-line").nth(1)).to_be_focused()
    page.keyboard.press("2")
    page.get_by_placeholder("Имя, телефон или ИНН").fill("Павлова")
    found = page.locator(".bank-found li", has_text="Вера Павлова")
    found.get_by_label("На какой счёт").select_option(str(hers.pk))
    found.get_by_role("button", name="Внести").click()
    expect(page.locator(".bank-line").nth(1)).to_contain_text("внесено")
    third = page.locator(".bank-line").nth(2)
    third.get_by_label("всегда от этого плательщика").check()
    third.get_by_role("button", name="Не от клиента").click()
    expect(third).to_contain_text("не вносится")
    assert {one.client_id: one.amount for one in Payment.objects.all()} == {daisy.pk: 1000, vera.pk: 500}
    accessible(page)

    page.on("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Отменить файл").click()
    expect(page.get_by_role("progressbar")).to_be_visible()


@pytest.mark.parametrize("width", [1440, 390])
def test_it_fits_every_screen(open_page, roza, billed, width):
    due = billed(1000)
    text = f"Оплата по счету № {due.number} от {due.issued_on:%d.%m.%Y} " + "за окна и двери " * 20
    content = written(*({"Номер": each, "Сумма": 100 + each, "НазначениеПлатежа": text} for each in range(20)))
    page = open_page(roza, "/money/statements/", width=width)
    file = {"name": "kl_to_1c.txt", "mimeType": "text/plain", "buffer": content}
    page.get_by_label("Перетащите сюда файл").set_input_files(files=[file])
    expect(page.locator(".bank-line")).to_have_count(20)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
