from __future__ import annotations

import pytest

from svyazka.business.clients import apart, change, history, identify, search
from svyazka.business.clients.models import Client, ContactPoint, Interaction, Trait
from svyazka.business.deals.models import Deal
from svyazka.business.deals.opening import open_deal
from svyazka.business.duplicates.merging import merge, undo
from svyazka.business.duplicates.models import Merge
from svyazka.business.journal.record import Automaton
from svyazka.kit.refusals import ChangedMeanwhile, Refused

HOUSE = Automaton("test")


@pytest.fixture
def twin(windows):
    client = Client.objects.create(name="Павлова Вера Сергеевна", address="Химки, ул. Садовая, 3")
    ContactPoint.objects.create(client=client, kind="phone", value="+79035556677")
    change.change(client, {"note": "Звонить после шести"}, by=HOUSE)
    return client


def test_everything_moves_along_and_comes_back(vera, twin, olga):
    deal = open_deal(twin, by=HOUSE)
    noted = history.note(twin.pk, "Просила перезвонить", deal_id=deal.pk, by=olga)
    before = all_of(vera, twin)
    done = merge(vera, twin, by=olga)
    assert Deal.objects.get(pk=deal.pk).client_id == vera.pk
    assert Interaction.objects.get(pk=noted.pk).client_id == vera.pk
    assert [one.value for one in vera.contact_points.order_by("pk")] == ["+79161234567", "+79035556677"]
    now = Client.objects.get(pk=vera.pk)
    assert (now.name, now.address, now.note) == (twin.name, twin.address, "Звонить после шести")
    assert sorted(Trait.objects.values_list("client_id", "value")) == [
        (vera.pk, "Вера Павлова"),
        (vera.pk, "Москва, ул. Лесная, 5, кв. 12"),
    ]
    assert {hit.object_id for hit in search.find("лесная") if hit.kind == "client"} == {vera.pk}
    assert {hit.object_id for hit in search.find("химки") if hit.kind == "client"} == {vera.pk}
    assert undo(done, by=olga).left == []
    assert all_of(vera, twin) == before
    assert {hit.object_id for hit in search.find("химки") if hit.kind == "client"} == {twin.pk}


def test_an_arrival_that_names_the_one_who_is_gone_finds_the_survivor(vera, twin, olga):
    merge(vera, twin, by=olga)
    found, is_new = identify.identify([identify.Contact("phone", "+79035556677")], by=HOUSE)
    assert (found.pk, is_new) == (vera.pk, False)


def test_what_both_had_is_there_once_and_comes_back_as_it_was(vera, twin, olga):
    double = ContactPoint.objects.create(client=twin, kind="phone", value="+79161234567", shown="8 916")
    done = merge(vera, twin, by=olga)
    assert vera.contact_points.filter(value="+79161234567").count() == 1
    assert vera.contact_points.get(value="+79161234567").shown == "8 916"
    undo(done, by=olga)
    assert ContactPoint.objects.get(pk=double.pk).client_id == twin.pk
    assert vera.contact_points.get(value="+79161234567").shown == ""


def test_what_was_changed_since_stays_and_is_named(vera, twin, olga):
    done = merge(vera, twin, by=olga)
    change.change(vera, {"note": "Уехала"}, by=olga)
    since = open_deal(vera, by=HOUSE)
    undone = undo(done, by=olga)
    assert [(cell.row, cell.column) for cell in undone.left] == [(vera.pk, "note")]
    assert Client.objects.get(pk=vera.pk).note == "Уехала"
    assert Deal.objects.get(pk=since.pk).client_id == vera.pk


@pytest.mark.parametrize("choices", [{"name": "kept"}, {"name": "gone"}])
def test_what_was_chosen_counts(vera, twin, olga, choices):
    names = {"kept": vera.name, "gone": twin.name}
    merge(vera, twin, choices=choices, by=olga)
    assert Client.objects.get(pk=vera.pk).name == names[choices["name"]]


def test_who_is_merged_already_is_refused_in_words(vera, twin, olga):
    other = Client.objects.create(name="Пётр")
    merge(vera, twin, by=olga)
    for kept, gone in [(twin, vera), (vera, twin), (other, twin), (twin, other)]:
        with pytest.raises(Refused, match="merged with another one already|соединён с другим"):
            merge(kept, gone, by=olga)
    with pytest.raises(Refused):
        merge(vera, vera, by=olga)
    assert Merge.objects.count() == 1


def test_of_those_who_are_said_to_be_apart_nobody_is_merged(vera, twin, olga):
    other = Client.objects.create(name="Пётр")
    apart.say(vera, twin, by=olga)
    done = merge(other, twin, by=olga)
    assert (apart.of(vera.pk), apart.of(other.pk)) == ({other.pk}, {vera.pk})
    with pytest.raises(Refused):
        merge(vera, other, by=olga)
    undo(done, by=olga)
    assert (apart.of(vera.pk), apart.of(other.pk)) == ({twin.pk}, set())
    apart.take_back(vera, twin, by=olga)
    merge(vera, twin, by=olga)


def test_an_early_merge_is_undone_beneath_a_later_one(vera, twin, olga):
    third = Client.objects.create(name="Вера")
    deal = open_deal(twin, by=HOUSE)
    before = all_of(vera, twin, third)
    first = merge(vera, twin, by=olga)
    second = merge(third, vera, by=olga)
    assert Deal.objects.get(pk=deal.pk).client_id == third.pk
    assert [one.pk for one in undo(first, by=olga).made_again] == [second.pk]
    assert Deal.objects.get(pk=deal.pk).client_id == twin.pk
    assert Client.objects.get(pk=vera.pk).merged_into_id == third.pk
    assert Client.objects.get(pk=twin.pk).merged_into_id is None
    undo(second, by=olga)
    assert all_of(vera, twin, third) == before
    with pytest.raises(Refused):
        undo(first, by=olga)


def test_an_old_page_of_the_one_who_is_gone_writes_nothing(vera, twin, olga):
    merge(vera, twin, by=olga)
    with pytest.raises(ChangedMeanwhile):
        change.change(twin, {"name": "Другая"}, by=olga)


def all_of(*clients: Client) -> list[list[dict]]:
    """All that is known of them, without the version of a client, which never goes back, and the lines of merging."""
    ids = [one.pk for one in clients]
    rows = Client.objects.filter(pk__in=ids).order_by("pk").values()
    return [
        [{**row, "version": None} for row in rows],
        list(ContactPoint.objects.order_by("pk").values()),
        list(Trait.objects.order_by("pk").values()),
        list(Deal.objects.order_by("pk").values()),
        list(Interaction.objects.exclude(kind="merged").order_by("pk").values()),
    ]
