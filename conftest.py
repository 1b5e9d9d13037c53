"""The world of the tests: a real PostgreSQL of their own, and a fixed cast."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import hypothesis
import pytest

pytest_plugins = ["tests.tables"]

# Where nothing is to be kept beside the code, all asserts would be rewritten at each run, in each process, and every
# command that a test starts would compile the whole house: half a minute here, three seconds there.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


# The same examples each time, and no clock: what nobody changed stays green. `make search` looks for others.
hypothesis.settings.register_profile("same", derandomize=True, deadline=None)
hypothesis.settings.load_profile("same")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files with slow tests come first: what is quick fills up the end, while one of two is still at work."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> None:
    """The same hash as in production with less work in it: the cast is taken on anew for each test."""
    from django.contrib.auth.hashers import Argon2PasswordHasher

    Argon2PasswordHasher.time_cost, Argon2PasswordHasher.memory_cost = 2, 64


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
def kept_root(settings, tmp_path) -> Path:
    """Where files of deals, clients and visits are kept in this test."""
    place = tmp_path / "kept"
    options = {**settings.STORAGES["files"]["OPTIONS"], "location": place}
    settings.STORAGES = {**settings.STORAGES, "files": {**settings.STORAGES["files"], "OPTIONS": options}}
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
    from tests.tables import PASSWORD

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
