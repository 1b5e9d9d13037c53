from __future__ import annotations

import pytest

from svyazka.business.visits import carry_out, checklist
from svyazka.business.visits.models import Tick, Visit

STOP = {"HX-Request": "true", "HX-Target": "stop"}
LIST = {"HX-Request": "true"}


@pytest.fixture
def listed(measurement, anna):
    points = [{"ru": "Замки проверены", "must": True}, {"ru": "Бахилы надеты"}]
    return [item["code"] for item in checklist.change(measurement, points, by=anna).checklist]


@pytest.fixture
def started(visit, egor):
    return carry_out.set_status(visit, Visit.Status.STARTED, by=egor)


def test_a_break_and_on_again(enter, egor, started):
    own = f"/field/visits/{started.pk}/"
    came_in = enter(egor)
    page = came_in.post(own + "break/", {"version": str(started.version)}, headers=STOP).content.decode()
    assert "на перерыве" in page
    assert "Перерыв с" in page
    assert came_in.post(own + "break/", {"version": str(started.version)}, headers=STOP).status_code == 409
    assert came_in.post(own + "break/", {"over": "1"}).status_code == 302
    assert Visit.objects.get().paused_at is None


def test_points_are_ticked_and_only_then_it_is_done(enter, egor, started, listed):
    own = f"/field/visits/{started.pk}/"
    came_in = enter(egor)
    page = came_in.get(own).content.decode()
    assert f'href="{own}done/"' in page
    assert "Замки проверены" in page
    assert came_in.post(own + "status/", {"status": "done"}, headers=STOP).status_code == 422
    at_end = came_in.get(own + "done/").content.decode()
    assert "data-missing-card>" in at_end
    assert "Заметки пока нет" in at_end
    given = {"point": listed[0], "on": "1", "from": "done"}
    again = came_in.post(own + "checklist/", given, headers=LIST).content.decode()
    assert "data-missing-card hidden>" in again
    assert "Егор Кузнецов" in again
    assert came_in.post(own + "status/", {"status": "done"}).status_code == 302
    assert Visit.objects.get().status == "done"
    assert came_in.get(own + "done/").status_code == 302


def test_without_scripts_one_comes_back_to_where_one_was(enter, egor, started, listed):
    own = f"/field/visits/{started.pk}/"
    assert enter(egor).post(own + "checklist/", {"point": listed[1], "on": "1"}).url == own
    at_end = enter(egor).post(own + "checklist/", {"point": listed[1], "on": "0", "from": "done"})
    assert at_end.url == own + "done/"
    assert not Tick.objects.exists()


def test_a_long_list_costs_as_many_queries_as_a_short_one(
    enter, egor, started, measurement, anna, django_assert_num_queries
):
    own, came_in = f"/field/visits/{started.pk}/done/", enter(egor)
    for most in (1, 30):
        kind = checklist.change(measurement, [{"ru": f"Пункт {number}"} for number in range(most)], by=anna)
        for item in kind.checklist:
            checklist.tick(started, item["code"], on=True, by=egor)
        with django_assert_num_queries(7):  # the session, the visit, its phones, who goes, stints, ticks, photos
            came_in.get(own)


def test_the_office_sees_how_long_and_what(enter, olga, egor, started, listed):
    checklist.tick(started, listed[0], on=True, by=egor)
    page = enter(olga).get(f"/visits/{started.pk}/").content.decode()
    assert "Замки проверены" in page
    assert "Бахилы надеты" in page
