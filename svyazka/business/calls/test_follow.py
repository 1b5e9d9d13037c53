from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from svyazka.business.calls import links
from svyazka.business.calls.follow import find, follow
from svyazka.business.calls.models import Call, Pbx
from svyazka.business.calls.phone_system import CallEvent, Kind, Link
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
