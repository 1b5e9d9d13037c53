"""`svyazka listen`: one driver for each telephone system that is switched on, for as long as it is."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable, Collection
from functools import partial
from typing import TypeVar

import structlog
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import Error, connection
from django.utils.module_loading import import_string

from svyazka.business.calls import links
from svyazka.business.calls.phone_system import Access, Ledger, Link, PhoneSystem
from svyazka.business.intake.write_batches import Batches
from svyazka.business.journal import bell
from svyazka.business.journal.record import Automaton

log = structlog.get_logger(__name__)

LOOK_EVERY = 10.0  # seconds until a telephone system that was switched on or off is noticed
REST = 5.0  # before a driver that broke is started again
BY = Automaton("listener")
T = TypeVar("T")


async def main(*, only: Collection[str] = ()) -> None:
    """Until SIGTERM or SIGINT; then what was heard is written before it ends."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    await listen(until=stop, only=only)


async def listen(*, until: asyncio.Event, look_every: float = LOOK_EVERY, only: Collection[str] = ()) -> None:
    """`only`: the codes of telephone systems; without any, to all of them."""
    batches = Batches(settings.DATABASE_DIRECT_URL, ring=bell.ring)
    writing = asyncio.create_task(batches.run())
    running: dict[Access, asyncio.Task[None]] = {}
    try:
        while not until.is_set():
            if writing.done():
                # Whatever broke it: the supervisor starts the listener anew.
                writing.result()
            await _follow_settings(running, batches, only)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(until.wait(), look_every)
    finally:
        for task in running.values():
            await _end(task)
        # The drivers first: what they have handed over is written while the writer ends.
        await _end(writing)


async def _follow_settings(running: dict[Access, asyncio.Task[None]], ledger: Ledger, only: Collection[str]) -> None:
    """A changed address or secret is another telephone system: the old driver ends, a new one begins."""
    try:
        active = await _in_database(links.active)
    except Error:
        log.warning("listener_without_database")
        return
    wanted = {access: driver for driver, access in active if not only or access.code in only}
    for access in running.keys() - wanted.keys():
        await _end(running.pop(access))
    for access in wanted.keys() - running.keys():
        running[access] = asyncio.create_task(_keep_running(wanted[access], access, ledger))


async def _keep_running(driver: str, access: Access, ledger: Ledger) -> None:
    noticed = partial(_notice, access.code)
    while True:
        try:
            system: PhoneSystem = import_string(settings.PHONE_SYSTEMS[driver])(access, ledger, noticed)
            await system.run()
        except Exception:
            log.exception("driver_broke", pbx=access.code)
            await noticed(Link(is_up=False, trouble="broken"))
        await asyncio.sleep(REST)


async def _notice(code: str, link: Link) -> None:
    """Where the link stands is worth a row, but not the link itself."""
    try:
        await _in_database(partial(links.notice, code, link, by=BY))
    except Error:
        log.warning("link_not_noted", pbx=code, trouble=link.trouble)


async def _in_database(ask: Callable[[], T]) -> T:
    def asked() -> T:
        try:
            return ask()
        finally:
            connection.close()

    return await sync_to_async(asked)()


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
