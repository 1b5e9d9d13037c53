"""MAX as a bot sees it, over a real socket: users, dialogs, what was said, files, buttons, subscriptions, updates that
are asked for, limits and errors.

Written from the official schema and documentation of its Bot API. `test_send.py` has two client libraries of others
drive it.
"""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

TOKEN = "f9LHodD0cOL5NY7All_test_9xJRh64ni6IVc2Z4TDA8P90dZaXdLL6t-fJvmDGS"  # noqa: S105 - of nobody
BOT = 900


BUTTONS = ("callback", "link", "request_contact", "request_geo_location", "open_app", "message")


class Swallowed(Exception):
    """It is taken, and the line breaks before the answer."""


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
    messages: dict[str, dict[str, Any]] = field(default_factory=dict)  # of both sides, by mid
    files: dict[str, bytes] = field(default_factory=dict)  # by token
    links: dict[str, str] = field(default_factory=dict)  # a link that works → token
    updates: list[dict[str, Any]] = field(default_factory=list)  # for whoever asks
    kinds: dict[str, str] = field(default_factory=dict)  # token → image, video, audio, file
    unready: int = 0  # so many times a file is said not to be ready
    swallowed: int = 0  # so many messages are taken, and not answered
    longest_wait: float = 0.3  # of whoever asks for updates; the real one takes up to 90 seconds
    _count: int = 0
    _passed: int = 0
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

    def written(
        self,
        number: int,
        text: str | None,
        *,
        attachments: list[dict[str, Any]] | None = None,
        link: dict[str, Any] | None = None,
    ) -> dict[str, Any]:
        """The update that goes to the webhook. Whoever writes to a bot has unblocked it."""
        self.blocked.discard(number)
        moment = int(time.time() * 1000)
        message = self._message(number, text, moment, attachments=attachments)
        message["sender"] = self.users[number]
        if link:
            message["link"] = link
        self.messages[message["body"]["mid"]] = message
        update = {"update_type": "message_created", "timestamp": moment, "user_locale": "ru", "message": message}
        self.updates.append(update)
        return update

    def sends(self, kind: str, content: bytes, *, name: str = "") -> dict[str, Any]:
        """A file of a person, as an attachment: a film has no link in its message."""
        token = self._keep(kind, content)
        payload: dict[str, Any] = {"token": token}
        if kind != "video":
            payload["url"] = self._link(token)
        if kind == "image":
            payload["photo_id"] = self._next()
        if kind == "file":
            return {"type": kind, "payload": payload, "filename": name, "size": len(content)}
        return {"type": kind, "payload": payload}

    def card(self, number: int, phone: str) -> dict[str, Any]:
        """A contact as the button shares it."""
        vcf = f"BEGIN:VCARD\r\nVERSION:3.0\r\nTEL;TYPE=cell:{phone}\r\nFN:М\r\nEND:VCARD\r\n"
        person = self.users.get(number)
        return {"type": "contact", "payload": {"vcf_info": vcf, "hash": "0" * 64, "max_info": person}}

    def let_links_die(self) -> None:
        self.links.clear()

    def pressed(self, number: int, mid: str, payload: str) -> dict[str, Any]:
        moment = int(time.time() * 1000)
        callback = {"timestamp": moment, "callback_id": f"cb.{self._next()}", "payload": payload}
        return {
            "update_type": "message_callback",
            "timestamp": moment,
            "callback": {**callback, "user": self.users[number]},
            "message": self.messages[mid],
            "user_locale": "ru",
        }

    def edited(self, update: dict[str, Any], text: str) -> dict[str, Any]:
        message = self.messages[update["message"]["body"]["mid"]]
        message["body"]["text"] = text
        return {"update_type": "message_edited", "timestamp": int(time.time() * 1000), "message": message}

    def removed(self, update: dict[str, Any]) -> dict[str, Any]:
        message = self.messages.pop(update["message"]["body"]["mid"])
        told = {"chat_id": message["recipient"]["chat_id"], "user_id": message["sender"]["user_id"]}
        mid = message["body"]["mid"]
        return {"update_type": "message_removed", "timestamp": int(time.time() * 1000), "message_id": mid, **told}

    def stopped(self, number: int) -> dict[str, Any]:
        self.block(number)
        told = {"chat_id": 7000 + number, "user": self.users[number], "user_locale": "ru"}
        return {"update_type": "bot_stopped", "timestamp": int(time.time() * 1000), **told}

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
            if headers.get("Authorization") != self.token:
                raise Error(401, "verify.token", "Invalid access_token")
            if parts.path == "/updates":
                return 200, self._updates(query)
            with self._lock:
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
            if query.get("url") == self.webhook.get("url"):
                self.webhook = {}
            return {"success": True}
        if way == "POST /uploads":
            return self._upload_to(query.get("type", ""))
        if way == "POST /answers":
            return {"success": True}
        if way.startswith("GET /messages/"):
            return self._message_anew(way.removeprefix("GET /messages/"))
        if way.startswith("GET /videos/"):
            return self._film(way.removeprefix("GET /videos/"))
        raise Error(404, "not.found", f"Path {way} is not recognized")

    def _send(self, query: dict[str, str], given: dict[str, Any]) -> dict[str, Any]:
        number, text = int(query.get("user_id") or 0), given.get("text") or ""
        if number not in self.users:
            raise Error(404, "chat.not.found", "error.dialog.notfound")
        if number in self.blocked:
            raise Error(403, "chat.denied", "error.dialog.suspended")
        attachments = given.get("attachments") or []
        if not text and not attachments:
            raise Error(400, "proto.payload", "errors.empty.message")
        shown = [self._attached(one) for one in attachments]
        if len(shown) > 1 and {"file", "audio"} & {one["type"] for one in shown}:
            raise Error(400, "proto.payload", "Must be only one attachment in message")
        if len(text.encode("utf-16-le")) > 2 * self.longest:
            raise Error(400, "proto.payload", "text: size must be between 0 and 4000")
        now = time.monotonic()
        if now - self._sent_at.get(number, -self.pace) < self.pace or self._of_last_second(now) >= 30:
            raise Error(429, "too.many.requests", "Rate limit exceeded")
        self._sent_at[number] = now
        self.said.append((number, text))
        message = self._message(number, text, int(time.time() * 1000), attachments=shown)
        message["sender"] = _user(BOT, self.bot, is_bot=True)
        if link := given.get("link"):
            message["link"] = {"type": link["type"], "message": {**self.messages[link["mid"]]["body"]}}
        self.messages[message["body"]["mid"]] = message
        if self.swallowed:
            self.swallowed -= 1
            raise Swallowed
        return {"message": message}

    def _attached(self, one: dict[str, Any]) -> dict[str, Any]:
        kind, payload = one.get("type"), one.get("payload") or {}
        if kind == "inline_keyboard":
            for button in (button for row in payload.get("buttons") or () for button in row):
                if button["type"] not in BUTTONS or not 1 <= len(button["text"]) <= 128:
                    raise Error(400, "proto.payload", "button: wrong")
            return {"type": kind, "payload": payload, "callback_id": "keyboard"}
        token = payload.get("token")
        if token is None and payload.get("photos"):
            token = next(iter(payload["photos"].values()))["token"]
        if self.kinds.get(str(token)) != kind:
            raise Error(400, "proto.payload", "attachment: no such token")
        if self.unready:
            self.unready -= 1
            raise Error(400, "attachment.not.ready", "Key: errors.process.attachment.file.not.processed")
        return self._shown(str(kind), str(token))

    def _shown(self, kind: str, token: str) -> dict[str, Any]:
        shown: dict[str, Any] = {"type": kind, "payload": {"token": token, "url": self._link(token)}}
        if kind == "image":
            shown["payload"]["photo_id"] = self._next()
        if kind == "file":
            shown |= {"filename": token, "size": len(self.files[token])}
        return shown

    def _upload_to(self, kind: str) -> dict[str, Any]:
        """Of sound and films the token comes at once, of the rest with the answer to the upload."""
        if kind not in ("image", "video", "audio", "file"):
            raise Error(400, "proto.payload", "type: unknown")
        token = self._keep(kind, b"")
        place = {"url": f"{self.url}/upload/{token}"}
        return {**place, "token": token} if kind in ("video", "audio") else place

    def store(self, token: str, form: bytes, kind: str) -> tuple[int, dict[str, Any]]:
        """An upload: a form with one file in it, under the name `data` or the file's own."""
        parsed = BytesParser().parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + form)
        parts = parsed.get_payload()
        if token not in self.files or not isinstance(parts, list) or len(parts) != 1:
            return 400, {"error_code": "1", "error_data": "BAD_REQUEST"}
        content = parts[0].get_payload(decode=True) if isinstance(parts[0], Message) else None
        self.files[token] = content if isinstance(content, bytes) else b""
        if self.kinds[token] == "image":
            return 200, {"photos": {"x=": {"token": token}}}
        return 200, {"token": token, "fileId": 1} if self.kinds[token] == "file" else {"retval": 1}

    def _message_anew(self, mid: str) -> dict[str, Any]:
        if mid not in self.messages:
            raise Error(404, "not.found", "Message not found")
        for one in self.messages[mid]["body"]["attachments"]:
            if "url" in (one.get("payload") or {}):
                one["payload"]["url"] = self._link(one["payload"]["token"])
        return self.messages[mid]

    def _film(self, token: str) -> dict[str, Any]:
        if token not in self.files:
            raise Error(404, "not.found", "Video not found")
        size = {"width": 640, "height": 360, "duration": 4}
        return {"token": token, "urls": {"mp4_360": self._link(token)}, **size}

    def _updates(self, query: dict[str, str]) -> dict[str, Any]:
        """What the marker has passed is gone; whoever calls an address tells nothing here."""
        if self.webhook:
            return {"updates": [], "marker": None}
        with self._lock:
            self.asked.append(("GET /updates", dict(query)))
            del self.updates[: max(0, int(query.get("marker") or 0) - self._passed)]
            self._passed = max(self._passed, int(query.get("marker") or 0))
        until = time.monotonic() + min(float(query.get("timeout") or 30), self.longest_wait)
        while not self.updates and time.monotonic() < until:
            time.sleep(0.01)
        with self._lock:
            told = self.updates[: int(query.get("limit") or 100)]
            return {"updates": told, "marker": self._passed + len(told)}

    def _keep(self, kind: str, content: bytes) -> str:
        token = f"token-{self._next()}"
        self.files[token], self.kinds[token] = content, kind
        return token

    def _link(self, token: str) -> str:
        name = f"{token}-{self._next()}"
        self.links[name] = token
        return f"{self.url}/files/{name}"

    def _next(self) -> int:
        self._count += 1
        return self._count

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

    def _message(
        self, number: int, text: str | None, moment: int, *, attachments: list[dict[str, Any]] | None = None
    ) -> dict[str, Any]:
        recipient = {"chat_id": 7000 + number, "chat_type": "dialog", "user_id": number}
        body = {"mid": f"mid.{self._next()}.{moment}", "seq": moment, "text": text, "attachments": attachments or []}
        return {"recipient": recipient, "timestamp": moment, "body": body}


