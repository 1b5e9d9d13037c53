from __future__ import annotations

import pytest

from svyazka.business.clients.models import Client
from svyazka.business.duplicates.rehearsal import COLUMNS, Rehearsal, dedupe, read

pytestmark = pytest.mark.django_db


def row(rec_id: str, **said: str) -> dict[str, str]:
    return {**dict.fromkeys(COLUMNS, ""), "rec_id": rec_id, "created_at": "2026-01-05 10:00", **said}


BASE = [
    row("B1", client_id="1", name="Иванова Вера Петровна", phone="8 (916) 765-43-21", email="vera.iva@mail.ru"),
    row("B2", client_id="1", name="Верочка", phone2="+7 903 111-22-33", telegram="@vera_iva"),
    row("B3", name="Кузнецов Олег", phone="8-926-555-11-77", address="Химки, Лесная 5, кв. 12"),
    row("B4", company="ООО Ромашка", inn="7707083893", phone="495 765-43-28"),
]


@pytest.fixture
def rehearsal() -> Rehearsal:
    made = Rehearsal()
    assert made.load(iter(BASE)) == 3
    return made


@pytest.mark.parametrize(
    ("said", "decision", "match"),
    [
        ({"name": "Вера", "phone": "89031112233"}, "auto", "B1"),
        ({"name": "Ivanova Vera", "email": "Vera.Iva@mial.ru"}, "auto", "B1"),
        ({"name": "Вера Иванова", "telegram": "https://t.me/vera_iva"}, "auto", "B1"),
        ({"name": "Пётр Иванов", "phone": "+79167654321"}, "flag", "B1"),
        ({"company": "Romashka LLC", "inn": "7707083893"}, "auto", "B4"),
        ({"name": "Сергей Цой", "phone": "8 987 111 22 34"}, "new", ""),
        ({}, "new", ""),
    ],
)
def test_what_would_become_of_a_request(rehearsal, said, decision, match):
    answer = rehearsal.take(row("L1", **said))
    assert (answer.rec_id, answer.decision, answer.match) == ("L1", decision, match)
    assert bool(answer.reason) == bool(answer.probability) == bool(match)


def test_who_came_before_is_known_to_the_next_request(rehearsal):
    first = rehearsal.take(row("L1", name="Сергей Цой", phone="8 987 111 22 34"))
    second = rehearsal.take(row("L2", name="Серёжа Цой", phone="+7 987 111-22-34"))
    assert (first.decision, second.decision, second.match) == ("new", "auto", "L1")
    assert Client.objects.count() == 4


def test_of_whom_it_may_be_both_are_named(rehearsal):
    rehearsal.take(row("L1", name="Пётр Иванов", phone="+79167654321"))
    answer = rehearsal.take(row("L2", phone="+79167654321"))
    assert (answer.decision, set(answer.candidates)) == ("flag", {"B1", "L1"})


def test_a_number_that_nobody_has_used_for_years_is_asked_about():
    made = Rehearsal()
    made.load([row("B1", name="Вера", phone="89167654321", created_at="2019-01-05")])
    assert made.take(row("L1", phone="89167654321")).decision == "flag"


@pytest.mark.parametrize(
    ("said", "decision"),
    [
        ({"phone": "8 987 111-22-34", "born": "01.09.1985"}, "flag"),
        ({"phone": "8 987 111-22-34", "born": "1955-04-13"}, "auto"),
        ({"phone": "8 987 111-22-34", "born": "не скажу"}, "auto"),
        ({"born": "13 апреля 1955"}, "auto"),
        ({"born": "01.09.1985"}, "new"),
        ({}, "flag"),
    ],
)
def test_where_the_files_say_when_somebody_was_born(said, decision):
    made = Rehearsal()
    made.load([row("B1", name="Цой Сергей", phone="89871112234", born="13.04.1955")])
    assert made.take(row("L1", name="Сергей Цой", **said)).decision == decision


def test_birthdays_tell_rows_apart_and_put_them_together():
    rows = [
        row("R1", name="Цой Сергей", phone="89871112234", born="13.04.1955"),
        row("R2", name="Цой Сергей", phone="89871112234", born="01.09.1985"),
        row("R3", name="Сергей Цой", born="1985-09-01"),
    ]
    assert list(dedupe(rows)) == [("R1", "R1", "auto"), ("R2", "R2", "auto"), ("R3", "R2", "auto")]


def test_rows_of_which_none_is_a_client_yet():
    rows = [*BASE, row("B5", name="Олег К.", phone="89265551177"), row("B6", name="Вера Иванова", phone="89167654321")]
    found = {rec_id: (cluster, certainty) for rec_id, cluster, certainty in dedupe(rows)}
    assert found["B6"] == ("B1", "auto")
    assert found["B5"][0] == "B3"
    assert found["B4"] == ("B4", "auto")


def test_cells_that_cannot_be_read_are_left_out():
    said = read(row("L1", phone="7,91612E+10", email="нет", created_at="вчера"))
    assert (said.contacts, said.on) == ((), None)
