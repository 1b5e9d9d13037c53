from __future__ import annotations

import pytest

from svyazka.business.clients.models import Interaction
from svyazka.business.deals import moves
from svyazka.business.deals.models import Deal, Stage
from svyazka.business.journal.models import Entry
from svyazka.business.visits import booking, carry_out
from svyazka.business.visits.models import Visit
from svyazka.kit import clock
from svyazka.kit.refusals import ChangedMeanwhile, Refused

ON_WAY, STARTED, DONE = Visit.Status.ON_WAY, Visit.Status.STARTED, Visit.Status.DONE


def stage_of(deal):
    return Deal.objects.select_related("stage").get(pk=deal.pk).stage.code


def test_a_day_of_work_takes_the_deal_on(visit, deal, egor):
    for status in (ON_WAY, STARTED, DONE):
        visit = carry_out.set_status(visit, status, by=egor, version=visit.version)
    assert Deal.objects.select_related("stage").get(pk=deal.pk).stage.code == "measured"
    events = Interaction.objects.filter(kind="visit").order_by("id").values_list("data__event", flat=True)
    assert list(events) == ["booked", "on_way", "started", "done"]


def test_a_second_tap_changes_nothing(visit, egor):
    carry_out.set_status(visit, ON_WAY, by=egor, version=1)
    carry_out.set_status(visit, ON_WAY, by=egor, version=1)
    assert Entry.objects.filter(verb="visits.on_way").count() == 1


def test_a_visit_only_goes_forward(visit, egor, olga):
    done = carry_out.set_status(visit, DONE, by=egor)
    with pytest.raises(Refused):
        carry_out.set_status(done, STARTED, by=egor)
    with pytest.raises(Refused):
        carry_out.set_status(done, Visit.Status.CANCELLED, by=egor)
    with pytest.raises(Refused):
        booking.cancel(done, reason="поздно", by=olga)


def test_what_the_office_changed_meanwhile_is_not_overwritten(visit, of_egor, hour, olga, egor):
    booking.move(visit, hour(15), of_egor, reason="просят позже", by=olga)
    with pytest.raises(ChangedMeanwhile):
        carry_out.set_status(visit, ON_WAY, by=egor, version=1)


def test_a_cancelled_visit_is_not_carried_out(visit, olga, egor):
    booking.cancel(visit, reason="передумали", by=olga)
    with pytest.raises(Refused):
        carry_out.set_status(visit, ON_WAY, by=egor)


def test_a_mistaken_tap_is_taken_back_step_by_step(visit, deal, egor, olga):
    visit = carry_out.set_status(visit, DONE, by=egor)
    assert stage_of(deal) == "measured"
    back = carry_out.take_back(visit, by=egor, version=visit.version)
    assert (back.status, stage_of(deal)) == (STARTED, "measurement_booked")
    assert Entry.objects.get(verb="visits.taken_back").changes == {"status": ["done", "started"]}
    said = Interaction.objects.filter(data__event="taken_back").get()
    assert said.data["status"] == "started"
    for status in (ON_WAY, Visit.Status.PLANNED):
        back = carry_out.take_back(back, by=olga)
        assert back.status == status
    with pytest.raises(Refused):
        carry_out.take_back(back, by=olga)
    assert carry_out.set_status(back, DONE, by=egor).status == DONE
    assert stage_of(deal) == "measured"


def test_a_deal_that_somebody_has_moved_since_stays_there(visit, deal, egor, olga):
    done = carry_out.set_status(visit, DONE, by=egor)
    for code in ("measurement_booked", "measured"):
        moves.move(deal, to=Stage.objects.get(code=code), by=olga)
    assert carry_out.take_back(done, by=egor).status == STARTED
    assert stage_of(deal) == "measured"


def test_a_deal_that_the_work_did_not_move_is_left_alone(visit, deal, egor, olga):
    moves.move(deal, to=Stage.objects.get(code="measured"), by=olga)
    done = carry_out.set_status(visit, DONE, by=egor)
    carry_out.take_back(done, by=egor)
    assert stage_of(deal) == "measured"


def test_what_was_done_long_ago_stays_done(visit, egor):
    done = carry_out.set_status(visit, DONE, by=egor)
    Visit.objects.update(status_since=clock.now() - carry_out.TAKE_BACK_WITHIN)
    with pytest.raises(Refused):
        carry_out.take_back(done, by=egor)


def test_nobody_takes_back_what_he_has_not_seen(visit, egor):
    carry_out.set_status(visit, DONE, by=egor)
    with pytest.raises(ChangedMeanwhile):
        carry_out.take_back(visit, by=egor, version=1)
