"""Processor time of the house: what its processes and its database have used, read from /proc."""

from __future__ import annotations

import os
from pathlib import Path

TICK = 1000 / os.sysconf("SC_CLK_TCK")  # milliseconds


def used(root: int, cluster: Path, *, named: str = "", with_sessions: bool = True) -> float:
    """Milliseconds so far: of the processes under the supervisor `root`, and of the sessions of its database.

    `named`: only of those whose command says so, and of what they have started.
    """
    listed = _processes()
    ours = _below(root, listed)
    if named:
        heads = {process for process in ours if named in _command(process)}
        ours = heads.union(*(_below(head, listed) for head in heads))
    postmaster = int((cluster / "postmaster.pid").read_text().split()[0])
    sessions = {process for process in _below(postmaster, listed) if with_sessions and _is_session(process)}
    return sum(listed[process][1] for process in ours | sessions) * TICK


def of_sessions(cluster: Path) -> float:
    """Milliseconds so far of the sessions of the database alone."""
    listed = _processes()
    postmaster = int((cluster / "postmaster.pid").read_text().split()[0])
    return sum(listed[process][1] for process in _below(postmaster, listed) if _is_session(process)) * TICK


def called(root: int, named: str) -> list[int]:
    """The processes under the supervisor `root` whose command says so."""
    return [process for process in _below(root, _processes()) if named in _command(process)]


def _processes() -> dict[int, tuple[int, int]]:
    """Process → (its parent, ticks of its own and of the children it has waited for)."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rsplit(")", 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        # proc(5): utime, stime, cutime, cstime are fields 14 to 17; the name's bracket closes field 2.
        found[int(entry.name)] = int(fields[1]), sum(map(int, fields[11:15]))
    return found


def _below(root: int, listed: dict[int, tuple[int, int]]) -> set[int]:
    below: set[int] = set()
    grown = {root}
    while grown:
        grown = {process for process, (parent, _ticks) in listed.items() if parent in grown} - below
        below |= grown
    return below


def _is_session(process: int) -> bool:
    """Of a client, not of the server's own housekeeping; and not the one the bench itself looks through."""
    return _command(process).startswith("postgres: svyazka svyazka ")


def _command(process: int) -> str:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return ""
