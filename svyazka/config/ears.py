"""Part of `svyazka listen`: an ear for each account that does not call us, in the process whose turn it is."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from typing import Any

import psycopg
import structlog
from django.conf import settings
from django.db import Error
from django.utils.module_loading import import_string

from svyazka.business.conversations import listening
from svyazka.business.conversations.listening import BY, Asked
from svyazka.business.intake.ear import Ear
from svyazka.business.intake.write_down import NewArrival, write_down
from svyazka.business.journal import bell
from svyazka.business.notices.messengers import Access, Denied, Unreached
from svyazka.kit.threads import in_database

log = structlog.get_logger(__name__)

REST = 5.0  # seconds before an ear is begun anew; each time longer
LONGEST_REST = 300.0


class Ears:
    """Those that are listened with now. A changed password or server is another account: its old ear ends."""

    def __init__(self, only: Collection[str]) -> None:
        self._only = only
        self._running: dict[str, tuple[Access, asyncio.Task[None]]] = {}

    async def follow(self, *, is_mine: bool) -> None:
        wanted = {one.access.account: one for one in await self._wanted()} if is_mine else {}
        for code, (access, task) in list(self._running.items()):
            if task.done() or code not in wanted or wanted[code].access != access:
                del self._running[code]
                await _end(task)
        for code in wanted.keys() - self._running.keys():
            one = wanted[code]
            self._running[code] = one.access, asyncio.create_task(_keep_listening(one))

    async def end(self) -> None:
        for _access, task in self._running.values():
            await _end(task)

    async def _wanted(self) -> list[Asked]:
        asked = await in_database(listening.asked)
        return [one for one in asked if _has_to_be_asked(one) and (not self._only or one.access.account in self._only)]


class _Ledger:
    """Fits intake.ear.Into. A connection of its own for each account: arrivals are known by their ids if it breaks."""

    def __init__(self, account: str) -> None:
        self._account = account
        self._connection: psycopg.AsyncConnection[Any] | None = None

    async def write(self, arrivals: Sequence[NewArrival], cursor: Mapping[str, Any]) -> None:
        if arrivals:
            await self._write(arrivals)
        await in_database(partial(listening.read_as_far_as, self._account, cursor))

    async def heard(self) -> None:
        await in_database(partial(listening.heard, self._account, by=BY))

    async def close(self) -> None:
        if self._connection is not None:
            await self._connection.close()
            self._connection = None

    async def _write(self, arrivals: Sequence[NewArrival]) -> None:
        if self._connection is None:
            self._connection = await psycopg.AsyncConnection.connect(settings.DATABASE_DIRECT_URL, autocommit=True)
        if any(await write_down(self._connection, arrivals)):
            await asyncio.to_thread(bell.ring, bell.ARRIVALS)


def _has_to_be_asked(one: Asked) -> bool:
    kind: type[Ear] = import_string(settings.EARS[one.kind])
    return kind.always or bool(one.access.options.get("asks"))


async def _keep_listening(one: Asked) -> None:
    code, rest, cursor = one.access.account, REST, one.cursor
    kind = import_string(settings.EARS[one.kind])
    while True:
        ledger = _Ledger(code)
        began = asyncio.get_running_loop().time()
        try:
            ear: Ear = kind(one.access, cursor, ledger)
            await ear.run()
        except Denied:
            await _note(code, "denied")
        except Unreached as silence:
            log.info("account_not_heard", account=code, trouble=str(silence))
            await _note(code, str(silence) if str(silence) in listening.TROUBLES else "unreached")
        except (psycopg.Error, Error):
            log.warning("ear_without_database", account=code)
        except Exception:
            log.exception("ear_broke", account=code)
            await _note(code, "broken")
        finally:
            with contextlib.suppress(psycopg.Error):
                await ledger.close()
        rest = REST if asyncio.get_running_loop().time() - began > LONGEST_REST else min(rest * 2, LONGEST_REST)
        await asyncio.sleep(rest)
        cursor = await _cursor_of(code, cursor)


async def _cursor_of(code: str, known: Mapping[str, Any]) -> Mapping[str, Any]:
    """What was read meanwhile is not read again; without a database nothing was."""
    with contextlib.suppress(Error):
        found = [one.cursor for one in await in_database(listening.asked) if one.access.account == code]
        return found[0] if found else known
    return known


async def _note(code: str, trouble: str) -> None:
    with contextlib.suppress(Error):
        await in_database(partial(listening.trouble, code, trouble, by=BY))


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
