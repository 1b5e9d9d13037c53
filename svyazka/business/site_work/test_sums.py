from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import pytest

from svyazka.business.site_work import materials, payments, sums, taken
from svyazka.business.site_work.taken import Narrowed
from svyazka.business.site_work.things import Thing
from svyazka.business.visits import booking
from svyazka.kit import clock


@pytest.fixture
def second(its_day, deal, measurement, of_ilya, hour, olga):
    """Ilya comes on the same day, too."""
    return booking.book(deal, measurement, of_ilya, hour(15), request_id=uuid4(), by=olga)


def test_what_is_open_is_agreed_and_not_paid(its_day, deal, work, agreed, pay, second, ilya, egor):
    work("Откос", "2.5", "333.33", agreed=agreed)  # 833.325: half a kopeck is one
    work("Без согласия", 1, 1000)
    materials.use(its_day, uuid4(), Thing("Клин", "шт"), Decimal(3), by=egor)
    first = pay(500)
    payments.correct(first, uuid4(), Decimal(400), "ошибка", by=egor)
    pay(100, visit=second, by=ilya)
    whole = sums.of_deal(deal.pk)
    assert (whole.agreed, whole.not_agreed, whole.paid, whole.open) == (
        Decimal("833.33"),
        1000,
        500,
        Decimal("333.33"),
    )
    here = whole.of_visit(its_day.pk)
    assert (here.paid, whole.besides(its_day.pk).paid, len(here.materials)) == (400, 100, 1)


def test_what_was_removed_does_not_count(its_day, deal, work, agreed, egor):
    from svyazka.business.site_work import extra

    made = work(agreed=agreed)
    extra.remove(its_day, made.pk, by=egor)
    assert sums.of_deal(deal.pk).is_empty


@pytest.mark.parametrize("number", [1, 30])
def test_one_statement_for_little_and_for_much(deal, work, pay, number, django_assert_num_queries):
    for _each in range(number):
        work()
        pay(10)
    with django_assert_num_queries(1):
        found = sums.of_deal(deal.pk)
    assert (len(found.works), len(found.payments)) == (number, number)


def test_a_receipt_that_stands_twice_is_marked(deal, pay):
    pay(10, receipt="7")
    pay(20, receipt="7")
    pay(30, receipt="8")
    again = {int(one.price): one.receipt_again for one in sums.of_deal(deal.pk).payments}
    assert again == {10: True, 20: True, 30: False}


def test_a_mark_changes_with_everything(its_day, work, pay, egor):
    seen = [sums.marks([its_day.pk])]
    number = uuid4()
    work(number=number)
    seen.append(sums.marks([its_day.pk]))
    pay(10)
    seen.append(sums.marks([its_day.pk]))
    assert len({str(one) for one in seen}) == 3


def test_by_person_and_day(its_day, second, pay, egor, ilya, roza):
    pay(100)
    pay(50, "card")
    pay(30, visit=second, by=ilya)
    asked = Narrowed(clock.today(), clock.today())
    found = {(one.person_id, one.amount) for one in taken.totals(roza, asked)}
    assert found == {(egor.pk, 100), (egor.pk, 50), (ilya.pk, 30)}
    assert [one.amount for one in taken.list_payments(roza, Narrowed(asked.first, asked.last, ilya.pk))] == [30]


def test_a_manager_sees_the_money_of_his_department(deal, pay, mikhail, dina, roza, olga):
    from svyazka.business.deals.models import Deal

    pay(100)
    asked = Narrowed(clock.today(), clock.today())
    Deal.objects.filter(pk=deal.pk).update(department=mikhail.department, responsible=None)
    assert [taken.list_payments(one, asked).count() for one in (mikhail, dina, roza, olga)] == [1, 0, 1, 0]
    how = {"responsible_id": None, "department_id": mikhail.department_id}
    assert [taken.may_see(one, **how) for one in (mikhail, dina, roza, olga)] == [True, False, True, False]
