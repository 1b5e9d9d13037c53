from __future__ import annotations

import pytest

from svyazka.business.catalogue.models import Product
from svyazka.business.deals.opening import open_deal
from svyazka.business.offers.models import DealLine, Pricing


@pytest.fixture
def deal(windows, vera, olga):
    return open_deal(vera, by=olga)


def form(*rows, version=0, **more):
    """`(name, quantity, price)`, or with a discount, a rate of VAT and the number of a product."""
    columns = {name: [] for name in ("product", "name", "quantity", "unit", "price", "discount", "vat")}
    for name, quantity, price, *rest in rows:
        discount, vat, product = (*rest, "", "22", "")[:3] if len(rest) < 3 else rest
        given = {"product": product, "name": name, "quantity": quantity, "unit": "шт", "price": price}
        for column, said in {**given, "discount": discount, "vat": vat}.items():
            columns[column].append(said)
    return {**columns, "version": str(version), "discount_all": "", "vat_on_top": "0", **more}


def test_lines_are_written_and_stand_in_the_deal(deal, enter, mikhail):
    came_in, address = enter(mikhail), f"/deals/{deal.pk}/lines/"
    assert 'id="empty-line"' in came_in.get(address).content.decode()
    net = Product.objects.get(code="net")
    rows = [("Окно", "1,5", "1 000,50"), (net.name, "2", "1850", "10%", "22", str(net.pk)), ("", "1", "")]
    assert came_in.post(address, form(*rows, discount_all="100")).status_code == 302
    kept = list(DealLine.objects.filter(deal=deal))
    assert [(one.name, one.product_id) for one in kept] == [("Окно", None), (net.name, net.pk)]
    pricing = Pricing.objects.get(deal=deal)
    assert (str(pricing.total), pricing.version) == ("4730.75", 1)
    page = came_in.get(f"/deals/{deal.pk}/").content.decode()
    assert "4\xa0730,75\xa0₽" in page
    again = came_in.get(address).content.decode()
    assert 'value="10%"' in again
    assert 'name="version" value="1"' in again


def test_what_is_wrong_stands_at_its_line_and_nothing_is_lost(deal, enter, mikhail):
    answer = enter(mikhail).post(f"/deals/{deal.pk}/lines/", form(("Окно", "1", "100"), ("Дверь", "1", "дорого")))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="дорого"' in page
    assert "Строка 2" in page
    assert not DealLine.objects.exists()


def test_two_at_once_are_told(deal, enter, mikhail):
    came_in, address = enter(mikhail), f"/deals/{deal.pk}/lines/"
    came_in.post(address, form(("Окно", "1", "100")))
    answer = came_in.post(address, form(("Дверь", "1", "200")))
    page = answer.content.decode()
    assert answer.status_code == 409 or answer.status_code == 422
    assert 'value="Дверь"' in page
    assert 'name="version" value="1"' in page
    assert DealLine.objects.get().name == "Окно"


def test_sums_are_counted_and_nothing_is_stored(deal, enter, mikhail):
    came_in, address = enter(mikhail), f"/deals/{deal.pk}/lines/sums/"
    said = came_in.post(address, form(("Окно", "2", "100"), ("Дверь", "1", "50"))).json()
    assert said["sums"] == ["200\xa0₽", "50\xa0₽"]
    assert said["totals"]["total"] == "250\xa0₽"
    said = came_in.post(address, form(("Окно", "2", "100"), ("Дверь", "1", "x"), discount_all="101%")).json()
    assert list(said["wrong"]) == ["1"]
    assert said["wrong_discount"]
    assert came_in.post(address, form(("Окно", "1", "5", "6"))).json()["wrong"]["0"]["discount"]
    assert not DealLine.objects.exists()


@pytest.mark.parametrize("number", [1, 30])
def test_as_many_questions_for_one_line_as_for_thirty(deal, enter, mikhail, number, django_assert_num_queries):
    came_in, address = enter(mikhail), f"/deals/{deal.pk}/lines/"
    came_in.post(address, form(*[("Окно", "1", "100")] * number))
    with django_assert_num_queries(6):
        came_in.get(address)


def test_products_are_offered_while_somebody_types(windows, enter, mikhail):
    came_in = enter(mikhail)
    (found,) = came_in.get("/products/?q=москит").json()["products"]
    assert (found["article"], found["price"], found["vat"]) == ("М-1", "1850", "22")
    assert came_in.get("/products/?q=%00").json() == {"products": []}


def test_another_departments_deal_stays_as_it_is(deal, enter, egor):
    assert enter(egor).post(f"/deals/{deal.pk}/lines/", form(("Окно", "1", "100"))).status_code == 403


@pytest.mark.parametrize("nonsense", [{"version": "x"}, {"vat_on_top": "9"}, {"name": ["a\x00"]}, {"quantity": []}])
def test_nonsense_ends_in_words(deal, enter, mikhail, nonsense):
    answer = enter(mikhail).post(f"/deals/{deal.pk}/lines/", form(("Окно", "1", "5")) | nonsense)
    assert answer.status_code in (302, 422)
