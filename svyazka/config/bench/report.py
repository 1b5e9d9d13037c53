"""One JSON object per benchmark, the same for all of them; a must that is missed fails it."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from importlib import import_module
from typing import Literal


@dataclass(frozen=True)
class Row:
    """One figure. `must` is the bound that it may not miss, `aim` where it should come to, `peers` what others need."""

    name: str
    value: float
    unit: str
    better: Literal["lower", "higher"] = "lower"
    must: float | None = None
    aim: float | None = None
    peers: Mapping[str, float] = field(default_factory=dict)

    @property
    def is_ok(self) -> bool:
        if self.must is None:
            return True
        return self.value <= self.must if self.better == "lower" else self.value >= self.must


def main(name: str, *, quick: bool) -> int:
    """Runs `svyazka.config.bench.<name>`, which has `rows(quick) -> list[Row]`."""
    rows: list[Row] = import_module(f"svyazka.config.bench.{name}").rows(quick)
    ok = all(row.is_ok for row in rows)
    print(json.dumps(said(name, rows, ok=ok), ensure_ascii=False, indent=1))
    for row in rows:
        if not row.is_ok:
            print(f"missed: {row.name} is {row.value:g} {row.unit}, must be {row.must:g}", file=sys.stderr)
    return 0 if ok else 1


def said(name: str, rows: list[Row], *, ok: bool) -> dict[str, object]:
    figures = [{**asdict(row), "value": float(f"{row.value:.4g}"), "peers": dict(row.peers)} for row in rows]
    return {"bench": name, "machine": machine(), "rows": figures, "ok": ok}


def machine() -> str:
    """What the figures were taken on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    processors = len(os.sched_getaffinity(0))
    return f"{processors} × {_processor()}, {memory:.0f} GB, Python {platform.python_version()}"


def _processor() -> str:
    try:
        with open("/proc/cpuinfo") as file:
            names = [line.split(":", 1)[1].strip() for line in file if line.startswith("model name")]
    except OSError:
        names = []
    return names[0] if names else platform.machine()
