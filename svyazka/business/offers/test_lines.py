from __future__ import annotations

from decimal import Decimal

import pytest

from svyazka.business.catalogue import products
from svyazka.business.catalogue.models import Product
from svyazka.business.deals.models import Deal
from svyazka.business.journal.models import Entry
from svyazka.business.offers import lines, rules
from svyazka.business.offers.lines import WrongLines
from svyazka.business.offers.models import DealLine
from svyazka.business.offers.sums import Off
from svyazka.kit.refusals import ChangedMeanwhile, Refused

D = Decimal


def test_lines_of_a_deal_and_their_sums(deal, wish, mikhail):
    written = lines.write(
        deal.pk, [wish("window_two", 2), wish("net", 2, percent=10), wish("Подъём", price="500.50", vat_rate=None)],
        off=Off(amount=D(1000)), version=0, by=mikhail,
    )  # fmt: skip
    sums = lines.sums_of([deal.pk, 0])
    assert sums == {deal.pk: lines.Sums(3, D("62000.50"), D("1370.00"), written.vat, D("60630.50"))}
    found = lines.lines_of(deal.pk)
    assert [(one.name[:4], one.quantity, one.vat_rate) for one in found] == [
        ("Окно", 2, 22),
        ("Сетк", 2, 22),
        ("Подъ", 1, None),
    ]
    assert sum(one.sum for one in found) == D("60630.50")
    assert sum(one.vat for one in found) == written.vat
    assert found[2].vat == 0
    entry = Entry.objects.get(verb="offers.lines_changed")
    assert (entry.deal_id, entry.client_id, entry.changes["lines"]) == (deal.pk, deal.client_id, [0, 3])
    deal.refresh_from_db()
    assert deal.amount is None


def test_the_amount_follows_where_the_company_says_so(deal, wish, mikhail, anna):
    rules.change(amount_follows=True, vat_on_top=True, number_pattern="{number}/{year}", by=anna)
    assert lines.pricing_of(deal.pk).vat_on_top
    lines.write(deal.pk, [wish("Услуга", price=100)], vat_on_top=True, version=0, by=mikhail)
    assert Deal.objects.get(pk=deal.pk).amount == 122
    lines.write(deal.pk, [], version=1, by=mikhail)
    assert Deal.objects.get(pk=deal.pk).amount == 0
    assert lines.sums_of([deal.pk]) == {}


def test_somebody_elses_lines_are_not_overwritten(deal, wish, mikhail):
    lines.write(deal.pk, [wish("net")], version=0, by=mikhail)
    for version in (0, 2):
        with pytest.raises(ChangedMeanwhile):
            lines.write(deal.pk, [wish("drip")], version=version, by=mikhail)
    assert lines.write(deal.pk, [wish("net")], version=1, by=mikhail).version == 1  # nothing has changed
    assert Entry.objects.filter(verb="offers.lines_changed").count() == 1


def test_no_more_is_taken_off_than_it_costs(deal, wish, mikhail):
    with pytest.raises(WrongLines) as refused:
        lines.write(deal.pk, [wish("net"), wish("net", amount="1850.01")], version=0, by=mikhail)
    assert list(refused.value.wrong) == [1]
    with pytest.raises(Refused) as refused:
        lines.write(deal.pk, [wish("net")], off=Off(amount=D(1851)), version=0, by=mikhail)
    assert "discount" in refused.value.fields
    with pytest.raises(Refused):
        lines.write(deal.pk, [wish("net")] * 301, version=0, by=mikhail)
    assert not DealLine.objects.exists()


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"name": "", "price": "5"}, "name"),
        ({"name": "а" * 201, "price": "5"}, "name"),
        ({"name": "а", "price": ""}, "price"),
        ({"name": "а", "price": "-5"}, "price"),
        ({"name": "а", "price": "NaN"}, "price"),
        ({"name": "а", "price": "5", "quantity": "0"}, "quantity"),
        ({"name": "а", "price": "5", "quantity": "1,2345"}, "quantity"),
        ({"name": "а", "price": "5", "discount": "101%"}, "discount"),
        ({"name": "а", "price": "5", "discount": "-1"}, "discount"),
        ({"name": "а", "price": "5", "vat": "200"}, "vat"),
        ({"name": "а", "price": "5", "unit": "ш" * 21}, "unit"),
    ],
)
def test_nonsense_is_said_at_its_input(db, typed, wrong):
    assert list(lines.read(typed)[1]) == [wrong]


def test_what_people_type(db):
    typed = {"name": " Окно\t2 ", "price": "1 250,50 ₽", "quantity": "1,5", "discount": "5,5 %", "vat": "none"}
    read, wrong = lines.read(typed, D(22))
    assert (wrong, read.name, read.price, read.off.percent, read.vat_rate) == (
        {},
        "Окно 2",
        D("1250.50"),
        D("5.5"),
        None,
    )
    assert lines.said_discount(D("5.50"), D(0)) == "5,5%"
    assert lines.read({"name": "а", "price": "1"}, D(22))[0].vat_rate == 22


def test_a_product_in_a_deal_is_only_retired(deal, wish, mikhail, anna):
    lines.write(deal.pk, [wish("net")], version=0, by=mikhail)
    net = Product.objects.get(code="net")
    assert products.remove(net, by=anna) is None
    net.refresh_from_db()
    assert not net.is_active
    assert lines.lines_of(deal.pk)[0].product_id == net.pk


_TWICE, _LONG = "{number}{number}{year}", "К" * 30 + "{number}{year}"


@pytest.mark.parametrize("wrong", ["", "{number}", "{year}", "{number}/{year}/{client}", _TWICE, _LONG])
def test_a_number_has_its_fields(windows, anna, wrong):
    with pytest.raises(Refused) as refused:
        rules.change(amount_follows=False, vat_on_top=False, number_pattern=wrong, by=anna)
    assert list(refused.value.fields) == ["number_pattern"]
    assert rules.numbered("КП-{number}/{year}", 7, 2026) == "КП-7/2026"
