from __future__ import annotations

import json
import re

import pytest

from svyazka.business.places import placing
from svyazka.business.visits.models import Consent, Mark
from svyazka.business.visits.road import rules
from svyazka.kit import clock


@pytest.fixture
def noted(anna):
    given = {name: getattr(rules.rules(), name) for name in rules.BOUNDS}
    return rules.change(**given, is_on=True, tomorrow_at=None, notes_arrivals=True, by=anna)


@pytest.fixture
def today(visit, hour, monkeypatch, olga):
    """It is Monday, eight o'clock; Vera's house is on the map."""
    monkeypatch.setattr("svyazka.kit.clock.now", lambda: hour(8))
    placing.by_hand(visit.address, "55.7781, 37.5893", by=olga)
    return visit


def near(page):
    found = re.search(r'<script id="near-places" type="application/json">(.*?)</script>', page)
    return json.loads(found[1]) if found else "none"


def test_nobody_s_phone_gets_anything_until_he_agrees(noted, today, egor, enter):
    browser = enter(egor)
    assert near(browser.get("/field/").content.decode()) is None
    assert "data-near-offer" not in browser.get(f"/field/visits/{today.pk}/").content.decode()
    assert browser.post("/field/whereabouts/consent/", {"agree": "1"}).status_code == 302
    given = near(browser.get("/field/").content.decode())
    assert given["person"] == egor.pk
    ((begin, end),) = given["hours"][:1]
    assert begin < clock.now().isoformat() < end or begin >= clock.now().isoformat()
    (place,) = given["places"]
    assert (place["visit"], place["lat"]) == (today.pk, 55.7781)
    assert near(browser.get("/field/whereabouts/").content.decode()) == given


def test_a_page_of_one_visit_is_kept_for_days_and_says_nothing_of_other_addresses(noted, today, egor, enter):
    browser = enter(egor)
    browser.post("/field/whereabouts/consent/", {"agree": "1"})
    page = browser.get(f"/field/visits/{today.pk}/").content.decode()
    assert near(page) == "none"
    assert f'data-near-offer="{today.pk}"' in page


def test_taken_back_it_is_gone_from_the_phone_too(noted, today, egor, enter):
    browser = enter(egor)
    browser.post("/field/whereabouts/consent/", {"agree": "1"})
    Mark.objects.create(visit=today, person=egor, kind="came", at=clock.now(), accuracy=15)
    assert "± 15 м" in browser.get("/field/whereabouts/").content.decode()
    browser.post("/field/whereabouts/consent/", {"agree": "0"})
    assert not Consent.objects.exists()
    assert not Mark.objects.exists()
    assert near(browser.get("/field/").content.decode()) is None


def test_where_the_company_does_not_want_it_nobody_can_agree(today, egor, enter):
    browser = enter(egor)
    assert "не включила" in browser.get("/field/whereabouts/").content.decode()
    assert browser.post("/field/whereabouts/consent/", {"agree": "1"}).status_code == 422
    assert not Consent.objects.exists()
    assert "field/whereabouts" not in browser.get("/field/").content.decode()


def test_an_address_that_nobody_knows_exactly_is_not_looked_for(noted, visit, egor, enter, hour, monkeypatch):
    monkeypatch.setattr("svyazka.kit.clock.now", lambda: hour(8))
    browser = enter(egor)
    browser.post("/field/whereabouts/consent/", {"agree": "1"})
    assert near(browser.get("/field/").content.decode())["places"] == []


def test_marks_of_others_are_nobody_s_business(noted, today, egor, ilya, enter):
    Mark.objects.create(visit=today, person=egor, kind="came", at=clock.now(), accuracy=15)
    assert "± 15 м" not in enter(ilya).get("/field/whereabouts/").content.decode()
