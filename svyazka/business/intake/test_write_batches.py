import asyncio
import contextlib
from dataclasses import replace

import psycopg
import pytest
from django.conf import settings

from svyazka.business.intake import write_batches
from svyazka.business.intake.bundles import NOBODY_WAITS
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.write_batches import Batches
from svyazka.business.intake.write_down import NewArrival

pytestmark = pytest.mark.django_db(transaction=True)


def arrival(number):
    return NewArrival("asterisk/lab1", "asterisk", f"id{number}", "asterisk/lab1/call", {}, b"Event: %d" % number)


@contextlib.asynccontextmanager
async def writing(**options):
    rings = []
    batches = Batches(settings.DATABASE_DIRECT_URL, ring=lambda: rings.append(1), **options)
    batches.rings = rings
    task = asyncio.create_task(batches.run())
    try:
        yield batches
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def written():
    return [bytes(body) for body in Arrival.objects.order_by("id").values_list("body", flat=True)]


def test_arrivals_are_written_in_their_order_and_the_bell_is_rung():
    async def story():
        async with writing() as batches:
            for number in range(1200):
                await batches.put(arrival(number))
            await batches.all_written()
            return len(batches.rings)

    assert 1 <= asyncio.run(story()) <= 1200
    assert written() == [arrival(number).body for number in range(1200)]


def test_for_what_nobody_waits_for_no_bell_is_rung():
    async def story():
        async with writing() as batches:
            await batches.put(replace(arrival(1), headers=NOBODY_WAITS))
            await batches.all_written()
            before = len(batches.rings)
            await batches.put(arrival(2))
            await batches.all_written()
            return before, len(batches.rings)

    assert asyncio.run(story()) == (0, 1)


def test_what_was_put_before_the_stop_is_written():
    async def story(pause):
        async with writing() as batches:
            for number in range(600):
                await batches.put(arrival(number))
            await asyncio.sleep(pause)

    for pause in (0, 0.005, 0.02):
        asyncio.run(story(pause))
        assert sorted(written()) == sorted(arrival(number).body for number in range(600))


def test_a_lost_database_is_waited_for(monkeypatch):
    monkeypatch.setattr(write_batches, "PAUSE", 0.05)

    async def story():
        async with writing() as batches:
            await batches.put(arrival(1))
            await batches.all_written()
            pid = batches.connection.info.backend_pid
            async with await psycopg.AsyncConnection.connect(settings.DATABASE_DIRECT_URL) as other:
                await other.execute("select pg_terminate_backend(%s)", [pid])
            await batches.put(arrival(2))
            async with asyncio.timeout(5):
                await batches.all_written()

    asyncio.run(story())
    assert written() == [arrival(1).body, arrival(2).body]


def test_too_many_that_wait_hold_the_sender_back():
    async def story():
        batches = Batches(settings.DATABASE_DIRECT_URL, ring=lambda: None, most_waiting=2)
        await batches.put(arrival(1))
        await batches.put(arrival(2))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(batches.put(arrival(3)), 0.05)

    asyncio.run(story())
