"""One request beside a whole base in PostgreSQL: candidates, score and reasons."""

from __future__ import annotations

import sys

from svyazka.config.bench.ground import ground
from svyazka.config.bench.report import Row


def rows(quick: bool) -> list[Row]:
    clients, requests = (20_000, 1000) if quick else (1_000_000, 4000)
    with ground() as place:
        print(f"bench: {clients:,} clients are made up and filed", file=sys.stderr, flush=True)
        figures = place.inside("matching_inside", clients, requests)
    both = figures["house"] + figures["database"]
    return [
        Row(f"one request at {clients:,} clients", both, "CPU ms", must=4, aim=1.5),
        Row("of it in the database", figures["database"], "CPU ms"),
        Row("of requests from clients: he is attached or shown", figures["shown"], "%", "higher", must=97),
    ]
