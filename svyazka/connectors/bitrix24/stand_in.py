"""A stand-in of Bitrix24 for tests: REST through an incoming webhook over a real socket, with a world that can change.

Written from the documented facts: its limits, its errors, lists of PHP where objects are empty, and an order of lists
that is of no use to whoever does not ask for one. Judged by a client library of others, not by a Bitrix24.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from svyazka.connectors.bitrix24.stand_in_php import parsed

Row = dict[str, Any]
KEY = "abcdef0123456789"
PAGE = 50
SECONDS, IN_THE_LAST = 480.0, 600.0  # how long a method may work
SCOPES = {"user": "user", "voximplant": "telephony", "crm": "crm", "batch": ""}
PARTS = {"result": "result", "total": "result_total", "next": "result_next", "time": "result_time"}
TABLES = {
    "user.get": "users",
    "crm.status.list": "statuses",
    "crm.requisite.list": "requisites",
    "crm.address.list": "addresses",
    "crm.activity.list": "activities",
    "crm.timeline.comment.list": "comments",
    "voximplant.statistic.get": "calls",
}


class Problem(Exception):
    def __init__(self, status: int, code: str, description: str = "", **more: Any) -> None:
        super().__init__(code)
        self.status = status
        self.body = {"error": code, "error_description": description, **more}


@dataclass
class Faults:
    """What goes wrong with the next questions, one for each: a status, `half` a page, `cut`, or nothing: 0."""

    waiting: deque[int | str] = field(default_factory=deque)
    scopes: set[str] = field(default_factory=lambda: {"crm", "user", "telephony"})
    denied: set[str] = field(default_factory=set)  # methods


@dataclass
class BitrixStandIn:
    url: str = ""  # of the webhook
    burst: float | None = 50
    drain: float = 2
    cost: float = 0.01  # seconds that a question takes there
    items: dict[int, dict[int, Row]] = field(default_factory=lambda: defaultdict(dict))
    tables: dict[str, list[Row]] = field(default_factory=lambda: defaultdict(list))
    moves: dict[int, list[Row]] = field(default_factory=lambda: defaultdict(list))
    categories: list[Row] = field(default_factory=list)
    fields: dict[int, Row] = field(default_factory=lambda: defaultdict(dict))
    faults: Faults = field(default_factory=Faults)
    asked: list[str] = field(default_factory=list)
    _level: float = 0
    _at: float = field(default_factory=time.monotonic)
    _worked: dict[str, deque[tuple[float, float]]] = field(default_factory=lambda: defaultdict(deque))
    _lock: threading.RLock = field(default_factory=threading.RLock)

    # What people do there.

    def change(self, kind: int, number: int, **changed: Any) -> None:
        with self._lock:
            at = datetime.now().astimezone().isoformat(timespec="seconds")
            self.items[kind][number].update({"updatedTime": at, "lastActivityTime": at, **changed})

    def delete(self, kind: int, number: int) -> None:
        with self._lock:
            del self.items[kind][number]

    # What a client asks.

    def take(self, path: str, given: Mapping[str, Any]) -> tuple[int, Any]:
        with self._lock:
            try:
                self._fill_bucket()
                rest, _user, key, method = path.removesuffix(".json").strip("/").split("/")
                if rest != "rest" or key != KEY:
                    raise Problem(401, "INVALID_CREDENTIALS", "Invalid request credentials")
                return 200, self._answer(method.lower(), given)
            except ValueError:
                return 404, "<html>Not Found</html>"
            except Problem as problem:
                return problem.status, problem.body

    def _fill_bucket(self) -> None:
        now = time.monotonic()
        self._level = max(0.0, self._level - (now - self._at) * self.drain)
        self._at = now
        if self.burst is not None and self._level + 1 > self.burst:
            raise Problem(503, "QUERY_LIMIT_EXCEEDED", "Too many requests")
        self._level += 1

    def _answer(self, method: str, given: Mapping[str, Any]) -> Row:
        self.asked.append(method)
        if method == "batch":
            return {"result": self._batch(given), "time": {"duration": 0.1}}
        return self._single(method, _upper(given))

    def _batch(self, given: Mapping[str, Any]) -> Row:
        commands = given.get("cmd") or {}
        commands = commands if isinstance(commands, dict) else dict(enumerate(commands))
        if len(commands) > PAGE:
            raise Problem(400, "ERROR_BATCH_LENGTH_EXCEEDED", "Max batch length exceeded")
        parts: dict[str, Row] = {part: {} for part in ("result_error", *PARTS.values())}
        for name, command in commands.items():
            method, _mark, query = str(command).partition("?")
            try:
                if method == "batch":
                    raise Problem(400, "ERROR_BATCH_METHOD_NOT_ALLOWED", "Method is not allowed for batch usage")
                answer = self._single(method.lower(), _upper(parsed(query)))
            except Problem as problem:
                parts["result_error"][name] = problem.body
                continue
            for key, part in PARTS.items():
                if key in answer:
                    parts[part][name] = answer[key]
        return {name: found or [] for name, found in parts.items()}

    def _single(self, method: str, given: Row) -> Row:
        if SCOPES.get(method.partition(".")[0], "none") not in self.faults.scopes:
            raise Problem(403, "insufficient_scope", "The request requires higher privileges than provided")
        if method in self.faults.denied:
            raise Problem(400, "ACCESS_DENIED", "Access denied!")
        times = self._work(method)
        if method == "user.current":
            return {"result": self.tables["users"][0], "time": times}
        if method == "crm.item.fields":
            return {"result": {"fields": self.fields[_kind(given)]}, "time": times}
        if method == "crm.category.list":
            return {"result": {"categories": self.categories}, "total": len(self.categories), "time": times}
        return {**self._listed(method, given), "time": times}

    def _listed(self, method: str, given: Row) -> Row:
        order, select = given.get("ORDER") or {}, given.get("SELECT") or []
        if method == "crm.item.list":
            rows = [_selected(row, select) for row in self._found(self.items[_kind(given)].values(), given, order)]
            return _paged(rows, given, around="items")
        if method == "crm.stagehistory.list":
            return _paged(self._found(self.moves[_kind(given)], given, order), given, around="items")
        if method not in TABLES:
            raise Problem(404, "ERROR_METHOD_NOT_FOUND", "Method not found!")
        if method == "crm.timeline.comment.list" and not {"ENTITY_ID", "ENTITY_TYPE"} <= set(given.get("FILTER") or {}):
            raise Problem(400, "100", "Parameter 'filter' must name ENTITY_ID and ENTITY_TYPE")
        if given.get("SORT"):
            order = {given["SORT"]: given.get("ORDER") or "ASC"}
        return _paged(self._found(self.tables[TABLES[method]], given, order), given)

    def _found(self, rows: Any, given: Row, order: Mapping[str, str]) -> list[Row]:
        """The newest first, unless it is asked otherwise: as nobody could read page by page."""
        conditions = (given.get("FILTER") or {}).items()
        found = [row for row in rows if all(_fits(row, key, value) for key, value in conditions)]
        name, way = next(iter(order.items()), ("ID", "DESC"))
        return sorted(found, key=lambda row: _comparable(_value(row, name)), reverse=str(way).upper() == "DESC")

    def _work(self, method: str) -> Row:
        now, done = time.monotonic(), self._worked[method]
        while done and done[0][0] <= now - IN_THE_LAST:
            done.popleft()
        worked = sum(seconds for _at, seconds in done)
        reset = int(time.time() + (IN_THE_LAST - (now - done[0][0]) if done else 0))
        if worked > SECONDS:
            raise Problem(429, "OPERATION_TIME_LIMIT", "Method is blocked", time={"operating_reset_at": reset})
        done.append((now, self.cost))
        return {"start": time.time(), "operating_reset_at": reset, "operating": worked + self.cost}


def _kind(given: Row) -> int:
    kind = str(given.get("ENTITYTYPEID") or "")
    if kind not in ("1", "2", "3", "4"):
        raise Problem(400, "NOT_FOUND", "No such type")
    return int(kind)


def _upper(given: Mapping[str, Any]) -> Row:
    return {str(key).upper(): value for key, value in given.items()}


def _selected(row: Row, select: Any) -> Row:
    names = list(select.values()) if isinstance(select, dict) else list(select)
    if not names or names == ["*"]:
        return row
    return {name: found for name, found in row.items() if name != "fm" and name in (*names, "id")}


def _paged(rows: list[Row], given: Row, *, around: str = "") -> Row:
    start = int(given.get("START") or 0)
    shown = rows[max(start, 0) : max(start, 0) + PAGE]
    answer: Row = {"result": {around: shown} if around else shown, "total": len(rows) if start >= 0 else 0}
    if start >= 0 and len(rows) > start + PAGE:
        answer["next"] = start + PAGE
    return answer


def _fits(row: Row, key: str, value: Any) -> bool:
    mark = next((mark for mark in (">=", "<=", "!=", ">", "<", "@", "!", "=") if key.startswith(mark)), "")
    name = key.removeprefix(mark)
    if not _has(row, name):
        raise Problem(400, "INVALID_ARG_VALUE", f"Invalid filter: field '{name}' is not allowed in filter")
    there = _value(row, name)
    values = list(value.values()) if isinstance(value, dict) else value
    if mark == "@" or isinstance(values, list):
        return str(there) in {str(one) for one in (values if isinstance(values, list) else [values])}
    ours, theirs = _comparable(there), _comparable(values)
    tests: Mapping[str, Callable[[], bool]] = {
        ">=": lambda: ours >= theirs, "<=": lambda: ours <= theirs, ">": lambda: ours > theirs,
        "<": lambda: ours < theirs, "!=": lambda: ours != theirs, "!": lambda: ours != theirs,
    }  # fmt: skip
    return tests.get(mark, lambda: ours == theirs)()


def _has(row: Row, name: str) -> bool:
    return name in row or name.lower() in row


def _value(row: Row, name: str) -> Any:
    return row.get(name, row.get(name.lower()))


def _comparable(value: Any) -> tuple[int, float, str]:
    text = "" if value is None else str(value)
    try:
        return (1, float(text), "")
    except ValueError:
        pass
    try:
        return (1, datetime.fromisoformat(text).timestamp(), "")
    except ValueError:
        return (0, 0.0, text)


@contextlib.contextmanager
def on_a_socket(stand_in: BitrixStandIn) -> Iterator[BitrixStandIn]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            fault = stand_in.faults.waiting.popleft() if stand_in.faults.waiting else None
            if fault == "cut":
                self.close_connection = True
                return
            status, answer = stand_in.take(self.path, json.loads(body or b"{}"))
            if isinstance(fault, int) and fault:
                status, answer = fault, "<html>Fault</html>"
            self._send(status, answer, half=fault == "half")

        do_GET = do_POST

        def _send(self, status: int, answer: Any, *, half: bool) -> None:
            whole = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/html" if isinstance(answer, str) else "application/json")
            self.send_header("Content-Length", str(len(whole)))
            self.end_headers()
            self.wfile.write(whole[: len(whole) // 2] if half else whole)
            if half:
                self.close_connection = True

        def log_message(self, *_words: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    stand_in.url = f"http://127.0.0.1:{server.server_port}/rest/1/{KEY}/"
    threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
    try:
        yield stand_in
    finally:
        server.shutdown()
        server.server_close()
