import random
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svyazka.business.calls import links
from svyazka.business.calls.follow import find, follow, summary_of
from svyazka.business.calls.models import Call, Pbx
from svyazka.business.calls.phone_system import CallEvent, Kind, Link, Way
from svyazka.business.journal.models import Entry
from svyazka.business.journal.record import Automaton
from svyazka.kit import clock

pytestmark = pytest.mark.django_db
LATER = timedelta(seconds=1)
BY = Automaton("listener")


def start(key, *, at, pbx="asterisk/lab1"):
    return CallEvent(pbx, key, Kind.START, at, key, client_number="79161234567", our_number="100")


def test_events_of_several_calls_at_once():
    now = clock.now()
    followed = follow(
        [start("b", at=now), start("a", at=now), CallEvent("asterisk/lab1", "b", Kind.HANGUP, now + LATER)]
    )
    assert [(one.call.key, one.call.state, one.is_new) for one in followed] == [
        ("a", "ringing", True),
        ("b", "ended", True),
    ]
    row = Call.objects.get(key="a")
    assert (row.client_number, row.our_number) == ("+79161234567", "100")


def test_an_earlier_event_moves_the_beginning_into_another_month():
    now = clock.now().replace(day=1, hour=0, minute=0, second=1)
    follow([start("a", at=now)])
    follow([start("a", at=now - timedelta(seconds=2))])
    assert find("asterisk/lab1", "a", about=now).started_at == now - timedelta(seconds=2)


def test_events_that_are_known_already_write_nothing():
    now = clock.now()
    follow([start("a", at=now)])
    with CaptureQueriesContext(
        connection,
    ) as asked:
        (followed,) = follow([start("a", at=now)])
    assert [query["sql"] for query in asked if query["sql"].startswith(("UPDATE", "INSERT"))] == []
    assert not followed.has_turned


def test_what_the_pbx_does_not_know_any_more_is_closed():
    now = clock.now()
    follow([start("gone", at=now), start("there", at=now), start("elsewhere", at=now, pbx="asterisk/lab2")])
    follow([start("begun since", at=now + 2 * LATER)])
    follow([CallEvent("asterisk/lab1", "", Kind.ONLY_THESE, now + LATER, going_on=frozenset({"there"}))])
    states = dict(Call.objects.values_list("key", "state"))
    assert states == {"gone": "ended", "there": "ringing", "elsewhere": "ringing", "begun since": "ringing"}


def asked_before(now):
    """101 speaks with the client, rings 201 on a line of his own, and passes the client on."""

    def event(second, kind, call="a", leg="a", extension="", **facts):
        return CallEvent("asterisk/lab1", call, kind, now + timedelta(seconds=second), leg, extension, **facts)

    passed = {"leg": "a1", "extension": "101"}
    return [
        event(0, Kind.START, client_number="79161234567", our_number="100"),
        event(1, Kind.RING, leg="a1", extension="101"),
        event(2, Kind.JOIN, leg="a1", extension="101", bridge="x"),
        event(2, Kind.JOIN, bridge="x"),
        event(5, Kind.HOLD, **passed),
        event(6, Kind.START, "b", "b", "101"),
        event(6, Kind.RING, "b", "b1", "201"),
        event(8, Kind.JOIN, "b", "b", "101", bridge="y"),
        event(8, Kind.JOIN, "b", "b1", "201", bridge="y"),
        event(12, Kind.TRANSFER, **passed, to="201", way=Way.ATTENDED),
        event(12, Kind.MERGE, **passed, part="b"),
        event(12, Kind.PART, leg="a1", extension="101", bridge="x"),
        event(12, Kind.PART, bridge="x"),
        event(12, Kind.HANGUP, leg="a1", extension="101"),
        event(12, Kind.HANGUP, "b", "b", "101"),
        event(12, Kind.JOIN, bridge="y"),
        event(20, Kind.HANGUP),
        event(20, Kind.HANGUP, "b", "b1", "201"),
    ]


