"""Who holds the data folder and its database: one `svyazka run` at a time, and nobody stops what is not his."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from svyazka.config import database
from svyazka.config.embedded import Embedded
from svyazka.config.ending import end_as_with_ctrl_c


class CannotStart(Exception):
    """Something that the person at the keyboard can put right, in one line."""


@contextmanager
def folder_held(folder: Path) -> Iterator[None]:
    """The data folder is ours alone. The system lets go of it by itself when we die."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "run.lock").open("a+") as lock:
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
    ours = mark.exists() or not cluster.is_running()
    if ours:
        mark.touch()  # before it starts, for that may be interrupted too
    try:
        cluster.start()
        yield cluster.url()
    finally:
        if ours:
            cluster.stop()
            mark.unlink(missing_ok=True)
