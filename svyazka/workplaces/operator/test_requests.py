from __future__ import annotations

from uuid import uuid4

import pytest

from svyazka.business.clients import apart
from svyazka.business.clients.models import Client, ContactPoint, Interaction
from svyazka.business.deals.models import Deal
from svyazka.business.deals.opening import open_deal
from svyazka.business.duplicates.models import Suspicion
from svyazka.business.journal.record import Automaton

HOUSE = Automaton("test")


def typed(**values: str) -> dict[str, str]:
    return {
        "request_id": str(uuid4()),
        "contact": "8 (916) 123-45-67",
        "name": "Вера Павлова",
        "address": "Москва, ул. Лесная, 5",
        "openings": "3",
        "wish": "Два окна и балкон",
        **values,
    }


def test_the_form_asks_for_five_things_at_most(enter, olga):
    assert len(enter(olga).get("/requests/new/").context["form"].fields) == 5


def test_a_request_opens_a_deal_with_source_and_next_step(enter, olga):
    answer = enter(olga).post("/requests/new/", typed())
    deal = Deal.objects.select_related("client", "source").get()
    assert answer.headers["Location"] == f"/deals/{deal.pk}/"
    assert (deal.client.name, deal.source.code, deal.responsible) == ("Вера Павлова", "by_hand", olga)
    assert (deal.address, deal.facts) == ("Москва, ул. Лесная, 5", {"openings": 3})
    assert deal.next_step == "Позвонить клиенту"
    happened = Interaction.objects.get(kind="form")
    assert (happened.text, happened.deal_id, happened.by_id, happened.waiting) == (
        "Два окна и балкон",
        deal.pk,
        olga.pk,
        False,
    )


def test_the_same_click_twice_changes_nothing(enter, olga):
    request = typed()
    first = enter(olga).post("/requests/new/", request)
    second = enter(olga).post("/requests/new/", request)
    assert first.headers["Location"] == second.headers["Location"]
    assert (Deal.objects.count(), Interaction.objects.filter(kind="form").count()) == (1, 1)


def test_an_open_deal_takes_the_request_and_keeps_what_it_knew(enter, olga, mikhail, vera):
    deal = open_deal(vera, by=HOUSE, responsible=mikhail)
    enter(olga).post("/requests/new/", typed(address="Другой адрес"))
    deal.refresh_from_db()
    assert (Deal.objects.count(), deal.responsible, deal.address) == (1, mikhail, vera.address)
    assert deal.facts == {"openings": 3}
    assert Interaction.objects.get(kind="form").deal_id == deal.pk


def test_an_email_address_is_enough(enter, olga):
    enter(olga).post("/requests/new/", {"request_id": str(uuid4()), "contact": "Vera@Example.com"})
    assert ContactPoint.objects.get().value == "vera@example.com"


def known(client, **typed: str):
    return client.get("/requests/known/", {"contact": "8 (916) 123-45-67", **typed})


def test_while_it_is_typed_it_says_whose_the_request_is(enter, olga, vera):
    page = known(enter(olga), name="Вера")
    assert page.context["found"]["name"] == "Вера Павлова"


def test_a_name_that_does_not_fit_the_phone_asks_who_it_is(enter, olga, vera):
    page = known(enter(olga), name="Пётр", whose="0")
    [one] = page.context["likely"]
    assert (one["id"], one["name"]) == (vera.pk, "Вера Павлова")
    assert one["reasons"][0].startswith("телефон совпал")
    assert one["objections"]
    assert b'value="0" checked' in page.content


def test_who_is_chosen_gets_the_request(enter, olga, vera):
    enter(olga).post("/requests/new/", typed(name="Пётр", whose=str(vera.pk)))
    assert (Deal.objects.get().client, Client.objects.count()) == (vera, 1)
    assert vera.traits.filter(kind="name").get().value == "Пётр"


def test_somebody_else_is_new_and_it_is_remembered(enter, olga, vera):
    request = typed(name="Пётр", whose="0")
    first = enter(olga).post("/requests/new/", request)
    peter = Deal.objects.get().client
    assert (peter.name, apart.of(peter.pk), Suspicion.objects.count()) == ("Пётр", {vera.pk}, 0)
    second = enter(olga).post("/requests/new/", request)
    assert (second.headers["Location"], Client.objects.count()) == (first.headers["Location"], 2)


