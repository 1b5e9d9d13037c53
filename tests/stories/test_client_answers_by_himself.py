# ruff: noqa: F811 - fixtures are imported under the names they are asked for by
"""From the booking to the door: the client hears of it, answers by himself, and everybody concerned sees it."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import uuid4

import pytest

from svyazka.business.clients.models import ContactPoint
from svyazka.business.conversations.models import MailServer
from svyazka.business.deals.models import Deal
from svyazka.business.notices.models import Notice
from svyazka.business.problems import sweep
from svyazka.business.problems.models import Problem
from svyazka.business.visits import booking, carry_out, client_sending, remind_clients, slots
from svyazka.business.visits.conftest import deal, hour, measurement, monday, of_egor  # noqa: F401
from svyazka.business.visits.models import Visit
from svyazka.connectors.email.conftest import mail_peer  # noqa: F401
from svyazka.kit import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def at(monkeypatch):
    return lambda moment: monkeypatch.setattr(clock, "now", lambda: moment)


@pytest.fixture
def house(settings, mail_peer, vera, mikhail, deal):
    settings.ADDRESS = "https://okna.example.ru"
    MailServer.objects.create(pk=1, host=mail_peer.host, port=mail_peer.port, security="none", sender="o@example.ru")
    ContactPoint.objects.create(client=vera, kind="email", value="vera@example.ru")
    Deal.objects.update(responsible=mikhail)


def link_in(mail_peer) -> str:
    return "/v/" + mail_peer.text().partition("/v/")[2].split()[0]


def unconfirmed() -> int:
    sweep.sweep_all()
    return Problem.objects.filter(kind="visit_unconfirmed").count()


def test_from_the_reminder_to_the_door(house, client, mail_peer, deal, measurement, of_egor, hour, olga, mikhail, at):
    visit = booking.book(deal, measurement, of_egor, hour(10), request_id=uuid4(), by=olga)
    assert client_sending.send_due() == 1
    assert mail_peer.calendar()[0] == "REQUEST"

    # The day before: reminded once, and somebody would have to see to it if he did not answer.
    at(hour(17, 5, days=-1))
    remind_clients.remind_due()
    assert client_sending.send_due() == 1
    assert "Напоминаем" in mail_peer.text()
    assert unconfirmed() == 1

    # One tap: the problem is gone, the deal asks for something else, whoever is responsible hears of it.
    own = link_in(mail_peer)
    shown = re.search(r'name="starts_at" value="([^"]+)"', client.get(own).content.decode())[1]
    client.post(f"{own}confirmation/", {"starts_at": shown})
    assert unconfirmed() == 0
    assert Notice.objects.filter(person=mikhail, kind="visit.confirmed_by_client").exists()
    assert Deal.objects.get(pk=deal.pk).next_step == "Узнать, как прошёл выезд"

    # He is on the way, and the page says so.
    at(hour(9, 30))
    carry_out.set_status(Visit.objects.get(pk=visit.pk), Visit.Status.ON_WAY, by=of_egor.person)
    client_sending.send_due()
    assert "едет" in mail_peer.text()
    assert "в пути" in client.get(own).content.decode()


def test_moved_by_the_client(house, client, enter, mail_peer, deal, measurement, of_egor, hour, olga, egor, monday):
    visit = booking.book(deal, measurement, of_egor, hour(10), request_id=uuid4(), by=olga)
    client_sending.send_due()
    own, wanted = link_in(mail_peer), hour(12, days=1)
    client.post(f"{own}time/", {"starts_at": wanted.isoformat()})
    moved = Visit.objects.get(pk=visit.pk)
    assert moved.starts_at == wanted
    assert Notice.objects.filter(person=egor, kind="visit.moved_by_client").exists()

    # The old time is free again; he has a new invitation under the same link.
    free = slots.free_slots(measurement, from_day=monday, days=1, resource=of_egor)
    assert hour(10) in {slot.starts_at for slot in free}
    client_sending.send_due()
    assert link_in(mail_peer) == own
    page = enter(olga).get(f"/deals/{deal.pk}/").content.decode()
    assert "Клиент выбрал другое время" in page


def test_called_off_by_the_client(house, client, mail_peer, deal, measurement, of_egor, hour, olga, egor, monday):
    booking.book(deal, measurement, of_egor, hour(10), request_id=uuid4(), by=olga)
    client_sending.send_due()
    client.post(f"{link_in(mail_peer)}cancellation/", {"reason": "Уехали"})
    assert Notice.objects.filter(person=egor, kind="visit.called_off_by_client").exists()
    free = slots.free_slots(measurement, from_day=monday, days=1, resource=of_egor)
    assert hour(10) in {slot.starts_at for slot in free}
    current = Deal.objects.get(pk=deal.pk)
    assert current.next_step.startswith("Согласовать")
    assert current.next_step_at < clock.now() + timedelta(days=2)
    client_sending.send_due()
    assert mail_peer.calendar()[0] == "CANCEL"
