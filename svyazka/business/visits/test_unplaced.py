from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from svyazka.business.deals import opening
from svyazka.business.deals.models import Deal, Stage
from svyazka.business.staff import absences
from svyazka.business.visits import booking, unplaced
from svyazka.business.visits.models import Resource
from svyazka.business.visits.offering import Wishes
from svyazka.kit import clock


def put(deal, code):
    Deal.objects.filter(pk=deal.pk).update(stage=Stage.objects.get(code=code))


def found():
    return [(one.visit_id, one.deal_id, one.kind.code, one.why) for one in unplaced.read().found]


def test_a_deal_whose_stage_wants_a_visit_stands_there_until_it_has_one(deal, measurement, of_egor, hour, olga):
    assert found() == []
    put(deal, "contacted")
    assert found() == [(None, deal.pk, "measurement", "")]
    visit = booking.book(deal, measurement, of_egor, hour(10), request_id=uuid4(), by=olga, address="Москва, Лесная, 5")
    assert found() == []
    booking.cancel(visit, reason="передумали", by=olga)
    assert found() == [(None, deal.pk, "measurement", "На этапе «назначено», а выезда нет.")]
    put(deal, "production")
    assert found() == [(None, deal.pk, "installation", "")]


def test_a_visit_that_nobody_can_go_to_stands_there(visit, deal, egor, anna, hour):
    assert found() == []
    absences.enter(egor, hour(8), hour(20), note="болеет", by=anna)
    assert found() == [(visit.pk, deal.pk, "measurement", "Егор Кузнецов в это время отсутствует.")]
    egor.absences.all().delete()
    Resource.objects.filter(person=egor).update(is_active=False)
    assert found() == [(visit.pk, deal.pk, "measurement", "Егор Кузнецов больше не работает в компании.")]


def test_as_many_questions_for_thirty_as_for_one(deal, vera, olga, django_assert_num_queries):
    put(deal, "contacted")
    with django_assert_num_queries(4):
        assert len(unplaced.read().found) == 1
    stage = Stage.objects.get(code="contacted")
    for _number in range(60):
        Deal.objects.filter(pk=opening.open_deal(vera, by=olga).pk).update(stage=stage)
    with django_assert_num_queries(4):
        tray = unplaced.read()
    assert (len(tray.found), tray.is_cut) == (unplaced.MOST, True)


def test_whoever_waits_for_a_window_stands_there_once_as_long_as_he_can_be_visited(deal, measurement, wait, olga):
    put(deal, "contacted")
    wait(deal, note="домофон 5")
    ((one),) = unplaced.read().found
    assert (one.deal_id, one.kind.code, one.waits.note, one.visit_id) == (deal.pk, "measurement", "домофон 5", None)
    wait(deal, wishes=Wishes(from_day=clock.today() + timedelta(days=unplaced.AHEAD)))
    assert found() == []


def test_as_many_questions_for_thirty_who_wait_as_for_one(wait, new_deal, django_assert_num_queries):
    wait(new_deal("Пётр"))
    with django_assert_num_queries(4):
        assert len(unplaced.read().found) == 1
    for number in range(29):
        wait(new_deal(f"Клиент {number}"))
    with django_assert_num_queries(4):
        assert len(unplaced.read().found) == 30
