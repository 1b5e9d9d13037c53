"""Whose door is knocked at: channel accounts, telephone systems and whoever takes money for us, by the key in the
address, remembered for a few seconds."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Callable, Mapping
from typing import Any, LiteralString

import psycopg

from svyazka.business.intake.knock import Account
from svyazka.edge.ledger import Busy, Pool
from svyazka.kit.strongbox import LOCKED, WrongKey, strongbox

REMEMBERED = 5.0
MOST_REMEMBERED = 1_000
_KEY = re.compile(r"[A-Za-z0-9_-]{1,64}")
_CHANNEL: LiteralString = """
select code, kind, secret_fingerprint, origins, is_active, options, secret, signing
from conversations_channelaccount where kind = %s and public_key = %s
"""
_PHONE_SYSTEM: LiteralString = """
select code, driver, login, secret, options, is_active from calls_pbx where public_key = %s and public_key <> ''
"""
_PAYMENT_SERVICE: LiteralString = """
select kind || '/' || shop, kind from money_paymentaccount where public_key = %s and public_key <> ''
"""
PHONE_SYSTEMS = "phone systems"
PAYMENT_SERVICES = "payment services"
log = logging.getLogger("svyazka.edge")


class Accounts:
    def __init__(self, pool: Pool, secret_key: str = "") -> None:
        self._pool = pool
        self._secret_key = secret_key
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
        if kind == PHONE_SYSTEMS:
            return await self._found(_PHONE_SYSTEM, [key], self._phone_system)
        if kind == PAYMENT_SERVICES:
            # Also while it is switched off: links that were made before are still paid.
            return await self._found(_PAYMENT_SERVICE, [key], Account)
        return await self._found(_CHANNEL, [kind, key], self._channel)

    async def _found(
        self, statement: LiteralString, parameters: list[str], read: Callable[..., Account]
    ) -> Account | None:
        async with self._pool.connection() as connection:
            row = await (await connection.execute(statement, parameters)).fetchone()
        return read(*row) if row else None

    def _phone_system(
        self, code: str, driver: str, login: str, locked: str, options: Mapping[str, Any], is_active: bool
    ) -> Account:
        # Secrets among them are locked away like the one beside them.
        given = {name: self._open(code, value) if _is_locked(value) else str(value) for name, value in options.items()}
        return Account(code, driver, is_active=is_active, login=login, secret=self._open(code, locked), options=given)

    def _channel(
        self,
        code: str,
        kind: str,
        fingerprint: str,
        origins: list[str] | None,
        is_active: bool,
        options: Mapping[str, Any] | None,
        secret: str,
        signing: str,
    ) -> Account:
        return Account(
            code,
            kind,
            fingerprint,
            tuple(origins or ()),
            is_active,
            # A bot's token is nothing that the door needs.
            secret=self._open(code, secret) if kind == "web_form" else "",
            signing=self._open(code, signing),
            options=options or {},
        )

    def _open(self, code: str, locked: str) -> str:
        try:
            return strongbox(self._secret_key).take_out(locked) if locked and self._secret_key else ""
        except WrongKey:
            log.error("the secret of %s cannot be opened: it was locked away with another SVYAZKA_SECRET_KEY", code)
            return ""


def _is_locked(value: object) -> bool:
    return isinstance(value, str) and value.startswith(LOCKED)
