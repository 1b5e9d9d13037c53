"""In whatever order people wait, call off, take, decline and let lapse: no window goes to two, and nobody is lost."""

from __future__ import annotations

import contextlib
import threading
from datetime import timedelta
from itertools import combinations
from uuid import uuid4

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from svyazka.business.visits import booking, waiting, waiting_round, window_offers
from svyazka.business.visits.models import Booking, Freed, Resource, Visit, Waiting, WaitingOffer
from svyazka.kit import clock
from svyazka.kit.refusals import Refused

HOURS = (10, 11, 12)
often = ["wait", "call off", "round", "round", "take", "book"]
verbs = st.sampled_from([*often, "decline", "hold", "lapse", "remove"])
steps = st.lists(st.tuples(verbs, st.integers(0, 5)), max_size=25)


class UndoEverything(Exception):
    pass


@pytest.fixture
def world(by_day, measurement, of_egor, new_deal, hour, wait, olga):
    """Egor, who works for three hours on Monday, and nobody else; all of it is taken."""
    Resource.objects.exclude(pk=of_egor.pk).update(is_active=False)
    Resource.objects.filter(pk=of_egor.pk).update(hours={"0": [["10:00", "13:00"]]})
    of_egor.refresh_from_db()
    return World(measurement, of_egor, new_deal, hour, wait, olga)


@given(steps=steps)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_window_goes_to_two_and_nobody_is_lost(world, steps):
    try:
        with transaction.atomic():
            world.begin()
            for verb, which in steps:
                world.play(verb, which)
                world.look()
            raise UndoEverything
    except UndoEverything:
        pass


class World:
    def __init__(self, kind, egor, new_deal, hour, wait, olga):
        self.kind, self.egor, self.hour, self.put, self.olga = kind, egor, hour, wait, olga
        self.others = new_deal("Другие")
        self.deals = [new_deal(name) for name in ("Анна", "Борис", "Вера", "Глеб")]

    def begin(self):
        self.removed: set[int] = set()
        self.entered: set[int] = set()
        for hour in HOURS:
            self.book(hour)

    def play(self, verb, which):
        with contextlib.suppress(Refused, IndexError):
            getattr(self, verb.replace(" ", "_"))(which)

    def wait(self, which):
        deal = self.deals[which % 4]
        told_by = "message" if which % 2 else "call"
        self.entered.add(self.put(deal, told_by=told_by, until=self.hour(0, days=7).date()).pk)

    def book(self, which):
        at = self.hour(HOURS[which % 3])
        booking.book(self.others, self.kind, self.egor, at, request_id=uuid4(), by=self.olga)

    def call_off(self, which):
        ahead = Visit.objects.filter(deal=self.others, status="planned").order_by("pk")
        booking.cancel(ahead[which % len(ahead) if ahead else 0], reason="заболел", by=self.olga)

    def round(self, _which):
        waiting_round.go_round()
        assert not Freed.objects.exists()

    def take(self, which):
        window_offers.take(self.offer(which), by=self.olga)

    def hold(self, which):
        window_offers.hold(self.offer(which), by=self.olga)

    def decline(self, which):
        window_offers.decline(self.offer(which), by=self.olga)

    def lapse(self, _which):
        over = clock.now() - timedelta(seconds=1)
        WaitingOffer.objects.filter(state="open").update(expires_at=over)
        Booking.objects.filter(kind="hold").update(expires_at=over)

    def remove(self, which):
        entry = Waiting.objects.filter(state="open").order_by("pk")[which]
        waiting.remove(entry, reason="передумали", by=self.olga)
        self.removed.add(entry.pk)

    def offer(self, which):
        """Also one that is long over: some page still shows it."""
        return WaitingOffer.objects.order_by("-pk")[which]

    def look(self):
        for one, other in combinations(Visit.objects.still_on(), 2):
            assert (
                one.resource_id != other.resource_id or one.starts_at >= other.ends_at or other.starts_at >= one.ends_at
            )
        asked = WaitingOffer.objects.filter(state="open", to_client=True, expires_at__gt=clock.now())
        for one, other in combinations(asked, 2):
            assert (
                one.resource_id != other.resource_id or one.starts_at >= other.ends_at or other.starts_at >= one.ends_at
            )
        for offer in asked:
            assert Booking.objects.filter(kind="hold", request_id=offer.request_id).exists()
        entries = {entry.pk: entry for entry in Waiting.objects.all()}
        assert set(entries) == self.entered
        for entry in entries.values():
            visits = Visit.objects.still_on().filter(deal=entry.deal).count()
            ended = {"served": visits == 1, "removed": entry.pk in self.removed, "open": True}
            assert ended[entry.state]
            open_offers = entry.offers.filter(state="open").select_related("task")
            assert entry.state == "open" or not open_offers
        tasks = [offer for offer in WaitingOffer.objects.exclude(state="open").select_related("task") if offer.task]
        assert all(offer.task.done_at for offer in tasks)


def meet(one, other):
    return one.resource_id == other.resource_id and one.starts_at < other.ends_at and other.starts_at < one.ends_at


@pytest.mark.django_db(transaction=True)
def test_two_dispatchers_at_once(world):
    """Two clients are proposed for one window; both are booked with one click in the same moment."""
    world.begin()
    for which in (0, 2):
        world.wait(which)
    world.call_off(0)
    waiting_round.go_round()
    offers = list(WaitingOffer.objects.filter(state="open"))
    assert len(offers) == 2
    outcomes: list[object] = []

    def click(offer):
        try:
            outcomes.append(window_offers.take(offer, by=world.olga))
        except Refused as refusal:
            outcomes.append(refusal)
        finally:
            connection.close()

    clicks = [threading.Thread(target=click, args=[offer]) for offer in offers]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()
    assert sorted(type(one).__name__ for one in outcomes) == ["SlotTaken", "Visit"]
    assert sorted(Waiting.objects.values_list("state", flat=True)) == ["open", "served"]
    assert sorted(WaitingOffer.objects.values_list("state", flat=True)) == ["gone", "taken"]
