"""What all stand-ins for cloud PBXs have in common: calls with their state, and a real socket.

Written from the documented facts; none was ever compared with a live one.
"""

from __future__ import annotations

import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

Fields = dict[str, Any]


@dataclass(frozen=True)
class Delivery:
    """One request to our door."""

    path: str
    body: bytes
    headers: dict[str, str]
    at: float


@dataclass
class Talk:
    """A call there. `phones`: who rang, and since when he speaks."""

    key: str
    client: str
    ours: str
    is_out: bool
    begun: float
    phones: dict[str, float | None] = field(default_factory=dict)
    answered: float | None = None
    asked: str = ""  # a colleague, while the client listens to music

    @property
    def speaker(self) -> str:
        return next((phone for phone, since in reversed(self.phones.items()) if since), next(iter(self.phones), ""))


class Refusal(Exception):
    def __init__(self, status: int, said: Any, **headers: str) -> None:
        super().__init__(status)
        self.status, self.said, self.headers = status, said, headers


@dataclass
class Record:
    """A recording there. `ready`: since when it may be had."""

    sound: bytes
    ready: float
    is_removed: bool = False


@dataclass
class StandIn:
    """What all have in common. `deliver`: where events go, when somebody listens."""

    code: str = ""
    login: str = "key"
    secret: str = "salt"  # noqa: S105  # of a stand-in
    port: int = 0
    now: float = field(default_factory=lambda: float(int(time.time())))
    deliver: Callable[[Delivery], None] | None = None
    sent: list[Delivery] = field(default_factory=list)
    talks: dict[str, Talk] = field(default_factory=dict)
    phones: set[str] = field(default_factory=lambda: {"101", "102"})
    lifts: bool = True  # whoever is rung lifts
    is_deaf: bool = False  # says yes, and does nothing
    asked: list[tuple[str, Fields]] = field(default_factory=list)
    records: dict[str, Record] = field(default_factory=dict)
    sound: bytes = b""  # of what is recorded there
    ready_after: float = 0.0  # seconds from the end of a call
    gives_out: bool = True  # recordings: the service is switched on
    is_busy: bool = False  # more than its limits bear
    _links: dict[str, tuple[str, float]] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1000))

    # What people there do.

    def wait(self, seconds: float) -> None:
        self.now += seconds

    def rings_in(self, client: str, ours: str, *phones: str) -> Talk:
        talk = self._begin(client, ours, is_out=False)
        self.tell_begun(talk)
        for phone in phones:
            talk.phones[phone] = None
            self.tell_ring(talk, phone)
        return talk

    def rings_out(self, phone: str, client: str, ours: str = "74951000101") -> Talk:
        talk = self._begin(client, ours, is_out=True)
        talk.phones[phone] = None
        self.tell_begun(talk)
        return talk

    def answers(self, talk: Talk, phone: str) -> None:
        talk.phones[phone] = self.now
        talk.answered = talk.answered or self.now
        self.tell_answer(talk, phone)

    def passes_on(self, talk: Talk, to: str) -> None:
        by = talk.speaker
        self.tell_passed_on(talk, by, to)
        talk.phones[by] = None
        talk.phones[to] = None

    def ends(self, talk: Talk, *, why: str = "") -> None:
        """`why`: "" (somebody hung up), "missed", "busy"."""
        self.talks.pop(talk.key, None)
        self.tell_over(talk, why or ("answered" if talk.answered else "missed"))

    def _begin(self, client: str, ours: str, *, is_out: bool) -> Talk:
        talk = Talk(self.new_key(), client, ours, is_out, self.now)
        self.talks[talk.key] = talk
        return talk

    def new_key(self) -> str:
        return str(next(self._numbers))

    # What each tells of it.

    def tell_begun(self, talk: Talk) -> None: ...
    def tell_ring(self, talk: Talk, phone: str) -> None: ...
    def tell_answer(self, talk: Talk, phone: str) -> None: ...
    def tell_passed_on(self, talk: Talk, by: str, to: str) -> None: ...
    def tell_over(self, talk: Talk, why: str) -> None: ...

    def send(self, path: str, body: bytes, **headers: str) -> None:
        kind = headers.pop("kind", "application/x-www-form-urlencoded")
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        delivery = Delivery(path, body, {"content-type": kind, **named}, self.now)
        self.sent.append(delivery)
        if self.deliver:
            self.deliver(delivery)

    def records_it(self, talk: Talk) -> str:
        self.records[f"rec{talk.key}"] = Record(self.sound, self.now + self.ready_after)
        return f"rec{talk.key}"

    # What its API is asked.

    def take(
        self, method: str, path: str, query: Fields, headers: Fields, body: bytes
    ) -> tuple[int, Any, dict[str, str]]:
        try:
            return 200, self.answer(method, path, query, headers, body), {}
        except Refusal as refusal:
            return refusal.status, refusal.said, refusal.headers

    def answer(self, method: str, path: str, query: Fields, headers: Fields, body: bytes) -> Any:
        raise Refusal(404, {})

    def link_to(self, folder: str, record: str, *, lasts: float) -> str:
        token = f"{next(self._numbers):08x}"
        self._links[token] = (record, self.now + lasts)
        return f"http://127.0.0.1:{self.port}{folder}{token}"

    def opened(self, link: str, *, once: bool) -> bytes:
        """What the link leads to, as long as it lasts."""
        token = link.rpartition("/")[2]
        record, until = self._links.pop(token, ("", 0.0)) if once else self._links.get(token, ("", 0.0))
        if self.now >= until:
            raise Refusal(404, {})
        return self.records[record].sound

    def ready(self, record: str) -> bool:
        found = self.records.get(record)
        return found is not None and not found.is_removed and found.ready <= self.now

    def dials(self, phone: str, client: str) -> Talk | None:
        """Rings the phone, and when it is lifted, the client."""
        if self.is_deaf:
            return None
        talk = self.rings_out(phone, client)
        if self.lifts:
            self.answers(talk, phone)
        return talk


@contextmanager
def on_a_socket(stand_in: StandIn) -> Iterator[StandIn]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            query = dict(parse_qsl(parts.query))
            status, said, more = stand_in.take(self.command, parts.path, query, headers, body)
            is_sound = isinstance(said, bytes)
            whole = said if is_sound else said.encode() if isinstance(said, str) else json.dumps(said).encode()
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            self.send_header("Content-Type", "audio/mpeg" if is_sound else "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(whole)))
            self.end_headers()
            self.wfile.write(whole)

        do_GET = do_POST

        def log_message(self, *_words: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stand_in.port = server.server_port
    threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
    try:
        yield stand_in
    finally:
        server.shutdown()
        server.server_close()