@pytest.mark.parametrize("seed", range(12))
def test_a_colleague_is_asked_in_a_call_of_its_own_and_it_is_one_call_in_whatever_order_it_is_heard(seed):
    order = random.Random(seed)
    events = asked_before(clock.now())
    if seed:
        events += order.sample(events, 4)
        order.shuffle(events)
    while events:
        part = order.randint(1, len(events))
        follow(events[:part])
        events = events[part:]
    (call,) = Call.objects.whole()
    summary = summary_of(call)
    assert (call.key, call.state, call.result, call.talk_seconds) == ("a", "ended", "answered", 18)
    assert [(talk.extension, talk.end - talk.begin) for talk in summary.talks] == [
        ("101", timedelta(seconds=10)),
        ("201", timedelta(seconds=8)),
    ]
    (passed,) = summary.transfers
    assert (passed.by, passed.to, passed.way, passed.taken_by) == ("101", "201", "attended", "201")
    assert (summary.held_seconds, call.waiting_seconds) == (7, 2)
    assert not Call.objects.going_on().exists()


def asking(now):
    """101 speaks with the client and leaves their bridge for a word with a colleague."""
    own = {"leg": "a1", "extension": "101"}
    follow(
        [
            start("a", at=now),
            of("a", Kind.RING, now + LATER, **own),
            of("a", Kind.ANSWER, now + 2 * LATER, **own),
            of("a", Kind.JOIN, now + 2 * LATER, **own, bridge="x"),
            of("a", Kind.JOIN, now + 2 * LATER, bridge="x"),
        ]
    )
    (followed,) = follow([of("a", Kind.PART, now + 5 * LATER, **own, bridge="x")])
    return own, followed


def test_whoever_asks_a_colleague_is_free_when_the_client_is_passed_on_and_not_before():
    now = clock.now()
    own, followed = asking(now)
    assert (followed.whose_talk_ended, followed.has_turned) == (frozenset(), True)
    (back,) = follow([of("a", Kind.JOIN, now + 9 * LATER, **own, bridge="x")])
    (again,) = follow([of("a", Kind.PART, now + 10 * LATER, **own, bridge="x")])
    assert (back.whose_talk_ended, again.whose_talk_ended) == (frozenset(), frozenset())
    (passed,) = follow([of("a", Kind.TRANSFER, now + 20 * LATER, **own), of("a", Kind.HANGUP, now + 20 * LATER, **own)])
    assert passed.whose_talk_ended == {("101", now + 20 * LATER)}
    (over,) = follow([of("a", Kind.HANGUP, now + 60 * LATER)])
    assert over.whose_talk_ended == frozenset()


def test_a_client_who_hangs_up_meanwhile_sets_nobody_free_who_still_has_a_word_with_a_colleague():
    now = clock.now()
    own, _followed = asking(now)
    (gone,) = follow([of("a", Kind.HANGUP, now + 8 * LATER)])
    assert (gone.call.state, gone.whose_talk_ended) == ("ended", frozenset())
    (free,) = follow([of("a", Kind.HANGUP, now + 11 * LATER, **own)])
    assert free.whose_talk_ended == {("101", now + 11 * LATER)}


def of(key, kind, at, leg="", **facts):
    return CallEvent("asterisk/lab1", key, kind, at, leg or key, **facts)


def test_a_part_of_a_part_belongs_to_the_whole_call():
    now = clock.now()
    follow([start("a", at=now), start("b", at=now), start("c", at=now)])
    follow([of("b", Kind.MERGE, now + LATER, part="a")])
    follow([of("c", Kind.MERGE, now + 2 * LATER, part="b")])
    follow([of("a", Kind.HANGUP, now + 3 * LATER)])
    (call,) = Call.objects.whole()
    assert (call.key, sorted(leg["key"] for leg in call.legs)) == ("c", ["a", "b", "c"])
    assert next(leg for leg in call.legs if leg["key"] == "a")["hung_up_at"] == (now + 3 * LATER).isoformat()
    assert list(Call.objects.exclude(pk=call.pk).values_list("legs", flat=True)) == [[], []]


