"""Arrivals of many requests, written down together: each is answered after the commit of its batch."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from svyazka.business.intake.write_down import NewArrival, write_down
from svyazka.edge import counters
from svyazka.edge.bell import Bell

MOST_WAITING = 2_000
MOST_BYTES_WAITING = 64 * 1024 * 1024
MOST_IN_A_BATCH = 200
WRITERS = 2  # while one commits, the other gathers

Pool = AsyncConnectionPool[psycopg.AsyncConnection[Any]]
log = logging.getLogger("svyazka.edge")


class Busy(Exception):
    """Nothing was written down; the sender should try again."""


class Ledger:
    def __init__(self, pool: Pool, bell: Bell) -> None:
        self._pool = pool
        self._bell = bell
        self._waiting: deque[tuple[NewArrival, asyncio.Future[bool]]] = deque()
        self._bytes_waiting = 0
        self._something = asyncio.Event()

    async def write(self, arrival: NewArrival) -> bool:
        """Returns after the commit: whether it is new. Raises Busy."""
        if len(self._waiting) >= MOST_WAITING or self._bytes_waiting > MOST_BYTES_WAITING:
            raise Busy
        written: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((arrival, written))
        self._bytes_waiting += len(arrival.body)
        self._something.set()
        return await written

    async def run(self) -> None:
        async with asyncio.TaskGroup() as writers:
            for _ in range(WRITERS):
                writers.create_task(self._write_batches())

    async def _write_batches(self) -> None:
        while True:
            await self._something.wait()
            batch = self._next_batch()
            if batch:
                await self._write(batch)

    def _next_batch(self) -> list[tuple[NewArrival, asyncio.Future[bool]]]:
        batch = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_IN_A_BATCH))]
        self._bytes_waiting -= sum(len(arrival.body) for arrival, _ in batch)
        if not self._waiting:
            self._something.clear()
        return batch

    async def _write(self, batch: list[tuple[NewArrival, asyncio.Future[bool]]]) -> None:
        outcome: list[bool] | None = None
        try:
            outcome = await self._commit([arrival for arrival, _ in batch])
            self._bell.ring()
            counters.batches.inc()
        except psycopg.Error as error:
            log.error("arrivals could not be written down: %s", type(error).__name__)
        finally:
            for place, (_, written) in enumerate(batch):
                if written.done():  # whoever waited has hung up
                    continue
                if outcome is None:
                    written.set_exception(Busy())
                else:
                    written.set_result(outcome[place])

    async def _commit(self, arrivals: list[NewArrival]) -> list[bool]:
        try:
            async with self._pool.connection() as connection:
                return await write_down(connection, arrivals)
        except PoolTimeout:
            raise
        except psycopg.OperationalError:
            # The server went away in the middle. Writing twice is no harm: the second changes nothing.
            async with self._pool.connection() as connection:
                return await write_down(connection, arrivals)
