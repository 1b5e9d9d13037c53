"""A company builds its own form on the screen, with a phone beside it: the engineer gets what is built there."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from svyazka.business.sheets import forms
from svyazka.business.sheets.models import FormKind
from svyazka.business.visits.conftest import deal, hour, measurement, monday, of_egor, visit  # noqa: F401

pytestmark = pytest.mark.slow
NEW = "/office/sheet-forms-new/"


def add(page, button, kind):
    page.locator("summary", has_text=button).last.click()
    page.locator(".adds[open] .add-ways").get_by_role("button", name=kind, exact=True).click()


def published(code):
    return forms.newest_of(FormKind.objects.get(code=code)).definition["sections"]


def test_a_form_is_built_tried_and_filled_in_on_site(open_page, anna, egor, visit, accessible):  # noqa: F811
    page = open_page(anna, NEW)
    page.get_by_label("Название по-русски").fill("Осмотр крыши")
    page.locator(".tag", has_text="Замер").click()
    page.get_by_role("button", name="Добавить раздел").click()
    page.get_by_label("Название раздела, по-русски").fill("Скаты")
    page.get_by_label("Заполняется несколько раз").check()
    page.get_by_label("Как называется одна строка, по-русски").fill("Скат")
    page.get_by_label("Вариант, по-русски").first.fill("Основной")
    add(page, "Добавить поле", "целое число")
    page.keyboard.type("Длина")
    page.get_by_label("Заполнение", exact=True).select_option("stops")
    page.get_by_label("Не меньше", exact=True).fill("100")
    add(page, "Добавить поле", "да или нет")
    page.keyboard.type("Есть снег")
    add(page, "Добавить поле", "целое число")
    page.keyboard.type("Снега, см")
    page.get_by_role("button", name="Добавить условие").last.click()
    page.locator(".form-condition select").select_option(label="Есть снег")
    page.locator(".form-condition .tag", has_text="да").click()
    expect(page.locator(".form-verdict")).to_contain_text("ошибок нет")
    phone = page.frame_locator("[data-phone] iframe")
    phone.get_by_role("button", name="Основной", exact=True).click()
    phone.get_by_label("Длина").fill("50")
    expect(phone.locator("[data-code] .sheet-said").first).to_have_text("50 — меньше, чем 100")
    assert phone.get_by_label("Снега, см").count() == 0
    phone.get_by_role("radio", name="да").click()
    expect(phone.get_by_label("Снега, см")).to_be_visible()
    accessible(page)
    page.get_by_role("button", name="Опубликовать").click()
    page.wait_for_url("**/office/sheet-forms/osmotr_kryshi/")
    (section,) = published("osmotr_kryshi")
    assert section["code"] == "skaty"
    assert [one["code"] for one in section["fields"]] == ["dlina", "est_sneg", "snega_sm"]
    assert section["fields"][2]["shown_when"] == [{"field": "est_sneg", "is": [True]}]
    assert section["checks"] == [
        {"rule": "required", "fields": ["dlina"], "severity": "stops"},
        {"rule": "range", "fields": ["dlina"], "least": 100},
    ]
    on_site = open_page(egor, f"/field/visits/{visit.pk}/forms/osmotr_kryshi/", width=390, touch=True)
    on_site.get_by_role("button", name="Основной", exact=True).click()
    expect(on_site.get_by_label("Длина")).to_be_visible()


def test_what_is_wrong_stands_beside_the_field_and_keeps_it_from_being_published(open_page, anna, windows):
    page = open_page(anna, NEW)
    page.get_by_label("Название по-русски").fill("Опрос")
    page.get_by_role("button", name="Добавить раздел").click()
    page.get_by_label("Название раздела, по-русски").fill("Раздел")
    add(page, "Добавить поле", "один вариант из списка")
    said = page.locator(".form-fault")
    expect(said.first).to_be_visible()
    assert page.locator("[data-path='sections.0.fields.0.name'] .form-fault").count() >= 1
    page.get_by_role("button", name="Опубликовать").click()
    expect(page.get_by_role("alert")).to_contain_text("Не опубликовано")
    assert not FormKind.objects.filter(words__ru="Опрос").exists()
    assert page.get_by_label("Название раздела, по-русски").input_value() == "Раздел"


def test_lines_are_moved_copied_removed_and_brought_back(open_page, anna, windows):
    page = open_page(anna, "/office/sheet-forms/site_survey/")
    names = page.locator(".form-fields > li > details > summary strong")
    before = names.all_text_contents()
    page.locator(".form-fields > li > .handle").first.focus()
    page.keyboard.press("ArrowDown")
    expect(names.nth(1)).to_have_text(before[0])
    assert "место 2" in page.locator(".form-tools [role=status]").inner_text()
    page.keyboard.press("ArrowUp")
    expect(names.first).to_have_text(before[0])
    handle = page.locator(".form-fields > li > .handle").nth(1).bounding_box()
    box = page.locator(".form-fields > li").nth(3).bounding_box()
    page.mouse.move(handle["x"] + 5, handle["y"] + 10)
    page.mouse.down()
    page.mouse.move(handle["x"] + 5, box["y"] + box["height"] - 6, steps=8)
    page.mouse.up()
    expect(names.nth(3)).to_have_text(before[1])
    page.get_by_role("button", name=f"Убрать: {before[0]}", exact=True).click()
    assert before[0] not in names.all_text_contents()
    page.get_by_role("button", name="Отменить", exact=True).click()
    expect(names.first).to_have_text(before[0])
    page.get_by_role("button", name=f"Копировать: {before[0]}", exact=True).click()
    expect(names.nth(1)).to_have_text(f"{before[0]} 2")
    page.get_by_role("button", name="Опубликовать").click()
    page.wait_for_url("**/office/sheet-forms/site_survey/")
    expect(page.get_by_text("Редакция 2", exact=False).first).to_be_visible()
    (section,) = published("site_survey")
    assert len(section["fields"]) == len(before) + 1
    required = next(one for one in section["checks"] if one["rule"] == "required")
    assert required["fields"][:2] == [section["fields"][0]["code"], section["fields"][1]["code"]]


def test_every_form_of_the_house_goes_through_the_editor_as_it_is(open_page, anna, windows):
    for form in FormKind.objects.all():
        before = forms.newest_of(form).definition
        page = open_page(anna, f"/office/sheet-forms/{form.code}/")
        expect(page.locator(".form-verdict")).to_contain_text("ошибок нет")
        for place in range(page.locator(".form-sections > li > details").count()):
            section = page.locator(".form-sections > li > details").nth(place)
            if section.get_attribute("open") is None:
                section.locator("> summary").click()
            for line in range(section.locator(".form-line > details").count()):
                section.locator(".form-line > details > summary").nth(line).click()
        assert page.evaluate("JSON.parse(document.getElementById('definition').value)") == before
        page.get_by_role("button", name="Опубликовать").click()
        expect(page.get_by_text("Сохранено.", exact=True)).to_be_visible()
        assert form.versions.count() == 1
