# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
from __future__ import annotations

import json
import re
from decimal import Decimal
from uuid import uuid4

import pytest

from svyazka.business.site_work.conftest import agreed, its_day, line, pay, way, work  # noqa: F401
from svyazka.business.site_work.models import ExtraWork, Payment, UsedMaterial


@pytest.fixture
def own(its_day):
    return f"/field/visits/{its_day.pk}/"


def given(page):
    return json.loads(re.search(r'id="site-work-given" type="application/json">(.+?)</script>', page)[1])


def test_the_page_keeps_all_that_the_phone_needs(enter, egor, own, work, agreed, pay):
    work("Откос", "2.5", 1450, agreed=agreed)
    pay(1000, receipt="7")
    kept = given(enter(egor).get(own + "site-work/").content.decode())
    assert [one["cost"] for one in kept["works"]] == ["3\xa0625\xa0₽"]
    assert (kept["payments"][0]["stands"], kept["payments"][0]["mine"]) == ("1000", True)
    # What is only counted says no price to the phone.
    prices = {one["name"]: one.get("price") for one in kept["prices"].values()}
    assert prices == {
        "Детский замок": "1190.00",
        "Замер дополнительного проёма": "500.00",
        "Ручка оконная": "650.00",
        "Сетка москитная": "1850.00",
    }


def test_without_scripts_the_same_forms_do_the_same(enter, egor, own):
    came_in, row, paid = enter(egor), str(uuid4()), str(uuid4())
    own_page = own + "site-work/"
    sent = came_in.post(own + "materials/", {"row": str(uuid4()), "name": "Клин", "unit": "шт", "quantity": "2"})
    assert (sent.status_code, sent.url) == (302, own_page)
    work = {"row": row, "name": "Откос", "unit": "м", "quantity": "2", "price": "700", "consent": ""}
    came_in.post(own + "extra-works/", work)
    page = came_in.get(own_page).content.decode()
    assert "Клиент ещё не согласился" in page
    came_in.post(own + "extra-works/consent/", {"row": row, "consent": "on_spot", "consent_name": "Вера"})
    came_in.post(own + "payments/", {"row": paid, "amount": "1400", "way": "cash", "receipt": "7"})
    came_in.post(own + "payments/correction/", {"row": str(uuid4()), "of": paid, "amount": "1300", "note": "скидка"})
    assert (UsedMaterial.objects.get().quantity, ExtraWork.objects.get().consent_name) == (2, "Вера")
    assert sum(one.amount for one in Payment.objects.all()) == 1300
    came_in.post(own + "extra-works/removal/", {"row": row})
    assert ExtraWork.objects.get().removed_at is not None


@pytest.mark.parametrize(
    ("where", "data"),
    [
        ("materials/", {}),
        ("materials/", {"row": "x", "quantity": "1"}),
        ("extra-works/", {"row": str(uuid4()), "name": "а", "quantity": "1", "price": "x"}),
        ("extra-works/consent/", {"row": str(uuid4()), "consent": "on_spot", "consent_name": "В"}),
        ("extra-works/removal/", {"row": ""}),
        ("payments/", {"row": str(uuid4()), "amount": "10"}),
        ("payments/correction/", {"of": str(uuid4())}),
    ],
)
def test_nonsense_is_refused_and_nothing_is_kept(enter, egor, own, where, data):
    assert enter(egor).post(own + where, data).status_code == 422
    assert not any(model.objects.exists() for model in (UsedMaterial, ExtraWork, Payment))


def test_the_forms_say_what_was_shown(enter, egor, own, work):
    kept = work("Откос", 2, 1000)
    came_in = enter(egor)
    page = came_in.get(own + "site-work/").content.decode()
    shown = '<input type="hidden" name="was" value="2"><input type="hidden" name="was_price" value="1000">'
    assert page.count(shown) == 2
    work("Откос", 10, 1000, number=kept.pk)
    heard = {"row": str(kept.pk), "consent": "on_spot", "consent_name": "Вера", "was": "2", "was_price": "1000"}
    answer = came_in.post(own + "extra-works/consent/", heard)
    assert "10000.00" in answer.content.decode()
    assert ExtraWork.objects.get().consent == ""


def test_nobody_writes_on_a_visit_that_is_not_his(enter, ilya, olga, own):
    assert enter(ilya).get(own + "site-work/").status_code == 404
    assert enter(ilya).post(own + "payments/", {"row": str(uuid4()), "amount": "1", "way": "cash"}).status_code == 404
    assert enter(olga).get(own + "site-work/").status_code == 403


@pytest.mark.parametrize("number", [1, 30])
def test_a_long_list_costs_as_many_queries_as_a_short_one(
    enter, egor, own, work, pay, its_day, number, django_assert_num_queries
):
    from svyazka.business.site_work import materials
    from svyazka.business.site_work.things import Thing

    for _each in range(number):
        materials.use(its_day, uuid4(), Thing("Клин", "шт"), Decimal(1), by=egor)
        work()
        pay(1)
    came_in = enter(egor)
    # Session, frame, visit, its phones, who goes there; what stands there and its mark; lines, ways, people, rules,
    # the standard set.
    with django_assert_num_queries(13):
        came_in.get(own + "site-work/")


def test_the_visit_says_how_much_stands_there(enter, egor, own, work, pay):
    work(price=700)
    pay(200)
    page = enter(egor).get(own).content.decode()
    assert "без согласия клиента" in page
    assert "200" in page


def test_the_phone_asks_for_pages_that_have_changed(enter, egor, its_day, work):
    def marks():
        pages = enter(egor).get("/field/ahead/").json()["pages"]
        return {one["url"]: one["mark"] for one in pages}

    before = marks()
    work()
    after = marks()
    own = f"/field/visits/{its_day.pk}/"
    days = {url for url in after if url.startswith("/field/?day=")}
    assert {url for url in after if before[url] != after[url]} == {own, own + "site-work/", "/field/week/", *days}


def test_what_one_has_taken_today(enter, egor, ilya, pay):
    pay(500)
    pay(250, "card")
    page = enter(egor).get("/field/").content.decode()
    assert re.findall(r"<li class=\"row apart\"><span>(.+?)</span><strong class=\"nowrap\">(.+?)</strong>", page) == [
        ("Наличные", "500\xa0₽"),
        ("Карта", "250\xa0₽"),
    ]
    assert "500\xa0₽" not in enter(ilya).get("/field/").content.decode()


def test_a_signature_comes_also_without_a_script_of_the_queue(enter, egor, roza, its_day):
    own = f"/field/visits/{its_day.pk}/site-work/"
    drawn = "[[100, 300, 300, 100, 500, 300]]"
    work = {"row": str(uuid4()), "name": "Откос", "unit": "м", "quantity": "2", "price": "700"}
    said = {"consent": "on_spot", "consent_name": "Вера", "consent_strokes": drawn}
    came_in = enter(egor)
    at = own.replace("site-work/", "extra-works/")
    assert came_in.post(at, {**work, **said, "consent_strokes": "[[1]]"}).status_code == 422
    assert came_in.post(at, {**work, **said, "price": "0"}).status_code == 422
    assert came_in.post(at, {**work, **said}).status_code == 302
    assert "есть подпись" in came_in.get(own).content.decode()
    for path in (f"/visits/{its_day.pk}/", f"/deals/{its_day.deal_id}/"):
        assert 'class="strokes"' in enter(roza).get(path).content.decode()
