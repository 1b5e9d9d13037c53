"""Clients for whom no window fitted, and windows that become free for them."""

from __future__ import annotations

from datetime import time, timedelta
from uuid import uuid4

import pytest

from svyazka.business.deals.models import LossReason, Stage, Task
from svyazka.business.journal.models import Entry
from svyazka.business.notices.models import Notice
from svyazka.business.visits import (
    absences,
    booking,
    calling_off,
    resources,
    seeking,
    shifts,
    waiting,
    waiting_list,
    waiting_round,
    waiting_rules,
    window_offers,
)
from svyazka.business.visits.models import Booking, Freed, Visit, Waiting, WaitingOffer
from svyazka.business.visits.offering import Wishes
from svyazka.business.visits.waiting_list import Narrowed
from svyazka.kit import clock
from svyazka.kit.refusals import ChangedMeanwhile, Refused

State = WaitingOffer.State


def offers(**of):
    return list(WaitingOffer.objects.filter(**of).order_by("pk"))


def test_whoever_waits_is_entered_once(vera_waits, wait, deal, measurement):
    again = wait(deal, urgency=2, note="домофон 5")
    assert again.pk == vera_waits.pk
    (entry,) = Waiting.objects.all()
    assert (entry.urgency, entry.note, entry.address, entry.version) == (2, "домофон 5", deal.address, 2)
    assert [one.verb for one in Entry.objects.filter(verb__startswith="visits.wait").order_by("pk")] == [
        "visits.waits",
        "visits.wait_changed",
    ]


def test_what_cannot_be_is_refused(deal, measurement, visit, mikhail, olga):
    with pytest.raises(Refused):
        waiting.wait(deal, measurement, by=olga)
    booking.cancel(visit, reason="заболел", by=olga)
    for given in ({"address": " " * 301}, {"until": clock.today() - timedelta(days=1)}, {"urgency": 7}):
        with pytest.raises(Refused):
            waiting.wait(deal, measurement, by=olga, **given)
    assert not Waiting.objects.exists()


def test_two_who_change_it(vera_waits, olga, mikhail):
    waiting.change(vera_waits, urgency=1, version=vera_waits.version, by=mikhail)
    with pytest.raises(ChangedMeanwhile):
        waiting.change(vera_waits, urgency=2, version=vera_waits.version, by=olga)
    with pytest.raises(ChangedMeanwhile):
        waiting.remove(vera_waits, reason="передумали", version=vera_waits.version, by=olga)


def test_it_is_taken_off_with_a_reason(vera_waits, olga):
    with pytest.raises(Refused):
        waiting.remove(vera_waits, reason=" ", by=olga)
    for _click in range(2):
        waiting.remove(vera_waits, reason="нашла других", by=olga)
    entry = Waiting.objects.get()
    assert (entry.state, entry.reason, waiting_list.number()) == ("removed", "нашла других", 0)


def test_any_booking_of_that_kind_ends_it(vera_waits, deal, measurement, of_ilya, hour, olga):
    booking.book(deal, measurement, of_ilya, hour(15), request_id=uuid4(), by=olga)
    assert Waiting.objects.get().state == "served"


def test_time_that_becomes_free_is_noted_only_while_somebody_waits(visit, another_waits, olga):
    waiting.remove(another_waits, reason="не нужно", by=olga)
    booking.cancel(visit, reason="заболел", by=olga)
    assert not Freed.objects.exists()


def test_a_visit_called_off_becomes_a_task_and_is_booked_in_one_click(
    full_monday, another_waits, of_egor, hour, olga, mikhail, by_day
):
    booking.cancel(full_monday[of_egor.pk, 10], reason="клиент заболел", by=olga)
    waiting_round.go_round()
    (offer,) = offers()
    assert (offer.resource, offer.starts_at, offer.state, offer.to_client) == (of_egor, hour(10), "open", False)
    task = Task.objects.get(pk=offer.task_id)
    assert (task.deal_id, task.kind, task.person, task.done_at) == (another_waits.deal_id, "call", mikhail, None)
    assert Notice.objects.get(kind="visit.window_free").person == mikhail
    assert not Freed.objects.exists()

    visit = window_offers.take(offer, by=mikhail)
    assert window_offers.take(offer, by=mikhail).pk == visit.pk
    assert (visit.starts_at, visit.deal_id, visit.address) == (hour(10), another_waits.deal_id, another_waits.address)
    another_waits.refresh_from_db()
    assert another_waits.state == "served"
    assert [one.state for one in offers()] == ["taken"]
    assert Task.objects.get(pk=offer.task_id).done_at is not None


