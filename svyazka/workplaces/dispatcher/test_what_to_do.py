from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest

from svyazka.business.deals import opening
from svyazka.business.deals.known import facts
from svyazka.business.visits import absences, booking, delays, ways_out
from svyazka.business.visits.models import Booking, Resource, Visit, Waiting
from svyazka.kit import clock

ADDRESS = "/calendar/what-to-do/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def fill(vera, measurement, of_egor, hour, olga):
    """So many measurements of Egor's, each of a deal of its own."""

    def filled(number):
        for one in range(number):
            deal = facts.change(opening.open_deal(vera, by=olga), {"address": "Москва, Тверская, 1"}, by=olga)
            at = hour(14 + one % 4, days=one // 4)
            booking.book(deal, measurement, of_egor, at, request_id=uuid4(), by=olga)

    return filled


@pytest.fixture
def ill(of_egor, hour, roza):
    return lambda: absences.absent(of_egor, hour(0), hour(0, days=14), note="болеет", by=roza, leaving=True)


def test_where_nothing_is_wrong_the_page_says_so(enter, dina, windows):
    page = enter(dina).get(ADDRESS).content.decode()
    assert "План выполняется" in page
    assert 'name="way"' not in page


def test_many_cost_as_many_statements_as_one(enter, dina, fill, ill, django_assert_max_num_queries):
    fill(1)
    ill()
    client = enter(dina)
    client.get(ADDRESS)
    with django_assert_max_num_queries(60) as one:
        assert client.get(ADDRESS).status_code == 200
    absences.back(Booking.objects.get(kind="absence"), by=dina)
    Visit.objects.all().delete()
    fill(24)
    ill()
    with django_assert_max_num_queries(len(one) + 1):  # the telephones of those who have to be told
        assert client.get(ADDRESS).content.decode().count("Вера") > 20


def test_the_calendar_leads_there_with_a_number(enter, dina, olga, fill, ill):
    fill(2)
    assert ADDRESS not in enter(dina).get("/calendar/").content.decode()
    ill()
    page = enter(dina).get("/calendar/").content.decode()
    assert re.search(rf'href="{ADDRESS}".*?<span class="count">2</span>', page)
    assert ADDRESS not in enter(olga).get("/calendar/").content.decode()


def test_whoever_runs_late_is_counted_as_the_page_has_it(visit, vera, of_egor, hour, monkeypatch):
    now = hour(14)
    monkeypatch.setattr(clock, "now", lambda: now)
    Visit.objects.filter(pk=visit.pk).update(status="done")
    at = {"kind": visit.kind, "deal": visit.deal, "client": vera, "resource": of_egor, "address": "Москва"}
    running = Visit.objects.create(
        **at, starts_at=now - timedelta(hours=1), ends_at=now + timedelta(hours=1), status="started", request_id=uuid4()
    )
    behind = now + timedelta(minutes=75)
    Visit.objects.create(**at, starts_at=behind, ends_at=behind + timedelta(hours=1), request_id=uuid4())
    for minutes in (0, 10, 40):
        Visit.objects.filter(pk=running.pk).update(late_minutes=minutes)
        assert ways_out.number() == len(ways_out.trouble().late) == int(minutes == 40)


def test_a_page_about_one_of_us_says_so_and_leads_to_everything(enter, dina, fill, ill, of_egor, of_ilya):
    fill(1)
    ill()
    client = enter(dina)
    of_one = client.get(f"{ADDRESS}?resource={of_egor.pk}").content.decode()
    assert "Только то, что касается исполнителя: Егор Кузнецов." in of_one
    assert f'<a href="{ADDRESS}">Показать всё</a>' in of_one
    of_another = client.get(f"{ADDRESS}?resource={of_ilya.pk}").content.decode()
    assert "выездам ничего не мешает" in of_another
    assert "У всех выездов есть исполнители" not in of_another
    assert "Показать всё" not in client.get(ADDRESS).content.decode()


def test_a_way_out_that_nobody_has_signed_is_not_taken(enter, dina, fill, ill):
    fill(1)
    ill()
    assert enter(dina).post(ADDRESS, {"way": "нет такого"}).status_code == 422
    assert Visit.objects.orphaned().count() == 1


def test_what_was_changed_meanwhile_is_said(enter, dina, olga, fill, ill, of_ilya, hour):
    fill(1)
    ill()
    client = enter(dina)
    way = re.search(r'name="way" value="([^"]+)"', client.get(ADDRESS).content.decode())[1]
    booking.move(Visit.objects.get(), hour(17), of_ilya, reason="просит позже", by=olga)
    page = client.post(ADDRESS, {"way": way})
    assert page.status_code == 200
    assert "кто-то уже изменил его" in page.content.decode()


def test_whoever_enters_an_absence_over_visits_is_led_there(enter, dina, olga, fill, of_egor, hour):
    fill(1)
    begins, ends = (f"{clock.local(hour(one)):%Y-%m-%dT%H:%M}" for one in (9, 19))
    given = {"resource": of_egor.pk, "starts_at": begins, "ends_at": ends}
    client = enter(dina)
    refused = client.post("/calendar/absences/", given, headers=HTMX)
    assert refused.status_code == 422
    assert 'name="leaving"' in refused.content.decode()
    answer = client.post("/calendar/absences/", {**given, "leaving": "1"}, headers=HTMX)
    assert answer["HX-Redirect"] == f"{ADDRESS}?resource={of_egor.pk}"
    assert Visit.objects.orphaned().count() == 1
    shown = client.get(f"/visits/{Visit.objects.get().pk}/", headers=HTMX).content.decode()
    assert "без исполнителя: Егор Кузнецов" in shown
    # An operator books and moves, and plans nobody's day.
    assert enter(olga).post("/calendar/absences/", {**given, "leaving": "1"}, headers=HTMX).status_code == 422


def test_whoever_says_that_he_is_late_is_named(enter, dina, egor, fill, monkeypatch, hour):
    fill(2)
    first = Visit.objects.order_by("starts_at").first()
    delays.say(first, 40, by=egor)
    page = enter(dina).get(ADDRESS).content.decode()
    assert "План выполняется" in page  # that is not today
    monkeypatch.setattr(clock, "now", lambda: hour(13))
    page = enter(dina).get(ADDRESS).content.decode()
    assert "Егор Кузнецов опаздывает: «Замер» закончится" in page
    assert 'name="way"' in page


def test_with_a_tick_clients_to_whom_nobody_can_come_wait_for_a_window(enter, dina, fill, ill, of_ilya):
    fill(1)
    Resource.objects.filter(pk=of_ilya.pk).update(skills=[])
    ill()
    browser = enter(dina)
    page = browser.get(ADDRESS).content.decode()
    assert re.search(r'name="to_wait" value="1" checked', page)
    way = re.search(r'name="way" value="([^"]+)"', page)[1]
    browser.post(ADDRESS, {"way": way, "to_wait": "1"})
    assert (Visit.objects.get().status, Waiting.objects.get().state) == ("cancelled", "open")
    assert "В листе ожидания: 1 клиент" in browser.get(ADDRESS).content.decode()
