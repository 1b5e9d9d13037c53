"""Whoever was to go there is ill: the visit lacks him until it is solved."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from svyazka.business.clients.models import Interaction
from svyazka.business.notices.models import Notice
from svyazka.business.visits import absences, booking, carry_out, holding, orphans, slots, unplaced
from svyazka.business.visits.models import Booking, Visit
from svyazka.business.visits.moving_together import Move, move_together


def ill(resource, begins, ends, by, **more):
    return absences.absent(resource, begins, ends, note="заболел", by=by, leaving=True, **more)


def test_a_visit_lacks_whoever_is_away_and_keeps_its_time(visit, of_egor, hour, dina, roza):
    ill(of_egor, hour(9), hour(19), roza)
    visit.refresh_from_db()
    assert (visit.is_orphaned, visit.lacks, visit.starts_at, visit.status) == (True, of_egor, hour(10), "planned")
    assert list(Booking.objects.filter(resource=of_egor).values_list("kind", flat=True)) == ["absence"]
    assert list(Visit.objects.orphaned()) == [visit]
    told = Interaction.objects.filter(kind="visit").latest("id").data
    assert (told["event"], told["lacks"]) == ("orphaned", "Егор Кузнецов")


def test_whoever_plans_hears_of_it_at_once(visit, of_egor, hour, dina, roza):
    ill(of_egor, hour(9), hour(19), roza)
    (notice,) = Notice.objects.filter(kind="visit.orphaned", person=dina)
    assert (notice.data["who"], notice.data["count"]) == ("Егор Кузнецов", 1)


def test_back_before_anybody_did_anything_he_goes_himself(visit, of_egor, hour, roza):
    absences.back(ill(of_egor, hour(9), hour(19), roza), by=roza)
    visit.refresh_from_db()
    assert (visit.is_orphaned, visit.resource) == (False, of_egor)
    assert Booking.objects.get(resource=of_egor).visit == visit


def test_what_has_been_moved_meanwhile_is_not_his_any_more(visit, of_egor, of_ilya, hour, roza):
    away = ill(of_egor, hour(9), hour(19), roza)
    booking.move(visit, hour(10), of_ilya, reason="заболел", by=roza)
    absences.back(away, by=roza)
    visit.refresh_from_db()
    assert (visit.is_orphaned, visit.resource) == (False, of_ilya)


def test_it_can_have_the_same_person_again_at_its_time(visit, of_egor, hour, roza):
    away = ill(of_egor, hour(9), hour(19), roza)
    Booking.objects.filter(pk=away.pk).delete()
    visit.refresh_from_db()
    booking.move(visit, hour(10), of_egor, reason="выздоровел", by=roza)
    visit.refresh_from_db()
    assert not visit.is_orphaned


def test_what_has_begun_stays_his_and_the_absence_goes_round_it(visit, of_egor, hour, egor, roza):
    carry_out.set_status(visit, Visit.Status.STARTED, by=egor)
    ill(of_egor, hour(9), hour(19), roza)
    visit.refresh_from_db()
    assert not visit.is_orphaned
    spans = [(one.kind, one.during.lower) for one in Booking.objects.order_by("during")]
    assert spans == [("absence", hour(9)), ("visit", hour(10)), ("absence", hour(11))]


def test_what_was_held_for_a_caller_is_given_up(deal, measurement, of_egor, hour, olga, roza):
    holding.hold(deal, measurement, of_egor, hour(10), request_id=uuid4(), by=olga)
    ill(of_egor, hour(9), hour(19), roza)
    assert list(Booking.objects.values_list("kind", flat=True)) == ["absence"]


def test_a_broken_van_leaves_the_installation_without_one(deal, installation, crew, hour, olga, roza):
    from svyazka.business.deals.known import facts

    deal = facts.change(deal, {"address": "Москва, Тверская, 1"}, by=olga)
    visit = booking.book(deal, installation, crew, hour(9), request_id=uuid4(), by=olga)
    van = next(one.resource for one in visit.bookings.select_related("resource") if one.resource.kind == "vehicle")
    ill(van, hour(0), hour(23), roza)
    visit.refresh_from_db()
    assert (visit.lacks, visit.resource) == (van, crew)
    assert crew.pk in visit.bookings.values_list("resource_id", flat=True)


def test_whoever_is_on_leave_in_the_office_goes_to_no_visit(visit, egor, of_egor, hour, roza):
    away = absences.absent_person(egor, hour(0), hour(0, days=1), note="болеет", by=roza)
    visit.refresh_from_db()
    assert visit.lacks == of_egor
    absences.person_back(away, by=roza)
    visit.refresh_from_db()
    assert (visit.is_orphaned, Booking.objects.filter(kind="absence").count()) == (False, 0)


def test_of_an_unknown_department_the_heads_hear(named, roza):
    assert [one.login for one in orphans.planners(named("Газель, А123ВС"))] == ["roza"]


@pytest.mark.parametrize("minutes", [-5, 481])
def test_nonsense_is_no_delay(visit, egor, minutes):
    from svyazka.business.visits import delays
    from svyazka.kit.refusals import Refused

    with pytest.raises(Refused):
        delays.say(visit, minutes, by=egor)


def test_whoever_is_late_keeps_the_next_one_waiting(visit, deal, measurement, of_egor, hour, egor, dina, olga):
    from svyazka.business.visits import delays

    later = booking.book(deal, measurement, of_egor, hour(11), request_id=uuid4(), by=olga)
    delays.say(visit, 40, by=egor)
    visit.refresh_from_db()
    assert delays.over_at(visit) == hour(11, 40)
    assert delays.behind(visit) == [later]
    (notice,) = Notice.objects.filter(kind="visit.runs_late", person=dina)
    assert (notice.data["minutes"], notice.data["count"]) == (40, 1)
    assert delays.rounded_up(hour(11) + timedelta(minutes=3, seconds=5)) == hour(11, 5)


def test_it_is_offered_its_own_time_again_and_stands_beside_the_board(visit, of_egor, hour, monday, roza):
    away = ill(of_egor, hour(9), hour(19), roza)
    visit.refresh_from_db()
    (one,) = unplaced.read().found
    assert (one.visit_id, one.why) == (visit.pk, "Не хватает: Егор Кузнецов.")
    Booking.objects.filter(pk=away.pk).delete()
    assert (of_egor.pk, hour(10)) in {(one.resource.pk, one.starts_at) for one in _windows_of(visit, monday)}


def _windows_of(visit, day):
    return slots.free_slots(visit.kind, from_day=day, days=1, moving=visit)


def test_whoever_gets_it_out_of_a_plan_of_days_has_it(visit, of_egor, of_ilya, hour, roza):
    ill(of_egor, hour(9), hour(19), roza)
    move_together([Move(visit.pk, of_ilya, hour(10))], reason="короче дорога", by=roza)
    visit.refresh_from_db()
    assert (visit.is_orphaned, visit.resource, visit.moves) == (False, of_ilya, 0)
