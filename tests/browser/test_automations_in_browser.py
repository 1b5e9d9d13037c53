"""A rule is built with the keyboard, tried on the last month, switched on; it acts, and the log says so."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from svyazka.business.automation import follow, run, trial
from svyazka.business.automation.models import Rule, Run
from svyazka.business.clients.models import Client
from svyazka.business.deals.models import Pipeline, Task
from svyazka.business.deals.opening import open_deal

pytestmark = pytest.mark.slow
SHOTS = os.environ.get("SVYAZKA_PICTURES", "")


def shot(page: Page, name: str) -> None:
    if SHOTS:
        page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)


def choose(page: Page, label: str, option: str) -> None:
    """As by keyboard: nothing is clicked."""
    field = page.get_by_label(label, exact=True).first
    field.focus()
    field.select_option(label=option)


def test_a_rule_is_built_tried_switched_on_and_acts(open_page, accessible, anna, mikhail):
    Rule.objects.all().delete()  # those that Company W brings along: here she begins with an empty page
    client = Client.objects.create(name="Вера Орлова")
    open_deal(client, by=mikhail)
    name = Pipeline.objects.order_by("position")[0].name
    page = open_page(anna, "/office/automations/")
    shot(page, "empty")
    accessible(page)
    page.get_by_role("link", name="Новая автоматизация").press("Enter")
    page.get_by_label("Название", exact=True).fill("Позвонить новому")
    choose(page, "Что должно произойти", "Сделка открыта")
    expect(page.get_by_role("group", name="В каких воронках")).to_be_visible()
    page.get_by_label(name, exact=True).first.press("Space")
    choose(page, "Что делается", "Поставить задачу")
    page.get_by_role("button", name="Добавить действие").press("Enter")
    what = page.get_by_label("Что нужно сделать", exact=True)
    what.fill("Позвонить: ")
    page.locator("[data-inserts]").first.select_option("client")
    expect(what).to_have_value("Позвонить: {client}")
    expect(page.locator("#rule-said")).to_contain_text("Позвонить: {client}")
    accessible(page)
    shot(page, "builder")
    page.get_by_role("button", name="Сохранить").press("Enter")
    page.get_by_role("button", name="Проверить на прошлом месяце").press("Enter")
    expect(page.locator("#trial-figures")).to_be_visible()
    while trial.go_on():
        pass
    expect(page.locator(".trial-number")).to_have_text("Сработала бы 1 раз.")
    expect(page.locator("#trial-figures")).to_contain_text("Вера Орлова")
    accessible(page)
    shot(page, "trial")
    page.get_by_role("button", name="Включить").press("Enter")
    expect(page.get_by_role("button", name="Выключить")).to_be_visible()
    assert Rule.objects.get().is_active
    second = open_deal(Client.objects.create(name="Пётр"), by=mikhail)
    follow.follow()
    run.work_off()
    assert Task.objects.filter(deal=second, what="Позвонить: Пётр").count() == 1
    page.get_by_role("link", name="Что она сделала").press("Enter")
    expect(page.locator(".runs")).to_contain_text("Пётр")
    accessible(page)
    shot(page, "log")
    assert Run.objects.get().state == "done"
    page.goto("/office/automations/")
    shot(page, "list")
    accessible(page)
    if SHOTS:
        pk = Rule.objects.get().pk
        for path, called in ((f"/office/automations/{pk}/", "builder"), ("/office/automations/", "list")):
            narrow = open_page(anna, path, width=390, dark=True)
            shot(narrow, f"{called}-390-dark")


def test_what_was_left_unsaved_is_offered_again(open_page, anna):
    page = open_page(anna, "/office/automations/new/?example=missed_call")
    page.get_by_label("Название", exact=True).fill("Моё правило")
    expect(page.locator("#rule-kept")).to_be_hidden()
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/office/automations/new/")
    page.get_by_role("button", name="Вернуть").click()
    expect(page.get_by_label("Название", exact=True)).to_have_value("Моё правило")
    expect(page.locator("#act-1")).to_be_visible()
