"""The calling list from the keyboard, by two people at once."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from svyazka.business.clients.models import Client
from svyazka.business.deals.models import CallingHold, Deal, Task
from svyazka.business.deals.opening import open_deal
from svyazka.kit import clock

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_a_list_is_rung_through_from_the_keyboard(open_page, accessible, windows, vera, mikhail, dina, roza):
    for number, client in enumerate((vera, *(Client.objects.create(name=name) for name in ("Игорь", "Анна", "Пётр")))):
        deal = open_deal(client, by=mikhail, responsible=mikhail)
        due_at = clock.now() + timedelta(minutes=number - 60)
        Task.objects.filter(deal=deal).update(due_at=due_at, kind="call", of_stage=False)
    page = open_page(mikhail, "/calling/")
    page.keyboard.press("s")
    expect(page.locator("#calling-client")).to_have_text("Вера Павлова")
    accessible(page)
    other = open_page(roza, f"/calling/?whose=p{mikhail.pk}")
    other.keyboard.press("s")
    expect(other.locator("#calling-client")).to_have_text("Игорь")

    # Reached, with a next step, without the mouse.
    page.keyboard.press("r")
    page.keyboard.type("Ждёт замер")
    page.get_by_role("button", name="Завтра в 9:00").first.click()
    page.keyboard.press("Tab")
    page.locator("#calling-said").press("Control+Enter")
    expect(page.locator("#calling-client")).to_have_text("Анна")
    assert Deal.objects.get(client=vera).next_step == "Позвонить клиенту"
    assert Task.objects.get(deal__client=vera, outcome="reached").result == "Ждёт замер"

    # Not reached; taken back; passed over.
    page.keyboard.press("Digit3")
    expect(page.locator("#calling-client")).to_have_text("Пётр")
    page.keyboard.press("z")
    expect(page.locator("#calling-client")).to_have_text("Анна")
    page.keyboard.press("s")
    expect(page.locator("#calling-client")).to_have_text("Пётр")

    # Whoever leaves the page leaves the client to the next.
    assert CallingHold.objects.count() == 2
    page.get_by_role("link", name="Мой день").last.click()
    expect(page.locator("#my-day")).to_be_visible()
    page.wait_for_timeout(300)
    assert CallingHold.objects.get().person == roza

    # Nothing to ring: the way to the list of deals is a page like any other.
    empty = open_page(dina, "/calling/")
    empty.get_by_role("link", name="К списку сделок").click()
    expect(empty.locator("#deals-table")).to_be_visible()
    expect(empty.locator("#calling")).to_have_count(0)
