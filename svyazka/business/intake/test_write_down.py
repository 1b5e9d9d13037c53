from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import psycopg
import pytest
from django.conf import settings

from svyazka.business.intake.models import Arrival, ArrivalKey
from svyazka.business.intake.write_down import InsideTransaction, NewArrival, write_down, write_down_now

T = TypeVar("T")
pytestmark = pytest.mark.django_db(transaction=True)


def arrival(outside_id: str = "1", **other) -> NewArrival:
    given = {"conversation": "web_form/okna/+79161234567", "headers": {"content-type": "text/plain"}, "body": b"hello"}
    return NewArrival(account="web_form/okna", connector="web_form", outside_id=outside_id, **{**given, **other})


def run(work: Coroutine[Any, Any, T]) -> T:
    """In a thread of its own: where browser tests ran before, this one has an event loop already."""
    with ThreadPoolExecutor(1) as aside:
        return aside.submit(asyncio.run, work).result()


def write(*arrivals: NewArrival) -> list[bool]:
    async def go() -> list[bool]:
        async with await psycopg.AsyncConnection.connect(settings.DATABASE_DIRECT_URL) as connection:
            return await write_down(connection, arrivals)

    return run(go())


def test_an_arrival_is_written_whole():
    assert write(arrival(body=b"\x00\xff whole")) == [True]

    row = Arrival.objects.get()
    assert (row.account, row.connector, row.outside_id) == ("web_form/okna", "web_form", "1")
    assert (row.conversation, bytes(row.body)) == ("web_form/okna/+79161234567", b"\x00\xff whole")
    assert (row.state, row.attempts, row.reason, row.made) == ("new", 0, "", {})
    assert row.headers == {"content-type": "text/plain"}
    assert row.next_try_at == row.received_at


def test_a_second_delivery_changes_nothing():
    assert write(arrival(body=b"first")) == [True]
    assert write(arrival(body=b"second")) == [False]
    assert bytes(Arrival.objects.get().body) == b"first"


def test_duplicates_within_one_batch_are_written_once_in_the_order_of_arrival():
    assert write(arrival("b"), arrival("a"), arrival("b"), arrival("c")) == [True, True, False, True]
    assert list(Arrival.objects.order_by("id").values_list("outside_id", flat=True)) == ["b", "a", "c"]


def test_what_postgresql_cannot_store_does_not_keep_it_out():
    strange = arrival("id\x00\ud800", headers={"user-agent": "a\x00b\ud800"}, conversation="к" * 500)

    assert write(strange, arrival("other")) == [True, True]

    row = Arrival.objects.get(outside_id="id?")
    assert row.headers == {"user-agent": "ab?"}
    assert len(row.conversation) == 200


def test_long_ids_stay_different():
    assert write(arrival("x" * 300 + "1"), arrival("x" * 300 + "2"), arrival("x" * 300 + "1")) == [True, True, False]


def test_it_refuses_to_hide_in_somebody_elses_transaction():
    with psycopg.connect(settings.DATABASE_DIRECT_URL) as connection:
        connection.execute("select 1")
        with pytest.raises(InsideTransaction):
            write_down_now(connection, [arrival()])


def test_without_an_event_loop():
    with psycopg.connect(settings.DATABASE_DIRECT_URL) as connection:
        assert write_down_now(connection, [arrival(), arrival()]) == [True, False]
        assert write_down_now(connection, []) == []
    assert ArrivalKey.objects.count() == 1


def test_writers_with_the_same_arrivals_wait_for_each_other():
    async def one(order: int) -> list[bool]:
        ids = [f"{number}" for number in range(50)][::order]
        async with await psycopg.AsyncConnection.connect(settings.DATABASE_DIRECT_URL) as connection:
            return await write_down(connection, [arrival(outside_id) for outside_id in ids])

    async def all_at_once() -> list[list[bool]]:
        return await asyncio.gather(*(one(1 if number % 2 else -1) for number in range(8)))

    outcomes = run(all_at_once())
    assert Counter(new for outcome in outcomes for new in outcome)[True] == 50
    assert Arrival.objects.count() == 50
