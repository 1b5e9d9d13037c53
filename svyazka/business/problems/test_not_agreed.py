"""Extra work without the client's consent."""

# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
from __future__ import annotations

from datetime import timedelta

import pytest

from svyazka.business.problems import sweep
from svyazka.business.problems.models import Problem
from svyazka.business.site_work import extra
from svyazka.business.site_work.conftest import agreed, its_day, work  # noqa: F401
from svyazka.business.visits.conftest import deal, hour, measurement, monday, of_egor, visit  # noqa: F401


def problems():
    sweep.sweep_all()
    return Problem.objects.filter(kind="not_agreed")


@pytest.fixture
def an_hour_later(its_day, hour, monkeypatch):
    return lambda: monkeypatch.setattr("svyazka.kit.clock.now", lambda: hour(11, 15))


def test_it_is_a_problem_until_the_client_agrees(its_day, work, agreed, egor, an_hour_later):
    first, _second = work("Откос"), work("Отлив")
    assert not problems().exists()  # whoever is on site is still asking
    an_hour_later()
    found = problems().get()
    assert (found.subject_id, found.since) == (its_day.pk, first.at)
    assert sorted(found.why["works"].split(", ")) == ["Откос", "Отлив"]
    extra.agree(its_day, first.pk, agreed, by=egor)
    assert problems().get().why["works"] == "Отлив"
    extra.remove(its_day, _second.pk, by=egor)
    assert not problems().exists()


def test_what_was_agreed_at_once_is_none(work, agreed, an_hour_later):
    work(agreed=agreed)
    an_hour_later()
    assert not problems().exists()


def test_half_an_hour(work, an_hour_later):
    made = work()
    an_hour_later()
    assert problems().get().since + timedelta(minutes=30) > made.at
