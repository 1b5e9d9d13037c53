"""The client's own page on a phone."""

# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
from __future__ import annotations

import pytest
from playwright.sync_api import expect

from svyazka.business.visits import links
from svyazka.business.visits.conftest import deal, hour, measurement, monday, of_egor, visit  # noqa: F401
from svyazka.business.visits.models import ClientRules, Visit

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_confirmed_and_moved_with_the_thumb(open_page, accessible, visit):
    ClientRules.objects.create(pk=1, company="Окна и точка", phone="+74950000000")
    page = open_page(None, f"/v/{links.link_of(visit).split('/')[-2]}/", width=390, touch=True)
    accessible(page)
    page.get_by_role("button", name="Мне удобно").click()
    expect(page.get_by_role("status")).to_contain_text("Спасибо")
    page.get_by_role("link", name="Другое время").click()
    accessible(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    # By keyboard, too: the times of all days are one choice.
    page.get_by_role("radio").first.focus()
    page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="Перенести на это время").click()
    expect(page.get_by_role("status")).to_contain_text("Новое время за вами")
    assert Visit.objects.get().moves == 1
    page.get_by_role("link", name="Отменить").click()
    accessible(page)
    page.get_by_role("button", name="Да, отменить").click()
    expect(page.get_by_text("отменён")).to_be_visible()
