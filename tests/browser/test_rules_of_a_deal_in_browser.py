# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
"""What automations did with a deal, on its page: opened, read, and on to the log."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from svyazka.workplaces.manager.test_deal_rules import acted_on, welcome  # noqa: F401

pytestmark = pytest.mark.slow


def test_from_a_deal_to_what_a_rule_did_and_into_the_log(open_page, accessible, anna, acted_on):
    deal = acted_on()
    page = open_page(anna, f"/deals/{deal.pk}/")
    expect(page.locator(".rule-runs")).to_have_count(0)

    page.get_by_text("Что сделали автоматизации").click()

    done = page.locator(".rule-runs > li")
    expect(done).to_have_count(1)
    expect(done).to_contain_text("сделка переходит на «Связались»")
    accessible(page)
    page.set_viewport_size({"width": 390, "height": 900})
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    done.get_by_role("link", name="Приветствие").click()
    expect(page.get_by_role("heading", name="Запуск")).to_be_visible()
