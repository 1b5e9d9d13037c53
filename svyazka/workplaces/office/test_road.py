from __future__ import annotations

from datetime import time, timedelta
from uuid import uuid4

import pytest

from svyazka.business.notices.models import QuietHours
from svyazka.business.visits.conftest import deal, hour, measurement, monday, of_egor, visit  # noqa: F401
from svyazka.business.visits.models import Consent, Mark, RoadRules, Visit, VisitKind
from svyazka.business.visits.whereabouts import consent
from svyazka.kit import clock

TYPED = {
    "is_on": "on",
    "gathers_minutes": "3",
    "seen_minutes": "15",
    "soon_hours": "2",
    "tomorrow_at": "19:30",
    "quiet_from": "22:00",
    "quiet_until": "07:00",
    "notes_arrivals": "on",
    "arrivals_days": "30",
}


@pytest.fixture
def browser(anna, enter):
    return enter(anna)


def test_what_the_company_sets(browser):
    assert browser.post("/office/road/", TYPED).status_code == 302
    kept, quiet = RoadRules.objects.get(), QuietHours.objects.get()
    assert (kept.gathers_minutes, kept.seen_minutes, kept.soon_hours, kept.arrivals_days) == (3, 15, 2, 30)
    assert (kept.tomorrow_at, kept.notes_arrivals) == (time(19, 30), True)
    assert (quiet.quiet_from, quiet.quiet_until) == (time(22), time(7))
    page = browser.get("/office/road/").content.decode()
    assert 'value="22:00"' in page
    assert 'name="notes_arrivals" id="id_notes_arrivals" checked' in page.replace("  ", " ")


@pytest.mark.parametrize(
    "wrong",
    [
        {"seen_minutes": "1"},
        {"soon_hours": "25"},
        {"arrivals_days": "1"},
        {"gathers_minutes": "много"},
        {"quiet_until": ""},
        {"tomorrow_at": "вечером"},
    ],
)
def test_what_makes_no_sense_is_refused_whole(browser, wrong):
    assert browser.post("/office/road/", TYPED | wrong).status_code == 422
    assert not RoadRules.objects.exists()
    assert not QuietHours.objects.exists()


def test_switched_off_nothing_is_left(browser, visit, egor):  # noqa: F811
    browser.post("/office/road/", TYPED)
    consent.give(egor)
    Mark.objects.create(visit=visit, person=egor, kind="came", at=clock.now(), accuracy=10)
    browser.post("/office/road/", {name: value for name, value in TYPED.items() if name != "notes_arrivals"})
    assert not Mark.objects.exists()
    assert not Consent.objects.exists()


def test_how_long_it_really_takes_and_one_click(browser, visit, egor):  # noqa: F811
    VisitKind.objects.filter(pk=visit.kind_id).update(minutes=60, minutes_per_opening=0, steps=[])
    for minutes in (80, 84, 85, 85, 91):
        given = {name: getattr(visit, name) for name in ("kind", "deal", "client", "resource", "address")}
        begins = clock.now()
        made = Visit.objects.create(
            **given, status="done", starts_at=begins, ends_at=begins + timedelta(hours=1), request_id=uuid4()
        )
        Mark.objects.create(visit=made, person=egor, kind="came", at=begins, accuracy=10)
        Mark.objects.create(visit=made, person=egor, kind="left", at=begins + timedelta(minutes=minutes), accuracy=10)
    page = browser.get("/office/visit-kinds/measurement/").content.decode()
    assert "Планировать 85 мин" in page
    assert "5 выездов" in page
    taken = browser.post("/office/visit-kinds/measurement/durations/", {"step": "", "minutes": "85"})
    assert taken.status_code == 302
    assert VisitKind.objects.get(pk=visit.kind_id).minutes == 85
    assert browser.post("/office/visit-kinds/measurement/durations/", {"minutes": "x"}).status_code == 422
    assert browser.post("/office/visit-kinds/measurement/durations/undoing/").status_code == 302
    assert VisitKind.objects.get(pk=visit.kind_id).minutes == 60
    assert browser.post("/office/visit-kinds/measurement/durations/undoing/").status_code == 422
