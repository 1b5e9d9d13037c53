from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from svyazka.business.clients.models import Client, Interaction
from svyazka.business.deals import moves, opening
from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Deal, LossReason, Stage
from svyazka.business.deals.work import next_steps, questions, tasks
from svyazka.business.journal.models import Entry, LiveEvent
from svyazka.business.visits import booking, its_deal
from svyazka.business.visits.models import Booking, Visit
from svyazka.kit import clock
from svyazka.kit.refusals import ChangedMeanwhile, Refused


def heard_by(person, topic="visit"):
    return LiveEvent.objects.filter(topic=topic, people__contains=[person.pk]).count()


def stage_of(deal):
    return Deal.objects.select_related("stage").get(pk=deal.pk).stage.code


def test_a_booking_takes_the_deal_on_and_writes_the_date(visit, deal, monday, egor):
    assert stage_of(deal) == "measurement_booked"
    assert Deal.objects.get(pk=deal.pk).facts["measured_at"] == monday.isoformat()
    assert visit.ends_at - visit.starts_at == timedelta(hours=1)
    assert Booking.objects.get(visit=visit).during.lower == visit.starts_at
    assert heard_by(egor) == 1


def test_it_is_to_be_confirmed_on_its_eve(visit, deal, of_egor, hour, olga):
    (asked,) = next_steps.open_tasks(Deal.objects.get(pk=deal.pk))
    assert (asked.what, asked.due_at) == ("Подтвердить замер накануне", hour(18, days=-1))
    booking.move(visit, hour(10, days=2), of_egor, reason="просят позже", by=olga)
    (asked,) = next_steps.open_tasks(Deal.objects.get(pk=deal.pk))
    assert asked.due_at == Deal.objects.get(pk=deal.pk).next_step_at == hour(18, days=1)


def test_it_stands_in_the_journal_and_in_the_history(visit, deal, olga):
    entry = Entry.objects.get(verb="visits.booked")
    assert (entry.by_id, entry.deal_id, entry.object_id) == (olga.pk, deal.pk, visit.pk)
    happened = Interaction.objects.get(kind="visit")
    assert happened.data == {
        "visit": visit.pk,
        "event": "booked",
        "at": visit.starts_at.isoformat(),
        "resource": "Егор Кузнецов",
        "kind": {"ru": "Замер", "en": "Measurement"},
        "code": "measurement",
    }


def test_a_click_that_arrives_twice_books_once(deal, measurement, of_egor, hour, olga):
    request_id = uuid4()
    first = booking.book(deal, measurement, of_egor, hour(10), request_id=request_id, by=olga)
    again = booking.book(deal, measurement, of_egor, hour(10), request_id=request_id, by=olga)
    assert (first.pk, Visit.objects.count(), Booking.objects.count()) == (again.pk, 1, 1)


def test_a_request_of_another_deal_is_not_answered_with_its_visit(visit, vera, measurement, of_egor, hour, olga):
    other = opening.open_deal(vera, by=olga)
    with pytest.raises(Refused):
        booking.book(other, measurement, of_egor, hour(15), request_id=visit.request_id, by=olga)


def test_a_taken_time_is_refused_with_others_and_nothing_is_left(visit, vera, measurement, of_egor, hour, olga):
    other = opening.open_deal(vera, by=olga)
    with pytest.raises(booking.SlotTaken) as refusal:
        booking.book(other, measurement, of_egor, hour(10, 30), request_id=uuid4(), by=olga)
    assert len(refusal.value.slots) == 5
    assert (Visit.objects.count(), stage_of(other)) == (1, "new")
    booking.book(
        other,
        measurement,
        refusal.value.slots[0].resource,
        refusal.value.slots[0].starts_at,
        request_id=uuid4(),
        by=olga,
    )


