from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from svyazka.business.visits import booking, carry_out, checklist
from svyazka.business.visits.models import HandOver, NotDone, Presence, Stint, Tick, Visit
from svyazka.business.visits.on_site import in_hand, take
from svyazka.business.visits.on_site.conftest import Phone
from svyazka.business.visits.on_site.sent import Sent
from svyazka.kit import clock


@pytest.fixture
def started(visit, egor, hour, monkeypatch):
    monkeypatch.setattr("svyazka.kit.clock.now", lambda: hour(10))
    started = carry_out.set_status(visit, Visit.Status.STARTED, by=egor)
    monkeypatch.setattr("svyazka.kit.clock.now", lambda: hour(12))
    return started


@pytest.fixture
def send(started, egor):
    """What a phone did at some moment without signal, sent now, twice: both times it hears the same."""
    phone, numbers = uuid4(), iter(range(1, 100))

    def put(kind, data, at):
        seen = in_hand.seen(Visit.objects.select_related("resource", "kind").get(pk=started.pk), egor)
        given = {"person": egor.pk, "visit": started.pk, "phone": phone, "number": next(numbers), "seen": seen}
        one = Sent(id=uuid4(), kind=kind, at=at, data=data, **given)
        first, again = (take.take_all([one], by=egor, clock_of_phone=clock.now())[0] for _twice in range(2))
        assert first == again
        return first["outcome"]

    return put


def test_a_break_counts_from_when_it_was_tapped(send, hour):
    assert send("break", {}, hour(10, 30)) == "done"
    assert send("break", {"over": "1"}, hour(10, 50)) == "done"
    first, second = Stint.objects.all()
    assert (first.ended_at, second.began_at, second.ended_at) == (hour(10, 30), hour(10, 50), None)


def test_a_point_that_was_ticked_in_a_cellar(send, measurement, anna, egor, hour):
    kind = checklist.change(measurement, [{"ru": "Замки", "must": True}], by=anna)
    assert send("tick", {"point": kind.checklist[0]["code"], "on": "1"}, hour(11)) == "done"
    assert (Tick.objects.get().at, Tick.objects.get().by) == (hour(11), egor)
    assert send("tick", {"point": "nonsense", "on": "1"}, hour(11)) == "refused"


def test_nobody_at_home_and_no_signal(send, hour):
    assert send("not_done", {"reason": "nobody_there", "text": ""}, hour(10, 20)) == "done"
    assert (NotDone.objects.get().at, Visit.objects.get().status) == (hour(10, 20), "not_done")


def test_without_a_reason_it_is_refused(send, hour):
    assert send("not_done", {"reason": "", "text": ["x"]}, hour(10, 20)) == "refused"
    assert Visit.objects.get().status == "started"


def test_what_a_colleague_has_ended_meanwhile_is_for_somebody_to_decide(send, started, egor, hour):
    carry_out.set_status(started, Visit.Status.DONE, by=egor)
    assert send("not_done", {"reason": "nobody_there"}, hour(10, 20)) == "beside"
    assert Visit.objects.get().status == "done"


def test_who_was_there(send, of_egor, hour):
    assert send("presence", {"who": [str(of_egor.pk)], "mark": "here"}, hour(10, 5)) == "done"
    assert send("presence", {"who": str(of_egor.pk), "mark": "gone"}, hour(11)) == "done"
    one = Presence.objects.get()
    assert one.left_at - one.came_at == timedelta(minutes=55)
    for nonsense in ({"who": ["x"], "mark": "here"}, {"who": str(of_egor.pk), "mark": "x"}, {}):
        assert send("presence", nonsense, hour(11)) == "refused"


def test_a_mistaken_end_is_taken_back_from_the_queue(send, hour):
    assert send("not_done", {"reason": "weather"}, hour(11)) == "done"
    assert send("taking_back", {"from": "not_done"}, hour(11, 1)) == "done"
    assert Visit.objects.get().status == "started"


def test_what_a_colleague_has_ended_already_keeps_what_was_done_before(
    send, started, measurement, of_egor, egor, anna, hour
):
    """Two phones of one crew: the one without signal sends after the other has said that it is done."""
    code = checklist.change(measurement, [{"ru": "Бахилы"}], by=anna).checklist[0]["code"]
    carry_out.set_status(started, Visit.Status.DONE, by=egor, at=hour(11, 30))
    who = {"who": str(of_egor.pk)}
    assert send("presence", {**who, "mark": "here"}, hour(10, 5)) == "done"
    here = Presence.objects.get()
    assert (here.came_at, here.with_visit, here.left_at is not None) == (hour(10, 5), True, True)
    assert send("presence", {**who, "mark": "gone"}, hour(11)) == "done"
    assert send("tick", {"point": code, "on": "1"}, hour(11, 10)) == "done"
    gone = Presence.objects.get()
    assert (gone.left_at, gone.with_visit, Tick.objects.get().at) == (hour(11), False, hour(11, 10))
    assert send("presence", {**who, "mark": "mistake"}, hour(11, 15)) == "done"
    assert Presence.objects.get().with_visit


def test_what_was_done_after_the_end_is_refused(send, started, measurement, of_egor, egor, anna, hour):
    code = checklist.change(measurement, [{"ru": "Бахилы"}], by=anna).checklist[0]["code"]
    done = carry_out.set_status(started, Visit.Status.DONE, by=egor, at=hour(11, 30))
    Visit.objects.filter(pk=done.pk).update(status_since=hour(11, 30))
    assert send("tick", {"point": code, "on": "1"}, hour(11, 40)) == "refused"
    assert send("presence", {"who": str(of_egor.pk), "mark": "here"}, hour(11, 40)) == "refused"
    assert not Presence.objects.exists()


@pytest.fixture
def ahead(visit, egor):
    """Sends it of a visit that has not begun."""
    phone = Phone(egor, visit)

    def put(kind, data):
        phone.put(kind, data)
        return phone.send()[0]

    return put


def test_a_colleague_is_asked_from_the_queue(ahead, of_ilya):
    assert ahead("hand_over", {"taker": str(of_ilya.pk), "why": "сломалась машина"})["outcome"] == "done"
    asked = HandOver.objects.get()
    assert (asked.taker, asked.why, asked.state) == (of_ilya, "сломалась машина", "asked")


def test_nobody_is_asked_who_is_not_free_any_more_nor_without_a_reason(
    ahead, of_ilya, measurement, new_deal, hour, olga
):
    who = {"taker": str(of_ilya.pk)}
    for nonsense in ({**who, "why": ""}, {"taker": "x", "why": "болею"}, {"taker": "999999", "why": "болею"}, {}):
        assert ahead("hand_over", nonsense)["outcome"] == "refused"
    booking.book(new_deal("Другие"), measurement, of_ilya, hour(10), request_id=uuid4(), by=olga)
    told = ahead("hand_over", {**who, "why": "болею"})
    assert (told["outcome"], "Илья Фомин" in told["words"], HandOver.objects.count()) == ("refused", True, 0)
