"""Windows for one call with the database read, the exact check and the reasons; and many who book the same people."""

from __future__ import annotations

import json
import subprocess
import sys

from svyazka.config.bench.ground import Ground, ground
from svyazka.config.bench.report import Row
from svyazka.config.embedded import Embedded

_INSIDE = "import django; django.setup(); from svyazka.config.bench.{} import main; main()"


def rows(quick: bool) -> list[Row]:
    calls, many = (60, 240) if quick else (300, 700)
    with ground() as place:
        of_few, of_many = _told(place, "visits_phone", 60, calls), _told(place, "visits_phone", many, calls)
        fight = _told(place, "visits_fight")
    near = min(of_few["near"], of_many["near"])
    return [
        Row("a window out of the database, 60 engineers × 14 days, p50", of_few["p50"], "CPU ms"),
        Row("a window out of the database, 60 engineers × 14 days, p95", of_few["p95"], "CPU ms", must=25, aim=10),
        Row(f"a window out of the database, {many} crews × 14 days, p50", of_many["p50"], "CPU ms"),
        Row(f"a window out of the database, {many} crews × 14 days, p95", of_many["p95"], "CPU ms", must=120, aim=40),
        Row("the first of them within a minute of an exhaustive search", near, "%", better="higher", must=95, aim=99),
        Row("of them that cannot be kept", of_few["broken"] + of_many["broken"], "windows", must=0, aim=0),
        Row("32 writers on the same people", fight["booked"], "bookings/s", better="higher", must=500, aim=1200),
        Row("32 writers: who came too late", fight["late"], "%"),
        Row("32 writers: overlaps", fight["overlaps"], "pairs", must=0, aim=0),
        Row("32 writers: partial teams", fight["partial"], "visits", must=0, aim=0),
        Row("32 writers: errors that a person sees", fight["errors"], "errors", must=0, aim=0),
    ]


def _told(place: Ground, what: str, *numbers: int) -> dict[str, float]:
    cluster = Embedded(place.folder).cluster
    words = [sys.executable, "-c", _INSIDE.format(what), *map(str, numbers), str(cluster)]
    environment = {**place.environment, "DJANGO_SETTINGS_MODULE": "svyazka.config.settings"}
    told = subprocess.run(words, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    figures: dict[str, float] = json.loads(told.stdout.splitlines()[-1])
    print(f"bench: {what} {numbers}: {figures}", file=sys.stderr, flush=True)
    return figures
