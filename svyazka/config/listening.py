"""`svyazka listen`: one driver for each telephone system that is switched on, for as long as it is. It listens, and
does what the pages ask of it. Beside them the ears of accounts that do not call us (`ears.py`)."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Collection, Coroutine, Sequence
from functools import partial
from typing import Any

import psycopg
import structlog
from django.conf import settings
from django.db import Error
from django.utils.module_loading import import_string

from svyazka.business.calls import commands, links
from svyazka.business.calls.phone_system import Access, Command, Link, NotDone, PhoneSystem
from svyazka.business.calls.setting_up import examine
from svyazka.business.calls.setting_up.guide import Finding
from svyazka.business.intake.write_batches import Batches
from svyazka.business.journal import bell
from svyazka.business.journal.record import Automaton
from svyazka.config.ears import Ears
from svyazka.config.standing_by import Turn
from svyazka.kit import clock
from svyazka.kit.threads import in_database

log = structlog.get_logger(__name__)

LOOK_EVERY = 10.0  # seconds until a telephone system that was switched on or off is noticed
REST = 5.0  # before a driver that broke is started again
EXAMINED_WITHIN = 15.0  # shorter than a page waits
POLL = 1.0  # until a command is found whose bell was lost
BY = Automaton("listener")


async def main(*, only: Collection[str] = ()) -> None:
    """Until SIGTERM or SIGINT; then what was heard is written before it ends."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    await listen(until=stop, only=only)


async def listen(*, until: asyncio.Event, look_every: float = LOOK_EVERY, only: Collection[str] = ()) -> None:
    """`only`: the codes of telephone systems; without any, to all of them."""
    batches = Batches(settings.DATABASE_DIRECT_URL, ring=partial(bell.ring, bell.ARRIVALS))
    writing = asyncio.create_task(batches.run())
    house, ears = House(batches, only), Ears(only)
    beside = [asyncio.create_task(house.turn.run()), asyncio.create_task(_do_what_is_asked(house))]
    try:
        while not until.is_set():
            if writing.done():
                # Whatever broke it: the supervisor starts the listener anew.
                writing.result()
            if beside[0].done():
                return  # the supervisor starts it anew
            await _follow_settings(house, ears, only)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(until.wait(), look_every)
    finally:
        await ears.end()
        for task in (*house.running.values(), *beside):
            await _end(task)
        # The drivers first: what they have handed over is written while the writer ends.
        await _end(writing)


class House:
    """The telephone systems that are listened to now."""

    def __init__(self, batches: Batches, only: Collection[str]) -> None:
        key = " ".join(sorted(only)) or "all"
        self.turn = Turn(settings.DATABASE_DIRECT_URL, f"listen {key}", batches, begins=self.tell_links)
        self.running: dict[Access, asyncio.Task[None]] = {}
        self.drivers: dict[str, PhoneSystem] = {}
        self.links: dict[str, Link] = {}

    async def notice(self, code: str, link: Link) -> None:
        self.links[code] = link
        if self.turn.is_mine:
            await _notice(code, link)

    async def tell_links(self) -> None:
        for code, link in list(self.links.items()):
            await _notice(code, link)


async def _follow_settings(house: House, ears: Ears, only: Collection[str]) -> None:
    """A changed address or secret is another telephone system: the old driver ends, a new one begins."""
    try:
        active = await in_database(links.active)
        await ears.follow(is_mine=house.turn.is_mine)
    except Error:
        log.warning("listener_without_database")
        return
    wanted = {access: driver for driver, access in active if not only or access.code in only}
    for access in house.running.keys() - wanted.keys():
        await _end(house.running.pop(access))
    for access in wanted.keys() - house.running.keys():
        house.running[access] = asyncio.create_task(_keep_running(wanted[access], access, house))


async def _keep_running(driver: str, access: Access, house: House) -> None:
    noticed = partial(house.notice, access.code)
    kind: Any = import_string(settings.PHONE_SYSTEMS[driver])
    if getattr(kind, "bears_one_listener", False):
        await house.turn.comes()
    while True:
        try:
            system: PhoneSystem = kind(access, house.turn, noticed)
            house.drivers[access.code] = system
            await system.run()
        except Exception:
            log.exception("driver_broke", pbx=access.code)
            await noticed(Link(is_up=False, trouble="broken"))
        finally:
            house.drivers.pop(access.code, None)
        await asyncio.sleep(REST)


async def _do_what_is_asked(house: House) -> None:
    """Until it is cancelled; what is under way then is left undone, and said to be late by whoever looks."""
    doing: set[asyncio.Task[None]] = set()
    while True:
        try:
            async with await psycopg.AsyncConnection.connect(settings.DATABASE_DIRECT_URL, autocommit=True) as rope:
                await rope.execute(f"listen {bell.PHONES}")
                while True:
                    await _begin_what_is_asked(house.drivers if house.turn.is_mine else {}, doing)
                    async for _heard in rope.notifies(timeout=POLL, stop_after=1):
                        pass
        except (psycopg.Error, Error):
            log.warning("commands_without_database")
            await asyncio.sleep(POLL)


async def _begin_what_is_asked(drivers: dict[str, PhoneSystem], doing: set[asyncio.Task[None]]) -> None:
    if not drivers:
        return
    for code, command in await in_database(partial(commands.take, list(drivers))):
        _begin(_do(drivers.get(code), command), doing)
    for asked in await in_database(partial(examine.take, list(drivers))):
        _begin(_examine(drivers.get(asked.pbx_code), asked), doing)


def _begin(work: Coroutine[Any, Any, None], doing: set[asyncio.Task[None]]) -> None:
    task = asyncio.create_task(work)
    doing.add(task)
    task.add_done_callback(doing.discard)


async def _do(system: PhoneSystem | None, command: Command) -> None:
    try:
        if system is None:
            raise NotDone("no_link")
        async with asyncio.timeout((command.until - clock.now()).total_seconds()):
            result = await system.carry_out(command)
    except NotDone as refusal:
        await in_database(partial(commands.failed, command.id, refusal.trouble))
    except TimeoutError:
        await in_database(partial(commands.failed, command.id, "no_effect"))
    except Exception:
        log.exception("command_broke", do=command.do)
        await in_database(partial(commands.failed, command.id, "broken"))
    else:
        await in_database(partial(commands.done, command.id, result))


async def _examine(system: PhoneSystem | None, asked: examine.Asked) -> None:
    findings: Sequence[Finding] = ()
    try:
        async with asyncio.timeout(EXAMINED_WITHIN):
            findings = await system.examine(asked.extensions) if system else ()
    except Exception:
        # Whatever it was: how the link stands says the page by itself.
        log.exception("examination_broke", pbx=asked.pbx_code)
    await in_database(partial(examine.done, asked.number, findings))


async def _notice(code: str, link: Link) -> None:
    """Where the link stands is worth a row, but not the link itself."""
    try:
        await in_database(partial(links.notice, code, link, by=BY))
    except Error:
        log.warning("link_not_noted", pbx=code, trouble=link.trouble)


async def _end(task: asyncio.Task[None]) -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
