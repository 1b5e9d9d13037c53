from __future__ import annotations

import re

import pytest

from svyazka.business.catalogue import pasting, vat
from svyazka.business.catalogue.models import Product, ProductGroup

GIVEN = {"name": "Клин", "article": "К-1", "unit": "шт", "price": "12,50", "vat": "none", "group": ""}


def test_a_product_from_beginning_to_end(enter, anna):
    came_in, own = enter(anna), "/office/catalogue/products/klin/"
    answer = came_in.post("/office/catalogue/new/", GIVEN)
    assert answer.status_code == 302, re.findall(r"wrong.*", answer.content.decode())
    assert 'value="12,5"' in came_in.get(own).content.decode()
    changed = {**GIVEN, "price": "15", "vat": "22", "group": "work", "version": "1"}
    assert came_in.post(own, changed).status_code == 302
    assert came_in.post(own, {**changed, "price": "16"}).status_code == 422  # somebody else has changed it meanwhile
    assert "12,50\xa0₽" in came_in.get(own).content.decode()  # what it has cost
    gone = came_in.post(own + "removal/")
    page = came_in.get(gone.url).content.decode()
    removed = re.search(r'name="removed" value="(.+?)"', page)[1]
    assert came_in.post("/office/catalogue/return/", {"removed": removed}).status_code == 302
    back = Product.objects.get(code="klin")
    assert (back.price, back.vat_rate, back.group.code) == (15, 22, "work")
    assert came_in.post("/office/catalogue/return/", {"removed": "forged"}).status_code == 422


@pytest.mark.parametrize(
    "wrong", [{"price": "x"}, {"price": "-1"}, {"name": ""}, {"vat": "99"}, {"group": "x"}, {"unit": ""}]
)
def test_nonsense_stands_beside_its_input(enter, anna, wrong):
    answer = enter(anna).post("/office/catalogue/new/", {**GIVEN, **wrong})
    assert answer.status_code == 422
    assert 'class="wrong"' in answer.content.decode()
    assert not Product.objects.filter(name="Клин").exists()


def test_a_table_is_looked_at_before_it_is_taken_in(enter, anna):
    came_in, address = enter(anna), "/office/catalogue/pasting/"
    pasted = "Сетка москитная;шт;1990\nНащельник;м;45,5\nДорогой;шт;дорого"
    page = came_in.post(address, {"pasted": pasted}).content.decode()
    assert "1\xa0990\xa0₽" in page
    assert not Product.objects.filter(name="Нащельник").exists()
    assert came_in.post(address, {"pasted": pasted, "take": "1"}).status_code == 302
    assert Product.objects.get(name="Нащельник").price == 45.5
    assert Product.objects.get(code="net").price == 1990
    assert came_in.post(address, {"pasted": " "}).status_code == 422


@pytest.mark.parametrize("number", [1, 30])
def test_search_order_and_pages(enter, anna, number, django_assert_num_queries):
    pasting.take_in("\n".join(f"Болт {place};шт;{place}" for place in range(number)), by=anna)
    came_in = enter(anna)
    came_in.get("/office/catalogue/")
    with django_assert_num_queries(4):
        page = came_in.get("/office/catalogue/?q=болт&sort=-price&used=on&page=1").content.decode()
    assert page.count("products/bolt") == number
    assert "Ничего не найдено" in came_in.get("/office/catalogue/?q=луна&group=%00").content.decode()


def test_rates_and_groups(enter, anna):
    came_in = enter(anna)
    assert came_in.post("/office/catalogue/vat/", {"rates": "без НДС; 5", "usual": "5"}).status_code == 302
    assert [code for code, _words in vat.offered()] == ["none", "5"]
    assert came_in.post("/office/catalogue/vat/", {"rates": "5", "usual": "7"}).status_code == 422
    assert came_in.post("/office/product-groups/", {"ru": "Прочее"}).status_code == 302
    made = ProductGroup.objects.get(words__ru="Прочее")
    assert came_in.post(f"/office/product-groups/{made.code}/removal/").status_code == 302
    assert came_in.post("/office/product-groups/work/removal/").status_code == 422
