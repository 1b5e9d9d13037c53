from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test import override_settings
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from svyazka.business.calls.conftest import ABLE
from svyazka.business.calls.floor import rules, switching
from svyazka.business.calls.floor.states import Kind, states
from svyazka.business.calls.follow import follow
from svyazka.business.calls.models import BreakReason, Pbx, PhoneCommand, StateSpan
from svyazka.business.calls.phone_system import CallEvent
from svyazka.business.calls.phone_system import Kind as Said
from svyazka.business.calls.whose_phone import PhoneKey
from svyazka.business.journal.models import Entry
from svyazka.business.staff.models import Session
from svyazka.kit import clock
from svyazka.kit.refusals import Refused


def rings_and_answers(extension, key="", begun=None):
    begun, key = begun or clock.now(), key or uuid4().hex
    told = [(Said.START, key, ""), (Said.RING, "leg", extension), (Said.ANSWER, "leg", extension)]
    follow(
        [
            CallEvent(
                "asterisk/lab1", key, kind, begun + timedelta(seconds=at), leg, phone, client_number="79160000000"
            )
            for at, (kind, leg, phone) in enumerate(told)
        ]
    )
    return key


def after_call(seconds, by):
    rules.change(
        answer_within=7,
        answer_share=90,
        short_within=5,
        after_call_seconds=seconds,
        ring_back_minutes=15,
        ring_back_department=None,
        by=by,
    )


def phone_of(person):
    return PhoneKey("asterisk/lab1", person.extension)


def lunch():
    return BreakReason.objects.get(code="lunch")


def test_whoever_never_said_anything_is_not_known_and_his_call_says_that_he_is_busy(olga, oksana):
    assert states([olga.pk]) == {}
    rings_and_answers(olga.extension)
    switching.ready(oksana, by=oksana)
    assert {number: state.kind for number, state in states().items()} == {olga.pk: Kind.BUSY, oksana.pk: Kind.READY}


def test_whoever_dials_out_is_busy_also_while_the_client_does_not_lift(olga):
    begun = clock.now()
    follow([CallEvent("asterisk/lab1", "out", Said.START, begun, "out", olga.extension)])
    assert states()[olga.pk].kind == Kind.BUSY
    follow([CallEvent("asterisk/lab1", "out", Said.HANGUP, begun + timedelta(seconds=3), "out")])
    assert olga.pk not in states()


def test_all_are_read_in_one_statement(windows, django_assert_num_queries):
    for person in windows.values():
        switching.ready(person, by=person)
    with django_assert_num_queries(1):
        assert len(states([person.pk for person in windows.values()])) == len(windows)


def test_a_break_has_its_reason_its_end_and_leaves_a_span(olga):
    switching.ready(olga, by=olga)
    switching.take_break(olga, lunch(), by=olga)
    state = states()[olga.pk]
    assert (state.kind, state.reason, state.until - state.since) == (Kind.BREAK, "Обед", timedelta(hours=1))
    assert not state.is_too_long(clock.now())
    assert state.is_too_long(clock.now() + timedelta(minutes=61))
    assert list(StateSpan.objects.values_list("person_id", "kind", "reason_id")) == [(olga.pk, "ready", None)]
    BreakReason.objects.update(is_active=False)
    with pytest.raises(Refused):
        switching.take_break(olga, lunch(), by=olga)


def test_a_forgotten_break_is_ended_by_somebody_else_and_the_journal_says_by_whom(olga, konstantin):
    switching.take_break(olga, lunch(), by=olga)
    switching.end_break(olga, by=konstantin)
    switching.end_break(olga, by=konstantin)
    assert states()[olga.pk].kind == Kind.READY
    entry = Entry.objects.get(verb="calls.break_ended")
    assert (entry.by_id, entry.object_id, entry.changes["reason"]) == (konstantin.pk, olga.pk, ["Обед", None])


def test_a_break_pauses_the_phone_where_the_system_can_be_asked(olga, settings):
    Pbx.objects.create(code="stand-in/1", driver="stand-in", host="127.0.0.1", port=5038)
    settings.PHONE_SYSTEMS = {"stand-in": ABLE}
    switching.take_break(olga, lunch(), by=olga)
    switching.ready(olga, by=olga)
    switching.ready(olga, by=olga)
    asked = list(PhoneCommand.objects.order_by("pk").values_list("do", "extension", "reason"))
    assert asked == [("pause", olga.extension, "lunch"), ("resume", olga.extension, "")]