@pytest.mark.parametrize(
    ("at", "field"),
    [
        (lambda hour: clock.now() - timedelta(minutes=5), "starts_at"),
        (lambda hour: hour(8), "starts_at"),
        (lambda hour: hour(12, 30), "starts_at"),  # into the break
        (lambda hour: hour(10, days=6), "starts_at"),  # Sunday
        (lambda hour: hour(10, days=400), "starts_at"),
        (lambda hour: hour(10) + timedelta(minutes=7), "starts_at"),
        (lambda hour: hour(10) + timedelta(microseconds=1), "starts_at"),
        (lambda hour: datetime(9999, 1, 1, 10, tzinfo=UTC), "starts_at"),
    ],
)
def test_times_that_cannot_be(deal, measurement, of_egor, hour, olga, at, field):
    with pytest.raises(Refused) as refusal:
        booking.book(deal, measurement, of_egor, at(hour), request_id=uuid4(), by=olga)
    assert list(refusal.value.fields) == [field]
    assert not Visit.objects.exists()


def test_a_crew_does_not_measure(deal, measurement, boris, hour, olga):
    with pytest.raises(Refused) as refusal:
        booking.book(deal, measurement, boris.resource, hour(10), request_id=uuid4(), by=olga)
    assert list(refusal.value.fields) == ["resource"]


def test_a_closed_deal_is_not_visited(deal, measurement, of_egor, hour, olga):
    lost = Stage.objects.get(code="lost")
    moves.move(deal, to=lost, by=olga, loss_reason=LossReason.objects.first())
    with pytest.raises(Refused):
        booking.book(deal, measurement, of_egor, hour(10), request_id=uuid4(), by=olga)


def test_without_an_address_nobody_goes(olga, windows, measurement, of_egor, hour):
    deal = opening.open_deal(Client.objects.create(name="Пётр"), by=olga)
    with pytest.raises(Refused) as refusal:
        booking.book(deal, measurement, of_egor, hour(10), request_id=uuid4(), by=olga)
    assert list(refusal.value.fields) == ["address"]
    visit = booking.book(
        deal, measurement, of_egor, hour(10), request_id=uuid4(), by=olga, address="Химки, Мира, 1", wishes="домофон 12"
    )
    deal.refresh_from_db()
    assert (deal.address, visit.address, visit.wishes) == ("Химки, Мира, 1", "Химки, Мира, 1", "домофон 12")
    assert stage_of(deal) == "measurement_booked"


def test_where_something_is_missing_the_visit_is_booked_and_the_deal_stays(olga, windows, measurement, of_egor, hour):
    deal = opening.open_deal(Client.objects.create(address="Химки, Мира, 1"), by=olga)
    visit = booking.book(deal, measurement, of_egor, hour(10), request_id=uuid4(), by=olga)
    assert stage_of(deal) == "new"
    assert its_deal.waits_for(visit) == [facts.name_of("client_name")]


def test_a_deal_never_goes_back(deal, olga, measurement, of_egor, hour, visit):
    facts.change(deal, {"openings": "3", "amount": "1000"}, by=olga)
    moves.move(deal, to=Stage.objects.get(code="offer_sent"), by=olga)
    booking.book(deal, measurement, of_egor, hour(15), request_id=uuid4(), by=olga)
    assert stage_of(deal) == "offer_sent"


def test_a_move_tells_both_and_frees_the_old_time(visit, of_ilya, hour, olga, egor, ilya, deal, monday):
    moved = booking.move(visit, hour(16, days=1), of_ilya, reason="клиент попросил", by=olga, version=1)
    assert (moved.resource, moved.moves, moved.reason, moved.version) == (of_ilya, 1, "клиент попросил", 2)
    assert [row.resource_id for row in Booking.objects.all()] == [of_ilya.pk]
    assert (heard_by(egor), heard_by(ilya)) == (2, 1)
    entry = Entry.objects.get(verb="visits.moved")
    assert entry.note == "клиент попросил"
    assert entry.changes["resource"] == ["Егор Кузнецов", "Илья Фомин"]
    assert Deal.objects.get(pk=deal.pk).facts["measured_at"] == (monday + timedelta(days=1)).isoformat()


