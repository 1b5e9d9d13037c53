from __future__ import annotations

import pytest

from svyazka.business.clients.models import Interaction
from svyazka.business.deals.models import Deal, Field, Stage
from svyazka.business.journal.models import Entry, LiveEvent
from svyazka.business.visits import booking, calling_off, carry_out, change
from svyazka.business.visits.directions import street_of
from svyazka.business.visits.models import Visit
from svyazka.kit.refusals import ChangedMeanwhile, Refused

OLD, NEW = "Москва, ул. Лесная, 5, кв. 12", "Москва, ул. Лесная, 7"


def test_the_address_is_corrected_and_whoever_goes_hears_of_it(visit, olga, egor):
    changed = change.change(visit, address=f" {NEW} ", wishes="домофон 7", by=olga, version=1)
    assert (changed.address, changed.wishes, changed.version) == (NEW, "домофон 7", 2)
    assert Entry.objects.get(verb="visits.changed").changes == {"address": [OLD, NEW], "wishes": ["", "домофон 7"]}
    said = Interaction.objects.filter(kind="visit").latest("id").data
    assert (said["event"], said["address"], said["wishes"]) == ("changed", NEW, "домофон 7")
    assert LiveEvent.objects.filter(topic="visit", people__contains=[egor.pk]).count() == 2


def test_the_same_again_changes_nothing(visit, olga):
    assert change.change(visit, address=OLD, wishes="", by=olga).version == 1
    assert not Entry.objects.filter(verb="visits.changed").exists()


def test_what_cannot_be_is_refused(visit, olga, egor):
    with pytest.raises(Refused) as refusal:
        change.change(visit, address=" ", wishes="", by=olga)
    assert list(refusal.value.fields) == ["address"]
    with pytest.raises(ChangedMeanwhile):
        change.change(visit, address=NEW, wishes="", by=olga, version=7)
    carry_out.set_status(visit, Visit.Status.STARTED, by=egor)
    with pytest.raises(Refused):
        change.change(visit, address=NEW, wishes="", by=olga)


def test_a_visit_follows_its_deal_to_the_new_address(visit, deal, olga):
    changed, moved = change.change_deal(deal, {"address": NEW}, by=olga)
    assert (changed.address, moved) == (NEW, [visit])
    assert Visit.objects.get().address == NEW
    assert Interaction.objects.filter(data__event="changed").count() == 1


def test_a_visit_that_goes_elsewhere_on_purpose_stays(visit, deal, olga):
    change.change(visit, address="Химки, Мира, 1", wishes="", by=olga)
    assert change.change_deal(deal, {"address": NEW}, by=olga)[1] == []
    assert change.change_deal(deal, {"address": ""}, by=olga)[1] == []
    assert Visit.objects.get().address == "Химки, Мира, 1"


def test_what_is_over_keeps_the_address_at_which_it_was(visit, deal, olga):
    booking.cancel(visit, reason="передумали", by=olga)
    assert change.change_deal(deal, {"address": NEW}, by=olga)[1] == []


def test_an_address_that_was_learnt_on_the_way_counts_too(visit, deal, olga):
    current = Deal.objects.get(pk=deal.pk)
    calling_off.move_deal(current, to=Stage.objects.get(code="contacted"), learnt={"address": NEW}, by=olga)
    assert Visit.objects.get().address == NEW


@pytest.mark.parametrize(
    ("address", "street"),
    [
        (OLD, "ул. Лесная, 5, кв. 12"),
        ("Московская область, Химки, Мира, 1", "Мира, 1"),
        ("Лесная, 5", "Лесная, 5"),
        ("Лесная улица, дом 5, кв. 2", "Лесная улица, дом 5, кв. 2"),
        ("Химки, там где рынок", "Химки, там где рынок"),
        ("Москва, 2-я Южнопортовая ул., д. 7", "2-я Южнопортовая ул., д. 7"),
        ("Moscow, 5th Avenue, 1", "5th Avenue, 1"),
        ("Лесная, 5-а, кв. 3", "Лесная, 5-а, кв. 3"),
    ],
)
def test_where_there_is_little_room_the_street_is_enough(address, street):
    assert street_of(address) == street


def test_a_companys_own_fields_of_a_visit_are_stored_and_told(visit, olga):
    Field.objects.create(code="floor", of="visit", kind="number", words={"ru": "Этаж"})
    known = {"address": visit.address, "wishes": ""}
    changed = change.change(visit, **known, typed={"floor": "7"}, by=olga)
    assert changed.facts == {"floor": 7}
    assert Entry.objects.get(verb="visits.changed").changes == {"floor": [None, 7]}
    with pytest.raises(Refused) as refusal:
        change.change(changed, **known, typed={"floor": "x", "openings": "3"}, by=olga)
    assert list(refusal.value.fields) == ["floor", "openings"]
