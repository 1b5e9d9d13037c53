from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from svyazka.business.deals import moves, opening
from svyazka.business.deals.models import Deal, Stage, Task
from svyazka.business.staff import absences
from svyazka.business.visits import booking, carry_out, move_back, unplaced
from svyazka.business.visits.models import Resource, Visit, Waiting
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


def stage_and_step(deal):
    deal.refresh_from_db()
    return deal.stage.code, [task.what for task in Task.objects.filter(deal=deal, done_at=None)]


def take_out(visit, by):
    return move_back.take_out(Visit.objects.get(pk=visit.pk), by=by, version=None)


def test_what_was_booked_by_mistake_stands_there_again_as_if_it_had_not_been(deal, measurement, of_egor, hour, olga):
    moves.move(deal, to=Stage.objects.get(code="contacted"), by=olga)
    before = stage_and_step(deal)
    visit = booking.book(deal, measurement, of_egor, hour(10), request_id=uuid4(), by=olga, address="Москва, Лесная, 5")
    assert stage_and_step(deal)[0] == "measurement_booked"
    take_out(visit, olga)
    assert stage_and_step(deal) == before
    assert found() == [(None, deal.pk, "measurement", "")]


def test_whose_deal_was_moved_since_stays_where_somebody_has_put_it(deal, measurement, of_egor, hour, olga, roza):
    moves.move(deal, to=Stage.objects.get(code="contacted"), by=olga)
    visit = booking.book(deal, measurement, of_egor, hour(10), request_id=uuid4(), by=olga, address="Москва, Лесная, 5")
    for code in ("contacted", "measurement_booked"):
        moves.move(Deal.objects.get(), to=Stage.objects.get(code=code), by=roza)
    take_out(visit, olga)
    assert stage_and_step(deal)[0] == "measurement_booked"
    assert found() == [(None, deal.pk, "measurement", "На этапе «назначено», а выезда нет.")]


def test_whoever_waited_waits_again_and_first_in_the_line_as_before(vera_waits, deal, measurement, of_egor, hour, olga):
    visit = booking.book(deal, measurement, of_egor, hour(10), request_id=uuid4(), by=olga, address="Москва, Лесная, 5")
    vera_waits.refresh_from_db()
    assert vera_waits.state == Waiting.State.SERVED
    take_out(visit, olga)
    again = Waiting.objects.get()
    assert (again.pk, again.state, again.ended_at, again.since) == (
        vera_waits.pk, Waiting.State.OPEN, None, vera_waits.since,
    )  # fmt: skip


def test_who_was_served_by_an_earlier_visit_does_not_wait_again(vera_waits, deal, measurement, of_egor, hour, olga):
    first = booking.book(deal, measurement, of_egor, hour(10), request_id=uuid4(), by=olga, address="Москва, Лесная, 5")
    booking.cancel(first, reason="передумали", by=olga)
    second = booking.book(deal, measurement, of_egor, hour(12), request_id=uuid4(), by=olga)
    take_out(second, olga)
    assert Waiting.objects.get().state == Waiting.State.SERVED


def test_a_visit_on_its_way_leaves_the_deal_where_it_is_when_a_tap_is_taken_back(visit, deal, egor):
    carry_out.set_status(visit, Visit.Status.ON_WAY, by=egor)
    carry_out.take_back(Visit.objects.get(), by=egor)
    assert stage_and_step(deal)[0] == "measurement_booked"
