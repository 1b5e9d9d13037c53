"""Bringing the database to this version, and seeing quickly that it is there already."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Iterator
from datetime import datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import psycopg

from svyazka.config.places import data_folder

# Any number will do, as long as nobody else uses it: two processes must not migrate at once.
LOCK = 5_219_001


def migrate() -> None:
    """The caller has set up Django."""
    from django.core.management import call_command
    from django.db import connection

    from svyazka.business.intake import chores
    from svyazka.business.personal_data import coming_back

    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(%s)", [LOCK])
        call_command("migrate", interactive=False, verbosity=0)
        chores.make_pieces_ahead()
        coming_back.erase_again()
        cursor.execute("select pg_advisory_unlock(%s)", [LOCK])


def erase_again() -> int:
    """After a restore; the caller has set up Django. Without a list there is nobody."""
    if any(_erased()):
        migrate()
    return 0


def somebody_came_back(connection: psycopg.Connection[Any]) -> bool:
    """Whether the database holds somebody who was erased, and does not know of it: it is older than the list."""
    lines = list(_erased())
    if not lines:
        return False
    known = {at for (at,) in connection.execute("select asked_at from personal_data_erasure where state <> 'waiting'")}
    back = [line["clients"] for line in lines if datetime.fromisoformat(line["asked_at"]) not in known]
    born = [(int(number), datetime.fromisoformat(at)) for clients in back for number, at in clients.items()]
    there = connection.execute(_THERE, [[number for number, _at in born], [at for _number, at in born]]).fetchone()
    return bool(there and there[0])


_THERE = """
select exists (
    select from clients_client c join unnest(%s::bigint[], %s::timestamptz[]) as erased (id, born)
    on erased.id = c.id and erased.born = c.created_at
)
"""


def erased_list() -> Path:
    return Path(os.environ.get("SVYAZKA_ERASED", data_folder() / "erased.jsonl"))


def _erased() -> Iterator[dict[str, Any]]:
    try:
        said = erased_list().read_text(encoding="utf-8").splitlines()
    except FileNotFoundError:
        return
    for line in said:
        with contextlib.suppress(ValueError):  # cut off by a crash: that erasure had not ended
            yield json.loads(line)


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