def test_a_moved_visit_an_absence_and_a_shift_free_time_too(
    full_monday, another_waits, of_egor, of_ilya, hour, monday, olga, roza, by_day
):
    booking.move(full_monday[of_egor.pk, 10], hour(10, days=1), of_egor, reason="просит позже", by=olga)
    assert [one.resource for one in Freed.objects.all()] == [of_egor]
    Freed.objects.all().delete()
    away = absences.absent(of_ilya, hour(9, days=2), hour(18, days=2), by=roza)
    absences.back(away, by=roza)
    assert [(one.resource, one.begins) for one in Freed.objects.all()] == [(of_ilya, hour(9, days=2))]
    Freed.objects.all().delete()
    shifts.enter(of_egor, monday + timedelta(days=5), [(time(10), time(14))], by=roza)
    assert Freed.objects.get().begins == hour(0, days=5)


def test_somebody_new_frees_the_days_to_come(another_waits, measurement, roza):
    resources.add(
        name="Пётр Новиков",
        kind="engineer",
        person=None,
        skills=[measurement.skill],
        hours={day: [(time(9), time(18))] for day in range(5)},
        by=roza,
    )
    assert {one.resource.name for one in Freed.objects.all()} == {"Пётр Новиков"}
    assert Freed.objects.count() == 14


def test_at_night_nobody_is_told(full_monday, another_waits, of_egor, olga, at_night):
    booking.cancel(full_monday[of_egor.pk, 10], reason="заболел", by=olga)
    waiting_round.go_round()
    assert not offers()
    assert Freed.objects.exists()


@pytest.mark.parametrize(
    "wishes",
    [
        Wishes(parts=frozenset({"evening"})),
        Wishes(not_weekdays=frozenset({0})),
        Wishes(not_days=frozenset({"monday"})),
        Wishes(from_day="tuesday"),
    ],
)
def test_what_does_not_suit_is_not_offered(full_monday, another_waits, of_egor, monday, olga, by_day, wishes):
    days = {"monday": monday, "tuesday": monday + timedelta(days=1)}
    wished = Wishes(
        from_day=days.get(wishes.from_day),
        parts=wishes.parts,
        not_days=frozenset(days[one] for one in wishes.not_days),
        not_weekdays=wishes.not_weekdays,
    )
    waiting.change(another_waits, wishes=wished, by=olga)
    Waiting.objects.update(looked_at=clock.now())
    booking.cancel(full_monday[of_egor.pk, 10], reason="заболел", by=olga)
    waiting_round.go_round()
    assert not offers()


def test_nor_after_the_last_day_that_makes_sense(full_monday, another_waits, of_egor, monday, olga, by_day):
    waiting.change(another_waits, until=monday - timedelta(days=1), by=olga)
    Waiting.objects.update(looked_at=clock.now())
    booking.cancel(full_monday[of_egor.pk, 10], reason="заболел", by=olga)
    waiting_round.go_round()
    assert not offers()


def test_nobody_else_is_asked_while_a_client_thinks_and_then_the_next(
    full_monday, another_waits, wait, new_deal, of_egor, hour, olga, by_day
):
    waiting.change(another_waits, told_by="message", urgency=2, by=olga)
    second = wait(new_deal("Пётр"), told_by="message")
    Waiting.objects.update(looked_at=clock.now())
    booking.cancel(full_monday[of_egor.pk, 10], reason="заболел", by=olga)
    waiting_round.go_round()
    (first,) = offers()
    assert (first.waiting, first.to_client) == (another_waits, True)
    held = Booking.objects.get(kind="hold")
    assert (held.resource, held.request_id, held.expires_at) == (of_egor, first.request_id, first.expires_at)

    window_offers.decline(first, by=olga)
    waiting_round.go_round()
    assert [(one.waiting, one.state) for one in offers()] == [(another_waits, "declined"), (second, "open")]
    expires = clock.now() - timedelta(seconds=1)
    WaitingOffer.objects.filter(state="open").update(expires_at=expires)
    Booking.objects.filter(kind="hold").update(expires_at=expires)
    waiting_round.go_round()
    assert [one.state for one in offers()] == ["declined", "lapsed"]
    assert Waiting.objects.filter(state="open").count() == 2


def test_whoever_is_too_late_is_told_so_and_waits_on(
    full_monday, another_waits, new_deal, measurement, of_egor, hour, olga, by_day
):
    booking.cancel(full_monday[of_egor.pk, 10], reason="заболел", by=olga)
    waiting_round.go_round()
    (offer,) = offers()
    booking.book(new_deal("Пётр"), measurement, of_egor, hour(10), request_id=uuid4(), by=olga)
    assert waiting_list.of_deal(another_waits.deal_id)[0].offers == []
    with pytest.raises(booking.SlotTaken):
        window_offers.take(offer, by=olga)
    assert [one.state for one in offers()] == ["gone"]
    assert Waiting.objects.get().state == "open"
    with pytest.raises(window_offers.NoLongerThere):
        window_offers.take(offer, by=olga)


