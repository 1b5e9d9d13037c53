"""`svyazka check`: looks at what goes wrong silently, and says it in a line each."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from svyazka.config import database, given, migrating
from svyazka.config.embedded import Embedded
from svyazka.config.holding import CannotStart, database_up
from svyazka.config.places import CHECKOUT, FolderUnusable, data_folder
from svyazka.kit import proxies

ENOUGH_DISK = 2 * 1024**3
CLOCK_MAY_DIFFER = 2.0  # seconds between the database's clock and ours


class Problem(Exception):
    """What is wrong, and what to do."""


def check() -> int:
    """1 when anything is wrong. Everything is looked at, also after the first problem."""
    outcomes = [_outcome(name, look) for name, look in LOOKS.items()]
    return 0 if all(outcomes) else 1


def check_migrations() -> int:
    """In a database that is thrown away, so that a newcomer's `make check` touches nothing."""
    given.make_sure()
    with _passing_database():
        import django

        django.setup()
        from django.core.management import call_command

        try:
            call_command("makemigrations", check=True, dry_run=True, verbosity=1)
        except SystemExit:
            print("problem  migrations: a model has changed without one; write it, named after its reason")
            return 1
    print("ok       migrations: every change of a model has one")
    return 0


def _outcome(name: str, look: Callable[[], str]) -> bool:
    try:
        print(f"ok       {name}: {look()}")
        return True
    except Problem as problem:
        print(f"problem  {name}: {problem}")
    except (CannotStart, FolderUnusable, database.WrongDatabase, psycopg.Error, OSError) as failure:
        print(f"problem  {name}: {str(failure).strip().splitlines()[0]}")
    return False


def _settings() -> str:
    given.make_sure()
    host = os.environ.get("SVYAZKA_HOST", "127.0.0.1")
    if host not in ("127.0.0.1", "localhost", "::1") and not os.environ.get("SVYAZKA_HOSTS"):
        raise Problem(f"people come to {host}, but SVYAZKA_HOSTS does not name the addresses they use.")
    hosts = os.environ.get("SVYAZKA_HOSTS", "")
    if "*" in hosts.split(","):
        raise Problem("SVYAZKA_HOSTS=* lets anybody choose the address in links; name the addresses.")
    proxies.named(os.environ.get("SVYAZKA_PROXIES", ""))
    return f"{host}:{given.port()}"


def _data_folder() -> str:
    folder = data_folder()
    key = folder / "secret.key"
    if key.exists() and key.stat().st_mode & 0o077:
        raise Problem(f"{key} can be read by others; type: chmod 600 {key}")
    if folder.exists() and not (folder.is_dir() and os.access(folder, os.W_OK)):
        raise Problem(f"{folder} is no folder that can be written into; name another one in SVYAZKA_DATA.")
    return str(folder)


def _database() -> str:
    with database_up() as url:
        database.make_sure(url)
        with psycopg.connect(url, autocommit=True) as connection:
            version = connection.info.server_version
            row = connection.execute("show fsync").fetchone()
    if row and row[0] != "on":
        raise Problem("fsync is off: a power cut would lose what was answered for.")
    return f"PostgreSQL {version // 10000}.{version % 10000}, knows Cyrillic letters"


def _migrations() -> str:
    with database_up() as url, psycopg.connect(url, autocommit=True) as connection:
        missing = sorted(migrating.missing(connection))
    if missing:
        raise Problem(f"{len(missing)} are not applied ({'.'.join(missing[0])} ...); type: svyazka migrate")
    return "all applied"


def _static_files() -> str:
    manifest = CHECKOUT / "build" / "static" / "staticfiles.json"
    if not manifest.exists():
        raise Problem("not gathered; type: make setup")
    return "gathered"


def _clock() -> str:
    with database_up() as url, psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute("select clock_timestamp()").fetchone()
        differs = abs((datetime.now(UTC) - row[0]).total_seconds()) if row else 0.0
    if differs > CLOCK_MAY_DIFFER:
        raise Problem(f"this machine and the database differ by {differs:.0f} s; set both by NTP.")
    if datetime.now(UTC).year < 2026:
        raise Problem("this machine's clock is years behind.")
    return "agrees with the database's"


def _disk() -> str:
    place = data_folder()
    while not place.exists():
        place = place.parent
    free = shutil.disk_usage(place).free
    if free < ENOUGH_DISK:
        raise Problem(f"only {free / 1024**3:.1f} GB free at {place}.")
    return f"{free / 1024**3:.0f} GB free"


def _storage() -> str:
    from django.core.files.storage import storages

    from svyazka.kit import stores

    given.make_sure()
    for alias in ("files", "attachments", "recordings", "default"):
        place, trouble = stores.tried(storages[alias])
        if trouble:
            raise Problem(f"{alias}, {place}: {trouble}")
    return "files can be put there, read and removed"


@contextmanager
def _passing_database() -> Iterator[None]:
    if database.is_own_server():
        yield
        return
    with tempfile.TemporaryDirectory(prefix="svyazka-check-") as place:
        Path(place).chmod(0o755)  # PostgreSQL runs under an account of its own when we are root
        os.environ["SVYAZKA_DATA"] = place
        cluster = Embedded(Path(place), settings={"fsync": "off"})
        cluster.start()
        try:
            database.make_sure(cluster.url())
            yield
        finally:
            cluster.stop()


LOOKS: dict[str, Callable[[], str]] = {
    "settings": _settings,
    "data folder": _data_folder,
    "database": _database,
    "migrations": _migrations,
    "static files": _static_files,
    "clock": _clock,
    "disk": _disk,
    "storage": _storage,
}
