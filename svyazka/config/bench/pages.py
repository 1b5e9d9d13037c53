"""`svyazka bench pages`: what the daily operations cost the server, and that they hardly grow with the base.

A real `svyazka run`, asked through its door over HTTP; counted is the processor time per operation, warm: the median
of several rounds. Of a page that of the web process and of the database's sessions, as with the peers, which have no
door before them (what ours adds has a row of its own); of a request from a site that of the whole house.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from statistics import median
from urllib.parse import quote

import psycopg

from svyazka.config import beginning
from svyazka.config.bench import base, processor
from svyazka.config.bench.ground import SVYAZKA, folder, free_port, until_it_answers
from svyazka.config.bench.report import Row
from svyazka.config.bench.visitor import Visitor
from svyazka.config.embedded import Embedded

BOARD = "/pipelines/windows/"
PAGES, DOOR, WORKERS = "granian", "svyazka.edge", ("cli worker", "cli chores")  # how their processes are called
PEERS = ("Odoo 17", "EspoCRM 9.2", "Django-CRM 2.4")


@dataclass(frozen=True)
class House:
    """A `svyazka run` that is up, with a base of so many clients."""

    process: int
    cluster: Path
    url: str
    visitor: Visitor
    clients: int


@dataclass(frozen=True)
class Operation:
    name: str
    do: Callable[[House, int], None]
    times: int  # in a round
    must: float
    aim: float
    peers: tuple[float, float, float]
    settle: bool = False  # the worker has to come to its end, too


def rows(quick: bool) -> list[Row]:
    rounds, share = (3, 3) if quick else (5, 1)
    with house_with(2_000 if quick else 20_000) as house:
        small = {operation.name: cost(house, operation, rounds, share) for operation in OPERATIONS}
        first_load = house.visitor.first_load(BOARD) / 1024
        door = _door(house, rounds)
    with house_with(50_000 if quick else 1_000_000) as house:
        large = {operation.name: cost(house, operation, rounds, share) for operation in OPERATIONS}
    costs = [
        Row(op.name, small[op.name], "CPU ms", must=op.must, aim=op.aim, peers=dict(zip(PEERS, op.peers, strict=True)))
        for op in OPERATIONS
    ]
    load = Row(
        "first load of the board", first_load, "KB", must=110, aim=70,
        peers=dict(zip(PEERS, (1218, 1548, 120), strict=True)),
    )  # fmt: skip
    passed_on = Row("the door, for each page", door, "CPU ms")
    growth = [
        Row(f"{op.name}: on the larger base", large[op.name] / small[op.name], "times as much", must=2)
        for op in OPERATIONS
    ]
    return [*costs, passed_on, load, *growth]


def cost(house: House, operation: Operation, rounds: int, share: int) -> float:
    """Milliseconds of processor time for one."""
    times = max(10, operation.times // share)
    counted = "" if operation.settle else PAGES
    costs = []
    with nullcontext() if operation.settle else _workers_at_rest(house):
        _do(house, operation, max(10, times // 4))
        for _round in range(rounds):
            before = processor.used(house.process, house.cluster, named=counted)
            _do(house, operation, times)
            costs.append((processor.used(house.process, house.cluster, named=counted) - before) / times)
    return median(costs)


@contextmanager
def _workers_at_rest(house: House) -> Iterator[None]:
    """Their rounds over all deals use the same database, and are no part of a page."""
    workers = [process for named in WORKERS for process in processor.called(house.process, named)]
    for process in workers:
        os.kill(process, signal.SIGSTOP)
    try:
        with psycopg.connect(Embedded(house.cluster.parent).url(), autocommit=True) as connection:
            while connection.execute(_BUSY).fetchone() != (0,):
                time.sleep(0.1)
        yield
    finally:
        for process in workers:
            os.kill(process, signal.SIGCONT)


_BUSY = """
select count(*) from pg_stat_activity
where state = 'active' and pid <> pg_backend_pid() and datname = current_database()
"""


def _door(house: House, rounds: int) -> float:
    """What passing a page on costs: of everything but the web process, the part that comes with the pages."""
    times, costs = 100, []
    for _round in range(rounds):
        before = processor.used(house.process, house.cluster, named=DOOR, with_sessions=False)
        for number in range(times):
            _exact_phone(house, number + 1)
        costs.append((processor.used(house.process, house.cluster, named=DOOR, with_sessions=False) - before) / times)
    return median(costs)


def _do(house: House, operation: Operation, times: int) -> None:
    for _time in range(times):
        operation.do(house, next(_numbers) * 7919 % house.clients + 1)
    if operation.settle:
        _until_settled(house)


_numbers = count(1)


def _request(house: House, number: int) -> None:
    """Nine of ten from people who have not asked before."""
    phone = base.phone_of(house.clients + next(_numbers) if number % 10 else number)
    house.visitor.post(
        "/in/form/demo-okna/",
        name=base.name_of(number),
        phone=phone,
        address=base.address_of(number),
        message=base.WORDS["said"][number % len(base.WORDS["said"])],
        utm_source="search",
        page="https://okna.example.ru/price/",
    )


def _search(house: House, typed: str) -> None:
    house.visitor.get(f"/search/?q={quote(typed)}")


def _exact_phone(house: House, number: int) -> None:
    _search(house, base.phone_of(number))


def _part_of_a_phone(house: House, number: int) -> None:
    _search(house, base.phone_of(number)[4:10])


def _part_of_a_name(house: House, number: int) -> None:
    """By turns the beginning of a surname and a piece from its middle, as people type both."""
    surname = base.name_of(number).split()[1]
    _search(house, surname[:5] if number % 2 else surname[1:5])


def _board(house: House, _number: int) -> None:
    house.visitor.get(BOARD)


def _deal(house: House, number: int) -> None:
    house.visitor.get(f"/deals/{number}/")


OPERATIONS = (
    Operation("request in by web form", _request, 90, must=15, aim=6, peers=(84, 136, 123), settle=True),
    Operation("find by exact phone", _exact_phone, 240, must=3, aim=1.5, peers=(16, 27, 371)),
    Operation("board, first 160 cards", _board, 45, must=25, aim=12, peers=(311, 122, 878)),
    Operation("one deal with its history", _deal, 90, must=15, aim=8, peers=(93, 173, 232)),
    Operation("part of a name", _part_of_a_name, 240, must=8, aim=4, peers=(224, 51, 700)),
    Operation("part of a phone", _part_of_a_phone, 240, must=5, aim=2, peers=(10, 440, 393)),
)


@contextmanager
def house_with(clients: int, *, web: int | None = 1) -> Iterator[House]:
    """`web`: how many processes for the pages. One, so that all of it is warm; what an operation costs is the same.
    None: as many as a customer's house has."""
    with folder() as (place, environment):
        port = free_port()
        own = {**environment, "SVYAZKA_PORT": str(port), **({"SVYAZKA_WEB_WORKERS": str(web)} if web else {})}
        running = subprocess.Popen([*SVYAZKA, "run"], env=own, stdout=sys.stderr)
        try:
            until_it_answers(f"http://127.0.0.1:{port}/login/", seconds=300)
            cluster = Embedded(place)
            print(f"bench: {clients} clients", file=sys.stderr, flush=True)
            if clients:
                base.fill(cluster.url(), clients)
            visitor = Visitor(port)
            visitor.log_in("olga", beginning.read_demonstration(place / "demonstration.txt")["password"])
            yield House(running.pid, cluster.cluster, cluster.url(), visitor, clients)
        finally:
            running.send_signal(signal.SIGINT)
            running.wait(120)


def _until_settled(house: House) -> None:
    # Under another name, so that looking is not counted (processor._is_session).
    with psycopg.connect(house.url, autocommit=True) as connection:
        query = "select exists (select from intake_arrival where state in ('new', 'again'))"
        while connection.execute(query).fetchone() == (True,):
            time.sleep(0.05)
        stuck = connection.execute("select count(*) from intake_arrival where state = 'stuck'").fetchone()
    if stuck != (0,):
        raise RuntimeError("Requests of the bench are stuck.")
