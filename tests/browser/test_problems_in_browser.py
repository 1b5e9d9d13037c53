"""The problems' page while others work: a problem comes, is solved by its button and goes; what is chosen stays."""

from __future__ import annotations

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from svyazka.business.deals.models import Deal, Task
from svyazka.business.deals.opening import open_deal
from svyazka.business.problems.sweep import sweep
from svyazka.kit import clock

pytestmark = pytest.mark.slow


@pytest.fixture
def without_a_step(windows, vera, mikhail):
    def make() -> Deal:
        deal = open_deal(vera, responsible=mikhail, by=mikhail)
        Task.objects.filter(deal=deal).delete()
        Deal.objects.filter(pk=deal.pk).update(next_step="", next_step_at=None)
        sweep([deal.pk])
        return deal

    return make


def hear(page) -> None:
    """What the stream would bring; the test's house has no edge."""
    page.evaluate("document.body.dispatchEvent(new CustomEvent('calm:problem'))")


def test_w11_a_problem_appears_is_solved_by_its_button_and_goes(open_page, mikhail, without_a_step):
    first = without_a_step()
    page = open_page(mikhail, "/problems/")
    page.locator(f"[name='deal'][value='{first.pk}']").check()
    second = without_a_step()
    hear(page)
    line = page.locator(".pains > li", has_text=f"№ {second.pk}")
    expect(line).to_be_visible()
    expect(page.locator(f"[name='deal'][value='{first.pk}']")).to_be_checked()
    expect(page.locator("[data-number]")).to_have_text("1")

    line.get_by_role("button", name="Запланировать шаг").click()
    dialog = page.locator("#dialog")
    dialog.get_by_label("Что нужно сделать").fill("Позвонить")
    dialog.get_by_label("В какой день").fill((clock.today() + timedelta(days=1)).isoformat())
    dialog.get_by_role("button", name="Запланировать").click()
    expect(dialog).not_to_be_visible()
    expect(line).to_have_count(0)
    expect(page.locator(".pains > li")).to_have_count(1)


def test_a_boards_columns_follow_its_pipeline(open_page, mikhail, without_a_step):
    deal = without_a_step()
    page = open_page(mikhail, "/deals/")
    expect(page.locator(f"#d{deal.pk} .pain")).to_have_attribute("title", "Нет следующего шага")
    stage = deal.stage
    type(stage).objects.filter(pk=stage.pk).update(words={"ru": "Совсем новая"})
    page.evaluate(
        "id => document.body.dispatchEvent(new CustomEvent('live:pipeline', { detail: { id } }))", deal.pipeline_id
    )
    expect(page.get_by_role("heading", name="Совсем новая")).to_be_visible()


@pytest.mark.parametrize("where", ["board", "deal"])
def test_a_sweep_of_too_many_deals_to_name_them_is_seen_on_the(open_page, mikhail, without_a_step, where):
    deal = without_a_step()
    page = open_page(mikhail, "/deals/" if where == "board" else f"/deals/{deal.pk}/")
    pain = page.locator(f"#d{deal.pk} .pain" if where == "board" else "#deal-problems li")
    expect(pain).to_be_visible()
    Task.objects.create(deal=deal, what="Позвонить", due_at=clock.now() + timedelta(days=1), person=mikhail)
    Deal.objects.filter(pk=deal.pk).update(next_step="Позвонить", next_step_at=clock.now() + timedelta(days=1))
    sweep([deal.pk])
    page.evaluate("document.body.dispatchEvent(new CustomEvent('live:many-problem'))")
    expect(pain).to_have_count(0)
