"""A window on the client's own page: nobody logs in, and nothing happens without a tap."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from svyazka.business.journal.models import Entry
from svyazka.business.visits import booking, holding, links, waiting, window_links
from svyazka.business.visits.models import Booking, ClientRules, Visit, Waiting, WaitingOffer
from svyazka.kit import clock


@pytest.fixture
def kept(vera_waits, measurement, of_egor, hour):
    """Monday at ten is kept for Vera."""
    request_id = uuid4()
    lasts = timedelta(hours=1)
    hold = holding.hold(
        vera_waits.deal, measurement, of_egor, hour(10), request_id=request_id, by=waiting.HOUSE, lasts=lasts
    )
    return WaitingOffer.objects.create(
        waiting=vera_waits, resource=of_egor, starts_at=hour(10), ends_at=hour(11), to_client=True,
        request_id=request_id, fingerprint=window_links.fingerprint_of(request_id),
        made_at=clock.now(), expires_at=hold.expires_at,
    )  # fmt: skip


@pytest.fixture
def own(kept):
    return f"/w/{window_links.link_of(kept).split('/')[-2]}/"


def test_a_copy_of_the_database_opens_nothing(kept, own):
    stored = {str(value) for value in WaitingOffer.objects.values().get().values()}
    assert own.split("/")[2] not in stored
    assert len(own.split("/")[2]) == 24


def test_what_when_where_and_until_when(client, own, kept):
    ClientRules.objects.create(pk=1, phone="+74950000000")
    answer = client.get(own)
    page = answer.content.decode()
    until = f"{clock.local(kept.expires_at):%H:%M}"
    for said in ("Замер", "Понедельник", "10:00–12:00", "Лесная", "Егор", until, "Мне подходит", "tel:+74950000000"):
        assert said in page
    for hidden in ("Вера Павлова", "123-45-67", "№", "<script"):
        assert hidden not in page
    assert answer["Cache-Control"] == "no-store, private"
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer["X-Robots-Tag"]
    assert not answer.cookies


def test_in_english_too(client, own):
    page = client.get(own, {"language": "en"}).content.decode()
    assert "I take it" in page
    assert "Monday" in page


def test_whoever_only_looks_changes_nothing(client, own):
    for part in ("", "taking/", "removal/"):
        for method in (client.get, client.head):
            method(f"{own}{part}")
    assert WaitingOffer.objects.get().state == "open"
    assert not Visit.objects.exists()


def test_taken_with_one_tap_and_a_second_one_changes_nothing(client, own, kept):
    for _tap in range(2):
        answer = client.post(f"{own}taking/?language=en")
        assert (answer.status_code, answer["Location"]) == (303, f"{own}?language=en")
    visit = Visit.objects.get()
    assert (visit.starts_at, visit.resource_id, visit.deal_id) == (
        kept.starts_at, kept.resource_id, kept.waiting.deal_id,
    )  # fmt: skip
    assert Entry.objects.get(verb="visits.booked").actor == "client"
    links.link_of(visit)
    page = client.get(own).content.decode()
    assert "Время за вами" in page
    assert links.known(visit) in page
    assert "Мне не подходит" not in page


def test_a_tap_needs_no_cookie(own):
    from django.test import Client

    Client(enforce_csrf_checks=True).post(f"{own}taking/")
    assert Visit.objects.count() == 1


def test_it_does_not_suit_and_she_waits_on(client, own):
    for _tap in range(2):
        assert client.post(f"{own}removal/")["Location"] == own
    assert WaitingOffer.objects.get().state == "declined"
    assert Waiting.objects.get().state == "open"
    assert not Booking.objects.filter(kind="hold").exists()
    page = client.get(own).content.decode()
    assert "Вы отказались" in page
    assert "остаётесь в листе ожидания" in page
    late = client.post(f"{own}taking/")
    assert late.status_code == 409
    assert not Visit.objects.exists()


def test_too_late_is_said_kindly(client, own, kept, new_deal, measurement, of_egor, hour, olga):
    ClientRules.objects.create(pk=1, phone="+74950000000")
    Booking.objects.filter(kind="hold").update(expires_at=clock.now() - timedelta(seconds=1))
    booking.book(new_deal("Пётр"), measurement, of_egor, hour(10), request_id=uuid4(), by=olga)
    answer = client.post(f"{own}taking/")
    assert answer.status_code == 409
    for said in (answer.content.decode(), client.get(own).content.decode()):
        assert "уже не держится" in said
        assert "позвоните нам" in said
        assert "tel:+74950000000" in said
        assert "Мне подходит" not in said
    assert not Visit.objects.filter(deal=kept.waiting.deal_id).exists()


def test_not_taken_in_time_the_page_says_so(client, own):
    WaitingOffer.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    assert "уже не держится" in client.get(own).content.decode()


def test_an_address_that_opens_nothing(client, own, kept):
    assert client.get("/w/0123456789abcdefghijkl/").status_code == 404
    WaitingOffer.objects.update(to_client=False)  # proposed to the staff: nobody has its address
    assert client.get(own).status_code == 404
    WaitingOffer.objects.update(to_client=True, ends_at=clock.now() - timedelta(days=8))
    assert client.get(own).status_code == 404


def test_whoever_guesses_waits(client, own):
    for number in range(links.MOST_MISSES):
        client.get(f"/w/guess{number}/")
    assert client.get(own).status_code == 429
