# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
"""No window suits, so the client goes on the list; somebody else calls off, a letter comes, and one tap books it."""

from __future__ import annotations

import html
from datetime import timedelta

import pytest

from svyazka.business.clients.models import ContactPoint
from svyazka.business.conversations.models import MailServer
from svyazka.business.deals.models import Deal, Task
from svyazka.business.notices.models import Notice
from svyazka.business.visits import booking, offer_letters, offering, waiting_round, window_links
from svyazka.business.visits.conftest import (  # noqa: F401
    another_waits,
    by_day,
    deal,
    full_monday,
    hour,
    measurement,
    monday,
    new_deal,
    of_egor,
    of_ilya,
    wait,
)
from svyazka.business.visits.models import Visit, Waiting, WaitingOffer
from svyazka.business.visits.offering import Wishes
from svyazka.connectors.email.conftest import mail_peer  # noqa: F401
from svyazka.kit import clock

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def house(settings, mail_peer, vera, mikhail, deal, by_day):
    settings.ADDRESS = "https://okna.example.ru"
    MailServer.objects.create(pk=1, host=mail_peer.host, port=mail_peer.port, security="none", sender="o@example.ru")
    ContactPoint.objects.create(client=vera, kind="email", value="vera@example.ru")
    Deal.objects.filter(pk=deal.pk).update(responsible=mikhail)
    return mail_peer


@pytest.fixture
def kept(house, full_monday, wait, deal, of_egor, monday, olga):
    """Monday at ten is kept for Vera, who wants Monday only and a message."""
    wait(deal, told_by="message", until=monday, wishes=Wishes(from_day=monday))
    booking.cancel(full_monday[of_egor.pk, 10], reason="заболел", by=olga)
    waiting_round.go_round()
    return WaitingOffer.objects.get()


def link_in(mail_peer) -> str:
    return "/w/" + mail_peer.text().partition("/w/")[2].split()[0]


def rung():
    return Task.objects.filter(done_at=None, kind="call", what__startswith="Предложить освободившееся окно")


def test_from_no_window_to_the_visit(
    house, client, enter, full_monday, deal, measurement, of_egor, monday, olga, mikhail
):
    # Only Monday suits her, and on Monday nobody can come.
    only_monday = Wishes(from_day=monday, not_weekdays=frozenset(range(1, 7)))
    assert offering.offer(measurement, deal.address, wishes=only_monday, days=7).windows == ()
    given = {"kind": "measurement", "address": deal.address, "weekdays": ["0"], "until": monday.isoformat()}
    browser = enter(olga)
    answer = browser.post(f"/deals/{deal.pk}/waiting/", {**given, "urgency": "1", "told_by": "message"}, headers=HTMX)
    assert answer.status_code == 204

    # Somebody else calls off: the time is kept for her, and she has a letter instead of a call.
    freed = full_monday[of_egor.pk, 10]
    booking.cancel(freed, reason="заболел", by=olga)
    waiting_round.go_round()
    assert offer_letters.send_due() == 1
    assert "Освободилось время" in house.text()
    assert "понедельник" in house.text()
    assert not rung().exists()
    assert "клиент думает" in html.unescape(browser.get(f"/deals/{deal.pk}/").content.decode())

    # She takes it by her link, once or twice.
    own = link_in(house)
    assert "Мне подходит" in client.get(own).content.decode()
    for _tap in range(2):
        assert client.post(f"{own}taking/").status_code == 303
    assert "Время за вами" in client.get(own).content.decode()
    visit = Visit.objects.get(deal=deal)
    assert (visit.resource, visit.starts_at) == (of_egor, freed.starts_at)
    assert Waiting.objects.get().state == "served"

    # The deal and the board show it, and whoever looks after her has heard of it.
    page = html.unescape(browser.get(f"/deals/{deal.pk}/").content.decode())
    for said in ("клиент занял", "клиенту письмом предложено", "в листе ожидания"):
        assert said in page
    assert "ждёт окна" not in page
    drawn = browser.get("/calendar/board/", {"day": monday.isoformat()}).content.decode()
    assert f'"{visit.pk}"' in drawn or f": {visit.pk}" in drawn or f":{visit.pk}" in drawn
    assert Notice.objects.filter(person=mikhail, kind="visit.taken_by_client").count() == 1


def test_the_letter_says_what_she_has_to_know(kept, house):
    assert [offer_letters.send_due(), offer_letters.send_due()] == [1, 0]
    until = f"{clock.local(kept.expires_at):%H:%M}"
    for said in ("Замер", "понедельник", "10:00–12:00", "Лесная", until, window_links.link_of(kept)):
        assert said in house.text()
    assert "{" not in house.text()
    current = WaitingOffer.objects.get()
    assert (current.try_at, current.sent_at is not None) == (None, True)


def test_a_letter_that_is_refused_becomes_a_call(kept, house, client, mikhail):
    house.unknown.add("vera@example.ru")
    offer_letters.send_due()
    assert rung().get() == WaitingOffer.objects.get().task
    assert rung().get().person_id == mikhail.pk
    assert WaitingOffer.objects.get().state == "open"
    client.post(f"{window_links.link_of(kept).removeprefix('https://okna.example.ru')}taking/")
    assert not rung().exists()


def test_a_server_that_is_busy_is_tried_again_and_then_somebody_rings(kept, house, monkeypatch):
    house.busy = True
    offer_letters.send_due()
    first = WaitingOffer.objects.get()
    assert (first.tries, first.try_at is not None, rung().exists()) == (1, True, False)
    late = kept.made_at + timedelta(minutes=20)
    monkeypatch.setattr(clock, "now", lambda: late)
    offer_letters.send_due()
    assert rung().count() == 1
    assert WaitingOffer.objects.get().try_at is None
