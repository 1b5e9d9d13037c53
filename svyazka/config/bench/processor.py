"""Processor time of the house: what its processes and its database have used, read from /proc."""

from __future__ import annotations

import os
from pathlib import Path

TICK = 1000 / os.sysconf("SC_CLK_TCK")  # milliseconds


def used(root: int, cluster: Path) -> float:
    """Milliseconds so far: of all processes under the supervisor `root`, and of the sessions of its database."""
    listed = _processes()
    ours = _below(root, listed) | {root}
    postmaster = int((cluster / "postmaster.pid").read_text().split()[0])
    sessions = {process for process in _below(postmaster, listed) if _is_session(process)}
    return sum(listed[process][1] for process in ours | sessions) * TICK


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
    try:
        title = Path(f"/proc/{process}/cmdline").read_bytes().replace(b"\0", b" ")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return title.startswith(b"postgres: svyazka svyazka ")