def test_who_does_not_say_leaves_it_to_whoever_looks_after_the_client(enter, olga, mikhail, vera):
    open_deal(vera, by=HOUSE, responsible=mikhail)
    request = typed(name="Пётр")
    enter(olga).post("/requests/new/", request)
    enter(olga).post("/requests/new/", request)
    suspicion = Suspicion.objects.select_related("task").get()
    assert (suspicion.other, suspicion.task.person, Client.objects.count()) == (vera, mikhail, 2)


def test_one_who_is_not_there_is_nobody(enter, olga):
    answer = enter(olga).post("/requests/new/", typed(whose="4711"))
    assert (answer.status_code, Deal.objects.count()) == (422, 0)


@pytest.mark.parametrize(
    ("values", "at_fault"),
    [
        ({"contact": ""}, "contact"),
        ({"contact": "12"}, "contact"),
        ({"contact": "vera@"}, "contact"),
        ({"openings": "many"}, "openings"),
        ({"openings": "0"}, "openings"),
        ({"name": "я" * 201}, "name"),
        ({"address": "я" * 301}, "address"),
        ({"wish": "я" * 5001}, "wish"),
        ({"name": "Вера\x00"}, "name"),
    ],
)
def test_a_fault_stands_beside_its_field_and_nothing_typed_is_lost(enter, olga, values, at_fault):
    request = typed(**values)
    answer = enter(olga).post("/requests/new/", request)
    form = answer.context["form"]
    assert (answer.status_code, list(form.errors)) == (422, [at_fault])
    assert {name: form.data[name] for name in request} == request
    assert str(answer.context["request_id"]) == request["request_id"]
    assert Client.objects.count() == 0


def test_a_broken_request_number_is_no_obstacle(enter, olga):
    assert enter(olga).post("/requests/new/", typed(request_id="nonsense")).status_code == 302


@pytest.mark.parametrize("role", ["konstantin", "egor", "boris"])
def test_whoever_takes_no_requests_is_not_let_in(enter, windows, role):
    assert enter(windows[role]).get("/requests/new/").status_code == 403
    assert enter(windows[role]).get("/requests/known/?contact=1").status_code == 403


def test_while_the_phone_is_typed_the_client_and_his_deal_appear(enter, olga, vera):
    deal = open_deal(vera, by=HOUSE)
    page = enter(olga).get("/requests/known/", {"contact": "8 916 123 45 67"})
    assert page.context["found"]["deal"] == str(deal.pk)
    assert "Вера Павлова" in page.content.decode()


def test_before_the_phone_is_whole_there_are_those_it_may_be(enter, olga, vera):
    page = enter(olga).get("/requests/known/", {"contact": "8 916 12"})
    assert [one["name"] for one in page.context["candidates"]] == ["Вера Павлова"]


@pytest.mark.parametrize("contact", ["", "1", "вера", "@", "%", "\x00"])
def test_too_little_says_nobody(enter, olga, vera, contact):
    assert enter(olga).get("/requests/known/", {"contact": contact}).context["candidates"] == []


def test_an_unknown_phone_is_a_new_client(enter, olga):
    assert enter(olga).get("/requests/known/", {"contact": "+79990000000"}).context["is_new"]


def test_onto_the_waiting_list_straight_from_the_request(enter, olga):
    assert 'name="wait"' in enter(olga).get("/requests/new/").content.decode()
    answer = enter(olga).post("/requests/new/", typed(wait="1"), follow=True)
    assert answer.redirect_chain[0][0] == f"/deals/{Deal.objects.get().pk}/waiting/"
    assert answer.status_code == 200


def test_a_time_is_chosen_straight_from_the_request(enter, olga):
    assert 'name="book"' in enter(olga).get("/requests/new/").content.decode()
    answer = enter(olga).post("/requests/new/", typed(book="1"))
    assert answer.headers["Location"] == f"/deals/{Deal.objects.get().pk}/visits/new/"
