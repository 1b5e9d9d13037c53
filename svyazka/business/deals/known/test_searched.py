from __future__ import annotations

import pytest

from svyazka.business.clients import search
from svyazka.business.clients.change import change
from svyazka.business.clients.search import Hit
from svyazka.business.deals.known import client_facts, facts, searched
from svyazka.business.deals.models import Field
from svyazka.business.deals.opening import open_deal
from svyazka.business.journal.models import LiveEvent


@pytest.fixture
def deal(windows, vera, olga):
    Field.objects.filter(code="contract_number").update(is_searched=True, is_indexed=True)
    return open_deal(vera, by=olga)


def deals_of(typed: str) -> list[int]:
    return [hit.object_id for hit in search.find(typed) if hit.kind == "deal"]


def test_what_was_filled_in_leads_to_the_deal_until_it_is_something_else(deal, olga):
    facts.change(deal, {"contract_number": "ДГ-4471", "address": "Лесная, 5"}, by=olga)
    assert (deals_of("дг 44"), deals_of("лесная")) == ([deal.pk], [deal.pk])
    facts.change(deal, {"contract_number": "ПР-1"}, by=olga)
    assert (deals_of("дг 44"), deals_of("пр-1"), deals_of("лесная")) == ([], [deal.pk], [deal.pk])


def test_a_deal_is_found_by_what_it_was_opened_with(windows, vera, olga, deal):
    other = open_deal(vera, facts={"contract_number": "зима"}, by=olga)
    assert deals_of("зима") == [other.pk]


def test_long_numbers_lead_there_too(deal, olga):
    facts.change(deal, {"contract_number": "7701234567"}, by=olga)
    assert deals_of("77012345") == [77_012_345, deal.pk]  # the first may be a number of a deal, for all it knows


def test_a_clients_words_stay_when_his_name_changes(vera, olga, windows):
    choices = [{"code": "vip", "words": {"ru": "Особый", "en": "Special"}}]
    Field.objects.create(
        code="rank",
        of="client",
        kind="choice",
        choices=choices,
        is_searched=True,
        is_indexed=True,
        words={"ru": "Ранг"},
    )
    client_facts.change(vera, {}, {"rank": "vip"}, by=olga)
    change(vera, {"name": "Вероника"}, by=olga)
    hit = [Hit("client", vera.pk)]
    assert (search.find("особый"), search.find("special"), search.find("вероника")) == (hit, hit, hit)


@pytest.mark.parametrize("number", [1, 7])
def test_a_switch_is_followed_in_pieces_for_what_is_there_already(windows, vera, olga, monkeypatch, number):
    monkeypatch.setattr(searched, "PIECE", 3)
    deals = [open_deal(vera, facts={"contract_number": f"весна-{at}"}, by=olga) for at in range(number)]
    field = Field.objects.get(code="contract_number")
    assert searched.progress(field) is None
    Field.objects.filter(pk=field.pk).update(is_searched=True)
    field.refresh_from_db()
    assert searched.progress(field) == 0
    assert deals_of("весна") == []
    searched.go_round()
    assert LiveEvent.objects.filter(topic="field", object_id=field.pk).count() == number // 3 + 1
    assert sorted(deals_of("весна")) == [deal.pk for deal in deals]
    field.refresh_from_db()
    assert (searched.progress(field), searched.index_again()) == (None, False)
    Field.objects.filter(pk=field.pk).update(is_searched=False)
    searched.go_round()
    assert deals_of("весна") == []


def test_clients_are_followed_too(vera, olga, windows):
    field = Field.objects.create(code="tax", of="client", kind="text", words={"ru": "ИНН"})
    client_facts.change(vera, {}, {"tax": "зебра"}, by=olga)
    assert search.find("зебра") == []
    Field.objects.filter(pk=field.pk).update(is_searched=True)
    searched.go_round()
    assert search.find("зебра") == [Hit("client", vera.pk)]
