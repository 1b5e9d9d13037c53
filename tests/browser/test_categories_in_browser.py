"""Whoever reads says with a click what it is about, and takes it back with another."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from svyazka.business.sorting import rules
from svyazka.business.sorting.models import Category, Sorted
from svyazka.business.sorting.sort import sort
from svyazka.workplaces.operator.test_queue import wait

pytestmark = pytest.mark.slow


def test_w4_the_operator_corrects_what_a_message_is_about(open_page, accessible, windows, vera):
    category = {one.code: one for one in Category.objects.all()}
    rules.add("Жалобы", category["complaint"], {"any_of": ["дует"]}, by=windows["anna"])
    line = wait(vera, kind="message", text="Из окна дует")
    sort(line)
    page = open_page(windows["olga"], "/queue/")
    chip = page.locator(f"#about-{line.pk} > summary")
    expect(chip).to_have_text("Жалоба")
    chip.click()
    accessible(page)
    page.get_by_role("button", name="Вопрос по заказу").click()
    expect(chip).to_have_text("Вопрос по заказу")
    assert Sorted.objects.get(pk=line.pk).how == "person"
    page.goto("/queue/?about=order_question")
    expect(page.locator("[data-row]")).to_have_count(1)
    page.locator(f"#about-{line.pk} > summary").click()
    page.get_by_role("button", name="Отменить").click()
    expect(page.locator(f"#about-{line.pk} > summary")).to_have_text("Жалоба")
