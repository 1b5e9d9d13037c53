from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import translation

from svyazka.business.calls.conftest import ABLE_TO_DIAL
from svyazka.business.calls.dialling import dial, do_not_call, hours
from svyazka.business.calls.dialling.dial import NotToBeCalled, OddHour
from svyazka.business.calls.models import CallingHours, DoNotCall, Pbx, PhoneCommand
from svyazka.business.journal.models import Entry
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

NUMBER = "+79161234567"


@pytest.fixture(autouse=True)
def _pbx(windows, settings):
    settings.PHONE_SYSTEMS = {"asterisk": ABLE_TO_DIAL}
    Pbx.objects.create(code="asterisk/lab1", driver="asterisk", host="127.0.0.1", port=5038)
    with translation.override("en"):
        yield


def at(hour, *, zone="Europe/Moscow", day=12):  # a Tuesday of May
    return datetime(2026, 5, day, hour, 0, tzinfo=ZoneInfo(zone))


@pytest.fixture
def by_day(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: at(15))


def test_whoever_has_a_desk_phone_has_it_rung_once_however_often_he_clicks(olga, by_day):
    number = dial.check("8 (916) 123-45-67", by=olga)
    first, second = (dial.from_desk(number, deal_id=7, click="a", by=olga) for _click in range(2))
    assert (first, first.do, first.number, first.extension, first.deal_id) == (second, "dial", NUMBER, "101", 7)
    assert dial.can_ring_desk(olga)


def test_who_has_no_phone_has_none_that_could_be_rung(anna):
    assert not dial.can_ring_desk(anna)


def test_nonsense_is_no_number(olga):
    with pytest.raises(Refused):
        dial.check("мама", by=olga)


def test_a_number_that_is_not_to_be_rung_is_refused_with_who_said_so(olga, mikhail, by_day):
    do_not_call.forbid([NUMBER], reason="complaint", note="просит не беспокоить", by=mikhail)
    with pytest.raises(NotToBeCalled, match="a complaint: просит не беспокоить") as refused:
        dial.check(NUMBER, by=olga)
    assert (refused.value.forbidden.by, refused.value.forbidden.until) == (mikhail.full_name, None)
    with pytest.raises(NotToBeCalled):
        dial.check(NUMBER, reason="очень надо", by=olga)


def test_the_head_may_all_the_same_with_a_reason_and_that_is_written_down(roza, mikhail, by_day):
    do_not_call.forbid([NUMBER], by=mikhail)
    with pytest.raises(NotToBeCalled):
        dial.check(NUMBER, reason="  ", by=roza)
    assert dial.check(NUMBER, reason="сам попросил", by=roza) == NUMBER
    entry = Entry.objects.get(verb="calls.rung_all_the_same")
    assert (entry.by_id, entry.note, entry.changes["number"]) == (roza.pk, "сам попросил", [None, NUMBER])


def test_what_is_forbidden_for_a_time_is_free_afterwards_and_what_is_allowed_at_once(olga, by_day):
    do_not_call.forbid([NUMBER, "+79031112233"], until=clock.now() + timedelta(days=1), by=olga)
    DoNotCall.objects.filter(number="+79031112233").update(until=clock.now() - timedelta(seconds=1))
    assert set(do_not_call.of_numbers([NUMBER, "+79031112233"])) == {NUMBER}
    assert do_not_call.allow([NUMBER, "+70000000000"], by=olga) == 1
    assert dial.check(NUMBER, by=olga) == NUMBER
    assert [entry.verb for entry in Entry.objects.filter(kind="do_not_call").order_by("id")] == [
        "calls.forbidden", "calls.forbidden", "calls.allowed",
    ]  # fmt: skip


@pytest.mark.parametrize("said", [{"reason": "whim"}, {"until": datetime(2020, 1, 1, tzinfo=ZoneInfo("UTC"))}])
def test_a_wish_without_a_reason_or_of_yesterday_is_refused(olga, said):
    with pytest.raises(Refused):
        do_not_call.forbid([NUMBER], **said, by=olga)
    assert not DoNotCall.objects.exists()


