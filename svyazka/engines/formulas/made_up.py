"""Formulas out of a seed, for tests and for what is measured."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random

from svyazka.engines.formulas.formula import Kind, Value

NAMES: dict[str, Kind] = {
    "amount": Kind.MONEY,
    "costs": Kind.MONEY,
    "calls": Kind.NUMBER,
    "share": Kind.NUMBER,
    "opened": Kind.MOMENT,
    "due": Kind.DATE,
    "note": Kind.TEXT,
    "urgent": Kind.YES,
    "kinds": Kind.LIST,
}
NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)


def values(random: Random) -> dict[str, Value | None]:
    """One in eight is not known."""
    made: dict[str, Value] = {
        "amount": Decimal(random.randrange(0, 90_000_000)) / 100,
        "costs": Decimal(random.randrange(0, 5_000_000)) / 100,
        "calls": Decimal(random.randrange(0, 40)),
        "share": Decimal(random.randrange(-300, 300)) / 8,
        "opened": NOON - timedelta(minutes=random.randrange(0, 900_000)),
        "due": date(2026, 1, 1) + timedelta(days=random.randrange(0, 700)),
        "note": random.choice(["", "he rang", "thinks"]),
        "urgent": random.random() < 0.5,
        "kinds": tuple(random.sample(["a", "b", "c"], random.randrange(0, 3))),
    }
    return {code: None if random.random() < 0.125 else value for code, value in made.items()}