def test_after_call_work_begins_by_itself_and_ends_by_time(olga, anna):
    after_call(30, anna)
    switching.ready(olga, by=olga)
    switching.talked({phone_of(olga): clock.now()})
    state = states()[olga.pk]
    assert (state.kind, state.until - state.since) == (Kind.AFTER_CALL, timedelta(seconds=30))
    assert olga.floor_state.kind == "after_call"
    type(olga.floor_state).objects.update(
        since=clock.now() - timedelta(seconds=60), until=clock.now() - timedelta(seconds=30)
    )
    assert states()[olga.pk].kind == Kind.READY
    switching.take_break(olga, None, by=olga)
    kinds = list(StateSpan.objects.order_by("began_at").values_list("kind", flat=True))
    assert kinds[-1] == "ready", "between the end of the one and the beginning of the other he was ready"


def test_after_call_work_takes_nobody_out_of_his_break_nor_begins_long_after(olga, oksana, ilya, anna):
    after_call(30, anna)
    switching.take_break(olga, lunch(), by=olga)
    switching.ready(oksana, by=oksana)
    switching.talked({phone_of(olga): clock.now()})
    switching.talked({phone_of(oksana): clock.now() - timedelta(minutes=5)})
    assert [states()[one.pk].kind for one in (olga, oksana)] == [Kind.BREAK, Kind.READY]
    assert ilya.pk not in states()


def test_whoever_logs_out_in_his_break_gets_no_calls_until_he_is_ready_again(olga, settings):
    Pbx.objects.create(code="stand-in/1", driver="stand-in", host="127.0.0.1", port=5038)
    settings.PHONE_SYSTEMS = {"stand-in": ABLE}
    switching.ready(olga, by=olga)
    switching.leave(olga, by=olga)
    switching.take_break(olga, lunch(), by=olga)
    switching.leave(olga, by=olga)
    assert states()[olga.pk].kind == Kind.AWAY
    assert list(PhoneCommand.objects.values_list("do", flat=True)) == ["pause"]
    switching.take_break(olga, None, by=olga)
    switching.leave(olga, by=olga)
    switching.ready(olga, by=olga)
    assert list(PhoneCommand.objects.order_by("pk").values_list("do", flat=True)) == ["pause", "resume"]


@given(clicks=st.lists(st.sampled_from(["ready", "break", "after_call", "away"]), max_size=10))
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_clicked_the_phone_rests_in_breaks_and_away_out_of_them(olga, clicks):
    Pbx.objects.get_or_create(code="stand-in/1", driver="stand-in", host="127.0.0.1", port=5038)
    PhoneCommand.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("delete from calls_personstate")
    rests, known, wanted = False, False, []
    with override_settings(PHONE_SYSTEMS={"stand-in": ABLE}):
        for click in clicks:
            _click(click, olga)
            if click == "away" and not known:
                continue
            was, known = rests, True
            rests = click == "break" or (click == "away" and rests)
            wanted += [] if was == rests else ["pause" if rests else "resume"]
    assert list(PhoneCommand.objects.order_by("pk").values_list("do", flat=True)) == wanted


def _click(click, person):
    if click == "break":
        return switching.take_break(person, lunch(), by=person)
    verbs = {"ready": switching.ready, "after_call": switching.work_after_call, "away": switching.leave}
    return verbs[click](person, by=person)


def test_whoever_logs_out_is_away_unless_he_is_here_elsewhere(olga):
    switching.ready(olga, by=olga)
    session = Session.objects.create(
        session_key="k" * 32, session_data="", expire_date=clock.now() + timedelta(hours=1), person=olga
    )
    switching.leave(olga, by=olga)
    assert states()[olga.pk].kind == Kind.READY
    session.delete()
    switching.leave(olga, by=olga)
    assert states()[olga.pk].kind == Kind.AWAY


CLICKS = st.lists(st.sampled_from(["ready", "break", "rest", "after_call", "talked", "away"]), max_size=12)


@given(clicks=CLICKS)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_spans_follow_each_other_without_gap_or_overlap(olga, anna, clicks):
    after_call(1, anna)
    StateSpan.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("delete from calls_personstate")
    for click in clicks:
        if click == "break":
            switching.take_break(olga, lunch(), by=olga)
        elif click == "rest":
            switching.take_break(olga, BreakReason.objects.get(code="rest"), by=olga)
        elif click == "talked":
            switching.talked({phone_of(olga): clock.now()})
        elif click == "away":
            switching.leave(olga, by=olga)
        else:
            {"ready": switching.ready, "after_call": switching.work_after_call}[click](olga, by=olga)
    spans = list(StateSpan.objects.order_by("began_at"))
    for one, other in zip(spans, spans[1:], strict=False):
        assert one.ended_at == other.began_at
        assert (one.kind, one.reason_id) != (other.kind, other.reason_id) or one.kind == "after_call"
    state = states().get(olga.pk)
    if spans:
        assert state
        assert spans[-1].ended_at == state.since
