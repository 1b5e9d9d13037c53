from __future__ import annotations

import pytest

from svyazka.business.notices.models import Notice
from svyazka.business.visits import booking
from svyazka.business.visits.models import Asked
from svyazka.business.visits.road import sending as road


@pytest.fixture
def notice(visit, of_egor, olga, hour, monkeypatch):
    """Of the same day: from ten to noon."""
    monkeypatch.setattr("svyazka.kit.clock.now", lambda: hour(8))
    booking.move(visit, hour(12), of_egor, reason="так надо", asked=Asked.WE, by=olga)
    monkeypatch.setattr("svyazka.kit.clock.now", lambda: hour(8, 5))
    road.send_due()
    return Notice.objects.get()


def test_what_has_changed_stands_above_the_visit(notice, visit, egor, enter):
    browser = enter(egor)
    page = browser.get(f"/field/visits/{visit.pk}/").content.decode()
    assert "Замер: сегодня 10:00 → 12:00" in page
    assert f'data-notice="{notice.pk}"' in page
    assert Notice.objects.get().read_at is None, "a phone fetches pages that nobody looks at"
    assert browser.post("/field/news/", {"news": [notice.pk]}).status_code == 204
    assert Notice.objects.get().read_at
    page = browser.get(f"/field/visits/{visit.pk}/").content.decode()
    assert "→ 12:00" in page
    assert "data-notice" not in page


@pytest.mark.parametrize("given", [[], ["x"], ["0"], ["99999999999999999999"], ["-1"]])
def test_nonsense_is_nobody_s_news(notice, egor, enter, given):
    assert enter(egor).post("/field/news/", {"news": given}).status_code == 204
    assert Notice.objects.get().read_at is None


def test_nobody_sees_anothers_news(notice, ilya, enter):
    enter(ilya).post("/field/news/", {"news": [notice.pk]})
    assert Notice.objects.get().read_at is None
