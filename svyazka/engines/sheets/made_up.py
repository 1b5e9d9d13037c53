"""Forms and answers out of a seed, for tests: the same ones are checked here and in a browser."""

from __future__ import annotations

from random import Random
from typing import Any

from svyazka.engines.sheets.form import OPENS, Field, Form, Kind, Section


def answers(form: Form, random: Random) -> dict[str, Any]:
    """Something in most of the fields: right, nearly right and wrong."""
    made: dict[str, Any] = {}
    for section in form.sections:
        if section.rows is None:
            made[section.code] = _values(section, random)
        else:
            kinds = [kind.code for kind in section.rows.kinds]
            made[section.code] = [
                {
                    "id": f"row-{number}",
                    "kind": random.choice(kinds),
                    "answers": _values(section, random),
                    **({"removed": True} if random.random() < 0.15 else {}),
                }
                for number in range(random.randrange(4))
            ]
    return made


def _values(section: Section, random: Random) -> dict[str, Any]:
    return {field.code: value(field, random) for field in section.fields if random.random() < 0.8}


def value(field: Field, random: Random) -> Any:
    if field.kind == Kind.TRIPLE:
        around = _size(random)
        return [around + random.randrange(-4, 5) if random.random() < 0.9 else None for _time in range(3)]
    if field.kind == Kind.WHOLE:
        return _size(random)
    if field.kind == Kind.DECIMAL:
        return round(random.uniform(-10, 3000), 3)
    if field.kind in (Kind.CHOICE, Kind.CHOICES):
        chosen = random.choice(field.choices).code
        return chosen if field.kind == Kind.CHOICE else [chosen]
    if field.kind == Kind.YES_NO:
        return random.random() < 0.5
    if field.kind == Kind.PHOTO:
        return [f"00000000-0000-4000-8000-{number:012}" for number in range(random.randrange(3))]
    if field.kind == Kind.SASHES:
        return [{"opens": random.choice(OPENS), "hangs": "left"} for _sash in range(random.randrange(4))]
    return random.choice(["", "yes", "the neighbours have the key"])


def _size(random: Random) -> int:
    return random.choice([0, 3, 50, 1200, 1400, 1843, 1844, 1850, 2100, 5000]) + random.randrange(-3, 4)
