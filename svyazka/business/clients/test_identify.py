from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import OperationalError, connection, connections, transaction

from svyazka.business.clients import change
from svyazka.business.clients.identify import Contact, identify
from svyazka.business.clients.models import Client, ContactPoint
from svyazka.business.journal.models import Entry
from svyazka.business.journal.record import Automaton
from svyazka.kit.refusals import ChangedMeanwhile

HOUSE = Automaton("test")
PHONE, EMAIL = Contact("phone", "+79161234567"), Contact("email", "vera@example.com")


def test_a_name_that_was_learnt_meanwhile_is_not_written_over_by_an_old_page(windows, olga):
    nameless, _is_new = identify([PHONE], by=HOUSE)
    learnt, _is_new = identify([PHONE], name="Вера", by=HOUSE)
    assert (learnt.pk, learnt.name, learnt.version) == (nameless.pk, "Вера", nameless.version + 1)
    assert Entry.objects.get(verb="clients.changed").changes == {"name": ["", "Вера"]}
    with pytest.raises(ChangedMeanwhile):
        change.change(nameless, {"name": "", "address": "Химки"}, version=nameless.version, by=olga)


def test_a_name_that_somebody_wrote_stays(windows):
    vera, _is_new = identify([PHONE], name="Вера Павлова", by=HOUSE)
    again, _is_new = identify([PHONE], name="вера", by=HOUSE)
    assert (again.pk, again.name, again.version) == (vera.pk, "Вера Павлова", vera.version)


def test_a_contact_that_is_there_already_is_not_added_twice(windows, olga):
    vera, _is_new = identify([PHONE], by=HOUSE)
    added = change.add_contact(vera, "8 (916) 123-45-67", by=olga)
    assert added == ContactPoint.objects.get()
    assert not Entry.objects.filter(verb="clients.contact_added").exists()


@pytest.mark.django_db(transaction=True)
def test_two_arrivals_of_one_client_by_different_ways_wait_for_each_other():
    vera = Client.objects.create(name="Вера")
    for one in (PHONE, EMAIL):
        ContactPoint.objects.create(client=vera, kind=one.kind, value=one.value)

    def comes_by_email() -> bool:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("set local lock_timeout = '300ms'")
                identify([EMAIL], by=HOUSE)
        except OperationalError:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(1) as beside:
        with transaction.atomic():
            identify([PHONE], by=HOUSE)
            assert beside.submit(comes_by_email).result() is False
        assert beside.submit(comes_by_email).result() is True


def test_the_journal_says_how_a_client_can_be_reached_since_when(vera):
    fresh, _is_new = identify([Contact("phone", "+79031112233")], name="Пётр", by=HOUSE)
    assert Entry.objects.get(verb="clients.created").changes == {
        "name": [None, "Пётр"],
        "phone": [None, "+79031112233"],
    }
    identify([Contact("phone", "+79031112233"), Contact("email", "petr@mail.ru")], by=HOUSE)
    identify([Contact("phone", "+79031112233"), Contact("email", "petr@mail.ru")], by=HOUSE)
    added = Entry.objects.filter(verb="clients.contact_added")
    assert [(one.client_id, one.changes) for one in added] == [(fresh.pk, {"email": [None, "petr@mail.ru"]})]
