from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from svyazka.business.clients.models import Client
from svyazka.business.deals.known import facts, values
from svyazka.business.deals.models import Deal, Field
from svyazka.business.deals.opening import open_deal
from svyazka.business.journal.models import Entry
from svyazka.kit.refusals import ChangedMeanwhile, Refused


@pytest.fixture
def deal(windows, vera, olga):
    return open_deal(vera, by=olga)


def test_a_change_says_from_which_value_to_which(deal, olga):
    changed = facts.change(deal, {"amount": "54 300,50", "openings": "3", "measured_at": "2026-12-01"}, by=olga)
    assert (changed.amount, changed.facts) == (Decimal("54300.50"), {"openings": 3, "measured_at": "2026-12-01"})
    assert Entry.objects.get(verb="deals.changed").changes == {
        "amount": [None, "54300.50"],
        "openings": [None, 3],
        "measured_at": [None, "2026-12-01"],
    }


def test_the_clients_name_is_changed_at_the_client(deal, olga):
    facts.change(deal, {"client_name": "Вера Ильинична"}, by=olga)
    assert Client.objects.get(pk=deal.client_id).name == "Вера Ильинична"


def test_the_same_values_change_nothing(deal, olga):
    facts.change(deal, {"client_name": "Вера Павлова", "amount": ""}, by=olga)
    assert Deal.objects.get(pk=deal.pk).version == deal.version


def test_every_wrong_value_is_named_and_none_is_stored(deal, olga):
    typed = {"amount": "много", "openings": "3.5", "measured_at": "завтра", "contract_number": "12", "unknown": "1"}
    with pytest.raises(Refused) as refusal:
        facts.change(deal, typed, by=olga)
    assert sorted(refusal.value.fields) == ["amount", "measured_at", "openings", "unknown"]
    assert Deal.objects.get(pk=deal.pk).facts == {}


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("54300", "54300.00"),
        (" 54 300,5 ₽", "54300.50"),
        ("1\u00a0000", "1000.00"),
        ("0", "0.00"),
        ("-0", "0.00"),
    ],
)
def test_amounts_as_people_write_them(deal, olga, typed, stored):
    assert facts.change(deal, {"amount": typed}, by=olga).amount == Decimal(stored)


@pytest.mark.parametrize("typed", ["-1", "1,234", "54,300", "NaN", "Infinity", "1e13", "1e-9", "₽", "54.300.5"])
def test_amounts_that_cannot_be_meant(deal, olga, typed):
    with pytest.raises(Refused) as refusal:
        facts.change(deal, {"amount": typed}, by=olga)
    assert list(refusal.value.fields) == ["amount"]


def test_a_year_that_slipped_is_refused(deal, olga):
    with pytest.raises(Refused):
        facts.change(deal, {"ready_at": "0026-11-22"}, by=olga)


def test_zero_signs_and_great_length(deal, olga):
    assert facts.change(deal, {"address": "Лесная\x00, 5"}, by=olga).address == "Лесная, 5"
    with pytest.raises(Refused):
        facts.change(deal, {"address": "х" * 301}, by=olga)


def test_whoever_was_slower_is_told(deal, olga, mikhail):
    facts.change(deal, {"openings": "2"}, version=deal.version, by=mikhail)
    with pytest.raises(ChangedMeanwhile):
        facts.change(deal, {"openings": "3"}, version=deal.version, by=olga)


def test_appointing_takes_the_open_steps_along(deal, olga, mikhail):
    appointed = facts.appoint(deal, mikhail, by=olga)
    assert (appointed.responsible, appointed.department) == (mikhail, mikhail.department)
    assert [task.person for task in deal.tasks.all()] == [mikhail]
    changes = {"responsible": [None, "Михаил Лебедев"], "department": [None, "Отдел продаж"]}
    assert Entry.objects.get(verb="deals.appointed").changes == changes


def test_an_empty_input_of_what_was_never_known_is_no_change(deal, olga):
    facts.change(deal, {"openings": "2", "contract_number": "", "amount": "", "prepaid": ""}, by=olga)
    assert Entry.objects.get(verb="deals.changed").changes == {"openings": [None, 2]}


CODES = ["client_name", "address", "amount", "openings", "measured_at", "prepaid", "contract_number", "nothing"]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(typed=st.dictionaries(st.sampled_from(CODES), st.text(max_size=40), max_size=4))
def test_whatever_is_typed_is_stored_or_refused_in_words(deal, olga, typed):
    wrong: dict[str, object] = {}
    try:
        deal = facts.change(deal, typed, by=olga)
    except Refused as refusal:
        wrong = refusal.fields
    assert set(wrong) <= set(typed)
    assert wrong or Deal.objects.get(pk=deal.pk).facts == deal.facts


@given(amount=st.decimals(0, 10**9, places=2, allow_nan=False))
def test_amounts_come_back_as_they_went(amount):
    typed = f"{amount:,}".replace(",", " ").replace(".", ",")
    assert values.read(Field(kind="money"), typed) == amount


@given(day=st.dates(date(1990, 1, 1), date(2100, 12, 31)))
def test_dates_come_back_as_they_went(day):
    assert values.read(Field(kind="date"), day.isoformat()) == day
