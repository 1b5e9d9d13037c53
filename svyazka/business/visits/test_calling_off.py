from __future__ import annotations

import pytest

from svyazka.business.deals import moves
from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Deal, LossReason, Stage, Task
from svyazka.business.deals.moves import ReasonNeeded
from svyazka.business.journal.models import LiveEvent
from svyazka.business.visits import booking, calling_off, carry_out
from svyazka.business.visits.models import Booking, Visit

# What the stages up to the last one ask for.
KNOWN = {
    "openings": "3",
    "amount": "54300",
    "contract_number": "17-А",
    "prepaid": "20000",
    "ready_at": "2026-12-01",
    "installed_at": "2026-12-02",
}


@pytest.fixture
def lost(windows):
    return Stage.objects.get(code="lost")


def test_nobody_drives_to_a_client_who_has_said_no(visit, deal, lost, olga, egor):
    reason = LossReason.objects.first()
    moved = calling_off.move_deal(deal, to=lost, by=olga, loss_reason=reason)
    called_off = Visit.objects.get()
    assert (moved.stage, moved.version) == (lost, Deal.objects.get().version)
    assert (called_off.status, called_off.reason) == ("cancelled", f"Сделка потеряна: {reason.name}")
    assert not Booking.objects.exists()
    assert not deal.tasks.filter(done_at=None).exists()
    assert LiveEvent.objects.filter(topic="visit", people=[egor.pk]).count() == 2


def test_without_a_reason_the_deal_and_the_visit_stay(visit, deal, lost, olga):
    with pytest.raises(ReasonNeeded):
        calling_off.move_deal(deal, to=lost, by=olga)
    assert (Deal.objects.get().is_open, Visit.objects.get().status) == (True, "planned")


def test_work_that_has_begun_goes_on(visit, deal, lost, olga, egor):
    carry_out.set_status(visit, Visit.Status.STARTED, by=egor)
    calling_off.move_deal(deal, to=lost, by=olga, loss_reason=LossReason.objects.first())
    assert Visit.objects.get().status == "started"
    assert booking.Booking.objects.count() == 1


def test_whoever_closes_a_won_deal_says_what_becomes_of_its_visits(visit, deal, olga):
    facts.change(deal, KNOWN, by=olga)
    won = Stage.objects.get(code="closed")
    with pytest.raises(calling_off.StayOrNot) as refusal:
        calling_off.move_deal(deal, to=won, by=olga)
    assert (refusal.value.visits, Deal.objects.select_related("stage").get().is_open) == ([visit], True)
    calling_off.move_deal(deal, to=won, call_off=False, by=olga)
    assert Visit.objects.get().status == "planned"
    moves.move(deal, to=Stage.objects.get(code="installed"), by=olga)
    calling_off.move_deal(deal, to=won, call_off=True, by=olga)
    assert (Visit.objects.get().status, Visit.objects.get().reason) == ("cancelled", "Сделка закрыта.")
    assert not Task.objects.filter(done_at=None).exists()
