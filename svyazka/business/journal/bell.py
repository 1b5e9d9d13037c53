"""The bell: tells other processes, after a commit, that there are new rows to read.

NOTIFY inside a business transaction takes a lock over the whole cluster at commit (PostgreSQL,
src/backend/commands/async.c); so it is rung on a connection of its own, at most once in 10 ms and process.
A lost bell is no harm: listeners poll too.
"""

from __future__ import annotations

import contextlib
import os
import threading

import psycopg
from django.conf import settings

NEWS = "svyazka_bell"  # something has happened that open pages want to know
ARRIVALS = "svyazka_arrivals"  # the ledger holds something that somebody waits for
PHONES = "svyazka_phones"  # a telephone system is asked for something
PAUSE = 0.010


class _Ringer:
    def __init__(self) -> None:
        self.process = os.getpid()
        self.wanted = threading.Event()
        self.channels: set[str] = set()
        threading.Thread(target=self._ring_when_wanted, name="bell", daemon=True).start()

    def _ring_when_wanted(self) -> None:
        connection: psycopg.Connection | None = None
        while True:
            self.wanted.wait()
            self.wanted.clear()
            try:
                connection = connection or psycopg.connect(settings.DATABASE_DIRECT_URL, autocommit=True)
                while self.channels:
                    connection.execute(f"notify {self.channels.pop()}")
            except psycopg.Error:
                with contextlib.suppress(Exception):
                    if connection:
                        connection.close()
                connection = None
            threading.Event().wait(PAUSE)


_ringer: _Ringer | None = None
_making = threading.Lock()


def ring(channel: str = NEWS) -> None:
    """Returns at once. Call it after the commit: `transaction.on_commit(bell.ring)`."""
    global _ringer
    if _ringer is None or _ringer.process != os.getpid():
        with _making:
            if _ringer is None or _ringer.process != os.getpid():
                _ringer = _Ringer()
    _ringer.channels.add(channel)
    _ringer.wanted.set()
