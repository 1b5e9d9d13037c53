from __future__ import annotations

from decimal import Decimal

import pytest

from svyazka.business.catalogue import groups, pasting, products, vat
from svyazka.business.catalogue.models import Product, ProductGroup
from svyazka.business.catalogue.pasting import Fate
from svyazka.business.catalogue.products import Wish
from svyazka.business.journal.models import Entry
from svyazka.kit.refusals import ChangedMeanwhile, Refused


def wish(name="Ручка латунная", price=650, **more):
    return Wish(**{"name": name, "unit": "шт", "price": Decimal(str(price)), **more})


def test_a_product_and_what_it_has_cost(windows, anna):
    made = products.add(wish(article="Л-7", vat_rate=Decimal(22), group="accessories"), by=anna)
    assert (made.code, made.group.code, made.version) == ("ruchka_latunnaya", "accessories", 1)
    products.change(made, wish(price=700, article="Л-7", vat_rate=Decimal(22)), by=anna, version=1)
    with pytest.raises(ChangedMeanwhile):
        products.change(made, wish(price=800), by=anna, version=1)
    assert [one.price for one in products.newest_prices(made)] == [700, 650]
    changes = Entry.objects.get(verb="catalogue.product_changed").changes
    assert changes == {"price": ["650.00", "700.00"], "group": ["accessories", ""]}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "р" * 201}, "name"),
        ({"unit": ""}, "unit"),
        ({"article": "7" * 41}, "article"),
        ({"group": "nowhere"}, "group"),
        ({"article": "о-2"}, "article"),  # the blueprint's window has it
    ],
)
def test_nonsense_is_no_product(windows, anna, wrong, field):
    with pytest.raises(Refused) as refused:
        products.add(wish(**wrong), by=anna)
    assert list(refused.value.fields) == [field]


def test_two_of_one_name_need_an_article(windows, anna):
    products.add(wish(), by=anna)
    with pytest.raises(Refused, match="артикул"):
        products.add(wish(" РУЧКА  латунная "), by=anna)
    assert products.add(wish(article="7"), by=anna).pk


def test_found_by_name_and_article(windows):
    assert [one.code for one in products.find("о-2")][0] == "window_two"
    assert [one.code for one in products.find("монтаж окн")] == ["fitting"]
    assert [one.code for one in products.list_products(wanted="подок 300")] == ["window_sill"]
    assert products.find("%") == []
    switched = Product.objects.get(code="fitting")
    products.switch(switched, on=False, by=windows["anna"])
    assert products.find("монтаж") == []


def test_removed_and_put_back(windows, anna):
    kept = products.remove(Product.objects.get(code="net"), by=anna)
    assert not Product.objects.filter(article="М-1").exists()
    back = products.put_back(kept, by=anna)
    assert (back.article, back.price, back.vat_rate, back.group.code) == ("М-1", 1850, 22, "accessories")


def test_a_group_with_products_stays(windows, anna):
    with pytest.raises(Refused, match="группе"):
        groups.remove(ProductGroup.objects.get(code="work"), by=anna)
    empty = groups.GROUPS.add({"ru": "Прочее"}, by=anna)
    groups.remove(empty, by=anna)
    assert not ProductGroup.objects.filter(pk=empty.pk).exists()


PASTED = """Артикул\tНаименование\tЦена\tЕд.\tНДС\tГруппа
М-1\tСетка москитная\t1 990,00\tшт\t22\tКомплектация
О-2\tОкно двустворчатое, 1300×1400 мм\t28900\tшт\t22%\tОкна и двери
Н-1\tНащельник\t45,5\tм\tбез НДС\t
\tНичей\tдёшево\tшт\t22\t
Н-1\tНащельник другой\t50\tм\t22\t
\tС чужой группой\t5\tшт\t22\tЛуна"""


def test_pasted_lines_are_looked_at_and_then_taken_in(windows, anna):
    seen = pasting.look(PASTED)
    assert [(one.number, one.fate) for one in seen] == [
        (2, Fate.CHANGED),
        (3, Fate.SAME),
        (4, Fate.ADDED),
        (5, Fate.WRONG),
        (6, Fate.WRONG),
        (7, Fate.WRONG),
    ]
    assert seen[0].before == 1850
    assert not Product.objects.filter(name="Нащельник").exists()
    pasting.take_in(PASTED, by=anna)
    net, new = Product.objects.get(article="М-1"), Product.objects.get(article="Н-1")
    assert (net.price, net.version, [one.price for one in net.prices.all()]) == (1990, 2, [1990, 1850])
    assert (new.name, new.unit, new.price, new.vat_rate) == ("Нащельник", "м", Decimal("45.5"), None)
    assert [one.fate for one in pasting.look(PASTED)][:3] == [Fate.SAME, Fate.SAME, Fate.SAME]


def test_a_thousand_lines_in_few_statements(windows, anna, django_assert_max_num_queries):
    many = "\n".join(f"Товар {number};шт;{number}" for number in range(1, 1001))
    with django_assert_max_num_queries(20):
        pasting.take_in(many, by=anna)
    assert Product.objects.filter(name__startswith="Товар").count() == 1000


@pytest.mark.parametrize("wrong", ["", "\n\n", "Наименование\tЦена", '"a\x00'])
def test_what_is_no_table(windows, anna, wrong):
    if wrong.startswith('"'):
        assert pasting.look(wrong)[0].fate is Fate.WRONG
        return
    with pytest.raises(Refused):
        pasting.look(wrong)


def test_rates_are_the_companys_list(windows, anna):
    vat.change("без НДС; 0; 10; 22,5", usual="none", by=anna)
    assert vat.offered() == [("none", "без НДС"), ("0", "0\xa0%"), ("10", "10\xa0%"), ("22.5", "22,5\xa0%")]
    assert vat.offered(besides=Decimal(20), has=True)[-1][0] == "20"
    for typed, usual in [("", "none"), ("-1", "none"), ("101", "none"), ("NaN", "none"), ("22", "10"), ("1e1", "x")]:
        with pytest.raises(Refused):
            vat.change(typed, usual=usual, by=anna)
