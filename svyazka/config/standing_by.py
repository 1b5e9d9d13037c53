"""Two listeners hear the same systems; one of them writes. Should it die, not a word is missing.

A PBX does not say anything twice: what it said while its only listener was starting again would be gone. So a second
one listens too, and keeps the last seconds in mind. An advisory lock says whose turn it is; the server gives it back in
the moment in which its holder dies, and the other one writes down what it has kept. What both have written is the same
call all the same: events that come twice change nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any

import psycopg
import structlog

from svyazka.business.calls.phone_system import Ledger

log = structlog.get_logger(__name__)

KEPT = 20.0  # seconds; within a second of the death of the other one it is this one's turn
MOST_KEPT = 50_000
LOOK_EVERY = 0.5
NAME = "svyazka-listener"


class Lost(Exception):
    """While the database was away, the other one was quicker."""


class Turn:
    """Whether it is this process that writes. `run` beside everything else; `key`: of those that take turns."""

    def __init__(self, url: str, key: str, ledger: Ledger, *, begins: Callable[[], Awaitable[None]]) -> None:
        self._url, self._key = url, key
        self._ledger = ledger
        self._begins = begins
        self._kept: deque[tuple[float, Any]] = deque(maxlen=MOST_KEPT)
        self._come = asyncio.Event()

    @property
    def is_mine(self) -> bool:
        return self._come.is_set()

    async def comes(self) -> None:
        await self._come.wait()

    async def put(self, arrival: Any) -> None:
        """Fits calls.phone_system.Ledger."""
        if self.is_mine:
            return await self._ledger.put(arrival)
        now = time.monotonic()
        self._kept.append((now, arrival))
        while self._kept[0][0] < now - KEPT:
            self._kept.popleft()
        return None

    async def run(self) -> None:
        """Until it has lost its turn: whoever was in the middle of it had better begin anew."""
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    self._url, autocommit=True, application_name=NAME
                ) as connection:
                    await self._wait_for_it(connection)
                    await self._begin()
                    await self._stay(connection)
            except Lost:
                return
            except psycopg.Error:
                # Whose turn it was writes on: a second writer does no harm, and none would.
                await asyncio.sleep(LOOK_EVERY)

    async def _wait_for_it(self, connection: psycopg.AsyncConnection[Any]) -> None:
        while True:
            cursor = await connection.execute("select pg_try_advisory_lock(hashtextextended(%s, 3))", [self._key])
            if await cursor.fetchone() == (True,):
                return
            if self.is_mine:
                raise Lost
            await asyncio.sleep(LOOK_EVERY)

    async def _begin(self) -> None:
        if self.is_mine:
            return
        log.info("listener_writes", kept=len(self._kept))
        self._come.set()
        while self._kept:
            await self._ledger.put(self._kept.popleft()[1])
        await self._begins()

    async def _stay(self, connection: psycopg.AsyncConnection[Any]) -> None:
        while True:
            await asyncio.sleep(LOOK_EVERY)
            await connection.execute("select 1")
