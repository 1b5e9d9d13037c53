"""Nothing came of a visit, and nobody has agreed on another one."""

# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
from __future__ import annotations

from uuid import uuid4

import pytest

from svyazka.business.problems import sweep
from svyazka.business.problems.models import Problem
from svyazka.business.visits import booking, carry_out, not_done
from svyazka.business.visits.conftest import deal, hour, measurement, monday, of_egor, visit, wait  # noqa: F401
from svyazka.business.visits.models import NotDoneReason


@pytest.fixture
def its_day(monkeypatch, hour):
    """It is Monday, a quarter past ten."""
    monkeypatch.setattr("svyazka.kit.clock.now", lambda: hour(10, 15))


@pytest.fixture
def nobody(windows):
    return NotDoneReason.objects.get(code="nobody_there")


def problems():
    sweep.sweep_all()
    return Problem.objects.filter(kind="visit_not_done")


def test_it_is_a_problem_until_it_is_booked_again(visit, deal, nobody, measurement, of_egor, hour, egor, olga, its_day):
    not_done.say(visit, nobody, "", by=egor)
    found = problems().get()
    assert (found.subject_id, found.why["reason"], found.why["booked"]) == (visit.pk, "Никого нет дома", "measurement")
    booking.book(deal, measurement, of_egor, hour(15), request_id=uuid4(), by=olga)
    assert not problems().exists()


def test_of_two_in_vain_the_last_one_is_the_problem(
    visit, deal, nobody, measurement, of_egor, hour, egor, olga, its_day, monkeypatch
):
    not_done.say(visit, nobody, "", by=egor)
    again = booking.book(deal, measurement, of_egor, hour(15), request_id=uuid4(), by=olga)
    monkeypatch.setattr("svyazka.kit.clock.now", lambda: hour(15, 5))
    not_done.say(again, nobody, "", by=egor)
    assert problems().get().subject_id == again.pk


def test_who_waits_for_a_window_is_no_problem(visit, nobody, wait, deal, egor, its_day):
    not_done.say(visit, nobody, "", by=egor)
    wait(deal)
    assert not problems().exists()


def test_a_tap_that_was_taken_back_is_no_problem(visit, nobody, egor, its_day):
    gone = not_done.say(visit, nobody, "", by=egor)
    assert problems().exists()
    carry_out.take_back(gone, by=egor)
    assert not problems().exists()
