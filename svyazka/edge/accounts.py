"""Whose door is knocked at: channel accounts by the key in the address, remembered for a few seconds."""

from __future__ import annotations

import asyncio
import re
import time

import psycopg

from svyazka.business.intake.knock import Account
from svyazka.edge.ledger import Busy, Pool

REMEMBERED = 5.0
MOST_REMEMBERED = 1_000
_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")
_FIND = """
select code, kind, secret_fingerprint, origins, is_active
from conversations_channelaccount where kind = %s and public_key = %s
"""


class Accounts:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._asked: dict[tuple[str, str], tuple[float, asyncio.Task[Account | None]]] = {}

    async def find(self, kind: str, key: str) -> Account | None:
        """Many who ask at once wait for one query. Raises Busy while the database is away."""
        if not _KEY.fullmatch(key):
            return None
        until, answer = self._asked.get((kind, key), (0.0, None))
        if answer is None or until < time.monotonic():
            if len(self._asked) >= MOST_REMEMBERED:  # somebody tries keys
                self._asked.clear()
            answer = asyncio.create_task(self._ask(kind, key))
            self._asked[kind, key] = (time.monotonic() + REMEMBERED, answer)
        try:
            return await asyncio.shield(answer)
        except psycopg.Error:
            self._asked.pop((kind, key), None)
            raise Busy from None

    async def _ask(self, kind: str, key: str) -> Account | None:
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_FIND, [kind, key])).fetchone()
        if row is None:
            return None
        code, kind, fingerprint, origins, is_active = row
        return Account(code, kind, fingerprint, tuple(origins or ()), is_active)
