"""`svyazka bench telephony`: company C's burst, a hundred calls a second, from the PBX's socket to the screen.

The PBX is a process of its own that plays captured calls (switchboard.py); 700 operators hold a live connection; one of
them is a real browser, where it is measured when the card of a ringing call has been painted. At the end each call is
compared with what must have come of it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from statistics import quantiles
from typing import Any

import psycopg

from svyazka.config.bench import crowd, processor, screen
from svyazka.config.bench.ground import free_port
from svyazka.config.bench.pages import PAGES, House, house_with
from svyazka.config.bench.report import Row

OPERATORS = 700
CALLS, RINGING = 100.0, 20.0  # a second
CODE = "asterisk/bench"
WATCHED = "2000"
PARTS = {"listener": " listen", "worker": " worker", "chores": " chores", "edge": "svyazka.edge", "pages": PAGES}


Board = subprocess.Popen[str]


@dataclass(frozen=True)
class Played:
    """What the PBX has played, and what the house has used for it: milliseconds of CPU by part."""

    calls: list[list[Any]]  # key, result, seconds of talk, whose phone answered
    rung: list[float]
    events: int
    behind: float
    used: Mapping[str, float]


def rows(quick: bool) -> list[Row]:
    seconds = 20 if quick else 300
    with house_with(20_000 if quick else 1_000_000) as house, switchboard(house) as board:
        port, session = house.visitor.connection.port, house.visitor.cookies["svyazka_session"]
        with crowd.listening(port, operators(house)):
            played(board, house, seconds=5)  # warm
            with screen.watching(port, session) as painted:
                load = played(board, house, seconds=seconds, watched=WATCHED)
            pops = painted.since(load.rung)
            right = _right(house, load)
            struck = played(board, house, seconds=20 if quick else 60, strikes=STRIKES)
        survived = _right(house, struck)
    used = {part: spent / len(load.calls) for part, spent in load.used.items()}
    late = quantiles(pops, n=100) if len(pops) > 1 else [float("inf")] * 99
    return [
        Row("a call in all: listener, worker, chores, database", cost(load), "CPU ms", must=12, aim=6),
        *(Row(f"{'of it' if part in _COUNTED else 'besides'}: {part}", used[part], "CPU ms") for part in used),
        Row("calls stored right", 100 * right, "%", better="higher", must=100),
        Row("the same with kill -9 of listener, pages, database", 100 * survived, "%", better="higher", must=100),
        Row("ring event to painted card, p95", late[94], "ms", must=100),
        Row("the same, p99", late[98], "ms", must=250),
        Row("the same, p50", late[49], "ms"),
        Row("rings seen", 100 * len(pops) / max(1, len(load.rung)), "%", better="higher", must=100),
        Row("events for a call", load.events / len(load.calls), ""),
        Row("the PBX was behind its own plan, at most", load.behind, "s"),
    ]


STRIKES = ((0.2, "listener"), (0.4, "pages"), (0.6, "database"), (0.8, "listener"))
_COUNTED = ("listener", "worker", "chores", "database")


def cost(load: Played) -> float:
    """Milliseconds of CPU a call, from the PBX's socket to the history."""
    return sum(load.used[part] for part in _COUNTED) / len(load.calls)


@contextmanager
def switchboard(house: House) -> Iterator[Board]:
    port = free_port()
    words = [sys.executable, "-c", _BOARD, str(port)]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "svyazka.config.settings"}
    board = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment)
    try:
        assert board.stdout is not None
        board.stdout.readline()
        _listen_to(house, port)
        yield board
    finally:
        board.terminate()
        board.wait(10)


_BOARD = "import django; django.setup(); from svyazka.config.bench.switchboard import main; main()"


def _listen_to(house: House, port: int) -> None:
    with psycopg.connect(house.url, autocommit=True) as connection:
        connection.execute("update calls_pbx set is_active = false")
        connection.execute(_PBX, [CODE, port])
        until = time.monotonic() + 60
        while connection.execute(_CONNECTED, [CODE]).fetchone() is None:
            if time.monotonic() > until:
                raise TimeoutError("The listener does not connect.")
            time.sleep(0.1)


_PBX = """
insert into calls_pbx (code, driver, host, port, login, secret, is_active, trouble)
values (%s, 'asterisk', '127.0.0.1', %s, 'crm', '', true, '')
"""
_CONNECTED = "select 1 from calls_pbx where code = %s and connected_at is not null"


