"""A request that is taken down while somebody speaks: whose it is appears as one types, and may be said."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from svyazka.business.clients import apart
from svyazka.business.clients.models import Client
from svyazka.business.deals.models import Deal

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_somebody_else_with_a_known_phone(open_page, accessible, olga, vera):
    page = open_page(olga, "/requests/new/")
    page.get_by_label("Телефон или почта").fill("8 916 123-45-67")
    expect(page.locator("#known h2")).to_have_text("Вера Павлова")
    page.get_by_label("Имя", exact=True).fill("Пётр")
    it_may_be = page.get_by_role("radiogroup", name="Может быть, это кто-то из них?")
    expect(it_may_be.get_by_text("телефон совпал")).to_be_visible()
    accessible(page)
    it_may_be.get_by_label("Кто-то другой").check()
    page.get_by_label("Адрес", exact=True).fill("Химки, Садовая, 1")
    expect(it_may_be.get_by_label("Кто-то другой")).to_be_checked()
    page.get_by_role("button", name="Записать", exact=True).click()
    page.wait_for_url("**/deals/*/")
    deal = Deal.objects.select_related("client").get()
    assert (deal.client.name, apart.of(deal.client_id), Client.objects.count()) == ("Пётр", {vera.pk}, 2)
