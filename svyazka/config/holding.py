"""Who holds the data folder and its database: one `svyazka run` at a time, and nobody stops what is not his."""

from __future__ import annotations

import fcntl
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from svyazka.config import database
from svyazka.config.embedded import CannotRun, Embedded
from svyazka.config.ending import end_as_with_ctrl_c
from svyazka.config.places import FolderUnusable

# Sessions of a server that was killed hold its memory until their statements end; no new one starts before.
PATIENCE = 60


class CannotStart(Exception):
    """Something that the person at the keyboard can put right, in one line."""


@contextmanager
def folder_held(folder: Path) -> Iterator[None]:
    """The data folder is ours alone. The system lets go of it by itself when we die."""
    with _lock_of(folder) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise CannotStart(
                f"Svyazka already runs on {folder} (process {lock.read().strip() or 'unknown'}). "
                "Stop that one first, or name another folder in SVYAZKA_DATA."
            ) from None
        lock.seek(0)
        lock.truncate()
        lock.write(f"{os.getpid()}\n")
        lock.flush()
        yield


def _lock_of(folder: Path) -> TextIO:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return (folder / "run.lock").open("a+")
    except OSError as refusal:
        raise FolderUnusable(folder, refusal) from None


@contextmanager
def database_up() -> Iterator[str]:
    """The database answers while inside; afterwards only what was started here is stopped."""
    if database.is_own_server():
        database.make_sure(database.database_url())
        yield database.database_url()
        return
    cluster = database.embedded()
    if cluster.is_running():
        yield cluster.url()
        return
    with folder_held(cluster.folder), started(cluster) as url:
        database.make_sure(url)
        yield url


@contextmanager
def started(cluster: Embedded) -> Iterator[str]:
    """For whoever holds the folder. A mark says that the server is ours, so that it is also stopped when
    the process that started it was killed and this one comes after it."""
    end_as_with_ctrl_c()
    mark = cluster.folder / "postgres.ours"
    if not cluster.is_running():
        mark.touch()  # before it starts, for that may be interrupted too
    try:
        cluster.start()
        yield cluster.url()
    finally:
        if mark.exists():
            cluster.stop()
            mark.unlink(missing_ok=True)


def bring_back(cluster: Embedded) -> None:
    """Starts a cluster again that has died, for example by the system's hand when memory ran short."""
    if not cluster.has_died():
        return
    _say("the database has died; starting it again")
    last = time.monotonic() + PATIENCE
    while not _starts(cluster):
        if time.monotonic() > last:
            raise CannotStart(f"The database cannot be started again; see {cluster.cluster / 'server.log'}.")
        time.sleep(1)
    _say("the database runs again")


def _starts(cluster: Embedded) -> bool:
    try:
        if cluster.start():
            (cluster.folder / "postgres.ours").touch()
    except CannotRun:
        return False
    return not cluster.has_died()  # pg_ctl takes one that is not buried yet for running


def _say(what: str) -> None:
    print(f"svyazka: {what}", file=sys.stderr, flush=True)