def operators(house: House) -> list[str]:
    """Their sessions. Olga, who is logged in already, has the phone that is watched."""
    with psycopg.connect(house.url, autocommit=True) as connection:
        connection.execute("update staff_person set extension = %s where login = 'olga'", [WATCHED])
        keys = connection.execute(_OPERATORS, {"first": int(WATCHED) + 1, "last": int(WATCHED) + OPERATORS}).fetchall()
    return [key for (key,) in keys]


_OPERATORS = """
with hired as (
    insert into staff_person (password, login, full_name, role, phone, extension, language, is_active, created_at)
    select '', 'operator' || number, 'Operator ' || number, 'operator', '', number, 'ru', true, now()
    from generate_series(%(first)s::int, %(last)s::int) number
    returning id, extension
)
insert into staff_session (session_key, session_data, expire_date, person_id, device, created_at, seen_at)
select md5(random()::text), '', now() + interval '1 day', id, '', now(), now() from hired order by extension
returning session_key
"""


def played(
    board: Board,
    house: House,
    *,
    seconds: float,
    calls: float = CALLS,
    ringing: float = RINGING,
    watched: str = "",
    strikes: Sequence[tuple[float, str]] = (),
) -> Played:
    """`strikes`: after which part of the time which of the house's processes is killed."""
    with psycopg.connect(house.url, autocommit=True) as connection:
        callers = [number for (number,) in connection.execute(_CALLERS).fetchall()]
    phones = [str(int(WATCHED) + number) for number in range(1, OPERATORS + 1)]
    orders = {"seconds": seconds, "calls": calls, "ringing": ringing, "phones": phones, "callers": callers}
    before = _used(house)
    assert board.stdin is not None
    assert board.stdout is not None
    board.stdin.write(json.dumps({**orders, "watched": watched}) + "\n")
    board.stdin.flush()
    for after, named in _waits(strikes, seconds):
        time.sleep(after)
        _strike(house, named)
    said = json.loads(board.stdout.readline())
    _until_settled(house)
    used = {part: after - before[part] for part, after in _used(house).items()}
    return Played(said["calls"], said["rung"], said["events"], said["behind"], used)


def _waits(strikes: Sequence[tuple[float, str]], seconds: float) -> Iterator[tuple[float, str]]:
    last = 0.0
    for part, named in strikes:
        yield (part - last) * seconds, named
        last = part


def _strike(house: House, named: str) -> None:
    """`kill -9`, as the system does it when memory is short."""
    if named == "database":
        os.kill(int((house.cluster / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        return
    for process in processor.called(house.process, PARTS[named])[:1]:
        os.kill(process, signal.SIGKILL)


# Clients of ours for the most part, and one of five whom nobody knows.
_CALLERS = """
(select ltrim(value, '+') from clients_contactpoint where kind = 'phone' order by random() limit 40000)
union all
(select '7905' || (1000000 + number) from generate_series(1, 10000) number)
"""


def _used(house: House) -> dict[str, float]:
    used = {
        part: processor.used(house.process, house.cluster, named=named, with_sessions=False)
        for part, named in PARTS.items()
    }
    whole = processor.used(house.process, house.cluster)
    return {**used, "database": whole - processor.used(house.process, house.cluster, with_sessions=False)}


def _until_settled(house: House) -> None:
    """The ledger is worked off, and nothing more comes."""
    query = "select count(*) filter (where state in ('new', 'again')), max(id) from intake_arrival"
    with psycopg.connect(house.url, autocommit=True) as connection:
        before = None
        while before != (found := connection.execute(query).fetchone()) or (found and found[0]):
            before = found
            time.sleep(1)


def _right(house: House, load: Played) -> float:
    """The share of the calls that are stored once, and as they were."""
    with psycopg.connect(house.url, autocommit=True) as connection:
        found = connection.execute(_STORED, [CODE]).fetchall()
    stored: dict[str, list[tuple[Any, ...]]] = {}
    for key, *rest in found:
        stored.setdefault(key, []).append(tuple(rest))
    wrong = [call for call in load.calls if stored.get(call[0]) != [("ended", *call[1:])]]
    for call in wrong[:5]:
        print(f"bench: {call} is stored as {stored.get(call[0])}", file=sys.stderr)
    return 1 - len(wrong) / len(load.calls)


_STORED = """
select key, state, result, talk_seconds, coalesce(person.extension, '')
from calls_call call left join staff_person person on person.id = call.answered_by_id where call.pbx_code = %s
"""
