"""A deal's page under hands that are quick, and beside a colleague who is quicker."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from svyazka.business.clients import history
from svyazka.business.clients.models import Interaction
from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Deal
from svyazka.business.deals.opening import open_deal

pytestmark = pytest.mark.slow


@pytest.fixture
def deal(windows, vera, olga) -> Deal:
    return open_deal(vera, by=olga)


def test_a_text_that_was_opened_stays_open_when_something_happens(open_page, olga, deal):
    history.add(deal.client_id, kind="form", text="Прошу " + "очень " * 1000 + "срочно", deal_id=deal.pk, by=olga)
    page = open_page(olga, f"/deals/{deal.pk}/")
    said = page.locator("#deal-history .said").last
    expect(said).not_to_contain_text("срочно")
    page.get_by_role("button", name="Показать полностью").click()
    expect(said).to_contain_text("срочно")
    history.note(deal.client_id, "Позвонил", deal_id=deal.pk, by=olga)
    page.evaluate(
        "number => document.body.dispatchEvent(new CustomEvent('live:interaction', { detail: { client: number } }))",
        deal.client_id,
    )
    expect(page.locator("#deal-history .said").first).to_have_text("Позвонил")
    expect(said).to_contain_text("срочно")


def test_who_appoints_second_sees_whom_the_first_appointed_and_chooses_again(open_page, olga, mikhail, roza, deal):
    page = open_page(olga, f"/deals/{deal.pk}/")
    page.get_by_role("button", name="Назначить", exact=True).click()
    dialog = page.locator("#dialog")
    dialog.locator("select").select_option(str(olga.pk))
    facts.appoint(deal, mikhail, by=roza)
    dialog.get_by_role("button", name="Назначить", exact=True).click()
    expect(dialog.get_by_role("alert")).to_contain_text("изменил кто-то другой")
    expect(dialog.locator("select")).to_have_value(str(mikhail.pk))
    dialog.locator("select").select_option(str(olga.pk))
    dialog.get_by_role("button", name="Назначить", exact=True).click()
    expect(dialog).not_to_be_visible()
    expect(page.locator("#deal-client .responsible")).to_contain_text(olga.full_name)


def test_two_quick_clicks_write_one_note(open_page, olga, deal):
    page = open_page(olga, f"/deals/{deal.pk}/")
    sent = []
    page.on("request", lambda request: sent.append(request.url) if request.url.endswith("/notes/") else None)
    page.get_by_label("Заметка для коллег").fill("Замок сломан")
    page.get_by_role("button", name="Добавить заметку").dblclick()
    expect(page.locator("#deal-history .said")).to_have_text("Замок сломан")
    expect(page.get_by_role("button", name="Добавить заметку")).to_be_enabled()
    assert len(sent) == 1
    assert Interaction.objects.filter(kind="note").count() == 1
