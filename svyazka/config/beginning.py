"""`svyazka init`: a company from a blueprint or from nothing, and what a person who looks round needs to know."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from svyazka.config.holding import CannotStart
from svyazka.config.places import data_folder

if TYPE_CHECKING:
    from svyazka.business.company.start import Demonstration

# Short, plain words: the password is read off one screen and typed on another.
_WORDS = tuple(
    """
    amber apple autumn bird birch bridge brook candle cedar cherry cloud copper corn dawn dew ember falcon fern field
    flint forest fox garden glass harbour hazel heron honey iris island ivory juniper lake lantern larch lemon lilac
    linen maple meadow mint moss north oak olive orchard otter pearl pepper pine poppy quartz rain raven reed river
    rowan rye saffron silver snow spruce stone summer swan thyme tulip velvet violet walnut willow winter
    """.split()  # noqa: SIM905 - sixty words in quotation marks are nothing to read
)
FIRST_LOGIN = "administrator"


def begin(blueprint: str, *, with_demonstration: bool) -> int:
    """`blueprint`: the code of one of the house's, or a file. The caller has set up Django."""
    from django.db import transaction

    from svyazka.business.company import start
    from svyazka.config import blueprints, migrating

    given = blueprints.sound(blueprint)
    migrating.migrate()
    # One transaction, and the file before its end: whoever is cut off leaves an empty database, to begin anew in.
    with transaction.atomic():
        try:
            start.start(given)
        except start.AlreadyStarted:
            raise CannotStart("There is a company in this database already; a blueprint begins a new one.") from None
        demonstration_file().unlink(missing_ok=True)
        if with_demonstration:
            password, bot_secret = readable_password(), secrets.token_urlsafe(24)
            keep(demonstration_file(), start.add_demonstration(given, password=password, bot_secret=bot_secret))
    if with_demonstration:
        print(f"The company is set up, with a demonstration: {demonstration_file()}")
    else:
        print("The company is set up. Nobody can log in yet: svyazka staff administrator LOGIN NAME")
    return 0


def begin_empty() -> int:
    """Nothing but an administrator, who sets the company up on the screens. His password is shown this once."""
    from django.conf import settings
    from django.db import transaction
    from django.utils import translation

    from svyazka.business.company import start
    from svyazka.business.staff import hire
    from svyazka.business.staff.models import Person, Role
    from svyazka.config import migrating, staffing

    migrating.migrate()
    with transaction.atomic(), translation.override(settings.LANGUAGE_CODE):
        if start.is_started() or Person.objects.exists():
            raise CannotStart("There is a company in this database already.")
        password, name = readable_password(), str(Role.ADMINISTRATOR.label)
        hire.hire(login=FIRST_LOGIN, full_name=name, role=Role.ADMINISTRATOR, password=password, by=staffing.BY)
        demonstration_file().unlink(missing_ok=True)
        # Before it counts: a password that nobody has seen would open nothing.
        print(
            f"login: {FIRST_LOGIN}\npassword: {password}\nIt is shown only now; change it in the profile.", flush=True
        )
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
