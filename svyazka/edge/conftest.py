"""A real edge on a free port, before the test database."""

from __future__ import annotations

import http.client
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

import psycopg
import pytest

from svyazka.edge.server import Server
from svyazka.edge.surroundings import Surroundings
from svyazka.kit.proxies import OF_THIS_MACHINE, Proxies


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    body: bytes
    cookies: list[str] = field(default_factory=list)

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass
class House:
    """The edge under test, and the database behind it."""

    port: int
    database: psycopg.Connection | None
    server: Server

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if isinstance(body, dict):
            body, sent = json.dumps(body).encode(), {"content-type": "application/json", **sent}
        connection.request(method, path, body, sent)
        response = connection.getresponse()
        whole = response.read()
        cookies = response.headers.get_all("set-cookie") or []
        connection.close()
        return Answer(response.status, {k.lower(): v for k, v in response.getheaders()}, whole, cookies)

    def rows(self, statement: str, *values: object) -> list[tuple]:
        return self.database.execute(statement, values).fetchall()

    def arrivals(self) -> list[tuple]:
        return self.rows("select account, outside_id, conversation, body from intake_arrival order by id")

    def listen(self, session: str, *, path: str = "/live/", **headers: str) -> Stream:
        return Stream(self.port, session, path, headers)


class Stream:
    """A browser's end of the event stream."""

    def __init__(self, port: int, session: str, path: str, headers: dict[str, str]) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=8)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        self.connection.request("GET", path, headers={"cookie": f"svyazka_session={session}", **sent})
        self.response = self.connection.getresponse()
        self.status = self.response.status
        if self.status == 200:
            self.opening = self.block()

    def block(self) -> dict[str, str]:
        """The next block of lines; empty at the end of the stream."""
        said: dict[str, str] = {}
        while (line := self.response.readline()).strip():
            name, _, value = line.decode().strip().partition(":")
            said[name] = value.strip()
        return said

    def event(self) -> dict[str, Any]:
        while True:
            said = self.block()
            if said.get("event"):
                return {"id": int(said["id"]), "event": said["event"], **json.loads(said["data"])}
            if not said:
                return {}

    def close(self) -> None:
        self.response.close()
        self.connection.close()


@contextmanager
def open_house(
    database_url: str,
    *,
    web: str = "http://127.0.0.1:9",
    is_there: bool = True,
    port: int = 0,
    proxies: Proxies = OF_THIS_MACHINE,
    secret_key: str = "",
) -> Iterator[House]:
    """`is_there`: whether the database is. `port`: to come back where one was before."""
    server = Server(Surroundings(database_url, database_url, web, proxies, secret_key), port=port)
    server.config.timeout_graceful_shutdown = 2  # a browser holds on to its connections
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    taken = server.servers[0].sockets[0].getsockname()[1]
    try:
        with psycopg.connect(database_url, autocommit=True) if is_there else nullcontext() as database:
            yield House(taken, database, server)
    finally:
        server.should_exit = True
        thread.join(20)
        assert not thread.is_alive()


@pytest.fixture
def house(windows, settings) -> Iterator[House]:
    with open_house(settings.DATABASE_DIRECT_URL, secret_key=settings.SECRET_KEY) as house:
        yield house
