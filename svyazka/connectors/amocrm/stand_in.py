"""A stand-in of amoCRM for tests: API v4 and OAuth over a real socket. Its world can be changed between two reads.

Written from the documented facts: its limits, its errors, its nulls, and an order of lists that is of no use to whoever
does not ask for one. It has been judged by a client library of others, not by an amoCRM.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

Row = dict[str, Any]
TOKEN = "long-lived-token-of-a-test"  # noqa: S105
SECRET = "secret-of-an-integration"  # noqa: S105
CODE = "code-of-twenty-minutes"
LISTS = ("users", "contacts", "companies", "leads", "tasks", "leads/notes", "contacts/notes", "companies/notes")
MOST = 250
SEVEN = 7  # questions in a second
SHUT_OUT_AFTER = 30  # refusals of that kind, one after the other


class Problem(Exception):
    def __init__(self, status: int, title: str, detail: str = "") -> None:
        super().__init__(title)
        self.status = status
        self.body = {"title": title, "type": f"https://httpstatus.es/{status}", "status": status, "detail": detail}


@dataclass
class Faults:
    """What goes wrong with the next questions, one for each: a status, `half` a page, or `cut` connections."""

    waiting: deque[int | str] = field(default_factory=deque)
    forbidden: set[str] = field(default_factory=set)  # lists that this key may not read
    unpaid: bool = False
    heavy: set[str] = field(default_factory=set)  # lists of which a hundred rows take too long


@dataclass
class AmoStandIn:
    url: str = ""
    limit: int | None = SEVEN
    lists: dict[str, dict[int, Row]] = field(default_factory=lambda: {name: {} for name in LISTS})
    pipelines: list[Row] = field(default_factory=list)
    events: list[Row] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)
    asked: list[str] = field(default_factory=list)
    before_answer: Callable[[str], None] = lambda _way: None  # what people do there meanwhile
    tokens: set[str] = field(default_factory=lambda: {TOKEN})
    refresh_token: str = ""  # the only one that is good
    code: str = CODE
    _times: deque[float] = field(default_factory=deque)
    _refused: int = 0
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _lock: threading.RLock = field(default_factory=threading.RLock)

    # What people do there.

    def add(self, part: str, row: Row) -> Row:
        with self._lock:
            at = int(time.time())
            rows = self.lists[part]
            number = row.get("id") or max(rows, default=1000) + 1
            rows[number] = {"created_at": at, "updated_at": at, **row, "id": number}
            return rows[number]

    def change(self, part: str, number: int, **changed: Any) -> None:
        with self._lock:
            self.lists[part][number].update({"updated_at": int(time.time()), **changed})

    def delete(self, part: str, number: int) -> None:
        with self._lock:
            del self.lists[part][number]

    def expire(self) -> None:
        """A day has passed: no token of OAuth is good any more."""
        self.tokens = {TOKEN}

    # What a client asks.

    def take(self, way: str, bearer: str, given: Any) -> tuple[int, Any]:
        with self._lock:
            try:
                return self._answer(way, bearer, given)
            except Problem as problem:
                return problem.status, problem.body

    def _answer(self, way: str, bearer: str, given: Any) -> tuple[int, Any]:
        method, _space, address = way.partition(" ")
        url = urlsplit(address)
        self.asked.append(way)
        self._insist_on_pace()
        if (method, url.path) == ("POST", "/oauth2/access_token"):
            return 200, self._token(given)
        if bearer not in self.tokens:
            raise Problem(401, "Unauthorized")
        if self.faults.unpaid:
            raise Problem(402, "Payment Required")
        if method != "GET" or not url.path.startswith("/api/v4/"):
            raise Problem(404, "Not Found")
        self.before_answer(way)
        return self._read(url.path.removeprefix("/api/v4/"), dict(parse_qsl(url.query, keep_blank_values=True)))

    def _insist_on_pace(self) -> None:
        now = time.monotonic()
        while self._times and self._times[0] <= now - 1:
            self._times.popleft()
        if self.limit is not None and len(self._times) >= self.limit:
            self._refused += 1
            if self._refused > SHUT_OUT_AFTER:
                raise Problem(403, "Forbidden")
            raise Problem(429, "Too Many Requests")
        self._times.append(now)
        self._refused = 0

    def _token(self, given: Any) -> Row:
        if not isinstance(given, dict) or given.get("client_secret") != SECRET:
            raise Problem(401, "Unauthorized", "Client authentication failed")
        is_first = given.get("grant_type") == "authorization_code" and self.code and given.get("code") == self.code
        is_again = given.get("grant_type") == "refresh_token" and given.get("refresh_token") == self.refresh_token
        if not is_first and not (is_again and self.refresh_token):
            raise Problem(400, "Bad Request", "The code or the refresh token has been used, or is none")
        number = next(self._numbers)
        self.code = "" if is_first else self.code
        self.refresh_token = f"refresh-{number}"
        self.tokens.add(f"access-{number}")
        tokens = {"access_token": f"access-{number}", "refresh_token": self.refresh_token}
        return {"token_type": "Bearer", "expires_in": 86400, **tokens}

    def _read(self, part: str, query: dict[str, str]) -> tuple[int, Any]:
        if part in self.faults.forbidden:
            raise Problem(403, "Forbidden")
        if part == "account":
            return 200, {"id": 1, "name": "Stand-in", "subdomain": "example", "country": "RU", "_embedded": {}}
        if part == "leads/pipelines":
            return 200, {"_total_items": len(self.pipelines), "_embedded": {"pipelines": self.pipelines}}
        if part == "events":
            return self._paged(part, _moves(self.events, query), query, most=100)
        if part in self.faults.heavy and _number(query, "limit", 50) > 100:
            raise Problem(504, "Gateway Timeout")
        if part not in self.lists:
            raise Problem(404, "Not Found")
        rows = _ordered(_filtered(list(self.lists[part].values()), query), query)
        return self._paged(part, [self._shown(part, row, query) for row in rows], query)

    def _paged(self, part: str, rows: list[Row], query: dict[str, str], *, most: int = MOST) -> tuple[int, Any]:
        page, limit = _number(query, "page", 1), _number(query, "limit", 50)
        if not 1 <= limit <= most:
            raise Problem(400, "Bad Request", "limit")
        shown = rows[(page - 1) * limit : page * limit]
        if not shown:
            return 204, None
        links = {"self": {"href": f"{self.url}/api/v4/{part}?{urlencode(query)}"}}
        if len(rows) > page * limit:
            further = urlencode({**query, "page": page + 1, "limit": limit})
            links["next"] = {"href": f"{self.url}/api/v4/{part}?{further}"}
        return 200, {"_page": page, "_links": links, "_embedded": {part.rpartition("/")[2]: shown}}

    def _shown(self, part: str, row: Row, query: dict[str, str]) -> Row:
        """Parts of a lead come only if they are asked for."""
        if part != "leads" or not isinstance(row.get("_embedded"), dict):
            return row
        wanted = set(query.get("with", "").split(","))
        parts = {
            name: found for name, found in row["_embedded"].items() if name in ("tags", "companies") or name in wanted
        }
        return {**row, "_embedded": parts}


def _number(query: dict[str, str], name: str, usual: int) -> int:
    text = query.get(name, str(usual))
    if not text.isdecimal():
        raise Problem(400, "Bad Request", name)
    return int(text)


def _filtered(rows: list[Row], query: dict[str, str]) -> list[Row]:
    ids = {int(text) for name, text in query.items() if name.startswith("filter[id]")}
    since = int(query.get("filter[updated_at][from]", 0))
    return [row for row in rows if (not ids or row["id"] in ids) and row.get("updated_at", 0) >= since]


def _ordered(rows: list[Row], query: dict[str, str]) -> list[Row]:
    """By the last change, the newest first, unless it is asked otherwise: as nobody could read page by page."""
    order = next(
        ((name[6:-1], way) for name, way in query.items() if name.startswith("order[")), ("updated_at", "desc")
    )
    if order[0] not in ("id", "updated_at", "created_at", "complete_till") or order[1] not in ("asc", "desc"):
        raise Problem(400, "Bad Request", "order")
    return sorted(rows, key=lambda row: row.get(order[0]) or 0, reverse=order[1] == "desc")


def _moves(events: list[Row], query: dict[str, str]) -> list[Row]:
    kind = query.get("filter[type]")
    since, until = int(query.get("filter[created_at][from]", 0)), int(query.get("filter[created_at][to]", 2**40))
    rows = [row for row in events if (not kind or row["type"] == kind) and since <= row["created_at"] <= until]
    return sorted(rows, key=lambda row: row["created_at"], reverse=True)


@contextlib.contextmanager
def on_a_socket(stand_in: AmoStandIn) -> Iterator[AmoStandIn]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            fault = stand_in.faults.waiting.popleft() if stand_in.faults.waiting else None
            if fault == "cut":
                self.close_connection = True
                return
            way = f"{self.command} {self.path}"
            bearer = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
            status, answer = stand_in.take(way, bearer, json.loads(body) if body else None)
            if isinstance(fault, int):
                status, answer = fault, {"status": fault, "title": "Fault"}
            self._send(status, answer, half=fault == "half")

        do_POST = do_GET

        def _send(self, status: int, answer: Any, *, half: bool) -> None:
            whole = b"" if answer is None else json.dumps(answer).encode()
            self.send_response(status)
            kind = "application/hal+json" if status < 400 else "application/problem+json"
            self.send_header("Content-Type", kind)
            if status != 204:
                self.send_header("Content-Length", str(len(whole)))
            self.end_headers()
            self.wfile.write(whole[: len(whole) // 2] if half else whole)
            if half:
                self.close_connection = True

        def log_message(self, *_words: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stand_in.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
    try:
        yield stand_in
    finally:
        server.shutdown()
        server.server_close()
