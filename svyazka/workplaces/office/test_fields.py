"""The fields of the company on their screens."""

from __future__ import annotations

import pytest

from svyazka.business.deals.known import fields, searched
from svyazka.business.deals.models import Field, Stage
from svyazka.business.deals.opening import open_deal
from svyazka.business.parameters.models import Parameter


@pytest.fixture
def browser(enter, anna):
    return enter(anna)


def main(answer) -> str:
    return " ".join(answer.content.decode().split("<main")[1].split())


GIVEN = {"ru": "Материал", "en": "Material", "kind": "choice", "choice": ["new.1", "new.2"]}
LINES = {"new.1.ru": "Дуб", "new.1.offered": "1", "new.2.ru": "Пластик", "new.2.offered": "1"}


def test_a_field_is_added_with_its_choices_in_the_order_of_the_form(browser):
    assert browser.post("/office/fields/new/?of=visit", {**GIVEN, **LINES}).status_code == 302
    made = Field.objects.get(code="material")
    assert (made.of, [one["words"] for one in made.choices]) == ("visit", [{"ru": "Дуб"}, {"ru": "Пластик"}])


def test_what_was_typed_stays_when_it_is_refused(browser):
    refused = browser.post("/office/fields/new/?of=deal", {**GIVEN, **LINES, "ru": "Проёмов"})
    assert refused.status_code == 422
    assert "Такое название уже есть." in main(refused)
    assert 'value="Пластик"' in main(refused)


def test_it_is_said_where_a_field_is_asked_for_and_in_how_many_it_is_known(browser, vera, anna):
    for _number in range(2):
        open_deal(vera, facts={"openings": 3}, by=anna)
    shown = main(browser.get("/office/fields/"))
    assert "нужно на 1 этапе · указано в 2 сделках" in shown
    page = main(browser.get("/office/fields/openings/"))
    assert "в этом поле уже есть значения" in page
    assert 'name="kind"' not in page
    browser.post("/office/fields/openings/", {"ru": "Окон", "en": "Windows"})
    assert Field.objects.get(code="openings").words == {"ru": "Окон", "en": "Windows"}


def test_a_field_that_stages_require_stays_and_leads_to_them(browser):
    stage = Stage.objects.filter(required__contains=["contract_number"]).first()
    refused = browser.post("/office/fields/contract_number/state/", {"on": "0"})
    assert refused.status_code == 422
    assert f'href="/office/pipelines/windows/#stage-{stage.code}"' in main(refused)
    assert f'id="stage-{stage.code}"' in main(browser.get("/office/pipelines/windows/"))
    Stage.objects.update(required=[])
    assert browser.post("/office/fields/contract_number/state/", {"on": "0"}).status_code == 302
    assert "нигде не запрашивается" in main(browser.get("/office/fields/contract_number/"))


def test_the_order_changes_by_buttons(browser):
    first, second = Field.objects.filter(of="deal")[:2]
    browser.post(f"/office/fields/{second.code}/place/", {"to": "up"})
    assert list(Field.objects.filter(of="deal")[:2]) == [second, first]


def test_many_fields_ask_no_more_than_one(browser, anna, django_assert_num_queries, windows):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    Parameter.objects.all().delete()
    Field.objects.exclude(code="openings").delete()
    with CaptureQueriesContext(connection) as asked:
        browser.get("/office/fields/")
    for number in range(30):
        fields.add({"ru": f"Поле {number}"}, of="deal", kind="text", by=anna)
    with django_assert_num_queries(len(asked)):
        assert main(browser.get("/office/fields/")).count("/place/") == 31


def test_how_far_the_search_is_with_a_field_is_said(browser, vera, anna):
    for number in range(3):
        open_deal(vera, facts={"contract_number": f"весна-{number}"}, by=anna)
    Field.objects.filter(code="contract_number").update(is_searched=True)
    assert "добавляется в поиск: 0 %" in main(browser.get("/office/fields/"))
    searched.go_round()
    assert "находится поиском" in main(browser.get("/office/fields/"))
    Field.objects.filter(code="contract_number").update(is_searched=False)
    assert "убирается из поиска: 0 %" in main(browser.get("/office/fields/"))
    searched.go_round()
    assert "поиск" not in main(browser.get("/office/fields/"))
