from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svyazka.business.clients import history
from svyazka.business.clients.models import Client
from svyazka.business.deals.opening import open_deal
from svyazka.business.personal_data import erasing
from svyazka.business.personal_data.models import Erasure


@pytest.fixture(autouse=True)
def place(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path
    settings.ERASED_LIST = tmp_path / "erased.jsonl"


def where(client: Client) -> str:
    return f"/clients/{client.pk}/erasure/"


def test_what_would_become_of_what_is_shown_and_the_number_typed_erases_him(enter, roza, vera, olga):
    history.note(vera.pk, "Просила не звонить", deal_id=None, by=olga)
    page = enter(roza)
    shown = page.get(where(vera))
    assert [(line.title, line.rows) for line in shown.context["gone"] if line.title == "История"] == [("История", 1)]
    assert "Кто он" in [line.title for line in shown.context["emptied"]]
    answer = page.post(where(vera), {"typed": str(vera.pk), "ground": "withdrawn"})
    assert (answer.status_code, answer.url) == (302, where(vera))
    assert "уничтожается" in page.get(where(vera)).content.decode()
    while erasing.go_on():
        pass
    assert Client.objects.get(pk=vera.pk).name == ""
    assert "Данные уничтожены" in page.get(where(vera)).content.decode()
    assert "Данные этого клиента уничтожены" in page.get(f"/clients/{vera.pk}/").content.decode()


@pytest.mark.parametrize(
    ("given", "fields"),
    [
        ({}, {"typed", "ground"}),
        ({"typed": "Вера", "ground": "withdrawn"}, {"typed"}),
        ({"typed": "0", "ground": "'; drop table"}, {"ground"}),
        ({"typed": "9" * 5000, "ground": "demanded"}, {"typed"}),
    ],
)
def test_what_is_wrong_is_said_beside_its_input_and_erases_nothing(enter, anna, vera, given, fields):
    answer = enter(anna).post(where(vera), given)
    assert (answer.status_code, set(answer.context["form"].errors), Erasure.objects.count()) == (422, fields, 0)


def test_an_open_deal_needs_a_word(enter, anna, vera, olga):
    deal = open_deal(vera, by=olga)
    page = enter(anna)
    shown = page.get(where(vera))
    assert [one.pk for one in shown.context["deals"]] == [deal.pk]
    given = {"typed": str(vera.pk), "ground": "demanded"}
    assert set(page.post(where(vera), given).context["form"].errors) == {"word"}
    assert page.post(where(vera), {**given, "word": "Письмо № 5"}).status_code == 302
    while erasing.go_on():
        pass
    for address in (f"/deals/{deal.pk}/", f"/clients/{vera.pk}/", "/deals/", "/clients/"):
        assert page.get(address).status_code == 200


def test_it_is_the_heads_and_the_administrators(enter, olga, konstantin, vera):
    for person in (olga, konstantin):
        assert enter(person).get(where(vera)).status_code == 403
        assert enter(person).post(where(vera), {"typed": str(vera.pk), "ground": "demanded"}).status_code == 403


def test_of_nobody_there_is_nothing(enter, anna):
    assert enter(anna).get("/clients/999999999/erasure/").status_code == 404


def test_as_many_questions_for_thirty_events_as_for_one(enter, anna, vera, olga, django_assert_num_queries):
    page = enter(anna)
    history.note(vera.pk, "Первая", deal_id=None, by=olga)
    page.get(where(vera))
    with CaptureQueriesContext(connection) as one:
        page.get(where(vera))
    for number in range(29):
        history.note(vera.pk, f"Заметка {number}", deal_id=None, by=olga)
    with django_assert_num_queries(len(one)):
        page.get(where(vera))
