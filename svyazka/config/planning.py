"""The chores see that somebody waits for a plan, and begin a process for it: solvers are large, and what they take of
the processor is counted."""

from __future__ import annotations

import subprocess

from svyazka.business.visits.planning import job
from svyazka.config.starting import SVYAZKA
from svyazka.config.supervisor import following_us


def begin_what_is_waited_for() -> None:
    """Until it is done. Elsewhere, or in another process, somebody may be at it already: that one ends at once."""
    if job.is_waited_for():
        subprocess.run([*SVYAZKA, "plan"], preexec_fn=following_us(), check=False)


def work_off() -> None:
    """`svyazka plan`"""
    while job.work_off():
        pass
