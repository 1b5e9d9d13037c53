"""A call that nobody took, until the client was reached; also as a real Asterisk told of it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from svyazka.business.calls.models import Call
from svyazka.business.calls.phone_system import CallEvent
from svyazka.business.clients import history
from svyazka.business.deals.models import MissedCall, RingBack, Task
from svyazka.business.deals.work import my_day
from svyazka.business.intake.connector import Unused
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.rebuild_calls import rebuild_calls
from svyazka.business.intake.take_call import take_call
from svyazka.business.intake.work_off import work_off
from svyazka.business.journal.record import Automaton
from svyazka.business.notices.models import Notice
from svyazka.business.staff.models import Person
from svyazka.connectors.asterisk.read import read
from svyazka.kit import clock
from tests.stories.test_calls_made_anew import BEGINNING, CODE, arrive, said


def today(name, key):
    """The events of a capture, as if all that had just happened, under another key."""
    told = []
    for body in said(name):
        row = Arrival(account=CODE, connector="asterisk", body=body, headers={}, received_at=clock.now())
        try:
            told += [one for one in read(row) if isinstance(one, CallEvent)]
        except Unused:
            continue
    old = told[0].call_key
    shift = clock.now() - max(event.at for event in told)
    return [
        replace(
            event,
            at=event.at + shift,
            call_key=key if event.call_key == old else event.call_key,
            leg_key=key if event.leg_key == old else event.leg_key,
        )
        for event in told
    ]


def told(events):
    arrival = Arrival(pk=7, received_at=clock.now(), account=CODE, connector="asterisk", conversation=CODE)
    for event in events:
        take_call([event], arrival=arrival)


def open_tasks():
    return list(Task.objects.filter(ring_back__isnull=False, done_at=None))


@pytest.fixture
def noon(monkeypatch):
    """Shortly before midnight what is to be done in a quarter of an hour is to be done tomorrow."""
    now, until_noon = clock.now, clock.at(clock.today(), clock.time(12)) - clock.now()
    monkeypatch.setattr(clock, "now", lambda: now() + until_noon)


@pytest.fixture
def target(windows) -> Person:
    """Whose phone the capture calls 201."""
    person = Person.objects.get(login="dina")
    Person.objects.filter(pk=person.pk).update(extension="201")
    return person


def test_w13_who_was_passed_on_to_nobody_is_the_targets_task_until_he_is_reached(vera, target, noon):
    told(today("s04d", "first"))
    assert Call.objects.get(key="first").result == "left"
    (task,) = open_tasks()
    assert task.person_id == target.pk
    assert Notice.objects.filter(kind="call.missed", person=target).count() == 1
    assert my_day.count(target) == 1
    for key in ("second", "third"):
        # The same client, whoever rang when it was captured.
        told(replace(one, client_number=one.client_number and "79161234567") for one in today("s02b", key))
    assert [one.pk for one in open_tasks()] == [task.pk]
    assert RingBack.objects.get().times == 3
    told(today("s01", "fourth"))
    assert (open_tasks(), history.waiting(), my_day.count(target)) == ([], [], 0)


def test_what_is_told_twice_and_made_anew_out_of_the_ledger_makes_no_second_task(vera, target):
    events = today("s04d", "first")
    told(events)
    told(events)
    told(reversed(events))
    assert (len(open_tasks()), MissedCall.objects.count()) == (1, 1)


def test_calls_of_long_ago_that_are_made_out_of_the_ledger_ask_nobody(windows):
    for name in ("s02", "s04d"):
        arrive(said(name), name)
    work_off()
    tasks = Task.objects.filter(ring_back__isnull=False).count()
    Call.objects.all().delete()
    rebuild_calls(BEGINNING, clock.now(), by=Automaton("test"))
    assert Call.objects.count() == 2
    assert Task.objects.filter(ring_back__isnull=False).count() == tasks == 0
