"""The hours say what a recount of the calls says, whatever is heard of them and when."""

from collections import defaultdict
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from svyazka.business.calls.anew import make_anew
from svyazka.business.calls.floor import counting
from svyazka.business.calls.floor.counting import Figures, counted, fold_in
from svyazka.business.calls.floor.rules import LONGEST_WAIT
from svyazka.business.calls.follow import follow
from svyazka.business.calls.models import Call, CallQueue, CountedCall, HourCount
from svyazka.business.calls.phone_system import CallEvent, Kind, Way
from svyazka.business.journal.record import Automaton
from svyazka.kit import clock

CODE = "asterisk/lab1"
ALL = (clock.now() - timedelta(days=2), clock.now() + timedelta(days=1))
_NUMBERS = count(1)


def a_call(key, *, begins=0, waits=3, talks=10, queue="", passed_on=False):
    """Its events; `talks`: none, if he gave up."""
    begun = clock.now().replace(microsecond=0) - timedelta(hours=3) + timedelta(seconds=begins)

    def event(second, kind, leg="", extension="", **facts):
        return CallEvent(CODE, key, kind, begun + timedelta(seconds=second), leg or key, extension, **facts)

    events = [event(0, Kind.START, client_number="79160000000", our_number="74951000200")]
    events += [event(0, Kind.QUEUE, queue=queue)] if queue else []
    events.append(event(1, Kind.RING, "op", "101"))
    if talks is None:
        return [*events, event(waits, Kind.HANGUP)]
    events += [event(waits, Kind.ANSWER, "op", "101"), event(waits, Kind.JOIN, "op", "101", bridge="b")]
    events += [event(waits, Kind.JOIN, bridge="b")]
    if passed_on:
        events += [event(waits + talks, Kind.TRANSFER, "op", "101", to="102", way=Way.BLIND)]
    return [*events, event(waits + talks, Kind.HANGUP)]


def totals(rows, within=7, short_within=5):
    figures = Figures()
    for row in rows:
        figures.add(row, within=within, short_within=short_within)
    return figures


def recounted():
    """As the calls themselves say."""
    hours = defaultdict(lambda: [[0] * (LONGEST_WAIT + 1), [0] * (LONGEST_WAIT + 1), 0])
    for call in Call.objects.filter(state="ended", direction="in", merged_into_id=None):
        hour = hours[call.started_at.replace(minute=0, second=0, microsecond=0), call.queue]
        hour[0 if call.answered_at else 1][min(call.waiting_seconds, LONGEST_WAIT)] += 1
        hour[2] += call.talk_seconds
    return {key: tuple(map(tuple, value[:2])) + (value[2],) for key, value in hours.items()}


def stored():
    fold_in()
    rows = [row for row in HourCount.objects.all() if any(row.answered) or any(row.given_up) or row.talk_seconds]
    return {(row.hour, row.queue): (tuple(row.answered), tuple(row.given_up), row.talk_seconds) for row in rows}


def test_c_the_share_answered_in_time_leaves_out_whoever_gave_up_at_once(windows):
    for key, waits, talks in (("a", 3, 60), ("b", 7, 30), ("c", 8, 30), ("d", 4, None), ("e", 30, None)):
        follow(a_call(key, waits=waits, talks=talks))
    fold_in()
    found = totals(counted(*ALL))
    assert (found.offered, found.answered, found.given_up, found.short) == (5, 3, 2, 1)
    assert (found.in_time, found.share_in_time) == (2, 50)
    assert (found.usual_wait, found.usual_talk) == (6, 40)
    assert totals(counted(*ALL), within=8, short_within=0).share_in_time == 60


def test_a_share_is_never_rounded_up_to_what_is_demanded():
    found = Figures(offered=1000, answered=1000, in_time=899)
    assert found.share_in_time == 89
    assert Figures().share_in_time is None


def test_a_queue_enters_itself_and_each_worker_takes_its_turn(windows):
    follow(a_call("a", queue="sales"))
    assert fold_in() == 1
    assert fold_in() == 0
    assert list(CallQueue.objects.values_list("code", flat=True)) == ["sales"]
    assert [row["queue"] for row in counted(*ALL, queues=["support"])] == []


def test_outgoing_calls_and_words_with_a_colleague_are_not_counted(windows):
    now = clock.now()
    follow([CallEvent(CODE, "o", Kind.START, now, "o", "101"), CallEvent(CODE, "o", Kind.HANGUP, now, "o", "101")])
    assert not CountedCall.objects.exists()
    follow([CallEvent(CODE, "part", Kind.START, now, "part"), CallEvent(CODE, "part", Kind.HANGUP, now, "part")])
    follow([*a_call("whole"), CallEvent(CODE, "whole", Kind.MERGE, now, part="part")])
    assert stored() == recounted()
    assert totals(counted(*ALL)).offered == 1


def test_calls_that_end_together_cost_one_short_statement_more(windows, django_assert_num_queries):
    one = counting.Counted(clock.now(), "", is_answered=True, waited=3, talk_seconds=9)
    with django_assert_num_queries(0):
        counting.note([(None, None), (one, one)])
    with django_assert_num_queries(1):
        counting.note([(None, one), (one, None), (one, one._replace(waited=4))])
    assert CountedCall.objects.count() == 4


CALLS = st.lists(
    st.fixed_dictionaries(
        {
            "begins": st.sampled_from([0, 3600, 3590]),
            "waits": st.sampled_from([1, 7, 8, 500]),
            "talks": st.sampled_from([None, 5, 60]),
            "queue": st.sampled_from(["", "sales"]),
            "passed_on": st.booleans(),
        }
    ),
    min_size=1,
    max_size=3,
)


@pytest.mark.django_db
@given(calls=CALLS, data=st.data())
@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_in_any_order_twice_and_made_anew_the_hours_say_what_the_calls_say(calls, data):
    for model in (Call, HourCount, CountedCall):
        model.objects.all().delete()
    made = [a_call(f"key{next(_NUMBERS)}", **call) for call in calls]
    for event in data.draw(st.permutations([event for call in made for event in call])):
        follow([event])
        if data.draw(st.integers(0, 9)) == 0:
            fold_in()
    assert stored() == recounted()
    again = data.draw(st.sampled_from(made))
    follow(again)
    call = Call.objects.get(key=again[0].call_key)
    make_anew(call, again[:-1], parts={}, by=Automaton("test"))
    assert stored() == recounted()
