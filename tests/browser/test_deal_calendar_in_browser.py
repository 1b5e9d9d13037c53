"""The calendar of deals: a step is dragged to another day, or moved from the keyboard, and goes back."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from svyazka.business.deals.models import Stage, Task
from svyazka.business.deals.opening import open_deal
from svyazka.business.deals.work import tasks
from svyazka.kit import clock

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


def test_a_step_is_dragged_to_another_day_and_taken_back(open_page, accessible, windows, vera, mikhail):
    deal = open_deal(vera, by=mikhail, responsible=mikhail)
    deal.tasks.all().delete()
    monday = clock.today() + timedelta(days=7 - clock.today().weekday())
    at = clock.day_bounds(monday)[0] + timedelta(hours=12)
    step = tasks.plan(deal, "Позвонить", due_at=at, by=mikhail)
    page = open_page(mikhail, f"/calendar/deals/?view=week&day={monday}")
    accessible(page)
    entry = page.locator(f"#entry-{step.pk}")
    wednesday = page.locator(f'[data-day="{monday + timedelta(days=2)}"]')
    entry.drag_to(wednesday)
    expect(wednesday.locator(f"#entry-{step.pk}")).to_be_visible()
    assert due_at(step) == at + timedelta(days=2)
    page.get_by_role("button", name="Вернуть").click()
    expect(page.locator(f'[data-day="{monday}"] #entry-{step.pk}')).to_be_visible()
    assert due_at(step) == at
    entry.focus()
    page.keyboard.press("Shift+ArrowRight")
    expect(page.locator(f'[data-day="{monday + timedelta(days=1)}"] #entry-{step.pk}')).to_be_focused()


def test_nothing_scrolls_sideways_however_long_the_stage_is_called(open_page, windows, vera, mikhail):
    deal = open_deal(vera, by=mikhail, responsible=mikhail)
    Stage.objects.filter(pk=deal.stage_id).update(words={"ru": "Согласование сценария разговора с юристами клиента"})
    deal.tasks.all().delete()
    sunday = clock.today() + timedelta(days=13 - clock.today().weekday())
    tasks.plan(deal, "Позвонить", due_at=clock.day_bounds(sunday)[0] + timedelta(hours=12), by=mikhail)
    page = open_page(mikhail, f"/calendar/deals/?day={sunday}")
    expect(page.locator(".entry")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def due_at(step: Task) -> datetime:
    return Task.objects.get(pk=step.pk).due_at
