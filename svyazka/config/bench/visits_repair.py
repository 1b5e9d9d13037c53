"""One engineer falls ill on a full day: whom else it disturbs, what is lost, and how long it takes to know."""

from __future__ import annotations

import sys
import time
from statistics import fmean, median

from svyazka.config.bench import dispatch
from svyazka.config.bench.report import Row
from svyazka.engines.routing.evaluate import evaluate
from svyazka.engines.routing.repair import Repaired, repair

CREWS, VISITS = 40, 270


def rows(quick: bool) -> list[Row]:
    seeds, every = (2, 8) if quick else (5, 4)
    disturbed, lost, took, broken = [], [], [], 0
    for seed in range(1, seeds + 1):
        print(f"bench: a day of {CREWS} engineers, {seed}", file=sys.stderr, flush=True)
        day = dispatch.morning(seed, CREWS, VISITS)
        for worker in range(0, CREWS, every):
            now = dispatch.ill(day, worker)
            began = time.process_time()
            ways_out = repair(now)
            took.append((time.process_time() - began) * 1000)
            broken += sum(not evaluate(now, one.plan).is_sound for one in ways_out)
            disturbed.append(_others(ways_out[0], worker))
            lost.append(len(ways_out[0].costs.lost))
    return [
        Row(
            "an engineer falls ill: others' visits that change engineer", fmean(disturbed), "visits", must=1.0, aim=0.5
        ),
        Row("an engineer falls ill: visits lost", fmean(lost), "visits", must=0.5, aim=0.3),
        Row("an engineer falls ill: all ways out", median(took), "CPU ms", must=200, aim=50),
        Row("ways out that break a hard rule", broken, "plans", must=0, aim=0),
    ]


def _others(best: Repaired, worker: int) -> int:
    others = [one for one in best.changes if one.workers and worker not in one.workers_before]
    return sum(set(one.workers) != set(one.workers_before) for one in others)