def _user(number: int, nick: str | None, *, is_bot: bool = False) -> dict[str, Any]:
    name = {"first_name": "М", "last_name": None, "name": "М", "username": nick}
    return {"user_id": number, **name, "is_bot": is_bot, "last_activity_time": int(time.time() * 1000)}


@contextmanager
def running() -> Iterator[MaxPeer]:
    peer = MaxPeer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.path.startswith("/files/"):
                self._give(peer.links.get(self.path.removeprefix("/files/")))
            elif self.path.startswith("/upload/"):
                kind = self.headers.get("Content-Type") or ""
                self._say(*peer.store(self.path.removeprefix("/upload/"), body, kind))
            else:
                try:
                    given = json.loads(body) if body else {}
                    self._say(*peer.take(f"{self.command} {self.path}", self.headers, given))
                except Swallowed:
                    self.close_connection = True

        def _say(self, status: int, answer: dict[str, Any]) -> None:
            whole = b"<html>Blocked</html>" if peer.stub else json.dumps(answer).encode()
            self.send_response(peer.stub or status)
            if status == 429:
                self.send_header("Retry-After", "3")
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(whole)))
            self.end_headers()
            self.wfile.write(whole)

        do_GET = do_DELETE = do_POST

        def _give(self, token: str | None) -> None:
            content = peer.files.get(token or "", b"")
            self.send_response(200 if token else 403)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_words: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    peer.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
    try:
        yield peer
    finally:
        server.shutdown()
        server.server_close()
