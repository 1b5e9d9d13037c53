"""What is proposed is taken over in part or whole, and undone: whatever others have done meanwhile."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from svyazka.business.clients.models import Interaction
from svyazka.business.journal.models import Entry
from svyazka.business.notices.models import Notice
from svyazka.business.visits import absences, booking, confirming, locking, shifts
from svyazka.business.visits.models import Booking, Proposal, ProposalGroup, Visit
from svyazka.business.visits.planning import taking
from svyazka.business.visits.planning.conftest import NORTH, SOUTH
from svyazka.business.visits.planning.reading import read
from svyazka.engines.routing.evaluate import evaluate
from svyazka.kit import clock
from svyazka.kit.refusals import Refused


def state():
    """Who goes where and when, and what is taken."""
    visits = set(Visit.objects.values_list("pk", "resource_id", "starts_at", "ends_at"))
    return visits, set(Booking.objects.values_list("visit_id", "resource_id", "during"))


def places(*visits):
    return [Visit.objects.get(pk=visit.pk).resource.name for visit in visits]


@pytest.fixture
def two_days(visit_at, of_egor, of_ilya):
    """Crossed on Monday, and on Tuesday once more: two groups."""
    found = []
    for day in (0, 1):
        found.append(visit_at(f"Южная, {day + 1}", SOUTH, of_egor, 12, days=day))
        found.append(visit_at(f"Северная, {day + 1}", NORTH, of_ilya, 12, days=day))
    return found


def test_all_of_it(crossed, plan, dina, of_egor, of_ilya):
    made = plan()
    outcome = taking.take(made, by=dina)
    assert ({visit.pk for visit in outcome.visits}, outcome.left) == ({visit.pk for visit in crossed}, [])
    assert places(*crossed) == [of_ilya.name, of_egor.name]
    held = set(Booking.objects.values_list("visit_id", "resource_id"))
    assert held == {(crossed[0].pk, of_ilya.pk), (crossed[1].pk, of_egor.pk)}
    with pytest.raises(Refused):
        taking.take(made, by=dina)


def test_a_part_of_it(two_days, plan, dina, of_egor):
    made = plan(days=2)
    assert made.groups.count() == 2
    number = made.groups.get(moves__visit=two_days[2]).number
    taking.take(made, [number], by=dina)
    assert places(two_days[0]) == [of_egor.name]
    assert places(two_days[3]) == [of_egor.name]
    assert set(made.groups.values_list("number", "state")) == {(number, "taken"), (3 - number, "open")}


def test_whose_visits_have_changed_hears_of_it_once(two_days, plan, dina, egor, ilya):
    taking.take(plan(days=2), by=dina)
    told = Notice.objects.filter(kind="plan.changed").values_list("person_id", "data__count")
    assert sorted(told) == sorted([(egor.pk, 4), (ilya.pk, 4)])


def test_what_the_client_was_told_stays(crossed, plan, dina, olga):
    confirming.confirm(crossed[0], by=olga)
    taking.take(plan(), by=dina)
    visit = Visit.objects.get(pk=crossed[0].pk)
    assert (visit.starts_at, visit.moves, visit.confirmed_at is not None) == (crossed[0].starts_at, 0, True)
    assert not Notice.objects.filter(client_id=visit.client_id).exists()


def test_it_stands_in_journal_and_history(crossed, plan, dina, of_egor, of_ilya):
    taking.take(plan(), by=dina)
    entry = Entry.objects.get(verb="visits.replanned", object_id=crossed[0].pk)
    was, now = entry.changes["plan"]
    assert (was.split(",")[0], now.split(",")[0], entry.by_id) == (of_egor.name, of_ilya.name, dina.pk)
    assert Entry.objects.get(verb="visits.plan_taken").changes == {"taken": [None, 2]}
    line = Interaction.objects.filter(client_id=crossed[0].client_id, kind="visit").latest("id")
    assert (line.data["event"], line.data["resource"]) == ("replanned", of_ilya.name)


def test_what_a_person_has_changed_meanwhile_stays_so(two_days, plan, dina, roza, of_ilya, hour):
    made = plan(days=2)
    moved = booking.move(two_days[0], hour(16), of_ilya, reason="просили", by=roza)
    outcome = taking.take(made, by=dina)
    assert Visit.objects.get(pk=moved.pk).starts_at == hour(16)
    assert {visit.pk for visit in outcome.visits} == {two_days[2].pk, two_days[3].pk}
    assert len(outcome.left) == 1
    assert two_days[0].client.name in outcome.left[0]
    left = made.groups.get(moves__visit=two_days[0])
    assert (left.state, left.note) == ("open", outcome.left[0])


def test_a_visit_locked_meanwhile_stays(crossed, plan, dina, roza):
    made = plan()
    before = state()
    locking.lock(crossed[0], by=roza)
    with pytest.raises(Refused):  # too much of it is of other days now
        taking.take(made, by=dina)
    assert state() == before


def test_a_caller_who_got_the_time_meanwhile_keeps_it(two_days, plan, dina, visit_at, of_ilya, of_egor):
    made = plan(days=2)
    visit_at("Дальняя, 1", (55.9, 37.1), of_egor, 14, 15)
    before = faults(made)
    outcome = taking.take(made, by=dina)
    assert faults(made) <= before
    assert len(outcome.visits) in (2, 4)


def test_whoever_is_away_by_now_gets_nothing(two_days, plan, dina, roza, of_ilya, hour):
    made = plan(days=2)
    booking.cancel(two_days[1], reason="отказ", by=roza)
    absences.absent(of_ilya, hour(8), hour(20), by=roza)
    outcome = taking.take(made, by=dina)
    assert {visit.pk for visit in outcome.visits} == {two_days[2].pk, two_days[3].pk}


def test_a_plan_of_other_days_is_taken_no_more(crossed, plan, dina, monkeypatch):
    made = plan()
    late = clock.now() + timedelta(days=8)
    monkeypatch.setattr("svyazka.kit.clock.now", lambda: late)
    with pytest.raises(Refused):
        taking.take(made, by=dina)


def test_undone_it_is_as_before(two_days, plan, dina, roza):
    before = state()
    made = plan(days=2)
    taking.take(made, by=dina)
    outcome = taking.undo(made, by=roza)
    assert (state(), outcome.left, len(outcome.visits)) == (before, [], 4)
    assert set(made.groups.values_list("state", "by__login")) == {("undone", "roza")}
    with pytest.raises(Refused):
        taking.undo(made, by=roza)


def test_undone_what_somebody_has_changed_since_stays(two_days, plan, dina, roza, of_ilya, of_egor, hour):
    made = plan(days=2)
    taking.take(made, by=dina)
    booking.move(Visit.objects.get(pk=two_days[0].pk), hour(16), of_ilya, reason="просили", by=roza)
    outcome = taking.undo(made, by=dina)
    assert places(*two_days) == [of_ilya.name, of_ilya.name, of_egor.name, of_ilya.name]
    assert Visit.objects.get(pk=two_days[0].pk).starts_at == hour(16)
    assert len(outcome.left) == 1
    assert two_days[0].client.name in outcome.left[0]


def test_undone_days_may_be_as_bad_as_they_were(visit_at, plan, dina, of_egor, of_ilya):
    """Egor could not be at both in time."""
    visit_at("Северная, 1", NORTH, of_egor, 10)
    late = visit_at("Южная, 1", SOUTH, of_egor, 11)
    before = state()
    made = plan()
    assert made.figures["before"]["late"] == 1
    taking.take(made, by=dina)
    assert places(late) == [of_ilya.name]
    taking.undo(made, by=dina)
    assert state() == before


def test_nobody_goes_back_to_somebody_who_could_not_come(visit_at, plan, dina, roza, of_egor, of_ilya, monday):
    visit = visit_at("Северная, 1", NORTH, of_egor, 12)
    shifts.enter(of_egor, monday, [], by=roza)
    made = plan()
    taking.take(made, by=dina)
    outcome = taking.undo(made, by=dina)
    assert places(visit) == [of_ilya.name]
    assert len(outcome.left) == 1
    assert of_ilya.name in outcome.left[0]


class UndoEverything(Exception):
    pass


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("take"), st.sets(st.integers(1, 4), min_size=1)),
        st.tuples(st.just("undo"), st.just(0)),
        st.tuples(st.just("move"), st.integers(0, 7)),
        st.tuples(st.just("cancel"), st.integers(0, 7)),
        st.tuples(st.just("lock"), st.integers(0, 7)),
    ),
    min_size=1,
    max_size=6,
)


@pytest.fixture
def four_days(visit_at, plan, of_egor, of_ilya):
    found = []
    for day in range(4):
        found.append(visit_at(f"Южная, {day + 1}", SOUTH, of_egor, 12, days=day))
        found.append(visit_at(f"Северная, {day + 1}", NORTH, of_ilya, 12, days=day))
    made = plan(days=4)
    assert made.groups.count() == 4
    return found, made


@given(steps=STEPS)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_taken_and_undone_in_any_order_no_rule_is_broken(four_days, dina, roza, of_egor, hour, steps):
    visits, made = four_days
    try:
        with transaction.atomic():
            seen = faults(made)
            for verb, what in steps:
                _play(verb, what, visits, made, dina, roza, of_egor, hour)
                if verb in ("take", "undo"):
                    assert faults(made) <= seen
                seen |= faults(made)
                _is_booked_as_it_says()
            raise UndoEverything
    except UndoEverything:
        pass


def _play(verb, what, visits, made, dina, roza, of_egor, hour):
    before = state()
    try:
        if verb == "take":
            taking.take(Proposal.objects.get(pk=made.pk), what, by=dina)
        elif verb == "undo":
            taking.undo(Proposal.objects.get(pk=made.pk), by=dina)
        elif verb == "move":
            booking.move(visits[what], hour(15, days=what // 2), of_egor, reason="так", by=roza)
        elif verb == "cancel":
            booking.cancel(visits[what], reason="так", by=roza)
        else:
            locking.lock(visits[what], by=roza)
    except Refused:
        assert state() == before


def faults(made):
    """Rules that the days break: people book closer together than the way takes."""
    days = read(made.first_day, made.last_day)
    return set(evaluate(days.problem, days.problem.before).faults)


def _is_booked_as_it_says():
    held = set(Booking.objects.exclude(visit=None).values_list("visit_id", "resource_id"))
    assert held == set(Visit.objects.still_on().values_list("pk", "resource_id"))


@given(subset=st.sets(st.integers(1, 4), min_size=1), order=st.permutations(range(1, 5)))
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_groups_in_any_order_and_undone_all_is_as_before(four_days, dina, subset, order):
    _visits, made = four_days
    before = state()
    try:
        with transaction.atomic():
            for number in order:
                if number in subset:
                    taking.take(made, [number], by=dina)
                    assert faults(made) == set()
            assert made.groups.filter(state=ProposalGroup.State.TAKEN).count() == len(subset)
            taking.undo(made, by=dina)
            assert state() == before
            raise UndoEverything
    except UndoEverything:
        pass
