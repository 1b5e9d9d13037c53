"""By night the house plans the coming days; in the morning Dina takes a part of it, and the engineer sees it."""

# ruff: noqa: F811  # fixtures of other rooms
from __future__ import annotations

from datetime import time, timedelta

from svyazka.business.visits.conftest import hour, measurement, monday, of_egor, of_ilya  # noqa: F401
from svyazka.business.visits.models import Proposal
from svyazka.business.visits.planning import job, night
from svyazka.business.visits.planning.conftest import NORTH, SOUTH, known_place, quickly, visit_at  # noqa: F401
from svyazka.kit import clock


def test_by_night_in_the_morning_on_the_phone(
    visit_at,
    of_egor,
    of_ilya,
    monday,
    enter,
    anna,
    dina,
    egor,
    ilya,
    monkeypatch,
):
    for day in (0, 1):
        visit_at(f"Южная, {day + 1}", SOUTH, of_egor, 12, days=day)
        visit_at(f"Северная, {day + 1}", NORTH, of_ilya, 12, days=day)
    enter(anna).post("/calendar/plans/rules/", {"by_night": "1", "days": "2"})

    _at(monkeypatch, monday - timedelta(days=1), 3)
    night.go_round()
    job.work_off()

    _at(monkeypatch, monday - timedelta(days=1), 8)
    notices = enter(dina).get("/notices/").content.decode()
    assert "готов план" in notices.lower()
    made = Proposal.objects.get()
    tuesday = made.groups.get(moves__visit__address="Москва, Южная, 2")
    enter(dina).post(f"/calendar/plans/{made.pk}/taking/", {"group": [str(tuesday.number)]})

    _at(monkeypatch, monday + timedelta(days=1), 8)
    assert "Южная, 2" in enter(ilya).get("/field/").content.decode()
    assert "Северная, 2" in enter(egor).get("/field/").content.decode()
    assert "Ваши выезды изменились" in enter(ilya).get("/notices/").content.decode()
    # What nobody took over is as it was.
    assert {str(one.resource) for one in of_egor.visits.filter(address="Москва, Южная, 1")} == {of_egor.name}


def _at(monkeypatch, day, hours):
    now = clock.at(day, time(hours))
    monkeypatch.setattr("svyazka.kit.clock.now", lambda: now)
