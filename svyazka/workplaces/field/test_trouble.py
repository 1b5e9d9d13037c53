from __future__ import annotations

import pytest

from svyazka.business.visits.models import NotDoneReason, Visit
from svyazka.kit import clock

HTMX = {"HX-Request": "true"}


@pytest.fixture
def its_day(monkeypatch, hour):
    monkeypatch.setattr("svyazka.kit.clock.now", lambda: hour(10, 15))


def test_it_could_not_be_done_for_a_reason_out_of_the_list(enter, egor, visit, its_day):
    own = f"/field/visits/{visit.pk}/"
    came_in = enter(egor)
    assert 'value="nobody_there"' in came_in.get(own).content.decode()
    given = {"reason": "nobody_there", "text": "звонил", "version": "1"}
    assert came_in.post(own + "not-done/", given).status_code == 302
    page = came_in.get(own).content.decode()
    assert "Никого нет дома: звонил" in page
    assert 'value="nobody_there"' not in page
    assert "Вернуть статус «запланирован»" in page
    assert "не состоялся" in came_in.get("/field/").content.decode()
    assert came_in.post(own + "taking-back/", {"version": "2"}).status_code == 302
    assert Visit.objects.get().status == "planned"


def test_without_a_reason_or_with_one_that_is_gone_it_is_refused(enter, egor, visit, its_day):
    own = f"/field/visits/{visit.pk}/not-done/"
    assert enter(egor).post(own, {"text": ""}, headers=HTMX).status_code == 422
    assert enter(egor).post(own, {"reason": "nonsense"}, headers=HTMX).status_code == 422
    NotDoneReason.objects.update(is_active=False)
    assert enter(egor).post(own, {"reason": "weather"}, headers=HTMX).status_code == 422
    assert Visit.objects.get().status == "planned"


def test_a_day_ahead_nothing_can_have_come_of_it_yet(enter, egor, visit):
    day = clock.local(visit.starts_at).date().isoformat()
    assert f'data-on-day="{day}" hidden>' in enter(egor).get(f"/field/visits/{visit.pk}/").content.decode()
    given = {"reason": "nobody_there"}
    assert enter(egor).post(f"/field/visits/{visit.pk}/not-done/", given, headers=HTMX).status_code == 422
