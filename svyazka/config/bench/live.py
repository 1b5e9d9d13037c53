"""`svyazka bench live`: 700 browsers hold a live connection to one edge; how soon do they hear of a commit?"""

from __future__ import annotations

import asyncio
import os
import resource
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import psycopg

from svyazka.config.bench.ground import Ground, free_port, ground, until_it_answers
from svyazka.config.bench.report import Row
from svyazka.edge.bell import NEWS

BROWSERS = 700
PAUSE = 0.05
_EVENT = "insert into journal_liveevent (at, topic, object_id, people, data) values (now(), 'deal', %s, null, %s)"
_SESSIONS = """
insert into staff_session (session_key, session_data, expire_date, person_id, device, created_at, seen_at)
select key, '', now() + interval '1 day', person.id, '', now(), now()
from unnest(%s::text[]) key, (select id from staff_person where role = 'operator' order by id limit 1) person
"""


@dataclass
class Round:
    """Milliseconds from before the commit to the bytes at each browser, and the edge's own CPU time per event."""

    heard: list[float]
    processor: float
    is_complete: bool


@dataclass
class Crowd:
    """All browsers; `told`: event → when its commit began."""

    told: dict[int, float] = field(default_factory=dict)
    heard: list[float] = field(default_factory=list)
    ready: int = 0


class Browser(asyncio.Protocol):
    """As little of a browser as is needed, for it stands on the same machine as the edge."""

    def __init__(self, crowd: Crowd, session: str) -> None:
        self._crowd = crowd
        self._session = session
        self._rest = b""
        self._is_ready = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(
            f"GET /live/ HTTP/1.1\r\nHost: edge\r\nCookie: svyazka_session={self._session}\r\n\r\n".encode()
        )

    def data_received(self, data: bytes) -> None:
        now = time.perf_counter()
        *whole, self._rest = (self._rest + data).split(b"\n\n")
        for block in whole:
            if b"event: live" in block:
                number = int(block.rpartition(b'"number":')[2].partition(b",")[0])
                self._crowd.heard.append((now - self._crowd.told[number]) * 1000)
            elif not self._is_ready and b"retry:" in block:
                self._is_ready = True
                self._crowd.ready += 1


def rows(quick: bool) -> list[Row]:
    with ground() as place, _edge(place) as (process, port):
        rounds, connecting = asyncio.run(_listen(place, port, process.pid, events=20 if quick else 60))
        memory = _memory(process.pid)
    p95 = median(quantiles(one.heard, n=20)[-1] for one in rounds)
    return [
        Row("commit to event at the browser, 700 listening, p95", p95, "ms", must=100, aim=50),
        Row("the same, p50", median(median(one.heard) for one in rounds), "ms"),
        Row("memory of the edge", memory, "MB", must=400, aim=100),
        Row("events that reached everybody", _share(rounds), "%", better="higher", must=100),
        Row("CPU of the edge, one event to 700", median(one.processor for one in rounds), "ms"),
        Row("700 browsers come back at once", connecting, "s"),
    ]


async def _listen(place: Ground, port: int, edge: int, *, events: int) -> tuple[list[Round], float]:
    _allow_many_connections()
    sessions = [secrets.token_hex(16) for _ in range(BROWSERS)]
    crowd = Crowd()
    async with await psycopg.AsyncConnection.connect(place.url, autocommit=True) as database:
        await database.execute(_SESSIONS, [sessions])
        began = time.perf_counter()
        loop = asyncio.get_running_loop()
        opened = [loop.create_connection(partial(Browser, crowd, session), "127.0.0.1", port) for session in sessions]
        held = await asyncio.gather(*opened)
        await _until(lambda: crowd.ready == BROWSERS, seconds=30)
        connecting = time.perf_counter() - began
        await _tell(database, crowd, edge, events=5)  # warm
        rounds = [await _tell(database, crowd, edge, events=events) for _ in range(5)]
        for transport, _browser in held:
            transport.close()
    return rounds, connecting


async def _tell(database: psycopg.AsyncConnection[Any], crowd: Crowd, edge: int, *, events: int) -> Round:
    crowd.heard = []
    used = _processor_time(edge)
    for number in range(len(crowd.told), len(crowd.told) + events):
        crowd.told[number] = time.perf_counter()
        await database.execute(_EVENT, [number, f'{{"number": {number}}}'])
        await database.execute(f"notify {NEWS}")
        await asyncio.sleep(PAUSE)
    complete = await _until(lambda: len(crowd.heard) == events * BROWSERS, seconds=10)
    return Round(crowd.heard, (_processor_time(edge) - used) / events, complete)


async def _until(holds: Any, *, seconds: float) -> bool:
    until = time.perf_counter() + seconds
    while not holds():
        if time.perf_counter() > until:
            return False
        await asyncio.sleep(0.01)
    return True


def _share(rounds: list[Round]) -> float:
    return 100 * sum(one.is_complete for one in rounds) / len(rounds)


@contextmanager
def _edge(place: Ground) -> Iterator[tuple[subprocess.Popen[bytes], int]]:
    port = free_port()
    own = {"SVYAZKA_HOST": "127.0.0.1", "SVYAZKA_PORT": str(port)}
    process = subprocess.Popen(
        [sys.executable, "-m", "svyazka.edge"], env={**place.environment, **own}, stdout=sys.stderr
    )
    try:
        until_it_answers(f"http://127.0.0.1:{port}/healthz")
        yield process, port
    finally:
        process.terminate()
        process.wait(30)


def _allow_many_connections() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if 0 <= soft < 4 * BROWSERS:
        resource.setrlimit(resource.RLIMIT_NOFILE, (4 * BROWSERS, hard))


def _memory(process: int) -> float:
    """Resident, in MB."""
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1024**2


def _processor_time(process: int) -> float:
    """Milliseconds of CPU it has used."""
    used = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(used[11]) + int(used[12])) * 1000 / os.sysconf("SC_CLK_TCK")
