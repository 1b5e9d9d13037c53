from __future__ import annotations

from decimal import Decimal

import pytest

from svyazka.business.clients import history, identify
from svyazka.business.clients.models import Client, Interaction
from svyazka.business.deals.models import Deal, Task
from svyazka.business.deals.opening import open_deal
from svyazka.business.duplicates.giving import Newcomer, give_deal
from svyazka.business.duplicates.merging import merge
from svyazka.business.journal.models import Entry
from svyazka.business.journal.record import Automaton
from svyazka.business.money import invoices
from svyazka.business.money.lines import line
from svyazka.kit.refusals import Refused

HOUSE = Automaton("test")


@pytest.fixture
def deal(vera):
    return open_deal(vera, by=HOUSE)


@pytest.fixture
def pyotr(windows):
    return identify.create([identify.Contact("phone", "+79035556677")], identify.Known(name="Пётр Ильин"), by=HOUSE)


def owner(deal: Deal) -> int:
    return Deal.objects.get(pk=deal.pk).client_id


def test_it_goes_with_all_that_hangs_on_it_and_comes_back(vera, pyotr, deal, olga):
    of_deal = history.note(vera.pk, "О балконе", deal_id=deal.pk, by=olga)
    of_hers = history.note(vera.pk, "Звонить вечером", deal_id=None, by=olga)
    give_deal(deal, pyotr, by=olga)
    assert owner(deal) == pyotr.pk
    whose = dict(Interaction.objects.values_list("pk", "client_id"))
    assert (whose[of_deal.pk], whose[of_hers.pk]) == (pyotr.pk, vera.pk)
    assert Task.objects.filter(deal=deal).exists()
    assert Deal.objects.get(pk=deal.pk).version == deal.version + 1
    give_deal(deal, vera, by=olga)
    assert owner(deal) == vera.pk
    assert Interaction.objects.get(pk=of_deal.pk).client_id == vera.pk


def test_both_histories_say_so(vera, pyotr, deal, olga):
    give_deal(deal, pyotr, by=olga)
    (gone,) = Entry.objects.filter(client_id=vera.pk, verb="clients.deal_gone")
    (come,) = Entry.objects.filter(client_id=pyotr.pk, verb="deals.of_another")
    assert (gone.changes, gone.by_id) == ({"deal": [None, deal.pk]}, olga.pk)
    assert (come.changes, come.deal_id) == ({"client": [vera.pk, pyotr.pk]}, deal.pk)


def test_somebody_new_is_made_and_reached_by_what_both_have(vera, deal, olga):
    (phone,) = vera.contact_points.all()
    made = give_deal(deal, Newcomer("  Борис\x00   Павлов "), reached_by=[phone.pk], by=olga)
    assert (made.name, owner(deal)) == ("Борис Павлов", made.pk)
    assert [one.value for one in made.contact_points.all()] == [phone.value]
    assert vera.contact_points.filter(pk=phone.pk).exists()


def test_the_id_in_a_messenger_is_ones_own_and_a_strangers_phone_is_nobodys(vera, pyotr, deal, olga):
    chat = vera.contact_points.create(kind="telegram", account="telegram/main", value="5")
    (his,) = pyotr.contact_points.all()
    made = give_deal(deal, Newcomer("Борис"), reached_by=[chat.pk, his.pk], by=olga)
    assert not made.contact_points.exists()


@pytest.mark.parametrize("name", ["", "  ", "\x00", "я" * 201])
def test_without_a_name_nobody_is_made(vera, deal, olga, name):
    before = Client.objects.count()
    with pytest.raises(Refused) as refusal:
        give_deal(deal, Newcomer(name), by=olga)
    assert "name" in refusal.value.fields
    assert (Client.objects.count(), owner(deal)) == (before, vera.pk)


def test_whose_it_is_already_and_who_is_merged_are_refused(vera, pyotr, deal, olga):
    with pytest.raises(Refused):
        give_deal(deal, vera, by=olga)
    other = Client.objects.create(name="Пётр")
    merge(pyotr, other, by=olga)
    with pytest.raises(Refused):
        give_deal(deal, other, by=olga)
    assert owner(deal) == vera.pk


def test_an_invoice_that_names_her_is_called_off_first(vera, pyotr, deal, olga):
    invoiced = invoices.issue(deal, [line("Окно", Decimal(1), Decimal(100))], by=olga)
    with pytest.raises(Refused, match="счёте"):
        give_deal(deal, pyotr, by=olga)
    invoices.call_off(invoiced, "Не тот клиент", by=olga)
    give_deal(deal, pyotr, by=olga)
    invoiced.refresh_from_db()
    assert (owner(deal), invoiced.client_id, invoiced.amount) == (pyotr.pk, pyotr.pk, Decimal(100))
