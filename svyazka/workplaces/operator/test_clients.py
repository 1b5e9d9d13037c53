from __future__ import annotations

from datetime import timedelta

import pytest

from svyazka.business.clients import history
from svyazka.business.clients.models import Client, ContactPoint, Interaction
from svyazka.business.deals.known import client_facts
from svyazka.business.deals.models import Field, Stage
from svyazka.business.deals.moves import move
from svyazka.business.deals.opening import open_deal
from svyazka.business.journal.record import Automaton
from svyazka.kit import clock

HOUSE = Automaton("test")
HTMX = {"HX-Request": "true"}


def notes(client: Client, count: int) -> None:
    for number in range(count):
        at = clock.now() - timedelta(minutes=number)
        history.add(client.pk, kind="note", text=f"Заметка {number}", at=at, by=HOUSE)


def test_the_page_of_a_client(enter, olga, vera):
    deal = open_deal(vera, by=HOUSE)
    page = enter(olga).get(f"/clients/{vera.pk}/")
    assert [one.pk for one in page.context["deals"]] == [deal.pk]
    assert [str(one["point"]) for one in page.context["points"]] == ["+7 916 123-45-67"]


def test_the_history_in_one_line_of_time(enter, olga, vera):
    deal = open_deal(vera, by=HOUSE)
    history.note(vera.pk, "Просила не звонить утром", deal_id=deal.pk, by=olga)
    move(deal, to=Stage.objects.get(code="contacted"), by=olga)
    data = {"result": "missed", "seconds": 0}
    history.add(vera.pk, kind="call", direction="in", data=data, by=HOUSE)
    history.add(vera.pk, kind="call", direction="out", data={"result": "answered", "seconds": 200}, by=olga)
    visit = {"event": "booked", "at": "2026-03-05T09:00:00+03:00", "resource": "Егор", "kind": {"ru": "Замер"}}
    history.add(vera.pk, kind="visit", data=visit, by=olga)
    lines = enter(olga).get(f"/clients/{vera.pk}/").context["history"].lines
    assert [(line.title, line.who) for line in lines] == [
        ("Замер: назначен на 5 мар 09:00, Егор", "Ольга Белова"),
        ("Исходящий звонок · 3 мин 20 с", "Ольга Белова"),
        ("Пропущенный звонок", ""),
        ("Новая заявка → Связались", "Ольга Белова"),
        ("Заметка", "Ольга Белова"),
    ]


def test_earlier_pages_show_each_thing_once(enter, olga, vera):
    notes(vera, 75)
    at = clock.now() - timedelta(days=1)
    for number in range(75, 95):  # an import: all of them at one moment
        history.add(vera.pk, kind="note", text=f"Заметка {number}", at=at, by=HOUSE)
    found: list[str] = []
    address: str | None = f"/clients/{vera.pk}/history/"
    while address:
        page = enter(olga).get(address).context["history"]
        found += [line.text for line in page.lines]
        address = f"/clients/{vera.pk}/history/?before={page.before}" if page.before else None
    assert sorted(found) == sorted(f"Заметка {number}" for number in range(95))


@pytest.mark.parametrize("before", ["x", "1~", "~1", "9" * 40 + "~1", "1~" + "9" * 40, "-1~-1", "\x00"])
def test_a_nonsense_place_in_the_history_breaks_nothing(enter, olga, vera, before):
    assert enter(olga).get(f"/clients/{vera.pk}/history/", {"before": before}).status_code == 200


def test_thirty_lines_cost_as_many_questions_as_one(enter, olga, vera, django_assert_num_queries):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    page = enter(olga)
    history.note(vera.pk, "Первая", deal_id=None, by=olga)
    with CaptureQueriesContext(connection) as one:
        page.get(f"/clients/{vera.pk}/")
    for number in range(29):
        history.note(vera.pk, f"Заметка {number}", deal_id=None, by=olga)
    with django_assert_num_queries(len(one)):
        page.get(f"/clients/{vera.pk}/")


def test_a_client_is_changed(enter, olga, vera):
    values = {"name": "Вера Смирнова", "kind": "person", "address": "Химки", "note": "Кодовый замок", "version": "1"}
    answer = enter(olga).post(f"/clients/{vera.pk}/edit/", values)
    assert answer.headers["Location"] == f"/clients/{vera.pk}/"
    vera.refresh_from_db()
    assert (vera.name, vera.address, vera.note, vera.version) == ("Вера Смирнова", "Химки", "Кодовый замок", 2)


def test_of_two_who_change_a_client_the_second_is_told(enter, olga, vera):
    values = {"name": "Вера Смирнова", "kind": "person", "version": "1"}
    enter(olga).post(f"/clients/{vera.pk}/edit/", values)
    answer = enter(olga).post(f"/clients/{vera.pk}/edit/", {**values, "name": "Вера Петрова"}, headers=HTMX)
    assert (answer.status_code, "Сейчас записано: Вера Смирнова" in answer.content.decode()) == (409, True)
    vera.refresh_from_db()
    assert vera.name == "Вера Смирнова"


