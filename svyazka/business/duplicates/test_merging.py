from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from time import sleep

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from svyazka.business.clients import apart, change, history, identify, search
from svyazka.business.clients.matching import filing
from svyazka.business.clients.models import Client, ClientKey, ContactPoint, Interaction, Trait
from svyazka.business.consents import giving
from svyazka.business.deals.known import fields
from svyazka.business.deals.models import Deal, MissedCall, RingBack, Task
from svyazka.business.deals.opening import open_deal
from svyazka.business.deals.work import next_steps
from svyazka.business.duplicates.merging import gather_lately, merge, undo
from svyazka.business.duplicates.models import Merge, Suspicion
from svyazka.business.journal.record import Automaton
from svyazka.kit import clock
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


def test_what_is_counted_of_a_client_is_nobodys_choice_and_does_not_go_along(vera, twin, olga):
    counted = fields.add({"ru": "Всего заказов"}, of="client", kind="number", by=HOUSE, is_computed=True)
    typed = fields.add({"ru": "Как нашёл"}, of="client", kind="text", by=HOUSE)
    Client.objects.filter(pk=twin.pk).update(facts={counted.code: 7, typed.code: "по вывеске"})
    twin.refresh_from_db()
    merge(vera, twin, by=olga)
    assert Client.objects.get(pk=vera.pk).facts == {typed.code: "по вывеске"}


def test_who_is_merged_already_is_refused_in_words(vera, twin, olga):
    other = Client.objects.create(name="Пётр")
    merge(vera, twin, by=olga)
    for kept, gone in [(twin, vera), (vera, twin), (other, twin), (twin, other)]:
        with pytest.raises(Refused, match="уже объединён с другим"):
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


def test_he_is_rung_back_once(vera, twin, olga):
    mine, theirs = (missed(one, times) for one, times in ((vera, 1), (twin, 2)))
    done = merge(vera, twin, by=olga)
    (left,) = RingBack.objects.filter(done_at=None)
    assert (left.pk, left.client_id, left.times) == (mine.pk, vera.pk, 3)
    assert Task.objects.get(pk=mine.task_id).what.startswith("Перезвонить: 3 пропущенных")
    closed = Task.objects.get(pk=theirs.task_id)
    assert (bool(closed.done_at), closed.result, closed.done_by) == (True, "Клиенты объединены.", olga)
    assert set(MissedCall.objects.values_list("ring_back", flat=True)) == {mine.pk}
    assert "Перезвонить: 2" not in Deal.objects.get(pk=theirs.task.deal_id).next_step
    undo(done, by=olga)
    assert {one.client_id: one.times for one in RingBack.objects.filter(done_at=None)} == {vera.pk: 1, twin.pk: 2}
    assert Task.objects.get(pk=theirs.task_id).done_at is None
    assert Deal.objects.get(pk=theirs.task.deal_id).next_step == "Перезвонить: 2"


def missed(client: Client, times: int) -> RingBack:
    deal, at = open_deal(client, by=HOUSE), clock.now() - timedelta(hours=times)
    task = Task.objects.create(deal=deal, kind="call", what=f"Перезвонить: {times}", due_at=at)
    known = RingBack.objects.create(client=client, task=task, first_missed_at=at, last_missed_at=at, times=times)
    MissedCall.objects.create(call_id=times, ring_back=known)
    next_steps.show_on_deal(deal)
    return known


def test_keys_move_along_and_come_back(vera, twin, olga):
    filing.file([vera.pk, twin.pk])
    before = keys_of(vera), keys_of(twin)
    done = merge(vera, twin, by=olga)
    assert (keys_of(twin), phones_in(keys_of(vera))) == (set(), {"p+79161234567", "p+79035556677"})
    assert phones_in(before[0]) == {"p+79161234567"}
    undo(done, by=olga)
    assert (keys_of(vera), keys_of(twin)) == before


def phones_in(keys: set[str]) -> set[str]:
    return {key for key in keys if key.startswith("p")}


def keys_of(client: Client) -> set[str]:
    return set(ClientKey.objects.filter(client_id=client.pk).values_list("key", flat=True))


