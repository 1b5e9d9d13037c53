"""Whoever is on leave is marked wherever a person is chosen, and gets nothing without a second click."""

from __future__ import annotations

from datetime import timedelta

import pytest

from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Deal
from svyazka.business.deals.opening import open_deal
from svyazka.business.staff.models import Absence
from svyazka.kit import clock


@pytest.fixture
def away(dina):
    now = clock.now()
    Absence.objects.create(person=dina, during=(now - timedelta(hours=1), now + timedelta(days=3)))
    return dina


@pytest.fixture
def deal(vera, olga):
    return open_deal(vera, by=olga)


@pytest.mark.parametrize("form", ["deal", "problems"])
def test_an_absent_person_is_appointed_at_the_second_click(deal, away, roza, enter, form):
    client = enter(roza)
    url, given = {
        "deal": (f"/deals/{deal.pk}/responsible/", {"version": deal.version}),
        "problems": ("/problems/responsible/", {"deal": deal.pk}),
    }[form]
    assert "отсутствует до " in client.get(url, given).content.decode()
    given = {**given, "responsible": away.pk}
    asked = client.post(url, given)
    assert asked.status_code == 422
    assert f'name="anyway" value="{away.pk}"' in asked.content.decode()
    assert Deal.objects.get(pk=deal.pk).responsible is None
    assert client.post(url, {**given, "anyway": away.pk}).status_code < 300
    assert Deal.objects.get(pk=deal.pk).responsible == away


def test_a_warning_about_somebody_else_is_no_yes(deal, away, mikhail, roza, enter):
    given = {"version": deal.version, "responsible": away.pk, "anyway": mikhail.pk}
    assert enter(roza).post(f"/deals/{deal.pk}/responsible/", given).status_code == 422


def test_the_board_of_distribution_asks_once_more_and_keeps_the_ticks(deal, away, roza, enter):
    client = enter(roza)
    asked = client.post("/distribution/gifts/", {"deals": deal.pk, "to": away.pk})
    assert (asked.status_code, asked["HX-Retarget"]) == (422, "#distribution-said")
    assert Deal.objects.get(pk=deal.pk).responsible is None
    assert client.post("/distribution/gifts/", {"deals": deal.pk, "anyway": away.pk}).status_code == 200
    assert Deal.objects.get(pk=deal.pk).responsible == away


def test_the_deals_page_and_every_choice_say_that_he_is_absent(deal, away, roza, enter):
    facts.appoint(deal, away, by=roza)
    client = enter(roza)
    for url in (f"/deals/{deal.pk}/", f"/deals/{deal.pk}/tasks/", f"/deals/{deal.pk}/questions/", "/distribution/",
                "/colleagues/?q=" + away.full_name.split()[0]):  # fmt: skip
        assert "отсутствует до " in _words(client.get(url)), url


def _words(answer):
    """JSON writes letters as numbers."""
    return str(answer.json()) if "json" in answer["Content-Type"] else answer.content.decode()
