"""Letters over a real socket, from the settings to the client's calendar."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from icalendar import Calendar

from svyazka.business.clients.models import ContactPoint
from svyazka.business.consents import giving
from svyazka.business.conversations import mail
from svyazka.business.conversations.models import MailServer
from svyazka.business.deals import opening
from svyazka.business.deals.models import Deal, Task
from svyazka.business.visits import booking, client_sending, to_client
from svyazka.business.visits.models import ClientWord, VisitKind
from svyazka.kit import clock, secrets
from svyazka.kit.refusals import Refused

TO = "vera@example.ru"


@pytest.fixture
def given(mail_peer, anna):
    def change(**other):
        settings = {"host": mail_peer.host, "port": mail_peer.port, "security": "none", "user": "", "password": ""}
        settings |= {"sender": "okna@example.ru", "name": "Окна и точка", "to": "anna@example.ru"}
        return mail.change(**{**settings, **other}, by=anna)

    return change


@pytest.fixture
def visit(given, vera, olga, egor, settings):
    settings.ADDRESS = "https://okna.example.ru"
    given()
    ContactPoint.objects.create(client=vera, kind="email", value=TO)
    deal = opening.open_deal(vera, by=olga)
    monday = clock.today() + timedelta(days=7 - clock.today().weekday())
    starts_at = clock.day_bounds(monday)[0] + timedelta(hours=10)
    kind = VisitKind.objects.get(code="measurement")
    return booking.book(deal, kind, egor.resource, starts_at, request_id=uuid4(), by=olga)


def event_of(content):
    calendar = Calendar.from_ical(content)
    return calendar, next(iter(calendar.walk("VEVENT")))


def test_stored_once_a_letter_has_gone_out(given, mail_peer):
    given()
    assert mail_peer.to == ["anna@example.ru"]
    assert str(mail_peer.letters[0]["from"]) == "Окна и точка <okna@example.ru>"
    assert mail_peer.letters[0]["auto-submitted"] == "auto-generated"


def test_a_server_that_refuses_is_not_stored(given, mail_peer):
    mail_peer.user, mail_peer.password = "okna", "secret"
    with pytest.raises(Refused) as refusal:
        given(user="okna", password="wrong")
    assert list(refusal.value.fields) == ["host"]
    assert not MailServer.objects.exists()
    stored = given(user="okna", password="secret")
    assert "secret" not in stored.password
    assert secrets.take_out(stored.password) == "secret"


def test_the_stored_password_goes_to_no_other_server(given, mail_peer):
    mail_peer.user, mail_peer.password = "okna", "secret"
    given(user="okna", password="secret")
    given(user="okna", name="Окна")
    with pytest.raises(Refused) as refusal:
        given(user="okna", host="127.0.0.2")
    assert list(refusal.value.fields) == ["password"]


def test_a_letter_with_an_invitation(visit, mail_peer):
    assert client_sending.send_due() == 1
    assert mail_peer.to[-1] == TO
    assert "https://okna.example.ru/v/" in mail_peer.text()
    method, content = mail_peer.calendar()
    calendar, event = event_of(content)
    assert (method, str(calendar["method"])) == ("REQUEST", "REQUEST")
    assert str(event["uid"]) == f"{visit.request_id}@svyazka"
    assert event["dtstart"].dt == visit.starts_at
    assert str(event["status"]) == "CONFIRMED"
    assert (ClientWord.objects.get().state, client_sending.send_due()) == ("sent", 0)


def test_called_off_it_goes_out_of_the_calendar_again(visit, mail_peer, olga):
    client_sending.send_due()
    booking.cancel(visit, reason="Передумал", by=olga)
    client_sending.send_due()
    method, content = mail_peer.calendar()
    _calendar, event = event_of(content)
    assert method == "CANCEL"
    assert (str(event["uid"]), str(event["status"])) == (f"{visit.request_id}@svyazka", "CANCELLED")
    assert int(event["sequence"]) > 1
    assert "Передумал" not in mail_peer.text() + content


def test_an_address_that_is_none_becomes_a_task(visit, mail_peer):
    mail_peer.unknown.add(TO)
    client_sending.send_due()
    assert Task.objects.filter(what__startswith="Сообщить клиенту", done_at=None).count() == 1
    assert ClientWord.objects.get().state == "by_hand"


def test_a_server_that_is_away_is_asked_again_and_then_somebody_rings(visit, mail_peer, monkeypatch):
    mail_peer.busy = True
    client_sending.send_due()
    word = ClientWord.objects.get()
    assert (word.state, word.tries) == ("waiting", 1)
    assert client_sending.send_due() == 0
    later = clock.now() + timedelta(minutes=2)
    monkeypatch.setattr(clock, "now", lambda: later)
    mail_peer.busy = False
    assert client_sending.send_due() == 1
    assert ClientWord.objects.get().state == "sent"


def test_away_for_hours(visit, mail_peer, monkeypatch):
    mail_peer.busy = True
    client_sending.send_due()
    later = clock.now() + timedelta(hours=4)
    monkeypatch.setattr(clock, "now", lambda: later)
    client_sending.send_due()
    assert ClientWord.objects.get().state == "by_hand"


@pytest.mark.parametrize(("is_open", "letters", "state"), [(True, 1, "sent"), (False, 0, "by_hand")])
def test_who_has_withdrawn_his_consent_is_written_to_while_a_deal_is_open(
    visit, mail_peer, olga, is_open, letters, state
):
    giving.give(visit.client, "processing", source="paper", by=olga)
    giving.withdraw(visit.client, "processing", by=olga)
    if not is_open:
        Deal.objects.update(closed_at=clock.now())
    mail_peer.letters.clear()
    to_client.tell(visit, "booked", by=olga)
    client_sending.send_due()
    assert (len(mail_peer.letters), ClientWord.objects.get().state) == (letters, state)
