"""Green-API as a CRM sees it, over a real socket: an instance, messages, files, its queue of notifications, limits and
errors.

Written from its documentation. Its own client library may not be used here by its licence, so nobody else judges this.
"""

from __future__ import annotations

import json
import re
import threading
import time
import uuid
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

INSTANCE, TOKEN = "7103000000", "d75b3a66374942c5b3c019c698abc2067e151558acbd41234"
LONGEST = 20_000


class Error(Exception):
    def __init__(self, status: int, message: str):
        super().__init__(message)
        self.status = status
        self.answer = {"statusCode": status, "message": message}


@dataclass
class GreenApiPeer:
    url: str = ""
    state: str = "authorized"
    kind: str = "whatsapp"
    is_silent_after_sending: bool = False
    is_busy: bool = False
    people: set[str] = field(default_factory=set)
    said: list[dict[str, Any]] = field(default_factory=list)
    settings: dict[str, Any] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    journal: list[dict[str, Any]] = field(default_factory=list)  # of what came in, in the shape of its own method
    messages_with_files: dict[str, str] = field(default_factory=dict)  # idMessage → name of the file
    _queue: deque[tuple[int, dict[str, Any]]] = field(default_factory=deque)
    _receipts: int = 0
    _bell: threading.Condition = field(default_factory=threading.Condition)

    # What people there do.

    def written(self, chat: str, text: str = "", **data: Any) -> dict[str, Any]:
        self.people.add(chat)
        said = {"typeMessage": "textMessage", "textMessageData": {"textMessage": text}}
        told = {
            "typeWebhook": "incomingMessageReceived",
            "instanceData": {"idInstance": int(INSTANCE), "wid": "79161234567@c.us", "typeInstance": self.kind},
            "timestamp": int(time.time()),
            "idMessage": uuid.uuid4().hex.upper(),
            "senderData": {"chatId": chat, "sender": chat, "chatName": "Вера", "senderName": "Вера"},
            "messageData": data or said,
        }
        self._note(told, text)
        return told

    def _note(self, told: dict[str, Any], text: str) -> None:
        sender = told["senderData"]
        who = {"chatId": sender["chatId"], "senderId": sender["sender"], "senderName": sender["senderName"]}
        kind = {"type": "incoming", "typeMessage": told["messageData"]["typeMessage"]}
        self.journal.append(
            {**kind, **who, "idMessage": told["idMessage"], "timestamp": told["timestamp"], "textMessage": text}
        )

    def wait_in_line(self, told: dict[str, Any]) -> None:
        with self._bell:
            self._receipts += 1
            self._queue.append((self._receipts, told))
            self._bell.notify_all()

    def waiting(self) -> int:
        return len(self._queue)

    def lie(self, number: str, name: str, content: bytes) -> str:
        self.files[name], self.messages_with_files[number] = content, name
        return f"{self.url}/files/{name}"

    # What a CRM asks.

    def take(self, method: str, path: str, query: dict[str, list[str]], given: dict[str, Any]) -> Any:
        found = re.fullmatch(r"/waInstance(\d*)/(\w+)/(\w+)(?:/(\d+))?", path)
        if not found or found[1] != INSTANCE or found[3] != TOKEN:
            raise Error(401, "Unauthorized")
        if self.is_busy:
            raise Error(429, "Too many requests")
        what = getattr(self, f"_{method}_{found[2]}", None)
        if what is None:
            raise Error(400, "Unknown method")
        return what(given, query, found[4])

    def _GET_getStateInstance(self, *_: Any) -> dict[str, str]:
        return {"stateInstance": self.state}

    def _GET_getSettings(self, *_: Any) -> dict[str, Any]:
        return {"wid": "79161234567@c.us", **self.settings}

    def _POST_setSettings(self, given: dict[str, Any], *_: Any) -> dict[str, bool]:
        self.settings = given
        return {"saveSettings": True}

    def _POST_sendMessage(self, given: dict[str, Any], *_: Any) -> dict[str, str]:
        if not given.get("message") or len(given["message"]) > LONGEST:
            raise Error(400, "Validation failed. Details: 'message' length must be less than or equal to 20000")
        return self._say(given)

    def _POST_sendFileByUpload(self, given: dict[str, Any], *_: Any) -> dict[str, str]:
        if not given.get("file") or not given.get("fileName"):
            raise Error(400, "Validation failed. Details: 'file' is required")
        return self._say(given)

    def _say(self, given: dict[str, Any]) -> dict[str, str]:
        if not re.fullmatch(r"\d+(@c\.us)?", str(given.get("chatId", ""))):
            raise Error(400, "Validation failed. Details: 'chatId' must be a chat")
        if given["chatId"] not in self.people:
            raise Error(400, "Validation failed. Details: 'chatId' is not registered")
        self.said.append(given)
        return {"idMessage": uuid.uuid4().hex.upper()}

    def _POST_downloadFile(self, given: dict[str, Any], *_: Any) -> dict[str, str]:
        name = self.messages_with_files.get(str(given.get("idMessage", "")))
        if name is None:
            raise Error(400, "Message not found")
        return {"downloadUrl": f"{self.url}/files/{name}"}

    def _GET_lastIncomingMessages(self, _given: Any, query: dict[str, list[str]], *_: Any) -> list[dict[str, Any]]:
        since = time.time() - 60 * int(query.get("minutes", ["1440"])[0])
        return [one for one in reversed(self.journal) if one["timestamp"] >= since]

    def _GET_receiveNotification(self, _given: Any, query: dict[str, list[str]], *_: Any) -> dict[str, Any] | None:
        patience = int(query.get("receiveTimeout", ["5"])[0])
        if not 5 <= patience <= 60:
            raise Error(400, "receiveTimeout must be between 5 and 60")
        with self._bell:
            self._bell.wait_for(lambda: bool(self._queue), timeout=min(patience, 1))
            if not self._queue:
                return None
            receipt, told = self._queue[0]
            return {"receiptId": receipt, "body": told}

    def _DELETE_deleteNotification(self, _given: Any, _query: Any, receipt: str | None) -> dict[str, Any]:
        with self._bell:
            if self._queue and str(self._queue[0][0]) == receipt:
                self._queue.popleft()
                return {"result": True, "reason": ""}
        return {"result": False, "reason": "Receipt ID not found"}


