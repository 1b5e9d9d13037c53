"""Wazzup as a CRM sees it, over a real socket: channels, messages, the webhook's address, limits and errors.

Written from its documentation of API v3. No public client library is well kept enough to judge it.
"""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

KEY = "f8a7c0de3b5a4d2e9c11"
CHANNEL = "e0629e11-0f67-4567-92a9-2237e91ec1b9"
LONGEST = 4096


class Error(Exception):
    def __init__(self, status: int, code: str, description: str = "", after: int = 0):
        super().__init__(code)
        self.status, self.after = status, after
        self.answer = {"status": status, "error": code, "description": description or code}


@dataclass
class WazzupPeer:
    url: str = ""
    key: str = KEY
    people: set[tuple[str, str]] = field(default_factory=set)  # chatType, chatId
    blocked: set[tuple[str, str]] = field(default_factory=set)
    is_paid: bool = True
    is_silent_after_sending: bool = False
    most_at_once: int = 500  # requests in five seconds
    said: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    webhook: dict[str, Any] = field(default_factory=dict)
    _asked_at: list[float] = field(default_factory=list)
    _keys: set[str] = field(default_factory=set)

    # What people there do, as the webhook tells it.

    def written(self, network: str, chat: str, text: str, **other: Any) -> dict[str, Any]:
        self.people.add((network, chat))
        message = {
            "messageId": str(uuid.uuid4()),
            "channelId": CHANNEL,
            "chatType": network,
            "chatId": chat,
            "dateTime": time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime()),
            "type": "text",
            "status": "inbound",
            "isEcho": False,
            "contact": {"name": "Вера"},
            "text": text,
        }
        return {"messages": [{**message, **other}]}

    def lie(self, name: str, content: bytes) -> str:
        self.files[f"/files/{name}"] = content
        return f"{self.url}/files/{name}"

    def status(self, number: str, state: str, **error: str) -> dict[str, Any]:
        moment = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
        status = {"messageId": number, "timestamp": moment, "status": state}
        return {"statuses": [{**status, **({"error": error} if error else {})}]}

    # What a CRM asks.

    def take(self, method: str, path: str, key: str, given: dict[str, Any]) -> tuple[int, Any]:
        if key != f"Bearer {self.key}":
            raise Error(401, "UNAUTHORIZED")
        now = time.monotonic()
        self._asked_at = [one for one in self._asked_at if one > now - 5] + [now]
        if len(self._asked_at) > self.most_at_once:
            raise Error(429, "TOO_MANY_REQUESTS", after=2)
        if (method, path) == ("GET", "/v3/channels"):
            state = "active" if self.is_paid else "notEnoughMoney"
            return 200, [{"channelId": CHANNEL, "transport": "whatsapp", "plainId": "79161234567", "state": state}]
        if (method, path) == ("GET", "/v3/webhooks"):
            return 200, {"webhooksUri": self.webhook.get("webhooksUri", ""), "subscriptions": {}}
        if (method, path) == ("PATCH", "/v3/webhooks"):
            return self._keep_address(given)
        if (method, path) == ("POST", "/v3/message"):
            return 201, self._message(given)
        raise Error(404, "NOT_FOUND")

    def _keep_address(self, given: dict[str, Any]) -> tuple[int, Any]:
        address = given.get("webhooksUri", "")
        if not isinstance(address, str) or not address.startswith("http") or len(address) > 200:
            raise Error(400, "VALIDATION_ERROR", "webhooksUri")
        self.webhook = given
        return 200, {"ok": True}

    def _message(self, given: dict[str, Any]) -> dict[str, Any]:
        if not self.is_paid:
            raise Error(400, "CHANNEL_NO_MONEY")
        if given.get("channelId") != CHANNEL:
            raise Error(400, "CHANNEL_NOT_FOUND")
        if bool(given.get("text")) == bool(given.get("contentUri")):
            raise Error(400, "MESSAGE_ONLY_TEXT_OR_CONTENT")
        if len(given.get("text") or "") > LONGEST:
            raise Error(400, "MESSAGE_TEXT_TOO_LONG")
        whom = given.get("chatType"), given.get("chatId")
        if whom in self.blocked or whom not in self.people:
            raise Error(400, "BAD_CONTACT")
        if given.get("crmMessageId") in self._keys:
            raise Error(400, "repeatedCrmMessageId", "You have already sent message with the same crmMessageId")
        self._keys.add(given.get("crmMessageId") or str(uuid.uuid4()))
        self.said.append(given)
        return {"messageId": str(uuid.uuid4()), "chatId": given["chatId"]}


class _Handler(BaseHTTPRequestHandler):
    peer: WazzupPeer

    def do_POST(self) -> None:
        given = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
        try:
            status, answer = self.peer.take(self.command, self.path, self.headers.get("Authorization", ""), given)
        except Error as error:
            return self._answer(error.status, json.dumps(error.answer).encode(), after=error.after)
        if self.command == "POST" and self.peer.is_silent_after_sending:
            self.peer.is_silent_after_sending = False
            return self.connection.close()
        return self._answer(status, json.dumps(answer).encode())

    do_PATCH = do_POST

    def do_GET(self) -> None:
        if self.path.startswith("/files/"):
            found = self.peer.files.get(self.path)
            return self._answer(404, b"") if found is None else self._answer(200, found)
        return self.do_POST()

    def _answer(self, status: int, body: bytes, *, after: int = 0) -> None:
        self.send_response(status)
        if after:
            self.send_header("Retry-After", str(after))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: Any) -> None:
        pass


@pytest.fixture
def wazzup_peer() -> Iterator[WazzupPeer]:
    peer = WazzupPeer()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"peer": peer}))
    peer.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
    yield peer
    server.shutdown()
    server.server_close()