def test_a_move_by_half_an_hour_overlaps_only_itself(visit, of_egor, hour, olga):
    assert booking.move(visit, hour(10, 30), of_egor, reason="опоздает", by=olga).starts_at == hour(10, 30)


def test_a_move_needs_a_reason_a_free_time_and_the_newest_state(visit, vera, measurement, of_egor, hour, olga):
    other = opening.open_deal(vera, by=olga)
    booking.book(other, measurement, of_egor, hour(15), request_id=uuid4(), by=olga)
    with pytest.raises(Refused) as refusal:
        booking.move(visit, hour(12), of_egor, reason="  ", by=olga)
    assert list(refusal.value.fields) == ["reason"]
    with pytest.raises(booking.SlotTaken):
        booking.move(visit, hour(15), of_egor, reason="позже", by=olga)
    with pytest.raises(ChangedMeanwhile):
        booking.move(visit, hour(12), of_egor, reason="позже", by=olga, version=7)
    visit.refresh_from_db()
    assert (visit.starts_at, visit.moves) == (hour(10), 0)
    assert Booking.objects.get(visit=visit).during.lower == hour(10)


def test_a_cancelled_visit_frees_the_time_and_leaves_a_next_step(visit, deal, vera, measurement, of_egor, hour, olga):
    cancelled = booking.cancel(visit, reason="передумали", by=olga)
    again = booking.cancel(visit, reason="передумали", by=olga)
    assert (cancelled.status, again.status) == ("cancelled", "cancelled")
    assert not Booking.objects.exists()
    assert Entry.objects.filter(verb="visits.cancelled").count() == 1
    deal.refresh_from_db()
    assert deal.facts["measured_at"] in (None, "")
    assert "дат" in " ".join(deal.tasks.values_list("what", flat=True))
    other = opening.open_deal(vera, by=olga)
    booking.book(other, measurement, of_egor, hour(10), request_id=uuid4(), by=olga)


def test_what_is_cancelled_cannot_be_moved(visit, of_egor, hour, olga):
    booking.cancel(visit, reason="передумали", by=olga)
    with pytest.raises(Refused):
        booking.move(visit, hour(15), of_egor, reason="всё же приедут", by=olga)


def test_after_a_cancellation_only_a_new_date_is_to_be_agreed_on(visit, deal, measurement, of_egor, hour, olga):
    """“Confirm the measurement” stood beside it, although there was none any more."""
    (asked,) = next_steps.open_tasks(deal)
    booking.cancel(visit, reason="заболели", by=olga)
    assert [task.what for task in next_steps.open_tasks(deal)] == ["Согласовать с клиентом новую дату"]
    booking.book(deal, measurement, of_egor, hour(15), request_id=uuid4(), by=olga)
    assert [task.what for task in next_steps.open_tasks(deal)] == [asked.what]


def test_a_second_visit_does_not_bring_back_a_step_that_was_done(visit, deal, measurement, of_egor, hour, olga):
    tasks.done(deal.tasks.get(done_at=None), by=olga)
    booking.book(deal, measurement, of_egor, hour(15), request_id=uuid4(), by=olga)
    assert next_steps.open_tasks(deal) == []


def test_a_visit_is_booked_and_the_deal_stays_where_a_question_holds_it(deal, konstantin, mikhail):
    questions.ask(
        deal,
        [mikhail.pk],
        "Почему стоит?",
        due_at=clock.now() + timedelta(hours=2),
        is_blocking=True,
        request_id=uuid4(),
        by=konstantin,
    )
    held = Deal.objects.get(pk=deal.pk)
    assert its_deal.carry_on(held, "measurement_booked", by=konstantin).stage_id == deal.stage_id
