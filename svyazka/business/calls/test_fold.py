from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from svyazka.business.calls.fold import fold, from_json, to_json, unite
from svyazka.business.calls.phone_system import CallEvent, Kind
from svyazka.business.calls.summary import summarise

BEGUN = datetime(2026, 11, 22, 9, tzinfo=UTC)
CALLER = "call"


def event(second, kind, leg=CALLER, **facts):
    extension = leg.removeprefix("leg") if leg.startswith("leg") else ""
    return CallEvent("lab", CALLER, kind, BEGUN + timedelta(seconds=second), leg, extension, **facts)


def story(*events):
    return summarise(CALLER, fold(CALLER, events))


STARTED = event(0, Kind.START, client_number="79161234567", our_number="74951000101")


def test_two_of_us_talk_one_after_the_other():
    """A transfer: both talks count, the music between them does not; the first answered."""
    summary = story(
        STARTED,
        event(1, Kind.RING, "leg101"),
        event(2, Kind.ANSWER, "leg101"),
        event(2, Kind.JOIN, "leg101", bridge="a"),
        event(2, Kind.JOIN, bridge="a"),
        event(12, Kind.PART, "leg101", bridge="a"),
        event(12, Kind.HANGUP, "leg101"),
        event(13, Kind.RING, "leg102"),
        event(20, Kind.ANSWER, "leg102"),
        event(20, Kind.JOIN, "leg102", bridge="a"),
        event(25, Kind.PART, bridge="a"),
        event(25, Kind.HANGUP),
    )
    assert (summary.result, summary.answered_by, summary.talk_seconds) == ("answered", "101", 15)
    assert summary.rang == ("101", "102")


def test_two_phones_that_ring_at_once_and_one_that_is_busy():
    events = [STARTED, event(1, Kind.RING, "leg101"), event(1, Kind.RING, "leg102"), event(2, Kind.BUSY, "leg101")]
    assert story(*events).rings == ("102",)
    events += [event(9, Kind.CANCEL, "leg102"), event(9, Kind.HANGUP)]
    assert (story(*events).result, story(*events).rings) == ("missed", ())


def test_the_first_refusal_of_a_leg_holds():
    legs = fold(CALLER, [event(8, Kind.CANCEL, "leg101"), event(7, Kind.NO_ANSWER, "leg101")])
    assert legs[0].refusal == (BEGUN + timedelta(seconds=7), "no_answer")


def test_what_a_report_says_of_an_answer_counts_where_none_was_heard():
    told = [event(9, Kind.SPOKE, "leg101"), event(30, Kind.OVER)]
    summary = story(STARTED, *told)
    assert (summary.result, summary.answered_by, summary.waiting_seconds, summary.talk_seconds) == (
        "answered",
        "101",
        9,
        21,
    )
    heard = [
        event(1, Kind.RING, "leg101"),
        event(10, Kind.ANSWER, "leg101"),
        event(10, Kind.JOIN, "leg101", bridge="a"),
        event(10, Kind.JOIN, bridge="a"),
    ]
    apart = replace(told[0], leg_key="report")
    summary = story(*told[1:], apart, *heard, STARTED)
    assert (summary.waiting_seconds, summary.talk_seconds, summary.state) == (10, 20, "ended")
    assert [(talk.extension, talk.begin) for talk in summary.talks] == [("101", BEGUN + timedelta(seconds=10))]


def test_a_call_that_is_over_is_over_whatever_was_not_heard_of_its_legs():
    summary = story(STARTED, event(1, Kind.RING, "leg101"), event(20, Kind.OVER))
    assert (summary.state, summary.result, summary.rings, summary.waiting_seconds) == ("ended", "missed", (), 20)


def test_a_phone_has_one_name_in_whichever_order_its_names_come():
    named = [replace(event(at, Kind.RING, "leg101"), extension=name) for at, name in ((1, "olga"), (2, "101"), (3, ""))]
    for order in permutations(named):
        assert fold(CALLER, order)[0].extension == "101"


def test_two_calls_of_one_client_that_turn_out_to_be_one_end_with_the_last():
    first = fold(CALLER, [STARTED, event(9, Kind.OVER)])
    number = {"client_number": "79161234567"}
    second = [replace(event(at, kind, "other", **more), call_key="other") for at, kind, more in (
        (5, Kind.START, number), (6, Kind.JOIN, {"bridge": "b"}),
    )]  # fmt: skip
    phone = [event(6, Kind.RING, "leg102"), event(6, Kind.JOIN, "leg102", bridge="b")]
    going_on = summarise(CALLER, unite(first, fold("other", [*second, *phone])))
    assert (going_on.state, going_on.answered_by) == ("talking", "102")
    over = replace(event(26, Kind.OVER, "other"), call_key="other")
    ended = summarise(CALLER, unite(first, fold("other", [*second, *phone, over])))
    assert (ended.state, ended.talk_seconds, ended.ended_at) == ("ended", 20, BEGUN + timedelta(seconds=26))


def test_to_whom_a_call_was_passed_on_is_seen_from_who_rang_next():
    passed = event(5, Kind.TRANSFER, "leg101")
    events = [STARTED, event(1, Kind.RING, "leg101"), passed, event(6, Kind.RING, "leg102"), event(20, Kind.OVER)]
    assert [(one.by, one.to, one.is_missed) for one in story(*events).transfers] == [("101", "102", True)]


def test_without_a_beginning_the_direction_is_open():
    summary = story(event(1, Kind.RING, "leg101"))
    assert (summary.direction, summary.state, summary.rings) == ("", "ringing", ())


def test_a_call_forwarded_to_a_mobile_is_answered_without_one_of_our_phones():
    summary = story(STARTED, event(1, Kind.RING, "mobile"), event(5, Kind.ANSWER, "mobile"), event(9, Kind.HANGUP))
    assert (summary.result, summary.answered_by, summary.waiting_seconds) == ("answered", "", 5)


def test_of_a_call_without_legs_nothing_is_known():
    summary = summarise(CALLER, [])
    assert (summary.direction, summary.state, summary.talks, summary.waiting_seconds) == ("", "ringing", (), 0)


def test_a_recording_of_nothing_is_left_out():
    assert story(STARTED, event(0, Kind.RECORDING, recording="a.wav"), event(5, Kind.HANGUP)).recordings == ()


@pytest.mark.parametrize("extension", ["leg101", CALLER])
def test_a_leg_stands_in_json_as_it_is(extension):
    events = [event(second, kind, extension, bridge="a", queue="q") for second, kind in enumerate(Kind)]
    (leg,) = fold(CALLER, [one for one in events if one.kind != Kind.ONLY_THESE])
    assert from_json(to_json(leg)) == leg
