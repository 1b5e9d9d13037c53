"""Ringing the bell from an event loop; `business/journal/bell.py` says why on a connection of its own."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import psycopg

from svyazka.edge.surroundings import NAME

CHANNEL = "svyazka_bell"
PAUSE = 0.015


class Bell:
    def __init__(self, url: str) -> None:
        self._url = url
        self._wanted = asyncio.Event()

    def ring(self) -> None:
        """Returns at once. Call it after the commit."""
        self._wanted.set()

    async def run(self) -> None:
        connection: psycopg.AsyncConnection[Any] | None = None
        while True:
            await self._wanted.wait()
            self._wanted.clear()
            try:
                connection = connection or await psycopg.AsyncConnection.connect(
                    self._url, autocommit=True, application_name=NAME
                )
                await connection.execute(f"notify {CHANNEL}")
            except psycopg.Error:  # a lost bell is no harm: listeners poll too
                if connection:
                    with contextlib.suppress(psycopg.Error):
                        await connection.close()
                connection = None
            await asyncio.sleep(PAUSE)
