from __future__ import annotations

from uuid import uuid4

import pytest

from svyazka.business.clients.models import Interaction
from svyazka.business.deals import moves
from svyazka.business.deals.models import LossReason, Stage
from svyazka.business.visits import booking, carry_out, next_visit
from svyazka.business.visits.models import Visit
from svyazka.kit.refusals import Refused

STARTED, DONE = Visit.Status.STARTED, Visit.Status.DONE


@pytest.fixture
def measured(visit, egor):
    return carry_out.set_status(visit, DONE, by=egor)


def test_what_comes_next_is_booked_out_of_a_real_window(measured, installation, egor):
    assert next_visit.kinds_after(measured) == [installation]
    window = next_visit.offer(measured, installation).windows[0]
    request_id = uuid4()
    made = [
        next_visit.book(measured, installation, window.resource, window.starts_at, request_id=request_id, by=egor)
        for _twice in range(2)
    ]
    assert made[0].pk == made[1].pk
    assert (made[0].address, made[0].deal_id) == (measured.address, measured.deal_id)
    assert next_visit.booked(measured, installation) == made[0]
    assert Interaction.objects.filter(data__event="booked", data__visit=made[0].pk, by_id=egor.pk).count() == 1
    with pytest.raises(Refused, match="уже назначен"):
        next_visit.book(measured, installation, window.resource, window.starts_at, request_id=uuid4(), by=egor)


def test_nothing_comes_next_before_somebody_is_there(visit, installation, egor):
    assert next_visit.kinds_after(visit) == []
    started = carry_out.set_status(visit, STARTED, by=egor)
    assert next_visit.kinds_after(started) == [installation]


def test_what_does_not_come_after_it_is_not_booked_here(measured, measurement, of_egor, hour, egor):
    with pytest.raises(Refused, match="не идёт после"):
        next_visit.book(measured, measurement, of_egor, hour(15), request_id=uuid4(), by=egor)


def test_a_closed_deal_has_no_next_visit(measured, installation, olga):
    lost = Stage.objects.get(code="lost")
    moves.move(measured.deal, to=lost, by=olga, loss_reason=LossReason.objects.first())
    assert next_visit.kinds_after(Visit.objects.select_related("deal__stage", "kind").get(pk=measured.pk)) == []


def test_whoever_is_too_late_is_offered_the_next_best(measured, installation, new_deal, egor, olga):
    window = next_visit.offer(measured, installation).windows[0]
    booking.book(new_deal("Пётр"), installation, window.resource, window.starts_at, request_id=uuid4(), by=olga)
    with pytest.raises(booking.SlotTaken) as refusal:
        next_visit.book(measured, installation, window.resource, window.starts_at, request_id=uuid4(), by=egor)
    assert refusal.value.slots
