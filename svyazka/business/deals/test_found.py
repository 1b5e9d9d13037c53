"""Deals among the hits of a search, and what is shown of each hit."""

from __future__ import annotations

import pytest

from svyazka.business.clients.identify import Contact, identify
from svyazka.business.clients.models import Client
from svyazka.business.clients.search import Hit, find
from svyazka.business.deals.found import Found, look_up
from svyazka.business.deals.opening import open_deal
from svyazka.business.journal.record import Automaton

HOUSE = Automaton("test")


def came(name: str, phone: str, address: str = "") -> int:
    client, _is_new = identify([Contact("phone", phone)], name=name, address=address, by=HOUSE)
    return client.pk


@pytest.fixture
def vera_id(windows) -> int:
    return came("Вера Павлова", "+79161234567", "Москва, ул. Лесная, 5, кв. 12")


def test_an_address_finds_the_deal_too(vera_id):
    deal = open_deal(Client.objects.get(pk=vera_id), address="Мытищи, ул. Мира, 3", by=HOUSE)
    assert find("мира 3") == [Hit("deal", deal.pk)]
    assert find("мытищ") == [Hit("deal", deal.pk)]


@pytest.mark.parametrize("form", ["{}", "№ {}", "№{}", "#{}", " {} "])
def test_a_deal_by_its_number(vera_id, form):
    deal = open_deal(Client.objects.get(pk=vera_id), by=HOUSE)
    assert find(form.format(deal.pk))[0] == Hit("deal", deal.pk)


def test_a_number_that_no_deal_has_is_not_shown(vera_id):
    assert look_up(find("00000")) == []


def test_a_street_with_many_clients_does_not_hide_its_deals(windows):
    for number in range(20):
        client_id = came(f"Клиент {number}", f"+7916000{number:04}", f"ул. Лесная, {number}")
        open_deal(Client.objects.get(pk=client_id), by=HOUSE)
    kinds = [hit.kind for hit in find("лесная")]
    assert (kinds.count("client"), kinds.count("deal")) == (7, 5)


def test_hits_are_shown_in_their_order_with_client_and_open_deal(vera_id):
    petr_id = came("Пётр", "+79035550017")
    deal = open_deal(Client.objects.get(pk=vera_id), address="Химки", by=HOUSE)
    found = look_up([Hit("deal", deal.pk), Hit("client", petr_id), Hit("client", vera_id), Hit("client", 0)])
    vera = ("Вера Павлова", "Москва, ул. Лесная, 5, кв. 12", ("+79161234567",), deal.pk, "Новая заявка", "blue")
    assert found == [
        Found("deal", vera_id, "Вера Павлова", "Химки", *vera[2:]),
        Found("client", petr_id, "Пётр", "", ("+79035550017",), None, "", "slate"),
        Found("client", vera_id, *vera),
    ]


def test_no_hits_ask_nothing(django_assert_num_queries, db):
    with django_assert_num_queries(0):
        assert look_up([]) == []
