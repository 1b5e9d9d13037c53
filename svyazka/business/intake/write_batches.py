"""Writing for listeners: what a PBX says goes into the ledger in small batches, and waits for a lost database."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import psycopg
import structlog

from svyazka.business.intake.write_down import NewArrival, write_down

log = structlog.get_logger(__name__)

MOST_WAITING = 20_000
MOST_AT_ONCE = 500
PAUSE = 1.0


class Batches:
    """`put` arrivals while `run` writes them. A batch is whatever came in while the last one was being committed."""

    def __init__(self, url: str, *, ring: Callable[[], None], most_waiting: int = MOST_WAITING) -> None:
        self.url = url
        self.ring = ring
        self.waiting: asyncio.Queue[NewArrival] = asyncio.Queue(most_waiting)
        self.connection: psycopg.AsyncConnection[Any] | None = None

    async def put(self, arrival: NewArrival) -> None:
        """Waits when the ledger is behind: then the network holds the sender back."""
        await self.waiting.put(arrival)

    async def run(self) -> None:
        try:
            while True:
                await self._write(await self._next())
        finally:
            await self._write_the_rest()

    async def all_written(self) -> None:
        await self.waiting.join()

    async def _next(self) -> list[NewArrival]:
        batch = [await self.waiting.get()]
        while len(batch) < MOST_AT_ONCE and not self.waiting.empty():
            batch.append(self.waiting.get_nowait())
        return batch

    async def _write(self, batch: list[NewArrival]) -> None:
        """Until it is written. A stop in the middle puts it back; what was written already is known by its id."""
        try:
            while not await self._written(batch):
                await asyncio.sleep(PAUSE)
        except asyncio.CancelledError:
            for _arrival in batch:
                self.waiting.task_done()
            # The statement was broken off; on a new connection it is known what became of it.
            await self._hang_up()
            await self._write_last(batch)
            raise
        for _arrival in batch:
            self.waiting.task_done()

    async def _written(self, batch: list[NewArrival]) -> bool:
        try:
            if self.connection is None:
                self.connection = await psycopg.AsyncConnection.connect(self.url, autocommit=True)
            new = await write_down(self.connection, batch)
        except (psycopg.DataError, psycopg.IntegrityError):
            # The others of the batch are written; this one can never be, and must not stop the rest of the day.
            log.exception("arrival_not_written", account=batch[0].account)
            return True
        except psycopg.OperationalError:
            log.warning("database_away", waiting=self.waiting.qsize() + len(batch))
            await self._hang_up()
            return False
        if any(is_new and "can_wait" not in arrival.headers for is_new, arrival in zip(new, batch, strict=True)):
            self.ring()
        return True

    async def _write_last(self, batch: list[NewArrival]) -> None:
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(self._written(batch), PAUSE * 5)

    async def _write_the_rest(self) -> None:
        while not self.waiting.empty():
            batch = await self._next()
            await self._write_last(batch)
            for _arrival in batch:
                self.waiting.task_done()
        await self._hang_up()

    async def _hang_up(self) -> None:
        if self.connection is not None:
            with contextlib.suppress(psycopg.Error):
                await self.connection.close()
            self.connection = None
