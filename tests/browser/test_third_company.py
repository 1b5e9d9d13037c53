"""A company that is neither of the two: set up on the screens, by the administrator of an empty house."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from svyazka.business.deals.models import Deal
from svyazka.business.staff import hire
from svyazka.business.staff.models import Person, Role
from svyazka.business.visits.models import Visit
from svyazka.config import staffing

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def administrator(transactional_db) -> Person:
    return hire.hire(
        login="administrator",
        full_name="Анна",
        role=Role.ADMINISTRATOR,
        password="correct horse battery",
        by=staffing.BY,
    )


def test_w15_a_kitchen_maker_is_set_up_from_the_screens_alone(open_page, administrator, accessible):
    page = open_page(administrator, "/office/settings/")
    expect(page.get_by_role("heading", name="Первые шаги")).to_be_visible()
    accessible(page)
    picture(page, "first-steps")
    for name in ("Продажи", "Сборка"):
        departments(page, name)
    people(page)
    fields(page, accessible)
    pipeline(page)
    reason(page)
    kind_of_visits(page, accessible)
    resource(page)
    page.goto("/office/settings/")
    expect(page.locator(".first-steps .mark.good")).to_have_count(7)  # all but the channels
    picture(page, "first-steps-done")

    request(page)
    book(page)
    to_the_end(page)


def departments(page: Page, name: str) -> None:
    page.goto("/office/departments/")
    page.get_by_label("Название по-русски").fill(name)
    page.get_by_role("button", name="Добавить").click()
    expect(page.locator(".list").get_by_text(name)).to_be_visible()


def people(page: Page) -> None:
    for name, login, role, department in (
        ("Марина Орлова", "marina", "Менеджер", "Продажи"),
        ("Денис Лис", "denis", "Инженер", "Сборка"),
    ):
        page.goto("/office/staff/new/")
        page.get_by_label("Имя и фамилия").fill(name)
        page.get_by_label("Логин").fill(login)
        page.get_by_label("Роль", exact=True).select_option(label=role)
        page.get_by_label("Отдел", exact=True).select_option(label=department)
        page.get_by_label("Первый пароль").fill("correct horse battery")
        page.get_by_role("button", name="Добавить сотрудника").click()
        expect(page.get_by_role("heading", name=name)).to_be_visible()


def fields(page: Page, accessible) -> None:
    page.goto("/office/fields/new/?of=deal")
    page.get_by_label("Название по-русски").fill("Материал")
    page.get_by_label("Вид", exact=True).select_option(label="одно из списка")
    page.get_by_label("По-русски", exact=True).fill("Дуб")
    page.keyboard.press("Enter")
    page.keyboard.type("Пластик")
    page.get_by_role("button", name="Выше").last.click()
    accessible(page)
    picture(page, "field")
    page.get_by_role("button", name="Добавить", exact=True).click()
    page.get_by_role("link", name="Добавить поле: Поля сделки").click()
    page.get_by_label("Название по-русски").fill("Стоимость проекта")
    page.get_by_label("Вид", exact=True).select_option(label="сумма денег")
    page.get_by_role("button", name="Добавить", exact=True).click()
    expect(page.get_by_text("Стоимость проекта")).to_be_visible()


def pipeline(page: Page) -> None:
    page.goto("/office/pipelines/")
    page.get_by_label("Название по-русски").fill("Кухни")
    page.get_by_label("Отдел", exact=True).select_option(label="Продажи")
    page.get_by_role("button", name="Добавить и настроить").click()
    for number, name in enumerate(("Дизайнер едет", "Проект готов", "Заказ в работе"), start=1):
        page.get_by_role("button", name="Добавить этап").click()
        expect(page.locator(".stage-edit")).to_have_count(3 + number)
        stage = page.locator(".stage-edit").nth(number)
        stage.get_by_label("Название по-русски").fill(name)
        if name == "Проект готов":
            stage.get_by_label("Материал").check()
            stage.get_by_label("Стоимость проекта").check()
            picture(page, "pipeline")
    page.get_by_role("button", name="Сохранить").click()
    expect(page.locator(".toast")).to_contain_text("Сохранено")


def reason(page: Page) -> None:
    page.goto("/office/loss-reasons/")
    page.get_by_label("Название по-русски").fill("Дорого")
    page.get_by_role("button", name="Добавить").click()
    expect(page.locator(".list").get_by_text("Дорого")).to_be_visible()


def kind_of_visits(page: Page, accessible) -> None:
    page.goto("/office/visit-kinds/new/")
    page.get_by_label("Название по-русски").fill("Выезд дизайнера")
    page.get_by_label("Минут", exact=True).fill("90")
    page.get_by_text("Что происходит со сделкой").click()
    page.get_by_label("Назначен").select_option(label="Дизайнер едет (Кухни)")
    page.get_by_label("Выполнен").select_option(label="Проект готов (Кухни)")
    accessible(page)
    page.get_by_role("button", name="Добавить").click()
    expect(page.get_by_text("назначен → Дизайнер едет")).to_be_visible()


def resource(page: Page) -> None:
    page.goto("/office/resources/new/")
    page.get_by_label("Название").fill("Денис Лис")
    page.get_by_label("Кто выезжает").select_option(label="Денис Лис")
    page.get_by_label("Выезд дизайнера").check()
    for day in ("Суббота", "Воскресенье"):
        page.get_by_label(f"{day}, с", exact=True).first.fill("10:00")
        page.get_by_label(f"{day}, до", exact=True).first.fill("16:00")
    page.get_by_role("button", name="Добавить").click()
    expect(page.locator("table").get_by_text("Денис Лис").first).to_be_visible()


def request(page: Page) -> None:
    page.goto("/requests/new/")
    expect(page.get_by_label("Проёмов")).to_have_count(0)
    page.get_by_label("Телефон или почта").fill("8 916 123-45-67")
    page.get_by_label("Имя", exact=True).fill("Вера Павлова")
    page.get_by_label("Адрес", exact=True).fill("Москва, Лесная, 5")
    page.get_by_role("button", name="Записать", exact=True).click()
    expect(page.get_by_role("heading", name="Вера Павлова")).to_be_visible()


def book(page: Page) -> None:
    deal = Deal.objects.get()
    assert deal.stage.name == "Новая"
    page.goto(f"/deals/{deal.pk}/visits/new/")
    page.locator("button.window").first.click()
    expect(page.locator(".booked")).to_be_visible()
    deal.refresh_from_db()
    assert (deal.stage.name, Visit.objects.get().resource.name) == ("Дизайнер едет", "Денис Лис")


def to_the_end(page: Page) -> None:
    deal = Deal.objects.get()
    page.goto(f"/deals/{deal.pk}/")
    leg(page, "Проект готов").click()
    expect(page.locator(".path [aria-current='step']")).to_have_text("Проект готов")
    # What the stage asks for before the deal goes on.
    leg(page, "Заказ в работе").click()
    asked = page.locator("#dialog")
    asked.get_by_label("Материал").select_option(label="Дуб")
    asked.get_by_label("Стоимость проекта").fill("540 000")
    picture(page, "asked")
    asked.get_by_role("button", name="Сохранить и перенести").click()
    expect(page.locator(".path [aria-current='step']")).to_have_text("Заказ в работе")
    leg(page, "Успешна").click()
    asked.get_by_label("Оставить").check()
    asked.get_by_role("button", name="Сохранить и перенести").click()
    expect(page.locator("[aria-current='step']").get_by_text("Успешна")).to_be_visible()
    picture(page, "deal")
    deal.refresh_from_db()
    assert (deal.stage.kind, deal.facts) == ("won", {"material": "dub", "stoimost_proekta": "540000.00"})


def leg(page: Page, stage: str) -> Locator:
    return page.locator(".way").get_by_role("button", name=stage)


def picture(page: Page, name: str) -> None:
    if folder := os.environ.get("SVYAZKA_PICTURES"):
        page.screenshot(path=Path(folder) / f"kitchens-{name}.png", full_page=True)
