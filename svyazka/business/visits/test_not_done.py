from __future__ import annotations

from uuid import uuid4

import pytest

from svyazka.business.clients.models import Interaction
from svyazka.business.deals import opening
from svyazka.business.deals.known import facts
from svyazka.business.deals.models import Deal, Task
from svyazka.business.journal.models import Entry
from svyazka.business.notices.models import Notice
from svyazka.business.visits import booking, carry_out, not_done
from svyazka.business.visits.models import Booking, NotDone, NotDoneReason, Visit
from svyazka.kit.refusals import ChangedMeanwhile, Refused

ON_WAY, STARTED, DONE, NOT_DONE = Visit.Status.ON_WAY, Visit.Status.STARTED, Visit.Status.DONE, Visit.Status.NOT_DONE


@pytest.fixture
def its_day(monkeypatch, hour):
    """It is Monday, a quarter past ten."""
    monkeypatch.setattr("svyazka.kit.clock.now", lambda: hour(10, 15))


@pytest.fixture
def nobody(windows):
    return NotDoneReason.objects.get(code="nobody_there")


def test_nobody_opened(visit, deal, mikhail, nobody, egor, its_day):
    facts.appoint(deal, mikhail, by=mikhail)
    started = carry_out.set_status(visit, STARTED, by=egor)
    gone = not_done.say(started, nobody, "звонил трижды", by=egor, version=started.version)
    assert gone.status == NOT_DONE
    assert not Booking.objects.filter(visit=visit).exists()
    assert NotDone.objects.get().said == "Никого нет дома: звонил трижды"
    now = Deal.objects.select_related("stage").get(pk=deal.pk)
    assert (now.stage.code, now.facts.get("measured_at") or "") == ("measurement_booked", "")
    assert now.next_step.startswith("«Замер» не состоялся (Никого нет дома")
    said = Interaction.objects.get(data__event="not_done")
    assert said.text == "Никого нет дома: звонил трижды"
    assert Entry.objects.get(verb="visits.not_done").changes == {"status": ["started", "not_done"]}
    assert Notice.objects.get(kind="visit.not_done").person == mikhail


def test_a_second_tap_changes_nothing(visit, nobody, egor, its_day):
    not_done.say(visit, nobody, "", by=egor)
    not_done.say(visit, None, "", by=egor)
    assert Entry.objects.filter(verb="visits.not_done").count() == 1


def test_a_mistaken_tap_is_taken_back_with_all_that_came_of_it(visit, deal, nobody, egor, its_day):
    before = set(Booking.objects.filter(visit=visit).values_list("resource_id", "during"))
    started = carry_out.set_status(visit, STARTED, by=egor)
    gone = not_done.say(started, nobody, "", by=egor)
    assert carry_out.status_before(gone) == STARTED
    back = carry_out.take_back(gone, by=egor, version=gone.version)
    assert back.status == STARTED
    assert set(Booking.objects.filter(visit=visit).values_list("resource_id", "during")) == before
    now = Deal.objects.get(pk=deal.pk)
    assert now.next_step == "Подтвердить замер накануне"
    assert now.facts["measured_at"]
    assert not NotDone.objects.exists()
    assert carry_out.set_status(back, DONE, by=egor).status == DONE


def test_a_time_that_was_given_to_others_is_theirs(
    visit, nobody, new_deal, measurement, of_egor, hour, egor, olga, its_day
):
    gone = not_done.say(visit, nobody, "", by=egor)
    NotDone.objects.update(given_back=[[of_egor.pk, hour(15).isoformat(), hour(16).isoformat()]])
    booking.book(new_deal("Пётр"), measurement, of_egor, hour(15), request_id=uuid4(), by=olga)
    with pytest.raises(Refused, match="другим"):
        carry_out.take_back(gone, by=egor)
    assert Visit.objects.get(pk=visit.pk).status == NOT_DONE


def test_what_was_booked_again_is_not_taken_back(visit, deal, nobody, measurement, of_egor, hour, egor, olga, its_day):
    gone = not_done.say(visit, nobody, "", by=egor)
    booking.book(deal, measurement, of_egor, hour(15), request_id=uuid4(), by=olga)
    with pytest.raises(Refused, match="новый выезд"):
        carry_out.take_back(gone, by=egor)


def test_a_step_of_another_stage_stays_and_a_task_is_added(vera, service, named, hour, nobody, olga, egor, its_day):
    deal = opening.open_deal(vera, by=olga)
    step = Deal.objects.get(pk=deal.pk).next_step
    repair = booking.book(
        deal, service, named("Сергей Зайцев"), hour(13), request_id=uuid4(), by=olga, address="Лесная, 5"
    )
    gone = not_done.say(repair, nobody, "", by=egor)
    agree = Task.objects.get(deal=deal, what__startswith="«Регулировка и ремонт» не состоялся", done_at=None)
    assert Task.objects.filter(deal=deal, done_at=None, of_stage=True, what=step).exists()
    carry_out.take_back(gone, by=olga)
    assert not Task.objects.filter(pk=agree.pk, done_at=None).exists()


def test_what_cannot_be_said(visit, nobody, egor, olga, hour, monkeypatch):
    with pytest.raises(Refused, match="день"):
        not_done.say(visit, nobody, "", by=egor)
    monkeypatch.setattr("svyazka.kit.clock.now", lambda: hour(10, 15))
    with pytest.raises(Refused):
        not_done.say(visit, None, "  ", by=egor)
    with pytest.raises(Refused):
        not_done.say(visit, None, "а" * 301, by=egor)
    with pytest.raises(ChangedMeanwhile):
        not_done.say(visit, nobody, "", by=egor, version=99)
    done = carry_out.set_status(visit, DONE, by=egor)
    with pytest.raises(Refused):
        not_done.say(done, nobody, "", by=egor)


def test_nothing_else_is_done_to_it(visit, nobody, egor, olga, of_egor, hour, its_day):
    gone = not_done.say(visit, nobody, "", by=egor)
    for act in (
        lambda: carry_out.set_status(gone, DONE, by=egor),
        lambda: booking.cancel(gone, reason="нет", by=olga),
        lambda: booking.move(gone, hour(15), of_egor, reason="позже", by=olga),
    ):
        with pytest.raises(Refused):
            act()


def test_how_often_each_reason_was(visit, nobody, egor, its_day):
    not_done.say(visit, nobody, "", by=egor)
    assert not_done.counted() == {nobody.pk: 1}


def test_a_visit_that_lacks_everybody_is_taken_back_as_well(visit, nobody, egor, its_day):
    Booking.objects.filter(visit=visit).delete()
    not_done.say(visit, nobody, "", by=egor)
    assert carry_out.take_back(Visit.objects.get(), by=egor).status == Visit.Status.PLANNED