class _Handler(BaseHTTPRequestHandler):
    peer: GreenApiPeer

    def do_POST(self) -> None:
        parts = urlsplit(self.path)
        if parts.path.startswith("/files/"):
            found = self.peer.files.get(parts.path.removeprefix("/files/"))
            return self._answer(404, b"") if found is None else self._answer(200, found)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        try:
            answer = self.peer.take(self.command, parts.path, parse_qs(parts.query), self._given(body))
        except Error as error:
            return self._answer(error.status, json.dumps(error.answer).encode())
        if "/send" in parts.path and self.peer.is_silent_after_sending:
            return self.connection.close()
        return self._answer(200, json.dumps(answer).encode())

    do_GET = do_DELETE = do_POST

    def _given(self, body: bytes) -> dict[str, Any]:
        kind = self.headers.get("Content-Type") or ""
        if not kind.startswith("multipart/"):
            found: dict[str, Any] = json.loads(body or b"{}")
            return found
        whole = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + body)
        parts: Any = whole.get_payload()
        named = {part.get_param("name", header="content-disposition"): part for part in parts}
        return {
            name: part.get_payload(decode=True) if name == "file" else part.get_payload(decode=True).decode()
            for name, part in named.items()
        }

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_words: Any) -> None:
        pass


@pytest.fixture
def green_api_peer() -> Iterator[GreenApiPeer]:
    peer = GreenApiPeer()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"peer": peer}))
    peer.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
    yield peer
    server.shutdown()
    server.server_close()
