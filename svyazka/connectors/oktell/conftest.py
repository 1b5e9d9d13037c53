"""A driver that listens to the stand-in over a real socket and writes into the real ledger."""

from __future__ import annotations

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta

import psycopg
from django.conf import settings
from django.db import connection

from svyazka.business.calls.phone_system import Access, Command, Do
from svyazka.business.intake.models import Arrival
from svyazka.business.intake.work_off import work_off
from svyazka.business.intake.write_batches import Batches
from svyazka.connectors.oktell.driver import Oktell
from svyazka.connectors.oktell.peer import OktellPeer
from svyazka.connectors.oktell.peer_calls import User
from svyazka.connectors.oktell.wire import Times

CODE = "oktell/main"
QUICK = Times(
    open=2, answer=1, ping=0.2, queue=0.1, phones=0.02, look=0.02, after_talk=0.15, after_ring=0.25, grace=0.3,
    recording=0.1, first_pause=0.01, longest_pause=0.05, locked_pause=30,
)  # fmt: skip
OLGA, OKSANA, MIKHAIL = User("olga", "101"), User("oksana", "102"), User("mikhail", "201")
CLIENT = "+79161234567"


def an_oktell(**more) -> OktellPeer:
    return OktellPeer(OLGA, OKSANA, MIKHAIL, **more)


@contextlib.asynccontextmanager
async def listening(port, *, times=QUICK, login="", secret="", **options):
    links = []

    async def noticed(link):
        links.append(link)

    batches = Batches(settings.DATABASE_DIRECT_URL, ring=lambda: None)
    access = Access(CODE, "127.0.0.1", port, login, secret, tuple(sorted(options.items())))
    driver = Oktell(access, batches, noticed, times=times)
    tasks = [asyncio.create_task(batches.run()), asyncio.create_task(driver.run())]
    driver.links, driver.batches = links, batches
    try:
        yield driver
    finally:
        for task in reversed(tasks):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


async def until(condition, seconds=8.0):
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.01)


async def up(driver, times=1):
    await until(lambda: len([link for link in driver.links if link.is_up]) >= times)


async def settled(driver):
    """What was sent has been heard and written."""
    await asyncio.sleep(0.1)
    await driver.batches.all_written()


async def all_over(driver):
    """Every call has ended, and that is written."""
    await asyncio.sleep(0.05)
    await until(lambda: driver.floor.chains and not driver.floor.going_on())
    await until(lambda: not driver.asides)
    await driver.batches.all_written()


def work_off_all():
    """The list of what goes on waits for a round in which all that was said before it is known."""
    for _round in range(5):
        work_off()
        if not Arrival.objects.filter(state=Arrival.State.NEW).exists():
            return


def work_off_elsewhere():
    """In a thread beside the loop."""
    work_off_all()
    connection.close()


async def rows_of(name):
    """How many arrivals of this kind there are."""
    async with await psycopg.AsyncConnection.connect(settings.DATABASE_DIRECT_URL) as rope:
        query = "select count(*) from intake_arrival where outside_id like %s"
        (count,) = await (await rope.execute(query, [f"{name}/%"])).fetchone()
        return count


def to_do(do: Do, extension="101", *, seconds=3.0, **more) -> Command:
    return Command("svyazka1x1", do, extension, datetime.now(UTC) + timedelta(seconds=seconds), **more)
