"""Many operators whose pages are open: each holds a live connection, and reads what comes."""

from __future__ import annotations

import asyncio
import resource
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager


class _Browser(asyncio.Protocol):
    def __init__(self, session: str, ready: set[str]) -> None:
        self._session, self._ready = session, ready

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        asked = f"GET /live/ HTTP/1.1\r\nHost: edge\r\nCookie: svyazka_session={self._session}\r\n\r\n"
        transport.write(asked.encode())

    def data_received(self, data: bytes) -> None:
        self._ready.add(self._session)


@contextmanager
def listening(port: int, sessions: Sequence[str]) -> Iterator[None]:
    """Until the end of the block, from a thread of their own."""
    allow_many_connections(len(sessions))
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    ready: set[str] = set()
    opening = asyncio.run_coroutine_threadsafe(_open(port, sessions, ready), loop)
    try:
        opening.result(60)
        yield
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)


async def _open(port: int, sessions: Sequence[str], ready: set[str]) -> None:
    loop = asyncio.get_running_loop()
    for session in sessions:
        await loop.create_connection(lambda session=session: _Browser(session, ready), "127.0.0.1", port)  # type: ignore[misc]
    until = time.monotonic() + 30
    while len(ready) < len(sessions):
        if time.monotonic() > until:
            raise TimeoutError(f"{len(sessions) - len(ready)} browsers got no live connection.")
        await asyncio.sleep(0.05)


def allow_many_connections(wanted: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 <= soft < 4 * wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (4 * wanted, hard))
