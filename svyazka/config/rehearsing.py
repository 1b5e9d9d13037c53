"""`svyazka rehearse`: what the house would do with the rows of a file, in a database that is gone afterwards."""

from __future__ import annotations

import csv
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from svyazka.config import database
from svyazka.config.embedded import Embedded
from svyazka.config.holding import CannotStart

# Nobody misses it after a power cut.
PASSING = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
DECISIONS = ("rec_id", "decision", "match", "candidates", "probability", "reason")
CLUSTERS = ("rec_id", "cluster_id", "certainty")
OFTEN = 1000  # rows between two words on how far it is


def leads(base: Path, arrivals: Path, out: Path) -> int:
    """The base first, then the requests one by one, in the order of their file."""
    with _rows(base) as known, _rows(arrivals) as told, _passing_database():
        from svyazka.business.duplicates.rehearsal import Rehearsal

        rehearsal = Rehearsal()
        print(f"clients in the base: {rehearsal.load(known)}", file=sys.stderr, flush=True)
        answers = (rehearsal.take(row) for row in _told(told))
        _write(
            out,
            DECISIONS,
            (
                (one.rec_id, one.decision, one.match, ";".join(one.candidates), f"{one.probability:.4f}", one.reason)
                for one in answers
            ),
        )
    return 0


def dedupe(file: Path, out: Path) -> int:
    import django

    django.setup()
    from svyazka.business.duplicates import rehearsal

    with _rows(file) as rows:
        _write(out, CLUSTERS, rehearsal.dedupe(list(rows)))
    return 0


@contextmanager
def _passing_database() -> Iterator[None]:
    """With all tables and nothing in them."""
    place = Path(tempfile.mkdtemp(prefix="svyazka-rehearsal-"))
    place.chmod(0o755)  # PostgreSQL runs under an account of its own when we are root
    cluster = Embedded(place, settings=PASSING)
    try:
        cluster.start()
        url = cluster.url()
        database.make_sure(url)
        os.environ |= {"DATABASE_URL": url, "DATABASE_DIRECT_URL": url}
        import django

        django.setup()
        from django.db import connections

        from svyazka.config import migrating

        migrating.migrate()
        yield
        connections.close_all()
    finally:
        cluster.stop()
        shutil.rmtree(place, ignore_errors=True)


@contextmanager
def _rows(path: Path) -> Iterator[Iterator[dict[str, str]]]:
    """Of a CSV with a head, in UTF-8."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            if "rec_id" not in (reader.fieldnames or ()):
                raise CannotStart(f"{path}: this is no CSV with a column rec_id, divided by commas.")
            yield ({name: value or "" for name, value in row.items() if name} for row in reader)
    except (OSError, UnicodeDecodeError, csv.Error) as refusal:
        raise CannotStart(f"{path} cannot be read: {refusal}") from refusal


def _write(path: Path, head: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    try:
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(head)
            writer.writerows(rows)
    except OSError as refusal:
        raise CannotStart(f"{path} cannot be written: {refusal}") from refusal


def _told(rows: Iterable[dict[str, str]]) -> Iterator[dict[str, str]]:
    for number, row in enumerate(rows, start=1):
        yield row
        if number % OFTEN == 0:
            print(f"requests: {number}", file=sys.stderr, flush=True)
