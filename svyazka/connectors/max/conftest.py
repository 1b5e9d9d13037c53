"""MAX as a bot sees it, over a real socket: users, dialogs, what was said, subscriptions, limits and errors.

Written from the official schema and documentation of its Bot API. `test_send.py` has somebody else's client library
drive it.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

TOKEN = "f9LHodD0cOL5NY7All_test_9xJRh64ni6IVc2Z4TDA8P90dZaXdLL6t-fJvmDGS"
BOT = 900


class Error(Exception):
    def __init__(self, status: int, code: str, message: str):
        super().__init__(message)
        self.status = status
        self.answer = {"code": code, "message": message}


@dataclass
class MaxPeer:
    url: str = ""
    kind: str = "max"
    token: str = TOKEN
    bot: str = "svyazka_test_bot"
    longest: int = 4000
    pace: float = 1.0  # seconds between two messages into one dialog
    is_broken: bool = False
    stub: int = 0  # the status of somebody else's page in its place
    users: dict[int, dict[str, Any]] = field(default_factory=dict)
    blocked: set[int] = field(default_factory=set)
    said: list[tuple[int, str]] = field(default_factory=list)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    webhook: dict[str, Any] = field(default_factory=dict)
    _sent_at: dict[int, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    # What people there do.

    def person(self, number: int, nick: str = "") -> str:
        self.users[number] = _user(number, nick or None)
        return str(number)

    def block(self, number: int) -> None:
        self.blocked.add(number)

    def texts(self, number: int) -> list[str]:
        return [text for to, text in self.said if to == number]

    def written(self, number: int, text: str) -> dict[str, Any]:
        """The update that goes to the webhook. Whoever writes to a bot has unblocked it."""
        self.blocked.discard(number)
        moment = int(time.time() * 1000)
        return {
            "update_type": "message_created",
            "timestamp": moment,
            "user_locale": "ru",
            "message": {**self._message(number, text, moment), "sender": self.users[number]},
        }

    def started(self, number: int, payload: str) -> dict[str, Any]:
        """The person has opened a link of the bot and pressed Start."""
        self.blocked.discard(number)
        told = {"chat_id": 7000 + number, "user": self.users[number], "payload": payload or None, "user_locale": "ru"}
        return {"update_type": "bot_started", "timestamp": int(time.time() * 1000), **told}

    # What a bot asks.

    def take(self, way: str, headers: Any, given: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if self.is_broken:
            return 503, {}
        method, _space, path = way.partition(" ")
        parts = urlsplit(path)
        query = dict(parse_qsl(parts.query))
        try:
            with self._lock:
                if headers.get("Authorization") != self.token:
                    raise Error(401, "verify.token", "Invalid access_token")
                self.asked.append((f"{method} {parts.path}", {**query, **given}))
                return 200, self._answer(f"{method} {parts.path}", query, given)
        except Error as error:
            return error.status, error.answer

    def _answer(self, way: str, query: dict[str, str], given: dict[str, Any]) -> dict[str, Any]:
        if way == "GET /me":
            return {**_user(BOT, self.bot, is_bot=True), "name": "Svyazka", "description": None, "commands": []}
        if way == "POST /messages":
            return self._send(query, given)
        if way == "POST /subscriptions":
            return self._subscribe(given)
        if way == "GET /subscriptions":
            return {"subscriptions": [self.webhook] if self.webhook else []}
        if way == "DELETE /subscriptions":
            self.webhook = {}
            return {"success": True}
        raise Error(404, "not.found", f"Path {way} is not recognized")

    def _send(self, query: dict[str, str], given: dict[str, Any]) -> dict[str, Any]:
        number, text = int(query.get("user_id") or 0), given.get("text") or ""
        if number not in self.users:
            raise Error(404, "chat.not.found", "error.dialog.notfound")
        if number in self.blocked:
            raise Error(403, "chat.denied", "error.dialog.suspended")
        if not text and not given.get("attachments"):
            raise Error(400, "proto.payload", "errors.empty.message")
        if len(text.encode("utf-16-le")) > 2 * self.longest:
            raise Error(400, "proto.payload", "text: size must be between 0 and 4000")
        now = time.monotonic()
        if now - self._sent_at.get(number, -self.pace) < self.pace or self._of_last_second(now) >= 30:
            raise Error(429, "too.many.requests", "Rate limit exceeded")
        self._sent_at[number] = now
        self.said.append((number, text))
        sender = _user(BOT, self.bot, is_bot=True)
        return {"message": {**self._message(number, text, int(time.time() * 1000)), "sender": sender}}

    def _of_last_second(self, now: float) -> int:
        return sum(now - at < 1 for at in self._sent_at.values())

    def _subscribe(self, given: dict[str, Any]) -> dict[str, Any]:
        if not str(given.get("url", "")).startswith("https://"):
            return {"success": False, "message": "Only HTTPS is allowed"}
        if given.get("secret") and not re.fullmatch(r"[a-zA-Z0-9_-]{5,256}", given["secret"]):
            raise Error(400, "proto.payload", "secret: must match pattern")
        time_and_version = {"time": int(time.time() * 1000), "version": "0.0.1"}
        self.webhook = {**given, "update_types": given.get("update_types"), **time_and_version}
        return {"success": True}

    def _message(self, number: int, text: str, moment: int) -> dict[str, Any]:
        recipient = {"chat_id": 7000 + number, "chat_type": "dialog", "user_id": number}
        body = {"mid": f"mid.{len(self.said)}.{moment}", "seq": moment, "text": text, "attachments": []}
        return {"recipient": recipient, "timestamp": moment, "body": body}


def _user(number: int, nick: str | None, *, is_bot: bool = False) -> dict[str, Any]:
    name = {"first_name": "М", "last_name": None, "username": nick}
    return {"user_id": number, **name, "is_bot": is_bot, "last_activity_time": int(time.time() * 1000)}


@pytest.fixture
def max_peer() -> Iterator[MaxPeer]:
    peer = MaxPeer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            given = json.loads(body) if body else {}
            status, answer = peer.take(f"{self.command} {self.path}", self.headers, given)
            whole = b"<html>Blocked</html>" if peer.stub else json.dumps(answer).encode()
            self.send_response(peer.stub or status)
            if status == 429:
                self.send_header("Retry-After", "3")
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(whole)))
            self.end_headers()
            self.wfile.write(whole)

        do_GET = do_DELETE = do_POST

        def log_message(self, *_words: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    peer.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
    yield peer
    server.shutdown()
    server.server_close()
