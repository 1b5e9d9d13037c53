from __future__ import annotations

import re
from html import unescape

import pytest

from svyazka.business.clients.models import Client
from svyazka.business.deals.models import Deal, Pipeline
from svyazka.business.deals.opening import open_deal
from svyazka.business.deals.paths import pipelines
from svyazka.business.deals.paths.content import content_of
from svyazka.business.deals.paths.pipelines import Wish

PAGE = "/office/pipelines/windows/"


def typed_in(page: str) -> dict[str, list[str]]:
    """What a browser would send of the editor."""
    form = page.split('id="pipeline-form"')[1].split("</form>")[0]
    values: dict[str, list[str]] = {}
    for tag in re.findall(r"<input [^>]*>", form):
        name, value = (re.search(rf' {part}="([^"]*)"', tag) for part in ("name", "value"))
        ticked = "checked" in tag or not re.search(r'type="(checkbox|radio)"', tag)
        if name and ticked:
            values.setdefault(name[1], []).append(unescape(value[1]) if value else "on")
    for name, text in re.findall(r'<textarea [^>]*name="([^"]*)"[^>]*>(.*?)</textarea>', form, re.S):
        values[name] = [unescape(text)]
    for name, options in re.findall(r'<select [^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'value="([^"]*)" selected', options) or re.search(r'value="([^"]*)"', options)
        values[name] = [chosen[1]] if chosen else []
    return values


@pytest.fixture
def browser(enter, anna):
    return enter(anna)


@pytest.mark.parametrize("code", ["sales", "preparation", "execution"])
def test_what_the_editor_shows_is_what_it_saves(projects, enter, code):
    browser, pipeline = enter(projects["anna"]), Pipeline.objects.get(code=code)
    before = content_of(pipeline)
    page = browser.get(f"/office/pipelines/{code}/").content.decode()
    assert browser.post(f"/office/pipelines/{code}/", typed_in(page)).status_code == 302
    pipeline.refresh_from_db()
    assert (content_of(pipeline), pipeline.version) == (before, 1)


def test_a_pipeline_is_made_from_nothing(browser):
    answer = browser.post("/office/pipelines/", {"name_ru": "Кухни", "name_en": "Kitchens"})
    assert answer["Location"] == "/office/pipelines/kitchens/"
    made = Pipeline.objects.get(code="kitchens")
    assert [(stage.name, stage.kind) for stage in made.stages.all()] == [
        ("Новая", "open"), ("Успешна", "won"), ("Потеряна", "lost"),
    ]  # fmt: skip
    refused = browser.post("/office/pipelines/", {"name_ru": " "})
    assert refused.status_code == 422
    assert "Укажите название." in refused.content.decode()
    refused = browser.post("/office/pipelines/", {"name_ru": "Кух\x00ни"})
    assert (refused.status_code, "Такое название уже есть." in refused.content.decode()) == (422, True)


def test_the_preview_says_what_would_be_and_stores_nothing(browser, vera, anna):
    open_deal(Client.objects.create(), by=anna)
    typed = typed_in(browser.get(PAGE).content.decode())
    typed["new.required"] = ["client_name", "address"]
    text = browser.post(PAGE + "preview/", typed).content.decode()
    assert "Затрагивает воронку, в которой 1 открытая сделка" in text
    assert "1 сделка на этапе «Новая заявка»: не заполнено новое обязательное поле «Адрес»" in text
    assert Pipeline.objects.get(code="windows").version == 1


def test_a_stage_with_deals_that_goes_asks_for_a_place(browser, vera, anna):
    open_deal(vera, by=anna)
    typed = typed_in(browser.get(PAGE).content.decode())
    typed["new.gone"] = ["1"]
    refused = browser.post(PAGE, typed)
    assert refused.status_code == 422
    assert "Этап «Новая заявка» уходит, а на нём стоят сделки: 1." in unescape(refused.content.decode())
    again = typed_in(refused.content.decode())
    assert again["new.gone"] == ["1"]
    again["new.place"] = ["contacted"]
    assert browser.post(PAGE, again).status_code == 302
    assert Deal.objects.get().stage.code == "contacted"


def test_a_new_stage_and_a_new_rule_stand_in_the_form_that_is_sent(browser):
    Pipeline.objects.create(code="doors", words={"ru": "Двери"}, position=5)
    typed = typed_in(browser.get(PAGE).content.decode())
    page = browser.get(PAGE + "stage/").content.decode() + browser.get(PAGE + "rule/?stage=closed").content.decode()
    typed_too = typed_in(f'<form id="pipeline-form">{page}</form>')
    (key,) = typed_too.pop("stage")
    typed["stage"].insert(1, key)
    typed |= {**typed_too, f"{key}.name_ru": ["Сомневается"], f"{key}.name_en": ["In doubt"]}
    assert browser.post(PAGE, typed).status_code == 302
    stages = content_of(Pipeline.objects.get(code="windows"))["stages"]
    assert (stages[1]["code"], stages[1]["kind"]) == ("in_doubt", "open")
    assert [(rule["to"], rule["how"]) for rule in stages[-2]["hand_off"]] == [("doors", "least_loaded")]


def test_the_second_editor_is_told_and_keeps_what_he_typed(browser, roza):
    typed = typed_in(browser.get(PAGE).content.decode())
    pipeline = Pipeline.objects.get(code="windows")
    content = content_of(pipeline)
    content["stages"][1]["limit_hours"] = 48
    pipelines.save(pipeline, Wish(content), by=roza)
    typed["name_ru"] = ["Окна и двери"]
    answer = browser.post(PAGE, typed)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert "Роза Каримова: воронка тем временем изменена." in text
    assert "Связались: срок в часах: 24 → 48" in text
    assert 'value="Окна и двери"' in text
    assert Pipeline.objects.get(code="windows").name == "Окна"


def test_versions_lead_back_and_a_pipeline_is_switched_off(browser, anna):
    Pipeline.objects.create(code="doors", words={"ru": "Двери"}, position=5)
    typed = typed_in(browser.get(PAGE).content.decode())
    typed["contacted.limit"] = ["48"]
    browser.post(PAGE, typed)
    assert "Связались: срок в часах: 24 → 48" in browser.get(PAGE + "versions/").content.decode()
    browser.post(PAGE + "versions/1/restoration/")
    pipeline = Pipeline.objects.get(code="windows")
    assert (pipeline.version, pipeline.stages.get(code="contacted").limit_hours) == (3, 24)
    browser.post(PAGE + "state/", {"on": "0"})
    assert not Pipeline.objects.get(code="windows").is_active


@pytest.mark.parametrize("number", [1, 30])
def test_lists_ask_the_same_whatever_their_length(browser, anna, vera, number, django_assert_num_queries):
    open_deal(vera, by=anna)  # the company works: it is not led from step to step any more
    pipeline = Pipeline.objects.get(code="windows")
    for at in range(number):
        Pipeline.objects.create(code=f"p{at}", words={"ru": f"Ещё {at}"}, position=at + 1)
        content = content_of(pipeline)
        content["stages"][1]["limit_hours"] = 100 + at
        pipeline = pipelines.save(pipeline, Wish(content), by=anna)
    with django_assert_num_queries(10):
        browser.get("/office/pipelines/")
    with django_assert_num_queries(10):
        browser.get(PAGE + "versions/")