def test_what_cannot_be_stands_beside_its_field(enter, olga, vera):
    values = {"name": "я" * 201, "kind": "person", "address": "Химки", "version": "1"}
    answer = enter(olga).post(f"/clients/{vera.pk}/edit/", values)
    form = answer.context["form"]
    assert (answer.status_code, list(form.errors), form.data["address"]) == (422, ["name"], "Химки")


def test_contacts_come_and_go(enter, olga, vera):
    page = enter(olga)
    page.post(f"/clients/{vera.pk}/contacts/", {"contact": "Vera@Example.com"}, headers=HTMX)
    assert [point.value for point in vera.contact_points.order_by("pk")] == ["+79161234567", "vera@example.com"]
    point = ContactPoint.objects.get(value="+79161234567")
    answer = page.post(f"/clients/{vera.pk}/contacts/{point.pk}/removal/", headers=HTMX)
    assert [str(one["point"]) for one in answer.context["points"]] == ["vera@example.com"]


def test_the_only_way_to_reach_whoever_has_a_deal_is_not_removed(enter, olga, vera):
    deal = open_deal(vera, by=HOUSE)
    point = vera.contact_points.get()
    answer = enter(olga).post(f"/clients/{vera.pk}/contacts/{point.pk}/removal/", headers=HTMX)
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (422, "#toasts")
    assert f"Сделка № {deal.pk} открыта" in answer.content.decode()
    assert vera.contact_points.exists()


def test_a_wrong_contact_stays_as_it_was_typed(enter, olga, vera):
    answer = enter(olga).post(f"/clients/{vera.pk}/contacts/", {"contact": "12-34"}, headers=HTMX)
    assert (answer.status_code, answer.context["typed"]) == (422, "12-34")
    assert "12-34" in answer.content.decode()


def test_a_contact_of_somebody_else_is_not_removed_from_here(enter, olga, vera):
    other = Client.objects.create(name="Пётр")
    point = ContactPoint.objects.get()
    assert enter(olga).post(f"/clients/{other.pk}/contacts/{point.pk}/removal/").status_code == 404


def test_a_note(enter, olga, vera):
    answer = enter(olga).post(f"/clients/{vera.pk}/notes/", {"text": " Собака во дворе "}, headers=HTMX)
    assert answer.context["history"].lines[0].text == "Собака во дворе"
    assert Interaction.objects.get(kind="note").by_id == olga.pk
    assert enter(olga).post(f"/clients/{vera.pk}/notes/", {"text": " "}, headers=HTMX).status_code == 422


def test_a_merged_client_points_on(enter, olga, vera):
    before = Client.objects.create(name="Вера", merged_into=vera)
    assert enter(olga).get(f"/clients/{before.pk}/").headers["Location"] == f"/clients/{vera.pk}/?was={before.pk}"


def test_the_list_shows_the_latest_and_goes_on(enter, olga):
    clients = [Client.objects.create(name=f"Клиент {number}") for number in range(60)]
    first = enter(olga).get("/clients/").context
    assert [row["one"].name for row in first["rows"]][:2] == ["Клиент 59", "Клиент 58"]
    second = enter(olga).get(f"/clients/{first['earlier']}").context
    assert (len(second["rows"]), second["earlier"]) == (10, "")
    assert second["rows"][-1]["one"].client_id == clients[0].pk


def test_a_controller_reads_and_does_not_write(enter, konstantin, vera):
    page = enter(konstantin)
    assert page.get(f"/clients/{vera.pk}/").status_code == 200
    assert page.get(f"/clients/{vera.pk}/edit/").status_code == 403
    assert page.post(f"/clients/{vera.pk}/notes/", {"text": "x"}).status_code == 403


@pytest.mark.parametrize("role", ["egor", "boris"])
def test_people_on_site_see_no_clients_here(enter, windows, vera, role):
    assert enter(windows[role]).get(f"/clients/{vera.pk}/").status_code == 403
    assert enter(windows[role]).get("/clients/").status_code == 403


def test_numbers_of_thousands_of_digits_break_nothing(enter, olga, vera):
    page = enter(olga)
    assert page.get(f"/clients/?before={'9' * 5000}").status_code == 200
    given = {"name": "Вера", "kind": "person", "version": "9" * 5000}
    assert page.post(f"/clients/{vera.pk}/edit/", given).status_code == 409


def test_the_list_says_how_many_there_are_but_counts_not_without_end(enter, olga, vera, monkeypatch):
    Client.objects.create(merged_into=vera)
    assert enter(olga).get("/clients/").context["count"] == "1"
    monkeypatch.setattr("svyazka.workplaces.operator.clients.COUNTED", 2)
    for _ in range(2):
        Client.objects.create()
    assert enter(olga).get("/clients/").context["count"] == "2+"


