"""The machine's clock is set forward or back by an hour while calls go on: nothing breaks, and each call ends."""

from datetime import timedelta

import pytest

from svyazka.business.calls.floor import counting, switching
from svyazka.business.calls.floor.live_calls import list_live
from svyazka.business.calls.floor.states import Kind as Doing
from svyazka.business.calls.floor.states import states
from svyazka.business.calls.models import Call, HourCount, StateSpan
from svyazka.business.calls.phone_system import CallEvent, Kind
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.take_call import take_calls
from svyazka.kit import clock

pytestmark = pytest.mark.django_db
CODE, HOUR = "asterisk/lab1", timedelta(hours=1)
STORY = (
    (Kind.START, "k", ""),
    (Kind.QUEUE, "k", ""),
    (Kind.RING, "a", "101"),
    (Kind.ANSWER, "a", "101"),
    (Kind.JOIN, "a", "101"),
    (Kind.JOIN, "k", ""),
    (Kind.HOLD, "a", "101"),
    (Kind.RESUME, "a", "101"),
    (Kind.PART, "a", "101"),
    (Kind.HANGUP, "a", "101"),
    (Kind.HANGUP, "k", ""),
)


def test_calls_in_the_middle_of_which_the_clock_jumps_end(windows):
    cases = [(before, jump) for before in range(1, len(STORY)) for jump in (HOUR, -HOUR)]
    for number, (before, jump) in enumerate(cases):
        key = f"k{number}"
        arrival = Arrival(pk=1, received_at=clock.now(), account=CODE, connector="asterisk", conversation=key)
        for event in story(key, before, jump):
            take_calls([([event], arrival)])
        call = Call.objects.get(key=key)
        assert (call.state, call.result) == ("ended", "answered"), (before, jump)
        assert 0 <= call.waiting_seconds <= 3_610, (before, jump)
        assert 0 <= call.talk_seconds <= 3_610, (before, jump)
    assert list_live() == []
    counting.fold_in()
    assert sum(sum(row.answered) for row in HourCount.objects.all()) == len(cases)


def story(key, before, jump):
    """Event by event; from number `before` on the clock has jumped."""
    begun = clock.now() - timedelta(minutes=1)
    for place, (kind, leg, extension) in enumerate(STORY):
        at = begun + timedelta(seconds=place) + (jump if place >= before else timedelta())
        bridge = "b" if kind in (Kind.JOIN, Kind.PART) else ""
        facts = {"client_number": "79165550001", "our_number": "74951000200", "queue": "sales", "bridge": bridge}
        yield CallEvent(CODE, key, kind, at, leg if leg == "a" else key, extension, **facts)


def test_whoever_is_on_a_break_or_works_after_a_call_can_go_on(olga, monkeypatch):
    now = clock.now()
    for jump in (HOUR, -HOUR):
        for begin in (switching.work_after_call, lambda person, by: switching.take_break(person, None, by=by)):
            monkeypatch.setattr(clock, "now", lambda: now)
            begin(olga, by=olga)
            monkeypatch.setattr(clock, "now", lambda jump=jump: now + jump)
            switching.ready(olga, by=olga)
            assert states()[olga.pk].kind == Doing.READY
    assert all(span.began_at < span.ended_at for span in StateSpan.objects.all())
