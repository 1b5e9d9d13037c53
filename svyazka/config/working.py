"""`svyazka worker`: hears the bell, works off the ledger, makes its rounds."""

from __future__ import annotations

import contextlib
import signal
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import psycopg
import structlog
from django.conf import settings
from django.db import DatabaseError, connections

from svyazka.business.calls import commands
from svyazka.business.calls.floor import counting
from svyazka.business.conversations import bots
from svyazka.business.deals.handing import coming_back
from svyazka.business.deals.known import searched
from svyazka.business.deals.work import reminding
from svyazka.business.imports import going_on, upload
from svyazka.business.intake import chores
from svyazka.business.intake.work_off import work_off
from svyazka.business.journal.bell import CHANNEL
from svyazka.business.notices import delivering, sending
from svyazka.business.problems import rounds as problems
from svyazka.config import memory
from svyazka.config.database import WORKER
from svyazka.workplaces.shared import push

POLL = 1.0  # seconds; a bell can be lost
# What is done from time to time, and after how many seconds again; each sees to it that one worker at a time does it.
ROUNDS: tuple[tuple[Callable[[], object], float], ...] = (
    (chores.do_chores, 3600.0),
    (problems.sweep_all, 60.0),
    (problems.sweep_changed, 1.0),  # at the first bell after that time
    (problems.count_stays, 3600.0),
    (problems.morning, 30.0),
    (coming_back.go_round, 30.0),
    (reminding.remind_of_questions, 30.0),
    (searched.go_round, 5.0),
    (upload.forget_old, 3600.0),
    (commands.give_up_late, 5.0),
    (counting.fold_in, 1.0),
)

log = structlog.get_logger(__name__)


class Stop(Exception):
    """Told to end."""


def main() -> None:
    told: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda signum, _frame: told.append(signum))
    worker = Worker()
    memory.settle()
    threading.Thread(target=beside, args=[send_notices, told], name="notices", daemon=True).start()
    threading.Thread(target=beside, args=[going_on.go_on, told], name="imports", daemon=True).start()
    for kind in settings.MESSENGERS:
        # Each in a thread of its own: one that is blocked must not hold up the others.
        rounds = partial(speak, kind), told, delivering.ROUND
        threading.Thread(target=beside, args=rounds, name=kind, daemon=True).start()
    while not told:
        try:
            worker.turn()
        except (DatabaseError, psycopg.Error) as failure:
            log.warning("database_lost", failure=type(failure).__name__)
            worker.let_go()
            time.sleep(POLL)
    worker.let_go()


def beside(work: Callable[[], object], told: list[int], pause: float = POLL) -> None:
    """Beside the ledger, which must not wait for it: a push service that does not answer, a file of many lines.
    `work` says whether there is more to do at once. What fails is left to a later round: the thread must not end."""
    while not told:
        try:
            if work():
                continue
        except Exception as failure:
            log.warning("work_failed", work=threading.current_thread().name, failure=type(failure).__name__)
            connections.close_all()
        time.sleep(pause)
    connections.close_all()


def send_notices() -> object:
    return sending.send_due(push.write)


def speak(kind: str) -> None:
    """One round. It says nothing of more to do: the next one has to wait its second."""
    delivering.deliver_due(kind, push.write, bots.reach)


class Worker:
    """One turn: the rounds when it is time, what is due, then sleep until the bell."""

    def __init__(self) -> None:
        self.bell: psycopg.Connection[Any] | None = None
        self.due_at = dict.fromkeys(ROUNDS, 0.0)

    def turn(self) -> None:
        if self.bell is None:
            self.bell = psycopg.connect(settings.DATABASE_DIRECT_URL, autocommit=True, application_name=WORKER)
            self.bell.execute(f"listen {CHANNEL}")
        # The sign of life that pg_stat_activity shows; also while there is so much to do that nobody waits.
        self.bell.execute("select 1")
        for work, every in ROUNDS:
            if time.monotonic() >= self.due_at[work, every]:
                work()
                self.due_at[work, every] = time.monotonic() + every
        if not work_off():
            self._wait()

    def _wait(self) -> None:
        assert self.bell is not None
        for _heard in self.bell.notifies(timeout=POLL, stop_after=1):
            pass

    def let_go(self) -> None:
        if self.bell is not None:
            with contextlib.suppress(psycopg.Error):
                self.bell.close()
            self.bell = None
        connections.close_all()