def test_said_again_it_is_one_row_with_the_last_word(olga, roza):
    do_not_call.forbid([NUMBER], by=olga)
    do_not_call.forbid([NUMBER, NUMBER], reason="wrong", by=roza)
    assert [(row.reason, row.by_id) for row in DoNotCall.objects.all()] == [("wrong", roza.pk)]


def test_nobody_rings_by_taking_back_what_others_have_said(olga, mikhail, roza, by_day):
    do_not_call.forbid([NUMBER], reason="complaint", by=mikhail)
    with pytest.raises(Refused, match=mikhail.full_name):
        do_not_call.allow([NUMBER], by=olga)
    do_not_call.forbid([NUMBER], until=clock.now() + timedelta(seconds=1), by=olga)
    assert [(row.reason, row.by_id, row.until) for row in DoNotCall.objects.all()] == [("complaint", mikhail.pk, None)]
    assert do_not_call.allow([NUMBER], by=roza) == 1


def test_what_others_have_said_is_said_anew_once_its_time_is_over(olga, mikhail):
    do_not_call.forbid([NUMBER], until=clock.now() + timedelta(days=1), by=mikhail)
    DoNotCall.objects.update(until=clock.now() - timedelta(seconds=1))
    do_not_call.forbid([NUMBER], by=olga)
    assert DoNotCall.objects.get().by_id == olga.pk


def test_pasted_numbers_are_read_and_what_is_none_is_said():
    read, wrong = do_not_call.read_pasted("8 916 123-45-67\n+79161234567; мама\n\n 8(383)200-11-22,")
    assert (read, wrong) == (["+79161234567", "+73832001122"], ["мама"])


@pytest.mark.parametrize(
    ("number", "address", "moment", "late", "place"),
    [
        ("+79161234567", "", at(8), True, ""),
        ("+79161234567", "", at(9), False, ""),
        ("+79161234567", "", at(21), True, ""),
        ("+79161234567", "", at(9, day=16), True, ""),  # a Saturday
        ("+79161234567", "", at(19, day=16), False, ""),
        ("+73832001122", "", at(20), True, "Novosibirsk"),
        ("+79161234567", "Новосибирск, Ленина, 1", at(20), True, "Novosibirsk"),
        ("+79161234567", "Москва, Лесная, 5", at(20), False, "Moscow"),
        ("+74012123456", "", at(21), False, "Kaliningrad"),
        ("+998712001122", "", at(20), True, ""),
    ],
)
def test_the_clock_of_the_place_where_the_client_is_counts(number, address, moment, late, place):
    there = hours.there(number, address=address, moment=moment)
    assert (there.is_late, there.place) == (late, place)


def test_at_an_odd_hour_the_second_click_rings(olga, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: at(2))
    with pytest.raises(OddHour, match=r"It is 06:00 there now \(Novosibirsk\)"):
        dial.check("+73832001122", by=olga)
    assert dial.check("+73832001122", anyway=True, by=olga) == "+73832001122"


def test_a_company_has_hours_of_its_own(olga, anna):
    wanted = {"begins": time(8), "ends": time(22), "weekend_begins": time(11), "weekend_ends": time(18)}
    hours.change(**wanted, by=anna)
    hours.change(**wanted, by=anna)
    assert (CallingHours.objects.count(), Entry.objects.filter(verb="calls.hours_changed").count()) == (1, 1)
    assert not hours.there(NUMBER, moment=at(8)).is_late
    with pytest.raises(Refused):
        hours.change(**wanted | {"ends": time(7)}, by=anna)


def test_what_the_browser_dials_by_itself_is_remembered_for_its_call(olga):
    dial.from_elsewhere(NUMBER, deal_id=7, click="a", by=olga)
    dial.from_elsewhere(NUMBER, deal_id=7, click="a", by=olga)
    row = PhoneCommand.objects.get()
    assert (row.state, row.deal_id, row.pbx_code, dial.open_dials(olga)) == ("done", 7, "", [])
