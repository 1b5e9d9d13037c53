from __future__ import annotations

from datetime import timedelta

import pytest

from svyazka.business.clients.models import Interaction
from svyazka.business.journal.models import Entry
from svyazka.business.visits import carry_out, not_done, working
from svyazka.business.visits.models import Stint, Visit
from svyazka.kit.refusals import ChangedMeanwhile, Refused

STARTED, DONE = Visit.Status.STARTED, Visit.Status.DONE


@pytest.fixture
def at(monkeypatch, hour):
    """`at(10, 30)`: it is Monday, half past ten."""

    def turn(hours, minutes=0):
        monkeypatch.setattr("svyazka.kit.clock.now", lambda: hour(hours, minutes))

    turn(10)
    return turn


@pytest.fixture
def started(visit, egor, at):
    return carry_out.set_status(visit, STARTED, by=egor)


def minutes(length: timedelta) -> int:
    return length // timedelta(minutes=1)


def test_breaks_do_not_count(started, egor, at, hour):
    at(10, 30)
    paused = working.pause(started, by=egor, version=started.version)
    assert paused.paused_at == hour(10, 30)
    at(10, 50)
    again = working.go_on(paused, by=egor, version=paused.version)
    assert again.paused_at is None
    at(11, 20)
    done = carry_out.set_status(again, DONE, by=egor)
    stints = list(done.stints.all())
    assert minutes(working.worked(stints)) == 60
    assert minutes(working.rested(stints, done.paused_at)) == 20
    told = {one.data["event"]: one.data for one in Interaction.objects.filter(kind="visit")}
    assert (told["gone_on"]["minutes"], told["done"]["worked"]) == (20, 60)
    assert list(Entry.objects.filter(verb__in=("visits.paused", "visits.gone_on")).values_list("verb", flat=True)) == [
        "visits.paused",
        "visits.gone_on",
    ]


def test_a_break_that_goes_on_counts_until_now(started, egor, at):
    at(10, 30)
    paused = working.pause(started, by=egor)
    at(11, 0)
    stints = list(paused.stints.all())
    assert (minutes(working.worked(stints)), minutes(working.rested(stints, paused.paused_at))) == (30, 30)


def test_a_second_tap_changes_nothing(started, egor, at):
    at(10, 30)
    for _twice in range(2):
        working.pause(started, by=egor)
    for _twice in range(2):
        working.go_on(started, by=egor)
    assert Stint.objects.count() == 2
    assert (
        Entry.objects.filter(verb="visits.paused").count() == Entry.objects.filter(verb="visits.gone_on").count() == 1
    )


def test_done_out_of_a_break_and_taken_back_it_is_on_its_break_again(started, egor, at, hour):
    at(10, 30)
    working.pause(started, by=egor)
    at(11)
    done = carry_out.set_status(started, DONE, by=egor)
    assert (done.paused_at, minutes(working.worked(done.stints.all()))) == (None, 30)
    back = carry_out.take_back(done, by=egor)
    assert back.paused_at == hour(10, 30)
    assert Stint.objects.get().ended_at == hour(10, 30)


def test_a_mistaken_done_goes_on_as_if_nothing_had_been(started, egor, at):
    at(10, 30)
    done = carry_out.set_status(started, DONE, by=egor)
    at(10, 40)
    back = carry_out.take_back(done, by=egor)
    assert minutes(working.worked(back.stints.all())) == 40


def test_a_mistaken_beginning_leaves_no_time(started, egor):
    back = carry_out.take_back(started, by=egor)
    assert (back.status, Stint.objects.count()) == ("on_way", 0)


def test_what_could_not_be_done_ends_the_work_and_goes_on_when_taken_back(started, egor, at, hour):
    at(10, 20)
    gone = not_done.say(started, None, "нет света", by=egor)
    assert Stint.objects.get().ended_at == hour(10, 20)
    carry_out.take_back(gone, by=egor)
    assert Stint.objects.get().ended_at is None


def test_the_moment_of_the_phone_counts_but_not_before_the_beginning_or_after_now(started, egor, at, hour):
    at(12)
    working.pause(started, by=egor, at=hour(10, 40))
    assert Stint.objects.get().ended_at == hour(10, 40)
    working.go_on(started, by=egor, at=hour(9))
    assert Visit.objects.get().stints.last().began_at == hour(10, 40)
    working.pause(started, by=egor, at=hour(20))
    assert Visit.objects.get().paused_at == hour(12)


def test_what_has_not_begun_has_no_break(visit, egor, at):
    with pytest.raises(Refused):
        working.pause(visit, by=egor)
    started = carry_out.set_status(visit, STARTED, by=egor)
    with pytest.raises(ChangedMeanwhile):
        working.pause(started, by=egor, version=99)
