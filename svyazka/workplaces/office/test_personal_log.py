from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svyazka.business.clients import change, history
from svyazka.business.journal.models import Entry
from svyazka.kit import clock

PAGE, FILE = "/office/journal/personal-data/", "/office/journal/personal-data/file/"


def days(**more: object) -> dict[str, object]:
    return {"first": clock.today().isoformat(), "last": clock.today().isoformat(), **more}


def lines(answer) -> list[list[str]]:
    return [line.split(";") for line in answer.content.decode("utf-8-sig").splitlines()]


@pytest.mark.parametrize("who", ["anna", "konstantin"])
def test_who_has_seen_and_changed_what_without_what_stands_in_it(enter, windows, who, vera, olga):
    enter(olga).get(f"/clients/{vera.pk}/")
    change.change(vera, {"name": "Вера Тайная"}, by=olga)
    answer = enter(windows[who]).post(FILE, days(client=vera.pk))
    head, *rows = lines(answer)
    assert head == ["Когда", "Кто", "Что", "Клиент", "Сделка", "Что изменено"]
    assert [row[1:] for row in rows[:2]] == [
        ["Ольга Белова", "Открыта страница клиента", str(vera.pk), "", ""],
        ["Ольга Белова", "Данные клиента изменены", str(vera.pk), "", "Имя"],
    ]
    assert "Тайная" not in answer.content.decode()
    assert Entry.objects.get(verb="personal_data.log_exported").by_id == windows[who].pk


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"first": "завтра"}, "first"),
        ({"last": "9999-12-31"}, "last"),
        ({"last": "2020-01-01"}, "last"),
        ({"client": "9" * 18}, "client"),
        ({"client": "-1"}, "client"),
        ({"first": "2020-01-01"}, "first"),
    ],
)
def test_what_cannot_be_meant_is_said_beside_its_input(enter, anna, wrong, field):
    answer = enter(anna).post(FILE, {**days(), **wrong})
    assert (answer.status_code, list(answer.context["form"].errors)) == (422, [field])
    assert not Entry.objects.filter(verb="personal_data.log_exported").exists()


def test_it_is_the_controllers_and_the_administrators(enter, olga, roza):
    for person in (olga, roza):
        assert enter(person).post(FILE, days()).status_code == 403
        assert enter(person).get(PAGE).status_code == 403


def test_as_many_questions_for_thirty_lines_as_for_one(enter, anna, olga, vera, django_assert_num_queries):
    page = enter(anna)
    history.note(vera.pk, "Первая", deal_id=None, by=olga)
    with CaptureQueriesContext(connection) as one:
        page.post(FILE, days(client=vera.pk))
    for number in range(29):
        history.note(vera.pk, f"Заметка {number}", deal_id=None, by=olga)
    with django_assert_num_queries(len(one)):
        assert len(lines(page.post(FILE, days(client=vera.pk)))) > 30
