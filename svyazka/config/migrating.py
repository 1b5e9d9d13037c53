"""Bringing the database to this version, and seeing quickly that it is there already."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Any

import psycopg

# Any number will do, as long as nobody else uses it: two processes must not migrate at once.
LOCK = 5_219_001


def migrate() -> None:
    """The caller has set up Django."""
    from django.core.management import call_command
    from django.db import connection

    from svyazka.business.intake import chores

    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(%s)", [LOCK])
        call_command("migrate", interactive=False, verbosity=0)
        chores.make_pieces_ahead()
        cursor.execute("select pg_advisory_unlock(%s)", [LOCK])


def missing(connection: psycopg.Connection[Any]) -> set[tuple[str, str]]:
    """What is in the code and not in the database. Reads names only, so that it costs nothing to ask at every start."""
    row = connection.execute("select to_regclass('django_migrations') is not null").fetchone()
    if not row or not row[0]:
        return in_code()
    return in_code() - {(app, name) for app, name in connection.execute("select app, name from django_migrations")}


def in_code() -> set[tuple[str, str]]:
    """(room, name): a room's migrations carry the room's name."""
    rooms = Path(str(files("svyazka.business")))
    return {(file.parent.parent.name, file.stem) for file in rooms.glob("*/migrations/[0-9]*.py")}
