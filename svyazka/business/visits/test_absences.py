from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

import pytest

from svyazka.business.journal.models import Entry
from svyazka.business.visits import absences, booking
from svyazka.kit.refusals import Refused


def test_an_absence_waits_until_the_visits_are_moved_away(visit, of_egor, hour, roza):
    with pytest.raises(Refused):
        absences.absent(of_egor, hour(9), hour(18), by=roza)
    with pytest.raises(Refused):
        absences.absent(of_egor, hour(18), hour(9), by=roza)
    assert absences.absent(of_egor, hour(14), hour(18), note="к врачу", by=roza).pk


def test_an_absence_is_taken_back_once(of_egor, measurement, deal, hour, roza, egor):
    away = absences.absent(of_egor, hour(9), hour(18), note="к врачу", by=roza)
    absences.back(away, by=roza)
    absences.back(away, by=roza)
    entry = Entry.objects.get(verb="visits.back")
    assert (entry.changes["absent"][1], entry.note) == (None, "к врачу")
    assert booking.book(deal, measurement, of_egor, hour(10), request_id=uuid4(), by=roza).pk


def test_absences_that_cannot_be(of_egor, hour, roza):
    for begins, ends in ((hour(9, days=-30), hour(9, days=-29)), (hour(9), hour(9, days=400))):
        with pytest.raises(Refused) as refusal:
            absences.absent(of_egor, begins, ends, by=roza)
        assert set(refusal.value.fields) == {"ends_at"}
    with pytest.raises(Refused) as refusal:
        absences.absent(of_egor, datetime(1, 1, 1, tzinfo=UTC), hour(9), by=roza)
    assert set(refusal.value.fields) == {"starts_at"}