@pytest.mark.parametrize("kind", [Kind.MERGE, Kind.VANISHED])
def test_a_call_of_which_only_its_end_was_heard_stands_in_its_time_and_is_found_again(kind):
    now = clock.now()
    follow([of("a", kind, now + LATER, part="b" if kind == Kind.MERGE else "")])
    follow([start("a", at=now)])
    (call,) = Call.objects.whole()
    assert (call.key, call.started_at, [leg["key"] for leg in call.legs]) == ("a", now, ["a"])


@pytest.mark.parametrize("merges", [[("a", "a")], [("a", "b"), ("b", "a")], [("a", "b"), ("a", "b"), ("b", "b")]])
def test_no_call_is_lost_in_itself_whatever_the_pbx_says(merges):
    now = clock.now()
    keys = {key for pair in merges for key in pair}
    follow([start(key, at=now) for key in sorted(keys)])
    for whole, part in merges:
        follow([of(whole, Kind.MERGE, now + LATER, part=part), of(whole, Kind.MERGE, now + LATER, part=part)])
    (call,) = Call.objects.whole()
    assert (call.key, {leg["key"] for leg in call.legs}) == ("a", keys)


def test_a_call_that_began_days_ago_is_ended_once_the_pbx_is_heard_again():
    now = clock.now()
    follow([start("friday", at=now - timedelta(days=3)), start("long", at=now - timedelta(days=2))])
    for again in range(2):
        follow([CallEvent("asterisk/lab1", "", Kind.ONLY_THESE, now + again * LATER, going_on=frozenset({"long"}))])
    follow([of("long", Kind.HANGUP, now)])
    assert sorted(Call.objects.values_list("key", "state")) == [("friday", "ended"), ("long", "ended")]


def test_a_call_that_ended_unheard_while_the_clock_was_set_back_is_ended_when_it_was_last_heard_of():
    now = clock.now()
    begun = now + timedelta(hours=1)  # by the clock as it was
    follow([start("gone", at=begun), of("gone", Kind.ANSWER, begun + LATER), start("there", at=begun)])
    follow([start("over the change", at=now - LATER), of("over the change", Kind.ANSWER, begun)])
    follow([CallEvent("asterisk/lab1", "", Kind.ONLY_THESE, now, going_on=frozenset({"there"}))])
    states = dict(Call.objects.values_list("key", "state"))
    assert states == {"gone": "ended", "there": "ringing", "over the change": "ended"}
    assert Call.objects.get(key="gone").ended_at == begun + LATER


def test_the_same_news_of_a_link_twice_is_one():
    pbx = Pbx.objects.create(code="asterisk/lab1", driver="asterisk", host="pbx", port=5038)
    news = [Link(False, "unreachable"), Link(False, "unreachable"), Link(True), Link(True), Link(False, "cut")]
    for link in news:
        links.notice(pbx.code, link, by=BY)
    entries = Entry.objects.filter(kind="pbx").order_by("id").values_list("verb", "changes")
    assert list(entries) == [
        ("calls.pbx_lost", {"trouble": ["", "unreachable"]}),
        ("calls.pbx_connected", {"trouble": ["unreachable", ""]}),
        ("calls.pbx_lost", {"trouble": ["", "cut"]}),
    ]
    pbx.refresh_from_db()
    assert not links.is_up(pbx)
    assert links.trouble_of(pbx) == str(links.TROUBLES["cut"])


def test_news_of_a_pbx_that_is_not_there_any_more():
    links.notice("asterisk/gone", Link(is_up=True), by=BY)
    assert Entry.objects.filter(kind="pbx").count() == 0
