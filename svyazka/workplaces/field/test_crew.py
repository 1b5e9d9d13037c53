from __future__ import annotations

from uuid import uuid4

import pytest

from svyazka.business.visits import booking, checklist
from svyazka.business.visits.conftest import crew, named  # noqa: F401
from svyazka.business.visits.models import HandOver, Presence, Visit

CREW = {"HX-Request": "true", "HX-Target": "crew"}


@pytest.fixture
def installed(deal, installation, boris, hour, olga, anna, monkeypatch):
    checklist.change(installation, [], by=anna)
    visit = booking.book(deal, installation, boris.resource, hour(8), request_id=uuid4(), by=olga)
    monkeypatch.setattr("svyazka.kit.clock.now", lambda: hour(8, 30))
    return visit


def test_the_leader_marks_one_and_all(enter, boris, olga, installed, named):  # noqa: F811
    own, came_in = f"/field/visits/{installed.pk}/", enter(boris)
    assert "Все на месте" in came_in.get(own).content.decode()
    given = {"who": str(named("Сергей Зайцев").pk), "mark": "here"}
    assert "08:30–…" in came_in.post(own + "presence/", given, headers=CREW).content.decode()
    assert came_in.post(own + "presence/", {**given, "mark": "gone"}).status_code == 302
    everybody = list(map(str, installed.bookings.values_list("resource", flat=True)))
    assert came_in.post(own + "presence/", {"who": everybody, "mark": "here"}, headers=CREW).status_code == 200
    assert Presence.objects.filter(left_at=None).count() == 3
    assert "Борис Орлов: 08:30–…" in enter(olga).get(f"/visits/{installed.pk}/").content.decode()


def test_nonsense_is_refused(enter, boris, installed, named):  # noqa: F811
    own, sergey = f"/field/visits/{installed.pk}/presence/", str(named("Сергей Зайцев").pk)
    for given in ({"who": "x", "mark": "here"}, {"who": sergey, "mark": "x"}, {}):
        assert enter(boris).post(own, given, headers=CREW).status_code == 422
    assert not Presence.objects.exists()


def test_whoever_goes_alone_sees_no_crew(enter, egor, visit):
    assert 'id="crew"' not in enter(egor).get(f"/field/visits/{visit.pk}/").content.decode()


def test_a_visit_is_handed_over(enter, egor, ilya, of_ilya, visit):
    own = f"/field/visits/{visit.pk}/"
    page = enter(egor).get(own + "hand-over/").content.decode()
    assert "Илья Фомин" in page
    given = {"taker": str(of_ilya.pk), "why": "сломалась машина"}
    assert enter(egor).post(own + "hand-over/", given).status_code == 302
    assert "Спросили: Илья Фомин" in enter(egor).get(own).content.decode()
    assert "Спросили: Илья Фомин" in enter(egor).get(own).content.decode()
    assert enter(ilya).get(own).status_code == 404
    assert "просит поехать вместо него" in enter(ilya).get("/field/").content.decode()
    answer = f"/field/hand-overs/{HandOver.objects.get().pk}/answer/"
    assert enter(egor).post(answer, {"take": "1"}).status_code == 404
    assert enter(ilya).post(answer, {"take": "1"}).status_code == 302
    assert Visit.objects.get().resource == of_ilya
    assert enter(egor).get(own).status_code == 404


def test_one_says_no_and_one_takes_it_back(enter, egor, ilya, of_ilya, visit):
    own, given = f"/field/visits/{visit.pk}/hand-over/", {"taker": str(of_ilya.pk), "why": "болею"}
    enter(egor).post(own, given)
    assert enter(ilya).post(f"/field/hand-overs/{HandOver.objects.get().pk}/answer/").status_code == 302
    enter(egor).post(own, given)
    assert enter(egor).post(own + "removal/").status_code == 302
    assert sorted(HandOver.objects.values_list("state", flat=True)) == ["declined", "withdrawn"]
    assert enter(egor).post(own, {"taker": "x"}, headers={"HX-Request": "true"}).status_code == 422