def test_a_task_to_look_at_it_is_done_and_open_again(vera, twin, olga):
    task = Task.objects.create(what="Может быть, это один клиент", due_at=clock.now(), person=olga)
    asked = Suspicion.objects.create(client=twin, other=vera, probability=0.7, weights="1", task=task)
    done = merge(vera, twin, suspicion=asked, by=olga)
    asked.refresh_from_db()
    assert (asked.state, asked.decided_by, bool(Task.objects.get(pk=task.pk).done_at)) == ("same", olga, True)
    undo(done, by=olga)
    asked.refresh_from_db()
    assert (asked.state, asked.decided_by, Task.objects.get(pk=task.pk).done_at) == ("open", None, None)


def test_what_was_written_with_the_old_number_meanwhile_follows(vera, twin, olga):
    done = merge(vera, twin, by=olga)
    late = history.add(twin.pk, kind="note", text="Опоздала", by=HOUSE)
    assert gather_lately() == 1
    late.refresh_from_db()
    assert late.client_id == vera.pk
    assert gather_lately() == 0
    undo(done, by=olga)
    late.refresh_from_db()
    assert late.client_id == twin.pk


@pytest.mark.django_db(transaction=True)
def test_of_two_who_merge_in_a_ring_one_is_refused():
    one, other = (Client.objects.create(name=name) for name in ("Вера", "Вера Павлова"))
    start = Barrier(2)

    def go(kept: Client, gone: Client) -> bool:
        start.wait()
        try:
            merge(kept, gone, by=HOUSE)
        except Refused:
            return False
        finally:
            connections.close_all()
        return True

    with ThreadPoolExecutor(2) as both:
        done = [both.submit(go, one, other), both.submit(go, other, one)]
        assert sorted(each.result() for each in done) == [False, True]
    assert Merge.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_an_arrival_in_that_very_moment_lands_at_the_survivor():
    kept, gone = (Client.objects.create(name=name) for name in ("Вера", "Вера Павлова"))
    ContactPoint.objects.create(client=gone, kind="phone", value="+79035556677")

    def arrives() -> int:
        try:
            with transaction.atomic():
                return identify.identify([identify.Contact("phone", "+79035556677")], by=HOUSE)[0].pk
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as beside:
        with transaction.atomic():
            merge(kept, gone, by=HOUSE)
            arriving = beside.submit(arrives)
            wait_until_somebody_waits()
        assert arriving.result() == kept.pk


def wait_until_somebody_waits() -> None:
    """In the line in which `merge` stands as well."""
    for _try in range(200):
        with connection.cursor() as cursor:
            cursor.execute("select count(*) from pg_locks where locktype = 'advisory' and not granted")
            if cursor.fetchone()[0]:
                return
        sleep(0.02)
    raise AssertionError("nobody waits")


def test_a_long_history_costs_as_many_questions_as_a_short_one(vera, twin, olga, django_assert_num_queries):
    third = Client.objects.create(name="Вера", address="Тверь")
    change.change(third, {"note": "Заметка"}, by=HOUSE)
    for one, count in ((twin, 1), (third, 30)):
        deal = open_deal(one, by=HOUSE)
        ContactPoint.objects.create(client=one, kind="email", value=f"{one.pk}@mail.ru")
        for number in range(count):
            history.note(one.pk, f"Заметка {number}", deal_id=deal.pk, by=olga)
    with CaptureQueriesContext(connection) as short:
        first = merge(vera, twin, by=olga)
    undo(first, by=olga)
    with django_assert_num_queries(len(short)):
        merge(vera, third, by=olga)


def test_what_either_has_agreed_to_goes_along_and_comes_back(known, olga):
    vera, other = known("Вера"), known("Вера П.")
    giving.give(other, "processing", source="paper", by=olga)
    done = merge(vera, other, by=olga)
    assert [one.source for one in giving.list_of(vera.pk)] == ["paper"]
    undo(done, by=olga)
    assert (giving.list_of(vera.pk), len(giving.list_of(other.pk))) == ([], 1)
