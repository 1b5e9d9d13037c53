"""Two clients become one and two again, as the operator sees it."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from svyazka.business.clients import change
from svyazka.business.clients.models import Client, ContactPoint
from svyazka.business.deals.opening import open_deal
from svyazka.business.duplicates.models import Merge

pytestmark = pytest.mark.slow


@pytest.fixture
def twin(windows, olga) -> Client:
    client = Client.objects.create(name="Павлова Вера Сергеевна")
    ContactPoint.objects.create(client=client, kind="phone", value="+79035556677")
    change.change(client, {"address": "Химки, ул. Садовая, 3"}, by=olga)
    open_deal(client, responsible=olga, by=olga)
    return client


def test_found_looked_at_merged_and_undone(open_page, vera, twin, olga, accessible):
    page = open_page(olga, f"/clients/{vera.pk}/")
    page.get_by_role("link", name="Объединить с…").click()
    page.get_by_label("Другой клиент: имя").press_sequentially("садовая")
    accessible(page)
    page.get_by_role("link", name="Павлова Вера Сергеевна").click()
    expect(page.get_by_role("heading", name="Объединение двух клиентов")).to_be_visible()
    accessible(page)
    page.get_by_role("link", name="Оставить другого").click()
    page.wait_for_url(f"**/clients/{twin.pk}/merging/?with={vera.pk}")
    page.get_by_role("link", name="Оставить другого").click()
    page.wait_for_url(f"**/clients/{vera.pk}/merging/?with={twin.pk}")
    page.get_by_role("radio", name="Вера Павлова").check()
    page.get_by_role("button", name="Объединить", exact=True).click()

    expect(page.get_by_role("status").filter(has_text="С этим клиентом объединён")).to_be_visible()
    expect(page.get_by_role("heading", name="Вера Павлова")).to_be_visible()
    expect(page.locator("#contacts")).to_contain_text("+7 903 555-66-77")
    accessible(page)
    page.goto(f"/clients/{twin.pk}/")
    page.wait_for_url(f"**/clients/{vera.pk}/?was={twin.pk}")
    page.on("dialog", lambda dialog: dialog.accept())
    page.locator("#history").get_by_role("button", name="Отменить").click()
    expect(page.get_by_text("Отменено: это снова два клиента.")).to_be_visible()
    accessible(page)
    assert Merge.objects.get().undone_by == olga
    twin.refresh_from_db()
    assert (twin.merged_into_id, twin.deals.count()) == (None, 1)
    page.get_by_role("link", name="Все объединения").click()
    expect(page.locator(".merges")).to_contain_text("Павлова Вера Сергеевна")
    accessible(page)


@pytest.mark.parametrize("width", [390, 1440])
def test_nothing_is_wider_than_the_screen(open_page, vera, twin, olga, width):
    Client.objects.filter(pk=vera.pk).update(name="ООО «Очень длинное название строительной компании с филиалами»")
    page = open_page(olga, f"/clients/{vera.pk}/merging/?with={twin.pk}", width=width)
    assert is_within(page, width)
    page.get_by_role("button", name="Объединить", exact=True).click()
    page.wait_for_url("**was=**")
    assert is_within(page, width)
    for path in ("/merges/", f"/merges/{Merge.objects.get().pk}/"):
        page.goto(path)
        assert is_within(page, width)


def is_within(page, width: int) -> bool:
    return page.evaluate("document.documentElement.scrollWidth") <= width
