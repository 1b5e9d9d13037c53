# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import pytest

from svyazka.business.journal.models import Entry
from svyazka.business.site_work import payments
from svyazka.business.site_work.conftest import agreed, its_day, pay, way, work  # noqa: F401
from svyazka.business.site_work.models import Payment
from svyazka.business.visits.conftest import deal, hour, measurement, monday, of_egor, visit  # noqa: F401


def test_who_hands_in_how_much_cash(enter, roza, pay, egor):
    pay(500, receipt="7")
    pay(250, "card")
    pay("0.50", note="сдача")
    page = enter(roza).get("/payments/").content.decode()
    assert "Егор Кузнецов" in page
    assert "Наличные 500,50\xa0₽, Карта 250\xa0₽" in page
    assert 'data-name="Сдаёт наличными">500,50\xa0₽<' in page
    assert "750,50\xa0₽" in page


def test_other_days_people_and_ways(enter, roza, pay, egor, ilya, way, hour):
    pay(500)
    pay(250, "card")
    came_in = enter(roza)
    day = hour(10).date().isoformat()
    for address, shown in (
        (f"?from={day}&until={day}", True),
        ("?from=2020-01-01&until=2020-01-02", False),
        (f"?person={ilya.pk}", False),
        (f"?person={egor.pk}&way={way('cash').pk}", True),
        ("?from=nonsense&until=²&person=x&way=-1&page=0", True),
        ("?page=99999999999999", False),
    ):
        assert ("500\xa0₽" in came_in.get("/payments/" + address).content.decode()) is shown, address


@pytest.mark.parametrize("number", [1, 30])
def test_thirty_cost_as_many_queries_as_one(enter, roza, pay, number, django_assert_num_queries):
    for each in range(number):
        pay(10 + each)
    came_in = enter(roza)
    with django_assert_num_queries(7):  # the session, the frame, ways, totals, payments, names, people
        came_in.get("/payments/")


def test_as_a_file(enter, roza, mikhail, pay):
    pay("500.50", receipt="=7", note="первая")
    answer = enter(roza).post("/payments/file/", {})
    lines = answer.content.decode("utf-8-sig").splitlines()
    assert len(lines) == 2
    assert ";Егор Кузнецов;500,50;Наличные;'=7;Вера Павлова;Замер;" in lines[1]
    assert Entry.objects.filter(verb="site_work.exported").count() == 1
    assert enter(mikhail).post("/payments/file/", {}).status_code == 403


def test_a_correction_is_a_number_in_the_file_too(enter, roza, egor, pay):
    first = pay(5000)
    payments.correct(first, uuid4(), Decimal(4550), "цифра", by=egor)
    lines = enter(roza).post("/payments/file/", {}).content.decode("utf-8-sig").splitlines()
    assert sorted(line.split(";")[2] for line in lines[1:]) == ["-450,00", "5000,00"]


def test_the_office_puts_a_payment_right(enter, roza, olga, pay):
    first = pay(500)
    where = f"/payments/{first.pk}/correction/"
    assert enter(olga).post(where, {"amount": "400", "note": "ошибка"}).status_code == 403
    assert enter(roza).post(where, {"amount": "x", "note": "ошибка"}).status_code == 422
    assert enter(roza).post(where, {"amount": "400", "note": "ошибка"}).status_code == 302
    assert sorted(Payment.objects.values_list("amount", flat=True)) == [-100, 500]
    assert enter(roza).post(f"/payments/{uuid4()}/correction/", {"amount": "1"}).status_code == 404


def test_the_deal_and_the_visit_show_it_and_sums_only_to_whoever_may(enter, roza, olga, deal, visit, work, agreed, pay):
    work("Откос", 1, 700, agreed=agreed)
    work("Отлив", 1, 300)
    pay(200, receipt="7")
    for address in (f"/deals/{deal.pk}/", f"/visits/{visit.pk}/"):
        rich, poor = (enter(one).get(address).content.decode() for one in (roza, olga))
        for page in (rich, poor):
            assert "Согласовано на месте: Вера Павлова" in page
            assert "Клиент не согласился" in page
        assert ("700\xa0₽" in rich, "500\xa0₽" in rich) == (True, True)
        assert ("700\xa0₽" in poor, "500\xa0₽" in poor) == (False, False)
