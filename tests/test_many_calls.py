"""Calls are taken many at a time: it must be the same as one after the other."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from svyazka.business.calls.models import Call
from svyazka.business.clients.models import Client, Interaction
from svyazka.business.deals.models import Deal, Task
from svyazka.business.intake import ringing, take_call
from svyazka.business.intake import work_off as ledger
from svyazka.business.intake.bundles import NOBODY_WAITS
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.work_off import work_off
from svyazka.business.intake.write_down import NewArrival, write_down_now
from svyazka.business.journal.models import LiveEvent
from svyazka.config.working import LYING
from svyazka.connectors.asterisk.messages import END, parse
from svyazka.connectors.asterisk.read import call_key_of, is_wanted
from svyazka.connectors.asterisk.replay import capture
from svyazka.kit import clock

CODE = "asterisk/lab1"
SCENARIOS = ("s01", "s02", "s03", "s04", "s04d", "s05", "s07", "s08")
pytestmark = pytest.mark.django_db(transaction=True)


def told(name, times=1):
    """The arrivals of a captured call; of the same call again under other keys."""
    steps = [step for step in capture(name) if is_wanted(step.message) and call_key_of(step.message)]
    return [
        [_arrival(step.block.replace(b"-1795", b"-%d" % (1795 + number))) for step in steps] for number in range(times)
    ]


def _arrival(block):
    key = call_key_of(parse(block))
    return NewArrival(CODE, "asterisk", f"{hash(block)}", f"{CODE}/{key}", {}, block + END)


def write(arrivals):
    with connection.cursor() as cursor:
        write_down_now(cursor.connection, arrivals)


def stored():
    calls = (
        Call.objects.whole()
        .order_by("key")
        .values_list(
            "key", "state", "result", "talk_seconds", "waiting_seconds", "answered_by_id", "client_number", "direction"
        )
    )
    counts = [model.objects.count() for model in (Client, Deal, Interaction)]
    waiting = Interaction.objects.filter(waiting=True).count()
    return list(calls), counts, waiting


def test_many_together_end_as_one_after_the_other(windows, olga, oksana):
    calls = [arrivals for name in SCENARIOS for arrivals in told(name)]
    for arrivals in calls:
        write(arrivals)
        work_off()
    one_by_one = stored()
    for model in (Call, Interaction, Arrival):
        model.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("truncate intake_arrivalkey")
    order = random.Random(4)  # noqa: S311
    mixed = [arrival for arrivals in calls for arrival in arrivals]
    order.shuffle(mixed)
    while mixed:
        piece, mixed = mixed[:17], mixed[17:]
        write(piece)
        work_off()
    assert set(Arrival.objects.values_list("state", flat=True)) == {"done", "ignored"}
    assert stored()[0] == one_by_one[0]
    assert stored()[1][2] == one_by_one[1][2]


def test_two_calls_of_one_unknown_number_at_once_are_one_client_with_one_deal(windows):
    write([arrival for arrivals in told("s02b", 2) for arrival in arrivals])
    work_off()
    assert [model.objects.count() for model in (Call, Client, Deal, Interaction)] == [2, 1, 1, 2]


def test_thirty_calls_ask_the_database_as_often_as_one(windows, olga):
    def asked(times):
        write([arrival for arrivals in told("s02b", times) for arrival in arrivals])
        with CaptureQueriesContext(
            connection,
        ) as asked:
            work_off()
        return len(asked)

    write([arrival for arrivals in told("s01") for arrival in arrivals])
    work_off()
    assert asked(1) > 5
    few = asked(3)
    assert asked(33) == few


def test_one_that_cannot_be_read_costs_no_other_its_turn(windows):
    good, bad = told("s02b")[0], told("s07")[0]
    write([*good, NewArrival(CODE, "asterisk", "odd", bad[0].conversation, {}, b"Event: Hangup" + END), *bad])
    work_off()
    work_off()
    assert sorted(Call.objects.values_list("result", flat=True)) == ["busy", "missed"]
    assert sorted(set(Arrival.objects.values_list("state", flat=True))) == ["done", "ignored"]


def test_one_that_fails_costs_no_other_its_turn(windows, monkeypatch):
    whole = take_call.follow

    def follow(events):
        if any(event.call_key == fails for event in events):
            raise RuntimeError("A mistake of ours.")
        return whole(events)

    good, bad = told("s02b")[0], told("s07")[0]
    fails = bad[0].conversation.removeprefix(f"{CODE}/")
    monkeypatch.setattr(take_call, "follow", follow)
    write([*good, *bad])
    work_off()
    assert Call.objects.get().result == "missed"
    assert Arrival.objects.filter(state="again").count() == 1


def waiting_to_be_known(arrivals, *, since):
    """As `bundles.py` writes what nobody waits for; it came so long ago."""
    write([replace(arrival, headers=NOBODY_WAITS) for arrival in arrivals])
    Arrival.objects.filter(headers__has_key="can_wait").update(next_try_at=clock.now() - since)


def test_what_rings_just_now_comes_before_all_that_came_earlier(windows, olga, monkeypatch):
    monkeypatch.setattr(ledger, "TOGETHER", 3)
    waiting_to_be_known([arrivals[0] for arrivals in told("s02b", 7)], since=timedelta())
    ringing = told("s01")[0]
    write([replace(ringing[0], body=b"".join(one.body for one in ringing[:4]))])
    assert work_off() == 4
    assert Call.objects.filter(legs__contains=[{"extension": "101"}]).count() == 1
    assert Call.objects.count() == 4
    while work_off():
        pass
    assert Call.objects.count() == 8


def test_what_nobody_waits_for_is_left_to_be_done_together_unless_nobody_does_it(windows):
    waiting_to_be_known([arrivals[0] for arrivals in told("s02b", 3)], since=timedelta())
    assert (ledger.work_off_awaited(), [*ledger.work_off_quiet()], work_off(lying=LYING)) == (0, [], 0)
    Arrival.objects.update(next_try_at=clock.now() - ledger.QUIET_FOR)
    assert (ledger.work_off_awaited(), work_off(lying=LYING), [*ledger.work_off_quiet()]) == (0, 0, [3])
    assert Call.objects.count() == 3
    waiting_to_be_known([arrivals[0] for arrivals in told("s02b", 5)[3:]], since=LYING)
    assert work_off(lying=LYING) == 2


def test_what_somebody_waits_for_takes_along_what_was_said_before_it(windows, olga):
    ringing = told("s01")[0]
    waiting_to_be_known([replace(ringing[0], body=ringing[0].body + ringing[1].body)], since=timedelta())
    write([replace(ringing[2], body=b"".join(one.body for one in ringing[2:4]))])
    assert ledger.work_off_awaited() == 2
    assert Call.objects.get().our_number


def rest():
    """What the chores do a second later."""
    Arrival.objects.filter(state="new").update(next_try_at=clock.now() - ledger.QUIET_FOR)
    return sum(ledger.work_off_quiet())


def told_of():
    """What was said of calls: to whom a card comes up, and what else."""
    return [
        "card" if "to_me" in event.data else "deal" if "deal" in event.data else event.topic
        for event in LiveEvent.objects.filter(topic__in=["call", "interaction"]).order_by("id")
    ]


def ring(arrivals):
    write([replace(arrivals[0], body=b"".join(one.body for one in arrivals[:4]))])


def test_a_phone_rings_on_the_screen_at_once_and_all_else_comes_of_it_a_second_later(windows, olga):
    ring(told("s01")[0])
    assert ledger.work_off_awaited() == 1
    assert ledger.work_off_awaited() == 0
    assert (Call.objects.get().state, Client.objects.count(), told_of()) == ("ringing", 0, ["call", "card"])
    assert rest() == 1
    call, deal = Call.objects.get(), Deal.objects.get()
    assert (call.deal_id, call.client_id, Interaction.objects.get().pk) == (
        deal.pk,
        deal.client_id,
        call.interaction_id,
    )
    assert Arrival.objects.get().made["deal"] == deal.pk
    assert told_of() == ["call", "card", "deal"]


def test_should_the_telling_fail_the_call_goes_its_usual_way(windows, olga, monkeypatch):
    def fails(events):
        with connection.cursor() as cursor:
            cursor.execute("select 1 / 0")

    monkeypatch.setattr(ringing, "tell", fails)
    ring(told("s01")[0])
    assert ledger.work_off_awaited() == 1
    assert (Call.objects.count(), Deal.objects.count(), Arrival.objects.get().state) == (1, 1, "done")


def test_of_a_client_whose_deal_is_open_the_card_is_not_drawn_again(windows, olga):
    before, now = told("s01", 2)
    write(before)
    work_off()
    LiveEvent.objects.all().delete()
    ring(now)
    ledger.work_off_awaited()
    rest()
    assert [event.topic for event in LiveEvent.objects.order_by("id")][:2] == ["call", "call"]
    assert LiveEvent.objects.filter(topic="interaction", data__has_key="deal").exists()
    assert Deal.objects.count() == 1


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_in_whichever_order_both_come_to_a_call_it_ends_the_same(windows, olga, oksana, data):
    for model in (Call, Interaction, Task, Deal, Arrival):
        model.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("truncate intake_arrivalkey")
    name = data.draw(st.sampled_from(SCENARIOS))
    for arrival in told(name)[0]:
        write([replace(arrival, headers=data.draw(st.sampled_from([{}, NOBODY_WAITS])))])
        for work in data.draw(st.lists(st.sampled_from([ledger.work_off_awaited, rest]), max_size=2)):
            work()
    ledger.work_off_awaited()
    rest()
    ends = stored()
    for model in (Call, Interaction, Task, Deal, Arrival):
        model.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("truncate intake_arrivalkey")
    write(told(name)[0])
    work_off()
    assert ends == stored()
