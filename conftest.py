"""The world of the tests: a real PostgreSQL of their own, and a fixed cast."""

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


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests come first: what is quick fills up the end, while one of two is still at work."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


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
    kept = Path(__file__).with_name("build") / "tables-of-tests" / _tables_named()
    if not kept.exists():
        _make_tables(cluster, kept)
    subprocess.run(["/bin/cp", "-a", kept, cluster.cluster], check=True)
    cluster.start()


def _tables_named() -> str:
    made_by = hashlib.sha256(f"{date.today():%Y-%m}".encode())
    code = Path(__file__).parent / "svyazka"
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
    subprocess.run(words, check=True, env={**os.environ, "DATABASE_URL": url}, cwd=Path(__file__).parent)
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


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> None:
    """The same hash as in production with less work in it: the cast is taken on anew for each test."""
    from django.contrib.auth.hashers import Argon2PasswordHasher

    Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost = 2, 64


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


@pytest.fixture
def recordings_root(settings, tmp_path) -> Path:
    """Where recordings are kept in this test."""
    place = tmp_path / "recordings"
    options = {**settings.STORAGES["recordings"]["OPTIONS"], "location": place}
    settings.RECORDINGS_ROOT = place
    settings.STORAGES = {**settings.STORAGES, "recordings": {**settings.STORAGES["recordings"], "OPTIONS": options}}
    return place


@pytest.fixture
def attachments_root(settings, tmp_path) -> Path:
    """Where the files of messages are kept in this test."""
    place = tmp_path / "attachments"
    options = {**settings.STORAGES["attachments"]["OPTIONS"], "location": place}
    settings.ATTACHMENTS_ROOT = place
    settings.STORAGES = {**settings.STORAGES, "attachments": {**settings.STORAGES["attachments"], "OPTIONS": options}}
    return place


@pytest.fixture
def olga(windows):
    return windows["olga"]


@pytest.fixture
def oksana(windows):
    return windows["oksana"]


@pytest.fixture
def mikhail(windows):
    return windows["mikhail"]


@pytest.fixture
def dina(windows):
    return windows["dina"]


@pytest.fixture
def egor(windows):
    return windows["egor"]


@pytest.fixture
def ilya(windows):
    return windows["ilya"]


@pytest.fixture
def boris(windows):
    return windows["boris"]


@pytest.fixture
def konstantin(windows):
    return windows["konstantin"]


@pytest.fixture
def roza(windows):
    return windows["roza"]


@pytest.fixture
def anna(windows):
    return windows["anna"]


@pytest.fixture
def administrator(db):
    """The only person of a company that has nothing yet."""
    from svyazka.business.staff import hire
    from svyazka.business.staff.models import Role
    from svyazka.config import staffing

    return hire.hire(
        login="administrator", full_name="Администратор", role=Role.ADMINISTRATOR, password=PASSWORD, by=staffing.BY
    )


@pytest.fixture
def vera(windows):
    """The client."""
    from svyazka.business.clients.matching import filing
    from svyazka.business.clients.models import Client, ContactPoint

    client = Client.objects.create(name="Вера Павлова", address="Москва, ул. Лесная, 5, кв. 12")
    ContactPoint.objects.create(client=client, kind="phone", value="+79161234567")
    filing.file([client.pk])
    return client


@pytest.fixture
def chats(windows, settings):
    """Our accounts in made-up channels, by kind: two messengers, and short messages to any phone."""
    from svyazka.business.conversations.models import ChannelAccount
    from svyazka.kit import secrets

    here = "svyazka.business.inbox.made_up"
    settings.CHANNELS = {"telegram": f"{here}.Chat", "max": f"{here}.Chat", "sms": f"{here}.Short"}
    made = {}
    for kind in settings.CHANNELS:
        known = ChannelAccount.objects.filter(kind=kind).first()
        account = known or ChannelAccount(kind=kind, code=f"{kind}/main", name=kind, public_key=f"key-{kind}")
        account.secret, account.is_active = secrets.lock_away("1:secret"), True
        account.save()
        made[kind] = account
    return made


@pytest.fixture
def chatting(vera, chats):
    """`chatting("Когда замер?")`: Vera writes to our bot; minutes `ago`, by another `kind` of channel."""
    from datetime import timedelta
    from itertools import count

    from svyazka.business.clients import history
    from svyazka.business.clients.models import ContactPoint
    from svyazka.business.conversations import messages
    from svyazka.business.conversations.told import MessageReceived
    from svyazka.business.inbox import threads
    from svyazka.business.journal.record import Automaton
    from svyazka.kit import clock

    numbers = count(1)

    def write(text="", *, ago=0, kind="telegram", client=vera, files=(), answers=""):
        account = chats[kind].code
        who = {"kind": kind, "account": account, "value": f"u{client.pk}"}
        ContactPoint.objects.get_or_create(client=client, **who, defaults={"shown": "@vera"})
        at = clock.now() - timedelta(minutes=ago)
        said = MessageReceived(
            kind, who["value"], f"m{next(numbers)}", at, text=text, files=tuple(files), answers=answers
        )
        line = history.add(
            client.pk, kind="message", direction="in", channel=account, text=text, at=at, waiting=True,
            by=Automaton(account),
        )  # fmt: skip
        messages.received(said, account=account, line=line)
        threads.heard(line, account=account)
        return line

    return write


@pytest.fixture
def enter(client):
    """Logs a person in: `enter(olga).get("/deals/")`."""

    from django.conf import settings
    from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY

    from svyazka.business.staff.sessions import SessionStore

    def go_in(person):
        session = SessionStore()
        session[SESSION_KEY] = str(person.pk)
        session[HASH_SESSION_KEY] = person.get_session_auth_hash()
        session.save()
        client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
        return client

    return go_in


@pytest.fixture
def answering():
    """Servers of others that speak JSON, on real sockets: `answering(take)` is the address of one; `take(way, headers,
    given)` answers `GET /path?query` with a status and an object."""
    import json
    import threading
    from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

    servers = []

    def begin(take):
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status, answer = take(f"{self.command} {self.path}", self.headers, json.loads(body) if body else None)
                whole = answer if isinstance(answer, bytes) else json.dumps(answer, ensure_ascii=False).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json; charset=utf-8")
                self.send_header("Content-Length", str(len(whole)))
                self.end_headers()
                self.wfile.write(whole)

            do_GET = do_POST

            def log_message(self, *_words):
                pass

        servers.append(ThreadingHTTPServer(("127.0.0.1", 0), Handler))
        threading.Thread(target=servers[-1].serve_forever, args=[0.05], daemon=True).start()
        return f"http://127.0.0.1:{servers[-1].server_port}"

    yield begin
    for server in servers:
        server.shutdown()
        server.server_close()
