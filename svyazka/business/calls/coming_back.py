"""What a driver does when its connection is lost: it comes back by itself, the same for all that listen."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

import structlog

from svyazka.business.calls.phone_system import Link, Noticed

log = structlog.get_logger(__name__)

T = TypeVar("T")

# The guards of a PBX lock out whoever tries often what it has refused.
REFUSED = ("wrong_secret", "not_allowed", "already_in", "licence_full")


class LinkLost(Exception):
    """The connection ended; `trouble` is a key of calls.links.TROUBLES."""

    def __init__(self, trouble: str) -> None:
        super().__init__(trouble)
        self.trouble = trouble


@dataclass(frozen=True)
class Pauses:
    """In seconds."""

    first_pause: float = 0.5
    longest_pause: float = 30.0
    locked_pause: float = 60.0


class ComingBack:
    """Ever later after each attempt that failed, until one succeeds."""

    def __init__(self, code: str, noticed: Noticed, pauses: Pauses) -> None:
        self.code, self.noticed, self.pauses = code, noticed, pauses
        self.failures = 0

    async def keep(self, listen_once: Callable[[], Awaitable[None]]) -> None:
        """Until it is cancelled."""
        while True:
            try:
                await listen_once()
            except LinkLost as lost:
                log.warning("pbx_lost", pbx=self.code, trouble=lost.trouble)
                await self.noticed(Link(is_up=False, trouble=lost.trouble))
                await asyncio.sleep(self.pause_after(lost))

    async def succeeded(self) -> None:
        self.failures = 0
        log.info("pbx_connected", pbx=self.code)
        await self.noticed(Link(is_up=True))

    def pause_after(self, lost: LinkLost) -> float:
        self.failures += 1
        if lost.trouble in REFUSED:
            return self.pauses.locked_pause
        pause = min(self.pauses.first_pause * 2.0 ** min(self.failures - 1, 20), self.pauses.longest_pause)
        # After a restart of the PBX its listeners must not all come in the same second.
        return pause * random.uniform(0.7, 1.0)  # noqa: S311  # not a secret


async def or_lost(work: Coroutine[Any, Any, T], *others: asyncio.Task[None]) -> T:
    """What it gives; or, should one of the others, which have no end, break off before, that one's LinkLost."""
    task = asyncio.create_task(work)
    try:
        await asyncio.wait([task, *others], return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            next(other for other in others if other.done()).result()
        return await task
    finally:
        await end([task])


async def end(tasks: Iterable[asyncio.Task[Any]]) -> None:
    """Not suppress(CancelledError) around each: whoever ends the driver just then would wait for ever."""
    ending = list(tasks)
    for task in ending:
        task.cancel()
    await asyncio.gather(*ending, return_exceptions=True)
