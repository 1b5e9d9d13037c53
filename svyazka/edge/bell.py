"""Ringing the bell for arrivals from an event loop; `business/journal/bell.py` says why on a connection of its own."""

from __future__ import annotations

import asyncio
import contextlib

import psycopg

from svyazka.edge.surroundings import NAME

# As `business/journal/bell.py` has them.
NEWS, ARRIVALS = "svyazka_bell", "svyazka_arrivals"
PAUSE = 0.015


class Bell:
    def __init__(self, url: str) -> None:
        self._url = url
        self._wanted = asyncio.Event()

    def ring(self) -> None:
        """Returns at once. Call it after the commit."""
        self._wanted.set()

    async def run(self) -> None:
        while True:
            await self._wanted.wait()
            with contextlib.suppress(psycopg.Error):  # a lost bell is no harm: listeners poll too
                await self._ring_while_connected()
            await asyncio.sleep(1)

    async def _ring_while_connected(self) -> None:
        async with await psycopg.AsyncConnection.connect(
            self._url, autocommit=True, application_name=NAME
        ) as connection:
            while True:
                await self._wanted.wait()
                self._wanted.clear()
                await connection.execute(f"notify {ARRIVALS}")
                await asyncio.sleep(PAUSE)
