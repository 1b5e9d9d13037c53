from __future__ import annotations

import pytest

from svyazka.business.clients import apart
from svyazka.business.clients.matching import filing
from svyazka.business.clients.models import Client
from svyazka.business.duplicates import deciding, merging, merging_found, searching
from svyazka.business.duplicates.models import Merge, Search, Suspicion
from svyazka.kit.refusals import Refused

PHONE = "+7 916 765-43-21"


@pytest.fixture
def base(known, monkeypatch) -> dict[str, Client]:
    """Three times one Anna, a father and a son with one telephone, and somebody else."""
    monkeypatch.setattr(searching, "PIECE", 2)
    people = {
        "anna": known("Иванова Анна Петровна", PHONE),
        "father": known("Кузнецов Пётр Иванович", "+7 903 111-22-33"),
        "anya": known("Иванова Аня", PHONE),
        "son": known("Кузнецов Иван Петрович", "+7 903 111-22-33"),
        "again": known("Анна Иванова", PHONE),
        "boris": known("Орлов Борис", "+7 905 444-55-66"),
    }
    filing.file([one.pk for one in people.values()])
    return people


def work() -> int:
    pieces = 0
    while searching.go_on():
        pieces += 1
    return pieces


def searched(by) -> Search:
    made = searching.begin(by=by)
    work()
    return Search.objects.get(pk=made.pk)


def pairs(search: Search, band: str) -> set[frozenset[int]]:
    return {frozenset((one.client_id, one.other_id)) for one in search.suspicions.filter(band=band)}


def test_it_finds_each_pair_once_piece_by_piece_and_merges_nothing(base, roza):
    search = searched(roza)
    there = Client.objects.count()
    assert (search.state, search.looked_at, search.clients) == ("found", there, there)
    anna, anya, again = (base[name].pk for name in ("anna", "anya", "again"))
    assert pairs(search, "certain") == {frozenset(pair) for pair in ((anna, anya), (anna, again), (anya, again))}
    assert not any({base["father"].pk, base["son"].pk} == pair for pair in pairs(search, "certain"))
    assert not any(base["boris"].pk in (one.client_id, one.other_id) for one in search.suspicions.all())
    assert all(one.client_id > one.other_id for one in search.suspicions.all()), "who came later is the new one"
    assert (Merge.objects.count(), work()) == (0, 0)


def test_a_restart_goes_on_where_it_was(base, roza):
    search = searching.begin(by=roza)
    assert searching.go_on()
    first = Search.objects.get(pk=search.pk)
    assert (first.state, first.looked_at) == ("searching", 2)
    searching.stop(first, by=roza)
    assert work() == 0
    with pytest.raises(Refused):
        searching.stop(first, by=roza)
    searching.resume(first, by=roza)
    work()
    assert Search.objects.get(pk=search.pk).looked_at == Client.objects.count()
    with pytest.raises(Refused):
        searching.resume(first, by=roza)


def test_one_search_at_a_time(base, roza, anna):
    searching.begin(by=roza)
    with pytest.raises(Refused):
        searching.begin(by=anna)
    assert Search.objects.count() == 1


def test_all_that_is_certain_becomes_one_and_all_of_it_is_taken_back(base, roza):
    search = searched(roza)
    merging_found.merge_certain(search, by=roza)
    work()
    survivor = Client.objects.get(pk=base["anna"].pk)
    assert set(survivor.merged.values_list("pk", flat=True)) == {base["anya"].pk, base["again"].pk}
    assert Client.objects.get(pk=base["son"].pk).merged_into is None
    assert Search.objects.get(pk=search.pk).state == "merged"
    with pytest.raises(Refused):
        merging_found.merge_certain(search, by=roza)
    merging_found.undo_all(search, by=roza)
    work()
    assert Search.objects.get(pk=search.pk).state == "undone"
    assert not Client.objects.exclude(merged_into=None).exists()
    assert len(pairs(search, "certain")) == 3
    assert not search.suspicions.exclude(state="open").exists()
    with pytest.raises(Refused):
        merging_found.undo_all(search, by=roza)


def test_what_was_decided_is_not_asked_again(base, roza):
    first = searched(roza)
    one = first.suspicions.get(client=base["anya"], other=base["anna"])
    deciding.apart(one, by=roza)
    second = searched(roza)
    assert not second.suspicions.exists()
    assert Suspicion.objects.get(pk=one.pk).state == "apart"


def test_no_chain_around_two_of_whom_a_person_has_said_that_they_are_not_one(base, roza):
    search = searched(roza)
    apart.say(base["anna"], base["anya"], by=roza)
    merging_found.merge_certain(search, by=roza)
    work()
    assert not Client.objects.exclude(merged_into=None).exists()
    left = search.suspicions.filter(doubts__contains=["chain"])
    assert {one.band for one in left} == {"probable"}
    assert left.count() == 3


def test_a_third_one_does_not_glue_father_and_son(base, known, roza):
    either = known("Кузнецов", "+7 903 111-22-33")
    father, son = base["father"], base["son"]
    filing.file([either.pk])
    search = searched(roza)
    # However sure the engine may be of each pair by itself.
    touching = search.suspicions.filter(client=either)
    touching.update(band="certain", doubts=[])
    for other in {father.pk, son.pk} - set(touching.values_list("other_id", flat=True)):
        Suspicion.objects.create(
            client=either, other_id=other, probability=0.99, weights="1", band="certain", search=search
        )
    merging_found.merge_certain(search, by=roza)
    work()
    assert not Client.objects.filter(pk__in=[father.pk, son.pk, either.pk]).exclude(merged_into=None).exists()


def test_a_crowd_goes_to_people(known, roza):
    crowd = [known("Иванова Анна", PHONE) for _number in range(9)]
    filing.file([one.pk for one in crowd])
    search = searched(roza)
    search.suspicions.update(band="certain", doubts=[])
    if not search.suspicions.exists():
        pytest.fail("they resemble each other")
    for later, earlier in zip(crowd[1:], crowd, strict=False):
        given = {"probability": 0.99, "weights": "1", "band": "certain", "search": search}
        Suspicion.objects.get_or_create(client=later, other=earlier, defaults=given)
    merging_found.merge_certain(search, by=roza)
    work()
    assert not Merge.objects.exists()
    assert set(search.suspicions.values_list("band", flat=True)) == {"probable"}


def test_what_somebody_else_has_merged_since_does_not_stop_it(base, roza, olga):
    search = searched(roza)
    merging.merge(base["anna"], base["anya"], by=olga)
    merging_found.merge_certain(search, by=roza)
    work()
    assert set(Client.objects.get(pk=base["anna"].pk).merged.values_list("pk", flat=True)) == {
        base["anya"].pk,
        base["again"].pk,
    }
    assert Merge.objects.filter(search_id=search.pk).count() == 1


def test_merging_stops_when_somebody_says_so(base, roza):
    search = searched(roza)
    merging_found.merge_certain(search, by=roza)
    searching.stop(search, by=roza)
    assert work() == 0
    assert not Merge.objects.exists()
    merging_found.merge_certain(search, by=roza)
    work()
    assert Merge.objects.exists()


def test_nobody_to_look_at(windows, roza):
    with pytest.raises(Refused):
        searching.begin(by=roza)
