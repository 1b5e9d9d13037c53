"""Run in a process of its own with Django set up: a file of made-up clients moves in, as it does when somebody
uploads it and the worker goes on with it, from the file to the last client."""

from __future__ import annotations

import csv
import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random

from django.conf import settings
from django.core.files import File

from svyazka.business.deals.models import Pipeline
from svyazka.business.moving_in import columns, going_on, mapping, storing, upload
from svyazka.business.moving_in.models import MoveIn, MoveInRow
from svyazka.business.staff.models import Person, Role
from svyazka.config import memory
from svyazka.config.bench import processor
from svyazka.engines.matching import made_up
from svyazka.engines.matching.record import Given

TITLES = ("name", "phone", "email", "company", "inn", "address", "telegram")


def main() -> None:
    """Arguments: how many rows, after how many batches to stop (0: never), the folder of the cluster. The figures go to
    stdout."""
    rows, batches, cluster = int(sys.argv[1]), int(sys.argv[2]), Path(sys.argv[3])
    settings.MEDIA_ROOT = cluster.parent / "files"
    table(rows, cluster.parent / "clients.csv")
    memory.settle()
    found = moved(cluster.parent / "clients.csv", batches or rows, cluster)
    print(json.dumps({**found, "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


def table(rows: int, place: Path) -> None:
    """What people keep in spreadsheets, of households that come to several lines each."""
    random, left = Random(19), rows  # noqa: S311 - the same file each time
    with place.open("w", encoding="utf-8", newline="") as file:
        lines = csv.writer(file, delimiter=";")
        lines.writerow(TITLES)
        while left:
            many = min(left, 5000)
            lines.writerows(map(_cells, made_up.sheet(random.randrange(10**9), rows=many)))
            left -= many


def _cells(one: Given) -> tuple[str, ...]:
    several = (one.names, one.phones, one.emails, one.companies, one.tax_numbers, one.addresses)
    return *("; ".join(said) for said in several), one.handles.get("telegram", "")


def moved(table: Path, batches: int, cluster: Path) -> dict[str, float]:
    """Processor seconds of the worker and of the database, step by step and together."""
    by = Person.objects.filter(role=Role.HEAD).order_by("pk")[0]
    found: dict[str, float] = {}

    def step(name: str, work: Callable[[], None]) -> None:
        own, database = time.process_time(), processor.of_sessions(cluster)
        work()
        found[name] = time.process_time() - own + (processor.of_sessions(cluster) - database) / 1000

    with table.open("rb") as file:
        given = upload.take_in(table.name, File(file), by=by)
    step("read", lambda: _work(batches))
    given.refresh_from_db()
    step("checked", lambda: _check(given, batches, by=by))
    given.refresh_from_db()
    if given.state == MoveIn.State.CHECKED:
        step("stored", lambda: _store(given, batches, by=by))
    lines = given.rows.filter(state=MoveInRow.State.STORED).count()
    return {**found, "all": sum(found.values()), "lines": lines}


def _check(given: MoveIn, batches: int, *, by: Person) -> None:
    columns.choose(given, given.columns, makes_deals=False, by=by)
    mapping.propose(given)
    mapping.choose(given, {}, pipeline=Pipeline.objects.all()[0], by=by)
    _work(batches)


def _store(given: MoveIn, batches: int, *, by: Person) -> None:
    storing.run(given, by=by)
    _work(batches)


def _work(batches: int) -> None:
    while batches and going_on.go_on():
        batches -= 1
