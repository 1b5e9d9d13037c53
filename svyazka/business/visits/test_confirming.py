from __future__ import annotations

from datetime import timedelta

import pytest

from svyazka.business.clients.models import Interaction
from svyazka.business.journal.models import Entry
from svyazka.business.visits import booking, carry_out, confirming
from svyazka.business.visits.models import Visit
from svyazka.kit import clock
from svyazka.kit.refusals import ChangedMeanwhile, Refused


def test_the_client_confirms_and_the_step_asks_how_it_went(visit, olga):
    confirmed = confirming.confirm(visit, by=olga)
    assert Visit.objects.get(pk=visit.pk).confirmed_at is not None
    assert confirmed.version == visit.version + 1
    assert Entry.objects.filter(verb="visits.confirmed", by_id=olga.pk).count() == 1
    assert Interaction.objects.filter(kind="visit", data__event="confirmed").count() == 1
    step = confirmed.deal.tasks.get(done_at=None)
    assert (step.what, step.due_at) == ("Узнать, как прошёл выезд", visit.ends_at + timedelta(hours=2))


def test_a_second_click_changes_nothing(visit, olga):
    confirming.confirm(visit, by=olga)
    confirming.confirm(visit, by=olga)
    assert Entry.objects.filter(verb="visits.confirmed").count() == 1


def test_taken_back_it_has_to_be_asked_again(visit, olga):
    step = visit.deal.tasks.get(done_at=None)
    confirming.take_back(confirming.confirm(visit, by=olga), by=olga)
    assert Visit.objects.get(pk=visit.pk).confirmed_at is None
    again = visit.deal.tasks.get(done_at=None)
    assert (again.what, again.due_at) == (step.what, step.due_at)


def test_a_moved_visit_is_unconfirmed_again(visit, of_ilya, hour, olga):
    step = visit.deal.tasks.get(done_at=None).what
    moved = booking.move(confirming.confirm(visit, by=olga), hour(12), of_ilya, reason="Просит позже", by=olga)
    assert moved.confirmed_at is None
    assert visit.deal.tasks.get(done_at=None).what == step


def test_whoever_saw_an_older_state_is_told(visit, olga):
    with pytest.raises(ChangedMeanwhile):
        confirming.confirm(visit, by=olga, version=visit.version + 1)


def test_what_is_under_way_or_over_is_not_confirmed(visit, olga, egor):
    Visit.objects.filter(pk=visit.pk).update(starts_at=clock.now() - timedelta(minutes=1))
    with pytest.raises(Refused):
        confirming.confirm(visit, by=olga)
    Visit.objects.filter(pk=visit.pk).update(starts_at=visit.starts_at)
    confirmed = confirming.confirm(visit, by=olga)
    carry_out.set_status(confirmed, Visit.Status.ON_WAY, by=egor)
    with pytest.raises(Refused):
        confirming.take_back(confirmed, by=olga)
