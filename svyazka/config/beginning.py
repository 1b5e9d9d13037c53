"""`svyazka init`: a company from a blueprint, and what a person who looks round needs to know."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from svyazka.config.holding import CannotStart
from svyazka.config.places import data_folder

if TYPE_CHECKING:
    from svyazka.config.company import Demonstration

# Short, plain words: the password is read off one screen and typed on another.
_WORDS = tuple(
    """
    amber apple autumn bird birch bridge brook candle cedar cherry cloud copper corn dawn dew ember falcon fern field
    flint forest fox garden glass harbour hazel heron honey iris island ivory juniper lake lantern larch lemon lilac
    linen maple meadow mint moss north oak olive orchard otter pearl pepper pine poppy quartz rain raven reed river
    rowan rye saffron silver snow spruce stone summer swan thyme tulip velvet violet walnut willow winter
    """.split()  # noqa: SIM905 - sixty words in quotation marks are nothing to read
)


def begin(blueprint: str, *, with_demonstration: bool) -> int:
    """The caller has set up Django."""
    from django.db import transaction

    from svyazka.config import company, migrating

    if blueprint not in company.known():
        raise CannotStart(f"There is no blueprint “{blueprint}”. Known: {', '.join(company.known())}.")
    migrating.migrate()
    # One transaction, and the file before its end: whoever is cut off leaves an empty database, to begin anew in.
    with transaction.atomic():
        try:
            company.start(blueprint)
        except company.AlreadyStarted:
            raise CannotStart("There is a company in this database already; a blueprint begins a new one.") from None
        demonstration_file().unlink(missing_ok=True)
        if with_demonstration:
            password, bot_secret = readable_password(), secrets.token_urlsafe(24)
            keep(demonstration_file(), company.add_demonstration(blueprint, password=password, bot_secret=bot_secret))
    return 0


def readable_password() -> str:
    return "-".join(secrets.choice(_WORDS) for _ in range(4)) + f"-{secrets.randbelow(90) + 10}"


def demonstration_file() -> Path:
    return data_folder() / "demonstration.txt"


def keep(place: Path, shown: Demonstration) -> None:
    """Readable by its owner alone; whoever ends the demonstration deletes it."""
    place.parent.mkdir(parents=True, exist_ok=True)
    lines = [f"password: {shown.password}", f"bot_secret: {shown.bot_secret}"]
    lines += [f"login {person.login}: {person.role}" for person in shown.people]
    with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write("\n".join(lines) + "\n")
        file.flush()
        os.fsync(file.fileno())


def read_demonstration(place: Path) -> Mapping[str, str]:
    """`password`, `bot_secret` and `login olga` ... as they were kept; empty when there is no demonstration."""
    try:
        lines = place.read_text().splitlines()
    except FileNotFoundError:
        return {}
    return dict(line.split(": ", 1) for line in lines if ": " in line)
