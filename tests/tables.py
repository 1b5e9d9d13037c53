"""The database of the tests: made once, begun with a company, emptied after whoever has committed something."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

PASSWORD = "correct horse battery"
HOUSE = Path(__file__).parent.parent


def pytest_configure(config: pytest.Config) -> None:
    """One throw-away cluster for the whole run; each pytest-xdist worker makes its own database in it."""
    if hasattr(config, "workerinput") or os.environ.get("DATABASE_URL"):
        return
    from svyazka.config.embedded import Embedded

    folder = Path(tempfile.mkdtemp(prefix="svyazka-tests-"))
    folder.chmod(0o755)
    os.environ["SVYAZKA_DATA"] = str(folder)
    # Nothing of it has to survive a power cut.
    cluster = Embedded(folder, settings={"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"})
    _begin_with_tables(cluster)
    os.environ["DATABASE_URL"] = cluster.url()
    config.stash[_CLUSTER] = cluster
    _point_settings_at(cluster.url())


def _point_settings_at(url: str) -> None:
    """pytest-django reads the settings before any conftest.py, so they still name the customer's database."""
    from django.conf import settings

    from svyazka.config.database import connection_settings

    settings.DATABASE_URL = settings.DATABASE_DIRECT_URL = url
    given = connection_settings(url)
    settings.DATABASES["default"].update({key: given[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")})


def _begin_with_tables(cluster: Any) -> None:
    """All migrations take twenty seconds of the processor; what they make is kept beside the code until one of them
    is another, or the month is (tables are cut by it)."""
    kept = HOUSE / "build" / "tables-of-tests" / _tables_named()
    if not kept.exists():
        _make_tables(cluster, kept)
    subprocess.run(["/bin/cp", "-a", kept, cluster.cluster], check=True)
    cluster.start()


def _tables_named() -> str:
    made_by = hashlib.sha256(f"{date.today():%Y-%m}".encode())
    code = HOUSE / "svyazka"
    for path in sorted([*code.glob("*/*/migrations/*.py"), *code.glob("config/*.py"), code / "kit/partitions.py"]):
        made_by.update(path.read_bytes())
    return made_by.hexdigest()[:16]


def _make_tables(cluster: Any, kept: Path) -> None:
    from svyazka.config import database

    shutil.rmtree(kept.parent, ignore_errors=True)
    kept.parent.mkdir(parents=True)
    cluster.start()
    url = cluster.url(_TABLES)
    database.make_sure(url)
    words = [sys.executable, "-m", "django", "migrate", "-v", "0"]
    subprocess.run(words, check=True, env={**os.environ, "DATABASE_URL": url}, cwd=HOUSE)
    cluster.stop()
    # In one step, so that nobody finds half of it.
    shutil.move(cluster.cluster, kept.with_suffix(".new"))
    kept.with_suffix(".new").rename(kept)


def pytest_unconfigure(config: pytest.Config) -> None:
    cluster = config.stash.get(_CLUSTER, None)
    if cluster:
        cluster.stop()
        shutil.rmtree(cluster.folder, ignore_errors=True)


_CLUSTER: pytest.StashKey = pytest.StashKey()
_TABLES = "tables_of_tests"  # the database out of which those of the tests are made


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """The test database comes from a template that knows Cyrillic letters, with the extensions."""
    from urllib.parse import urlsplit

    import psycopg
    from django.conf import settings
    from psycopg import sql

    from svyazka.config import database

    given = settings.DATABASES["default"]
    name = given["TEST"].get("NAME") or f"test_{given['NAME']}"
    url = urlsplit(settings.DATABASE_URL)
    with psycopg.connect(url._replace(path="/postgres").geturl(), autocommit=True) as connection:
        connection.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
        is_made = connection.execute("select 1 from pg_database where datname = %s", [_TABLES]).fetchone()
    if not is_made:  # a server of somebody's own
        database.make_sure(url._replace(path=f"/{name}_template").geturl())
    given["TEST"] |= {"TEMPLATE": _TABLES, "MIGRATE": False} if is_made else {"TEMPLATE": f"{name}_template"}
    settings.DATABASE_DIRECT_URL = url._replace(path=f"/{name}").geturl()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None) -> Iterator[None]:
    """The bell rings on a connection of its own, which would keep the test database from being dropped."""
    yield
    import psycopg
    from django.conf import settings

    with psycopg.connect(settings.DATABASE_DIRECT_URL, autocommit=True) as connection:
        connection.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database()"
            " and pid <> pg_backend_pid()"
        )


@pytest.fixture(scope="session", autouse=True)
def quickly_emptied() -> None:
    """Django cuts all tables and their 700 indexes anew after each test that commits: a third to a whole second."""
    from django.db import connections
    from django.test import TransactionTestCase

    def empty(_case: object) -> None:
        with connections["default"].cursor() as cursor:
            cursor.execute(_EMPTY)

    TransactionTestCase._fixture_teardown = empty


# As `truncate` does, it waits for whoever still writes. What is large is cut, or the next test would read what is dead.
_EMPTY = """
do $$
declare
    stored regclass[] := array(
        select oid from pg_class
        where relkind = 'r' and relnamespace = 'public'::regnamespace and relname <> 'django_migrations');
    one regclass;
begin
    set local session_replication_role = replica;
    execute 'lock table ' || array_to_string(stored, ', ') || ' in share row exclusive mode';
    foreach one in array stored loop
        if pg_relation_size(one) > 4000000 then
            execute format('truncate %s cascade', one);
        elsif pg_relation_size(one) > 0 then
            execute format('delete from %s', one);
        end if;
    end loop;
end $$
"""


@pytest.fixture
def windows(db: None) -> dict[str, object]:
    """Company W with its cast: login → person."""
    from svyazka.business.staff.models import Person

    _begin("windows")
    return {person.login: person for person in Person.objects.select_related("department")}


@pytest.fixture
def projects(db: None) -> dict[str, object]:
    """Company C with its cast: login → person. Not together with `windows`."""
    from svyazka.business.staff.models import Person

    _begin("projects")
    return {person.login: person for person in Person.objects.select_related("department")}


_BEGUN: dict[str, str] = {}


def _begin(code: str) -> None:
    """Once in each process it begins as a customer's does; from then on its rows are put there again, all at once."""
    from django.db import connection

    if code not in _BEGUN:
        is_alone = not _all_rows()  # nothing that another fixture has put there goes into every test after this one
        _begin_anew(code)
        if is_alone:
            _BEGUN[code] = _all_rows()
    else:
        with connection.cursor() as cursor:
            cursor.execute(_BEGUN[code])


def _begin_anew(code: str) -> None:
    from svyazka.business.company import start
    from svyazka.business.company.blueprint import of_house

    with _without_savepoints():
        start.start(of_house(code))
        # Tests say themselves what is on the map.
        nowhere = replace(of_house(code), demonstration={**of_house(code).demonstration, "places": []})
        start.add_demonstration(nowhere, password=PASSWORD, bot_secret="bot-secret-for-tests")


def _all_rows() -> str:
    """All that stands in the database, as statements that put it there again."""
    from django.apps import apps
    from django.db import connection
    from psycopg import sql

    statements = []
    with connection.cursor() as cursor:
        for model in apps.get_models(include_auto_created=True):
            table = sql.Identifier(model._meta.db_table)
            cursor.execute(sql.SQL("select json_agg(stored)::text from {} stored").format(table))
            (rows,) = cursor.fetchone()
            if rows:
                stored = [field.column for field in model._meta.concrete_fields if not field.generated]
                columns = sql.SQL(", ").join(map(sql.Identifier, stored))
                put = sql.SQL("insert into {0} ({1}) select {1} from json_populate_recordset(null::{0}, {2})")
                statements.append(put.format(table, columns, sql.Literal(rows)).as_string(connection.connection))
    return "; ".join(statements)


@contextmanager
def _without_savepoints() -> Iterator[None]:
    """Nothing is refused while a company begins: a hundred statements less before each test that has one."""
    from django.db import connection

    features: Any = connection.features
    features.uses_savepoints = False
    try:
        yield
    finally:
        features.uses_savepoints = True
