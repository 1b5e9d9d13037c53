"""Several processes as one: started in order, started again when they die, stopped in the opposite order.

Each child leads a session of its own, so that Ctrl-C in the terminal comes to us alone and what a child leaves
behind can be ended with it; and the kernel tells it when we are killed (prctl(2), PR_SET_PDEATHSIG).
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

_ENDING = {signal.SIGINT, signal.SIGTERM, signal.SIGHUP}
_HEARD = {*_ENDING, signal.SIGCHLD}
_PR_SET_PDEATHSIG = 1
PAUSES = (0.2, 1, 2, 5, 10, 30)  # seconds before it is started again, by how often it has died lately
AT_LATEST = 20  # seconds that a process waits for the others to be ready
LOOKS_EVERY = 1  # seconds
STEADY = 30  # seconds after which earlier deaths are forgotten


@dataclass
class Process:
    """A command that has to run for as long as we do."""

    name: str
    command: list[str]
    environment: Mapping[str, str]
    patience: float = 15  # seconds it is given to end by itself
    after_ready: bool = False  # leaves the processors to those that the first page needs
    deaths: int = 0
    started_at: float = 0
    start_again_at: float = 0
    running: subprocess.Popen[bytes] | None = field(default=None, repr=False)


class Killed(Exception):
    """A second Ctrl-C: the person does not want to wait."""


def supervise(
    processes: Iterable[Process],
    *,
    is_ready: Callable[[], bool],
    say_ready: Callable[[], None],
    look_after: Callable[[], None],
) -> None:
    """Returns after a signal, when all of them have ended. `look_after` is called about once a second."""
    watched = list(processes)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _HEARD)
    try:
        _run_until_told(watched, is_ready, say_ready, look_after)
        for process in reversed(watched):
            _stop(process)
    except Killed:
        _say("killed")
    finally:
        for process in watched:
            _kill_what_is_left(process)
        while signal.sigtimedwait(_HEARD, 0):  # a third Ctrl-C must not cut off the database's stop
            pass
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _run_until_told(
    watched: list[Process],
    is_ready: Callable[[], bool],
    say_ready: Callable[[], None],
    look_after: Callable[[], None],
) -> None:
    ready, looked_at = False, time.monotonic()
    for process in watched:
        process.start_again_at = time.monotonic() + (AT_LATEST if process.after_ready else 0)
    while True:
        _start_what_is_due(watched)
        heard = signal.sigtimedwait(_HEARD, _next_look(watched, ready))
        if heard and heard.si_signo in _ENDING:
            _say("stopping")
            return
        _note_the_dead(watched)
        if time.monotonic() - looked_at >= LOOKS_EVERY:
            look_after()
            looked_at = time.monotonic()
        if not ready and is_ready():
            ready = True
            say_ready()
            for process in watched:
                if process.after_ready:
                    process.start_again_at = 0


def _start_what_is_due(watched: list[Process]) -> None:
    now = time.monotonic()
    for process in watched:
        if process.running is None and process.start_again_at <= now:
            process.started_at = now
            process.running = _start(process)


def _start(process: Process) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        process.command,
        env=dict(process.environment),
        stdin=subprocess.DEVNULL,
        start_new_session=True,
        preexec_fn=following_us(),
    )


def following_us() -> Callable[[], None]:
    """What a child does first, so that it does not outlive us."""
    us = os.getpid()

    def follow_us() -> None:
        _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        signal.pthread_sigmask(signal.SIG_SETMASK, set())
        if os.getppid() != us:  # we died before the kernel knew
            os._exit(1)

    return follow_us


def _next_look(watched: list[Process], ready: bool) -> float:
    if not ready:
        return 0.1
    due = [process.start_again_at for process in watched if process.running is None]
    return max(0.01, min([*due, time.monotonic() + LOOKS_EVERY]) - time.monotonic())


def _note_the_dead(watched: list[Process]) -> None:
    now = time.monotonic()
    for process in watched:
        if process.running is None or process.running.poll() is None:
            continue
        code = process.running.returncode
        _kill_what_is_left(process)
        process.deaths = 1 if now - process.started_at > STEADY else process.deaths + 1
        pause = PAUSES[min(process.deaths, len(PAUSES)) - 1]
        process.start_again_at = now + pause
        _say(f"{process.name} ended ({_how(code)}); starting it again in {pause:g} s")


def _stop(process: Process) -> None:
    if process.running is None:
        return
    with contextlib.suppress(ProcessLookupError):
        process.running.terminate()
    last = time.monotonic() + process.patience
    while process.running.poll() is None:
        left = last - time.monotonic()
        if left <= 0:
            _say(f"{process.name} does not end by itself; ending it")
            break
        heard = signal.sigtimedwait(_HEARD, left)
        # The terminal that closes sends SIGHUP after Ctrl-C; only an impatient person repeats these two.
        if heard and heard.si_signo in (signal.SIGINT, signal.SIGTERM):
            raise Killed
    _kill_what_is_left(process)


def _kill_what_is_left(process: Process) -> None:
    if process.running is None:
        return
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.running.pid, signal.SIGKILL)
    process.running.wait()
    process.running = None


def _how(code: int) -> str:
    return f"signal {signal.Signals(-code).name}" if code < 0 else f"code {code}"


def _say(what: str) -> None:
    print(f"svyazka: {what}", file=sys.stderr, flush=True)


_libc = ctypes.CDLL(None, use_errno=True)
