"""My day from the keyboard."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from svyazka.business.deals.models import Task
from svyazka.business.deals.opening import open_deal
from svyazka.business.deals.work import tasks
from svyazka.kit import clock

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_a_day_is_worked_off_from_the_keyboard(open_page, accessible, windows, vera, mikhail):
    deal = open_deal(vera, by=mikhail, responsible=mikhail)
    deal.tasks.all().delete()
    for minutes, what in ((1, "Первое"), (2, "Второе"), (3, "Третье")):
        tasks.plan(deal, what, due_at=clock.now() + timedelta(minutes=minutes), by=mikhail)
    page = open_page(mikhail, "/my-day/")
    accessible(page)
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("#part-today [data-row]")).to_have_count(2)
    expect(page.locator(f"#deal-of-{Task.objects.get(what='Второе').pk}")).to_be_focused()
    page.keyboard.press("s")
    page.get_by_role("button", name="Завтра в 9:00").click()
    expect(page.locator("#part-today [data-row]")).to_have_count(1)
    page.keyboard.press("Shift+Slash")
    expect(page.locator("#dialog")).to_contain_text("Клавиши")
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{page.url.split('/my-day/')[0].split('/deals/')[0]}/deals/{deal.pk}/")
    assert Task.objects.filter(done_at=None, snoozed_until=None).get().what == "Третье"
