"""A process whose work can wait leaves the processors to those for whom somebody waits."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

NICENESS = 10


def give_way() -> None:
    """From now on, with what a database on this machine does for this process."""
    _be_nice(os.getpid())
    connection_created.connect(_let_it_give_way, dispatch_uid="giving way")


def _let_it_give_way(connection: BaseDatabaseWrapper, **_given: Any) -> None:
    """A session of a database elsewhere has a number, too, which is that of some other process here."""
    session: int = connection.connection.info.backend_pid
    # Not every account may do it, and nothing depends on it.
    with suppress(OSError):
        if Path(f"/proc/{session}/cmdline").read_bytes().startswith(b"postgres: "):
            _be_nice(session)


def _be_nice(process: int) -> None:
    os.setpriority(os.PRIO_PROCESS, process, NICENESS)
    if os.getsid(process) == process and _sessions_count():
        with suppress(OSError):
            Path(f"/proc/{process}/autogroup").write_text(str(NICENESS))
            # Its session has a share of its own now; within it this costs nothing. But whoever wakes up takes a
            # processor on which only such work runs for a free one.
            os.sched_setscheduler(process, os.SCHED_IDLE, os.sched_param(0))


def _sessions_count() -> bool:
    """Linux counts the niceness of a process only within its session (autogroup, sched(7)), and each of ours has one
    of its own: the session as a whole is told. Not so in a container or a unit of systemd, which are groups already
    (cgroups(7): only the group of the whole machine has no weight)."""
    with suppress(OSError):
        is_on = Path("/proc/sys/kernel/sched_autogroup_enabled").read_text().strip() == "1"
        groups = [line.split(":", 2)[1:] for line in Path("/proc/self/cgroup").read_text().splitlines()]
        ours = [path for kinds, path in groups if not kinds or "cpu" in kinds.split(",")]
        return is_on and set(ours) == {"/"} and not Path("/sys/fs/cgroup/cpu.weight").exists()
    return False
