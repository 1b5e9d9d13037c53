"""One request beside a whole base in PostgreSQL: candidates, score and reasons."""

from __future__ import annotations

import json
import subprocess
import sys

from svyazka.config.bench import base
from svyazka.config.bench.ground import Ground, ground
from svyazka.config.bench.report import Row
from svyazka.config.embedded import Embedded

_INSIDE = "import django; django.setup(); from svyazka.config.bench.matching_inside import main; main()"


def rows(quick: bool) -> list[Row]:
    clients, requests = (20_000, 1000) if quick else (1_000_000, 4000)
    with ground() as place:
        print(f"bench: {clients:,} clients are made up and filed", file=sys.stderr, flush=True)
        base.fill(place.url, clients)
        figures = _told(place, clients, requests)
    both = figures["house"] + figures["database"]
    return [
        Row(f"one request at {clients:,} clients", both, "CPU ms", must=4, aim=1.5),
        Row("of it in the database", figures["database"], "CPU ms"),
        Row("of requests from clients: he is attached or shown", figures["shown"], "%", "higher", must=97),
    ]


def _told(place: Ground, *numbers: int) -> dict[str, float]:
    words = [sys.executable, "-c", _INSIDE, *map(str, numbers), str(Embedded(place.folder).cluster)]
    environment = {**place.environment, "DJANGO_SETTINGS_MODULE": "svyazka.config.settings"}
    told = subprocess.run(words, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    figures: dict[str, float] = json.loads(told.stdout.splitlines()[-1])
    print(f"bench: {figures}", file=sys.stderr, flush=True)
    return figures