def test_held_for_a_call_nobody_else_can_book_it(
    full_monday, another_waits, new_deal, measurement, of_egor, hour, olga, by_day
):
    booking.cancel(full_monday[of_egor.pk, 10], reason="заболел", by=olga)
    waiting_round.go_round()
    (offer,) = offers()
    window_offers.hold(offer, by=olga)
    assert waiting_list.of_deal(another_waits.deal_id)[0].offers[0].held_by == olga.full_name
    with pytest.raises(booking.SlotTaken):
        booking.book(new_deal("Пётр"), measurement, of_egor, hour(10), request_id=uuid4(), by=olga)
    assert window_offers.take(offer, by=olga).starts_at == hour(10)


def test_one_client_is_not_written_to_again_and_again(another_waits, olga, by_day):
    waiting.change(another_waits, told_by="message", by=olga)
    waiting_rules.change(days=7, offers_a_day=1, held_minutes=30, by=olga)
    assert len(_asked_and_declined(olga)) == 1
    assert len(_asked_and_declined(olga)) == 1


def _asked_and_declined(olga):
    Waiting.objects.update(looked_at=clock.now() - timedelta(days=1))
    waiting_round.go_round()
    for offer in offers(state="open"):
        window_offers.decline(offer, by=olga)
    return offers()


def test_whoever_waits_in_vain_is_rung(another_waits):
    Waiting.objects.update(until=clock.today() - timedelta(days=1))
    waiting_round.go_round()
    assert Waiting.objects.get().state == "over"
    task = Task.objects.get(deal=another_waits.deal_id, done_at=None, kind="call", of_stage=False)
    assert task.by is None


def test_a_lost_deal_waits_no_more(another_waits, olga):
    lost, reason = Stage.objects.get(code="lost"), LossReason.objects.first()
    calling_off.move_deal(another_waits.deal, to=lost, by=olga, loss_reason=reason)
    waiting_round.go_round()
    assert Waiting.objects.get().state == "over"
    assert not Task.objects.filter(done_at=None, by=None, of_stage=False).exists()


def test_windows_for_all_each_one_of_his_own_and_taken_together(another_waits, wait, new_deal, olga, by_day):
    wait(new_deal("Пётр"))
    begun = seeking.begin(by=olga)
    assert seeking.begin(by=olga) == begun
    while seeking.go_on():
        pass
    progress = seeking.progress()
    assert (progress.looked_at, progress.found, progress.is_over) == (2, 2, True)
    one, other = offers()
    assert not (one.resource == other.resource and one.starts_at < other.ends_at and other.starts_at < one.ends_at)
    assert seeking.take_all(begun, by=olga) == (2, 0)
    assert Visit.objects.count() == 2
    assert seeking.progress() is None
    with pytest.raises(Refused):
        seeking.begin(by=olga)


def test_the_board_is_told_what_a_day_could_take(another_waits, wait, new_deal, monday, olga):
    wait(new_deal("Пётр"), wishes=Wishes(not_weekdays=frozenset({0})))
    assert [one.client for one in waiting.unplaced([monday])] == ["Анна Белова"]
    assert [one.client for one in waiting.unplaced([monday, monday + timedelta(days=1)])] == ["Анна Белова", "Пётр"]
    assert waiting.unplaced([]) == []


def test_the_list_is_sorted_narrowed_and_paged(wait, new_deal, olga, django_assert_num_queries):
    entries = [wait(new_deal(f"Клиент {number:02}"), urgency=number % 3) for number in range(35)]
    for sort in waiting_list.SORTS:
        seen, after = [], ""
        while True:
            found = waiting_list.list_waiting(Narrowed(sort=sort), after=after)
            seen += [line.id for line in found.lines]
            after = found.after
            if not after:
                break
        assert sorted(seen) == [entry.pk for entry in entries]
    urgent = waiting_list.list_waiting(Narrowed(is_urgent=True))
    assert {line.urgency for line in urgent.lines} == {2}
    (hit,) = waiting_list.list_waiting(Narrowed(typed="Клиент 07")).lines
    assert hit.client_name == "Клиент 07"
    Waiting.objects.filter(pk=entries[0].pk).update(since=clock.now() - timedelta(days=8))
    assert waiting_list.count(Narrowed()) == {"all": 35, "found": 0, "long": 1}
    for nonsense in ("x", "~", "9~9", "2026-01-01~x", "\x00~1"):
        waiting_list.list_waiting(Narrowed(sort="since"), after=nonsense)
