from __future__ import annotations

from datetime import date, timedelta

import pytest

from svyazka.business.clients import change
from svyazka.business.clients.models import Client
from svyazka.business.journal.models import Entry
from svyazka.business.journal.record import About, Automaton, record, seen
from svyazka.business.personal_data import log
from svyazka.business.personal_data.log import Asked
from svyazka.kit import clock
from svyazka.kit.refusals import Refused


def today(client_id: int | None = None) -> Asked:
    return Asked(clock.today(), clock.today(), client_id)


def test_of_one_client_with_those_who_were_merged_into_him(vera, olga):
    gone = Client.objects.create(name="Вера", merged_into=vera)
    other = Client.objects.create(name="Пётр")
    for client in (vera, gone, other):
        seen(client.pk, by=olga)
    assert [one.client_id for one in log.entries(today(vera.pk))] == [vera.pk, gone.pk]
    assert [one.client_id for one in log.entries(today())] == [vera.pk, gone.pk, other.pk]


def test_of_all_clients_lists_that_left_the_house_are_among_it_and_the_staff_is_not(vera, olga):
    record("deals.exported", About("deals", 0), by=olga)
    record("staff.changed", About("person", olga.pk), by=Automaton("test"))
    change.change(vera, {"name": "Вера П."}, by=olga)
    assert [one.verb for one in log.entries(today())] == ["deals.exported", "clients.changed"]


def test_whoever_looks_again_within_the_hour_is_written_down_once(vera, olga, mikhail, monkeypatch):
    for person in (olga, olga, mikhail):
        seen(vera.pk, by=person)
    assert Entry.objects.filter(verb="clients.seen").count() == 2
    monkeypatch.setattr("svyazka.business.journal.record.SEEN_AGAIN", timedelta(0))
    seen(vera.pk, by=olga)
    assert Entry.objects.filter(verb="clients.seen").count() == 3


@pytest.mark.parametrize("days", [(date(2026, 3, 2), date(2026, 3, 1)), (date(2025, 1, 1), date(2026, 3, 1))])
def test_days_that_cannot_be_meant(days):
    with pytest.raises(Refused):
        Asked(*days)
