"""Telegram as a bot sees it, over a real socket: users, chats, what was said, the webhook, limits and errors.

Written from the documented facts of Bot API 10.1. `test_send.py` has somebody else's client library drive it.
"""

from __future__ import annotations

import itertools
import json
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

import pytest

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw_x"


class Error(Exception):
    def __init__(self, code: int, description: str, **parameters: int):
        super().__init__(description)
        self.answer = {"ok": False, "error_code": code, "description": description}
        if parameters:
            self.answer["parameters"] = parameters


@dataclass
class TelegramPeer:
    url: str = ""
    kind: str = "telegram"
    token: str = TOKEN
    bot: str = "svyazka_test_bot"
    longest: int = 4096
    pace: float = 1.0  # seconds between two messages into one chat
    is_broken: bool = False
    stub: int = 0  # the status of somebody else's page in its place
    users: dict[int, dict[str, Any]] = field(default_factory=dict)
    blocked: set[int] = field(default_factory=set)
    said: list[tuple[int, str]] = field(default_factory=list)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    webhook: dict[str, Any] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1000))
    _sent_at: dict[int, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    # What people there do.

    def person(self, number: int, nick: str = "") -> str:
        self.users[number] = {"id": number, "is_bot": False, "first_name": "М", **({"username": nick} if nick else {})}
        return str(number)

    def block(self, number: int) -> None:
        self.blocked.add(number)

    def texts(self, number: int) -> list[str]:
        return [text for to, text in self.said if to == number]

    def written(self, number: int, text: str) -> dict[str, Any]:
        """The update that goes to the webhook. Whoever writes to a bot has unblocked it."""
        self.blocked.discard(number)
        update_id = next(self._numbers)
        chat = {"id": number, "type": "private"}
        message = {"message_id": update_id, "date": int(time.time()), "from": self.users[number], "chat": chat}
        return {"update_id": update_id, "message": {**message, "text": text}}

    def started(self, number: int, payload: str) -> dict[str, Any]:
        """The person has opened a link of the bot and pressed Start."""
        return self.written(number, f"/start {payload}".strip())

    # What a bot asks.

    def take(self, path: str, given: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        try:
            if self.is_broken:
                raise Error(502, "Bad Gateway")
            with self._lock:
                return 200, {"ok": True, "result": self._result(path, given)}
        except Error as error:
            return int(error.answer["error_code"]), error.answer

    def _result(self, path: str, given: dict[str, Any]) -> Any:
        found = re.fullmatch(r"/bot([^/]+)/(\w+)", path)
        if not found:
            raise Error(404, "Not Found")
        if found[1] != self.token:
            raise Error(401, "Unauthorized")
        self.asked.append((found[2], given))
        method = getattr(self, f"_{found[2]}", None)
        if method is None:
            raise Error(404, "Not Found: method not found")
        return method(given)

    def _getMe(self, _given: dict[str, Any]) -> dict[str, Any]:
        more = dict.fromkeys(("can_join_groups", "can_read_all_group_messages", "supports_inline_queries"), False)
        return {
            "id": int(self.token.partition(":")[0]),
            "is_bot": True,
            "first_name": "S",
            "username": self.bot,
            **more,
        }

    def _sendMessage(self, given: dict[str, Any]) -> dict[str, Any]:
        number, text = int(_needed(given, "chat_id")), _needed(given, "text")
        if number not in self.users:
            raise Error(400, "Bad Request: chat not found")
        if number in self.blocked:
            raise Error(403, "Forbidden: bot was blocked by the user")
        if not text.strip():
            raise Error(400, "Bad Request: message text is empty")
        if len(text.encode("utf-16-le")) > 2 * self.longest:
            raise Error(400, "Bad Request: message is too long")
        now = time.monotonic()
        if now - self._sent_at.get(number, -self.pace) < self.pace or self._of_last_second(now) >= 30:
            raise Error(429, "Too Many Requests: retry after 3", retry_after=3)
        self._sent_at[number] = now
        self.said.append((number, text))
        chat = {"id": number, "type": "private", "first_name": "М"}
        return {"message_id": len(self.said), "date": int(time.time()), "chat": chat, "text": text}

    def _of_last_second(self, now: float) -> int:
        return sum(now - at < 1 for at in self._sent_at.values())

    def _setWebhook(self, given: dict[str, Any]) -> bool:
        if not _needed(given, "url").startswith("https://"):
            raise Error(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", given.get("secret_token", "")):
            raise Error(400, "Bad Request: secret token contains unallowed characters")
        self.webhook = given
        return True

    def _deleteWebhook(self, _given: dict[str, Any]) -> bool:
        self.webhook = {}
        return True

    def _getWebhookInfo(self, _given: dict[str, Any]) -> dict[str, Any]:
        return {"url": self.webhook.get("url", ""), "has_custom_certificate": False, "pending_update_count": 0}

    def _getUpdates(self, _given: dict[str, Any]) -> list[Any]:
        if self.webhook:
            raise Error(409, "Conflict: can't use getUpdates method while webhook is active")
        return []


def _needed(given: dict[str, Any], name: str) -> str:
    if name not in given:
        raise Error(400, f"Bad Request: {name} is empty")
    return str(given[name])


def _read(kind: str, body: bytes) -> dict[str, Any]:
    if kind.startswith("application/json"):
        return dict(json.loads(body or b"{}"))
    return dict(parse_qsl(body.decode(), keep_blank_values=True))


@pytest.fixture
def telegram_peer() -> Iterator[TelegramPeer]:
    peer = TelegramPeer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            given = _read(self.headers.get("Content-Type", ""), body)
            status, answer = peer.take(self.path, given)
            whole = b"<html>Blocked</html>" if peer.stub else json.dumps(answer).encode()
            self.send_response(peer.stub or status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(whole)))
            self.end_headers()
            self.wfile.write(whole)

        do_GET = do_POST

        def log_message(self, *_words: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    peer.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
    yield peer
    server.shutdown()
    server.server_close()
