"""A window is kept for a client who waits, and he is written to; or somebody rings."""

from __future__ import annotations

import pytest

from svyazka.business.clients.models import ContactPoint, Interaction
from svyazka.business.consents import giving
from svyazka.business.conversations.models import MailServer
from svyazka.business.deals.models import Deal, Task
from svyazka.business.journal.models import Entry
from svyazka.business.notices.models import Notice
from svyazka.business.visits import (
    booking,
    by_client,
    client_texts,
    offer_letters,
    waiting,
    waiting_round,
    window_links,
    window_offers,
)
from svyazka.business.visits.models import Booking, Visit, Waiting, WaitingOffer, What
from svyazka.kit import clock


@pytest.fixture
def by_mail(settings, another_waits):
    """The house writes letters, Anna Belova's address is known, and she wants to be written to."""
    settings.ADDRESS = "https://okna.example.ru"
    MailServer.objects.create(pk=1, host="127.0.0.1", sender="o@example.ru")
    ContactPoint.objects.create(client=another_waits.client, kind="email", value="anna@example.ru")
    Waiting.objects.update(told_by="message")


def asked(freed):
    """The visit is called off, and its window kept for her."""
    booking.cancel(freed, reason="заболел", by=freed.resource.person)
    waiting_round.go_round()
    return WaitingOffer.objects.get()


@pytest.fixture
def freed(full_monday, of_egor, by_day):
    """Monday at ten, by Egor."""
    return full_monday[of_egor.pk, 10]


def rung():
    return Task.objects.filter(done_at=None, kind="call", what__startswith="Предложить освободившееся окно")


def events():
    rows = Interaction.objects.filter(kind="visit", client_id=Waiting.objects.earliest("pk").client_id).order_by("pk")
    return [one.data["event"] for one in rows]


def test_the_window_is_kept_for_her_and_nobody_rings(by_mail, freed, of_egor):
    offer = asked(freed)
    assert (offer.to_client, offer.channel, offer.address) == (True, "email", "anna@example.ru")
    assert offer.try_at is not None
    assert not rung().exists()
    held = Booking.objects.get(kind="hold")
    assert (held.resource, held.request_id, held.expires_at) == (of_egor, offer.request_id, offer.expires_at)


def test_the_client_takes_it_and_a_second_tap_changes_nothing(by_mail, freed, mikhail):
    offer = asked(freed)
    for _tap in range(2):
        assert by_client.take_window(offer)
    visit = Visit.objects.get(deal=offer.waiting.deal_id)
    assert (visit.starts_at, visit.resource, visit.status) == (offer.starts_at, offer.resource, "planned")
    assert WaitingOffer.objects.get().state == "taken"
    assert Waiting.objects.get().state == "served"
    assert not Booking.objects.filter(kind="hold").exists()
    assert Notice.objects.filter(person=mikhail, kind="visit.taken_by_client").count() == 1
    assert Entry.objects.get(verb="visits.window_taken").actor == "client"
    assert events() == ["waits", "booked", "window_taken"]


def test_taken_by_a_colleague_is_not_said_to_be_taken_by_the_client(by_mail, freed, olga):
    offer = asked(freed)
    window_offers.take(offer, by=olga)
    assert events() == ["waits", "booked"]
    assert offer_letters.send_due() == 1  # what has been answered is not sent any more
    assert WaitingOffer.objects.filter(try_at=None, sent_at=None).exists()
    assert not rung().exists()


def test_it_does_not_suit_and_is_passed_on(by_mail, freed, wait, new_deal):
    offer = asked(freed)
    other = wait(new_deal("Пётр"))
    Waiting.objects.filter(pk=other.pk).update(looked_at=clock.now())
    for _tap in range(2):
        by_client.decline_window(offer)
    assert WaitingOffer.objects.get().state == "declined"
    assert events() == ["waits", "window_declined"]
    assert not by_client.take_window(offer)
    waiting_round.go_round()
    assert WaitingOffer.objects.get(state="open").waiting == other


@pytest.mark.parametrize("lacks", ["address of the house", "mail server", "her address", "text"])
def test_without_a_way_to_her_somebody_rings(by_mail, freed, settings, anna, mikhail, lacks):
    if lacks == "address of the house":
        settings.ADDRESS = ""
    elif lacks == "mail server":
        MailServer.objects.update(is_on=False)
    elif lacks == "her address":
        ContactPoint.objects.filter(kind="email").delete()
    else:
        client_texts.change(What.OFFER, title="{what}", text="{link}", is_on=False, by_hand=False, by=anna)
    offer = asked(freed)
    assert (offer.to_client, offer.try_at) == (True, None)
    assert rung().get().person_id == mikhail.pk
    assert offer_letters.send_due() == 0
    assert window_links.can_write() == (lacks == "her address")


def test_who_is_put_on_the_list_has_it_in_the_history(vera_waits, olga):
    waiting.change(vera_waits, urgency=2, by=olga)
    happened = Interaction.objects.get(kind="visit", client_id=vera_waits.client_id)
    assert (happened.data["event"], happened.deal_id, happened.by_id) == ("waits", vera_waits.deal_id, olga.pk)


def test_who_has_withdrawn_his_consent_and_has_no_open_deal_is_rung_instead(by_mail, freed, olga):
    offer = asked(freed)
    giving.give(offer.waiting.client, "processing", source="paper", by=olga)
    giving.withdraw(offer.waiting.client, "processing", by=olga)
    Deal.objects.update(closed_at=offer.made_at)
    offer_letters.send_due()
    assert (WaitingOffer.objects.get().sent_at, rung().count()) == (None, 1)
