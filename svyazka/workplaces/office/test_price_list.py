from __future__ import annotations

import re

import pytest

from svyazka.business.site_work.models import PaymentWay, PriceLine, SiteRules, UsualAmount

LINE = {"kind": "material", "name": "Клин", "unit": "шт", "price": "12,50", "step": "", "visit_kinds": ["installation"]}


def test_a_line_from_beginning_to_end(enter, anna):
    came_in = enter(anna)
    assert came_in.post("/office/price-list/new/", LINE).status_code == 302
    own = "/office/price-list/named/klin/"
    page = came_in.get(own).content.decode()
    assert 'value="12,5"' in page
    changed = {**LINE, "price": "15", "is_sold": "on", "version": "1"}
    assert came_in.post(own, changed).status_code == 302
    assert came_in.post(own, {**changed, "price": "16"}).status_code == 422  # somebody else has changed it meanwhile
    gone = came_in.post(own + "removal/")
    page = came_in.get(gone.url).content.decode()
    assert "«Клин» удалено" in page
    removed = re.search(r'name="removed" value="(.+?)"', page)[1]
    assert came_in.post("/office/price-list/return/", {"removed": removed}).status_code == 302
    back = PriceLine.objects.get(code="klin")
    assert (back.price, back.is_sold, back.visit_kinds.get().code) == (15, True, "installation")
    assert came_in.post("/office/price-list/return/", {"removed": removed}).status_code == 422
    assert came_in.post("/office/price-list/return/", {"removed": "forged"}).status_code == 422


@pytest.mark.parametrize(
    "wrong",
    [{"price": "x"}, {"price": "-1"}, {"name": ""}, {"step": "0"}, {"kind": "x"}, {"visit_kinds": ["x"]}, {"unit": ""}],
)
def test_nonsense_stands_beside_its_input(enter, anna, wrong):
    answer = enter(anna).post("/office/price-list/new/", {**LINE, **wrong})
    assert answer.status_code == 422
    assert 'class="wrong"' in answer.content.decode()
    assert not PriceLine.objects.filter(name="Клин").exists()


def test_search_order_and_pages(enter, anna):
    from svyazka.business.site_work import pasting

    pasting.take_in("\n".join(f"Клин {n:03}\tшт\t{n}" for n in range(1, 61)), kind="material", by=anna)
    came_in = enter(anna)
    page = came_in.get("/office/price-list/?q=клин&sort=-price").content.decode()
    assert re.findall(r">Клин (\d{3})<", page)[:2] == ["060", "059"]
    assert len(re.findall(r">Клин (\d{3})<", page)) == 50
    assert "page=2" in page
    second = came_in.get("/office/price-list/?q=клин&sort=-price&page=2").content.decode()
    assert re.findall(r">Клин (\d{3})<", second)[-1] == "001"
    nonsense = came_in.get("/office/price-list/?q=%00&sort=x&kind=x&used=x&visit_kind=x&page=x&removed=x")
    assert nonsense.status_code == 200


@pytest.mark.parametrize("number", [1, 30])
def test_thirty_lines_cost_as_many_queries_as_one(enter, anna, number, django_assert_num_queries):
    from svyazka.business.site_work import pasting

    pasting.take_in("\n".join(f"Клин {n}\tшт\t{n}" for n in range(number)), kind="material", by=anna)
    came_in = enter(anna)
    with django_assert_num_queries(5):  # the session, rules, lines, their visits, kinds of visits
        came_in.get("/office/price-list/?q=клин")


def test_pasted_lines_and_what_was_wrong_with_them(enter, anna):
    came_in = enter(anna)
    good = {"kind": "work", "pasted": "Откос\tм\t1450"}
    assert came_in.post("/office/price-list/pasting/", good).status_code == 302
    answer = came_in.post("/office/price-list/pasting/", {**good, "pasted": "Отлив\tм\t700\nУголок\tшт\tдорого"})
    page = answer.content.decode()
    assert (answer.status_code, "Строка 2" in page, "добавлена 1 строка" in page) == (422, True, True)
    assert came_in.post("/office/price-list/pasting/", {"kind": "work", "pasted": " "}).status_code == 422


def test_a_standard_set_and_the_limit(enter, anna):
    came_in, foam = enter(anna), PriceLine.objects.get(code="foam")
    own = "/office/price-list/sets/installation/"
    assert came_in.post(own, {f"quantity-{foam.pk}": "2,5", "quantity-x": "1"}).status_code == 302
    assert UsualAmount.objects.get(visit_kind__code="installation").quantity == 2.5
    wrong = came_in.post(own, {f"quantity-{foam.pk}": "много"})
    assert (wrong.status_code, "много" in wrong.content.decode()) == (422, True)
    assert came_in.post("/office/price-list/rules/", {"own_price_up_to": "5 000"}).status_code == 302
    assert SiteRules.objects.get().own_price_up_to == 5000
    assert came_in.post("/office/price-list/rules/", {"own_price_up_to": "x"}).status_code == 422
    came_in.post("/office/price-list/rules/", {"own_price_up_to": ""})
    assert SiteRules.objects.get().own_price_up_to is None


def test_the_companys_own_ways_of_paying(enter, anna):
    came_in = enter(anna)
    came_in.post("/office/payment-ways/", {"ru": "По счёту"})
    made = PaymentWay.objects.get(words__ru="По счёту")
    came_in.post(f"/office/payment-ways/{made.code}/cash/", {"on": "1"})
    came_in.post(f"/office/payment-ways/{made.code}/state/", {"on": "0"})
    came_in.post(f"/office/payment-ways/{made.code}/place/", {"to": "up"})
    made.refresh_from_db()
    assert (made.is_cash, made.is_active, made.position) == (True, False, 2)
    assert "По счёту" in came_in.get("/office/payment-ways/").content.decode()


def test_only_whoever_may_changes_prices(enter, olga, roza):
    assert enter(olga).get("/office/price-list/").status_code == 403
    assert enter(roza).get("/office/price-list/").status_code == 200