@pytest.fixture
def tax(windows):
    return Field.objects.create(code="tax", of="client", kind="text", words={"ru": "ИНН"})


def test_a_companys_own_fields_stand_on_the_clients_page_and_are_typed_there(enter, olga, vera, tax):
    page = enter(olga)
    given = {"name": "Вера", "kind": "person", "version": str(vera.version), "tax": "7701"}
    assert page.post(f"/clients/{vera.pk}/edit/", given).status_code == 302
    assert page.get(f"/clients/{vera.pk}/").context["known"] == [("ИНН", "7701", "", "")]


def test_two_people_change_a_client_and_both_see_what_the_other_wrote(enter, olga, mikhail, vera, tax):
    client_facts.change(vera, {"name": "Вера Ильинична"}, {"tax": "1"}, by=mikhail)
    given = {"name": "Вера П.", "kind": "person", "version": str(vera.version), "tax": "2"}
    answer = enter(olga).post(f"/clients/{vera.pk}/edit/", given)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert ("Сейчас записано: Вера Ильинична" in text, "Сейчас записано: 1" in text) == (True, True)
    assert ('value="Вера П."' in text, ">2</textarea>" in text) == (True, True)
    assert Client.objects.get(pk=vera.pk).facts == {"tax": "1"}
    again = {**given, "version": str(Client.objects.get(pk=vera.pk).version)}
    assert enter(olga).post(f"/clients/{vera.pk}/edit/", again).status_code == 302


def test_a_wrong_fact_of_a_client_is_said_beside_its_input(enter, olga, vera, tax):
    given = {"name": "Другая", "kind": "person", "version": str(vera.version), "tax": "7" * 301}
    answer = enter(olga).post(f"/clients/{vera.pk}/edit/", given)
    assert answer.status_code == 422
    assert 'id="fact-tax-fault"' in answer.content.decode()
    assert Client.objects.get(pk=vera.pk).name == "Вера Павлова"


@pytest.fixture
def known(windows, vera):
    """Fields of a client, and a few clients of whom something is known."""
    choices = [{"code": "bank", "words": {"ru": "Банк"}}, {"code": "trade", "words": {"ru": "Торговля"}}]
    Field.objects.create(code="branch", of="client", kind="choice", words={"ru": "Отрасль"}, choices=choices)
    Field.objects.create(code="seats", of="client", kind="number", words={"ru": "Мест"})
    Field.objects.create(code="motto", of="client", kind="text", words={"ru": "Девиз"})
    Client.objects.filter(pk=vera.pk).update(facts={"branch": "bank", "seats": 3, "motto": "Всё в срок"})
    Client.objects.create(name="Торг", facts={"branch": "trade", "seats": 40})
    Client.objects.create(name="Никто")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("f.branch=bank", ["Вера Павлова"]),
        ("f.branch=bank&f.branch=trade", ["Торг", "Вера Павлова"]),
        ("f.seats.from=4", ["Торг"]),
        ("f.motto=все+в", ["Вера Павлова"]),
        ("f.seats.from=4&f.branch=bank", []),
        ("f.branch=nonsense", ["Никто", "Торг", "Вера Павлова"]),
    ],
)
def test_the_list_of_clients_is_narrowed_by_own_fields(known, enter, olga, asked, found):
    answer = enter(olga).get(f"/clients/?{asked}")
    assert [row["one"].title for row in answer.context["rows"]] == found
    assert answer.context["count"] == str(len(found))


def test_columns_of_the_list_of_clients_are_chosen_and_remembered(known, enter, olga):
    page = enter(olga)
    page.get("/clients/", {"columns": "1", "column": ["branch", "seats"]})
    rows = page.get("/clients/").context["rows"]
    assert [[text for _name, text in row["more"]] for row in rows] == [["", ""], ["Торговля", "40"], ["Банк", "3"]]
    page.get("/clients/", {"columns": "1"})
    assert page.get("/clients/").context["columns"] == []


def test_pages_of_a_narrowed_list_go_on_narrowed(known, enter, olga, monkeypatch):
    monkeypatch.setattr("svyazka.workplaces.operator.clients.PAGE", 1)
    page = enter(olga)
    first = page.get("/clients/?f.seats.from=1&column=seats").context
    second = page.get(f"/clients/{first['earlier']}").context
    names = [row["one"].title for context in (first, second) for row in context["rows"]]
    assert (names, second["earlier"]) == (["Торг", "Вера Павлова"], "")


@pytest.mark.parametrize("number", [1, 30])
def test_as_many_questions_for_few_clients_as_for_many(known, enter, olga, number, django_assert_num_queries):
    for _at in range(number):
        Client.objects.create(facts={"seats": 5, "branch": "bank"})
    page = enter(olga)
    with django_assert_num_queries(8):
        page.get("/clients/?f.seats.from=5&column=seats&column=branch")
