"""The WhatsApp Cloud API over a real socket: people with and without a phone number that we see, the window of 24 hours
by a clock that can be put forward, approved templates, files whose links die after five minutes, states that come late,
twice and before the answer, signatures over escaped letters, limits and errors.

Written from Meta's OpenAPI with its examples, and its documented behaviour. `test_send.py` has pywa drive it.
"""

from __future__ import annotations

import hashlib
import hmac
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

TOKEN = "EAAJB_test_of_nobody"  # noqa: S105
SECRET = "0123456789abcdef0123456789abcdef"  # noqa: S105
NUMBER, BUSINESS, DISPLAYED = "106540352242922", "102290129340398", "+7 495 555-01-23"
DAY, LINK_LIVES = 24 * 3600.0, 300.0
MEDIA = ("image", "video", "audio", "document", "sticker")


class Error(Exception):
    def __init__(self, status: int, code: int, message: str, **more: Any):
        super().__init__(message)
        self.status = status
        self.answer = {
            "error": {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "A1", **more}
        }


class Swallowed(Exception):
    """It is taken, and the line breaks before the answer."""


@dataclass
class Person:
    wa_id: str
    user_id: str
    name: str
    nick: str = ""
    hides: bool = False  # his phone number
    heard_at: float = -DAY * 9


@dataclass
class WhatsAppPeer:
    url: str = ""
    kind: str = "whatsapp"
    token: str = TOKEN
    secret: str = SECRET
    number: str = NUMBER
    business: str = BUSINESS
    ahead: float = 0.0  # seconds by which its clock is put forward
    a_second: int = 80
    refuses_late: bool = False  # it is taken, and then told to have failed; both happen
    is_broken: bool = False
    stub: int = 0
    swallowed: int = 0  # so many messages are taken, and not answered
    people: dict[str, Person] = field(default_factory=dict)  # by wa_id and by user id
    said: list[dict[str, Any]] = field(default_factory=list)
    files: dict[str, tuple[bytes, str]] = field(default_factory=dict)
    links: dict[str, tuple[str, float]] = field(default_factory=dict)
    templates: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)  # states that it tells of its own accord
    _count: int = 0
    _sent_at: list[float] = field(default_factory=list)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    # What people there do.

    def person(self, wa_id: str, user_id: str, name: str = "Вера", *, nick: str = "", hides: bool = False) -> Person:
        one = Person(wa_id, user_id, name, nick, hides)
        self.people[wa_id] = self.people[user_id] = one
        return one

    def later(self, hours: float) -> None:
        self.ahead += hours * 3600

    def now(self) -> float:
        return time.time() + self.ahead

    def writes(self, one: Person, kind: str = "text", content: Any = None, **more: Any) -> dict[str, Any]:
        """A message, as it stands in the value of a change. It opens the window."""
        one.heard_at = self.now()
        said = {"body": content} if isinstance(content, str) else content
        item = {"id": self._wamid(), "timestamp": str(int(self.now())), "type": kind, **({kind: said} if kind else {})}
        return {"messages": [{**self._from(one), **item, **more}], "contacts": [self._contact(one)]}

    def echoes(self, one: Person, text: str) -> dict[str, Any]:
        """One of us has written on the phone."""
        to = {"to": one.wa_id} if not one.hides else {}
        item = {"from": re.sub(r"\D", "", DISPLAYED), **to, "to_user_id": one.user_id, "id": self._wamid()}
        return {"message_echoes": [{**item, "timestamp": str(int(self.now())), "type": "text", "text": {"body": text}}]}

    def state(self, said: dict[str, Any], state: str, **more: Any) -> dict[str, Any]:
        one: Person = said["person"]
        shown = {} if one.hides else {"recipient_id": one.wa_id}
        told = {"id": said["id"], "status": state, "timestamp": str(int(self.now())), **shown}
        told |= {"recipient_user_id": one.user_id, **more}
        if key := said["given"].get("biz_opaque_callback_data"):
            told["biz_opaque_callback_data"] = key
        return {"statuses": [told], "contacts": [self._contact(one)]}

    def keeps(self, content: bytes, kind: str) -> dict[str, Any]:
        """A file of a person, as it stands in his message."""
        number = str(self._next())
        self.files[number] = (content, kind)
        return {"id": number, "mime_type": kind, "sha256": hashlib.sha256(content).hexdigest()}

    def posts(self, *values: dict[str, Any], field: str = "messages") -> tuple[bytes, dict[str, str]]:
        """One POST with all of them: each letter beyond ASCII escaped, as Meta signs it."""
        meta = {"display_phone_number": re.sub(r"\D", "", DISPLAYED), "phone_number_id": self.number}
        changes = [
            {
                "value": {"messaging_product": "whatsapp", "metadata": meta, **value},
                "field": "smb_message_echoes" if "message_echoes" in value else field,
            }
            for value in values
        ]
        told = {"object": "whatsapp_business_account", "entry": [{"id": self.business, "changes": changes}]}
        body = json.dumps(told, ensure_ascii=True, separators=(",", ":")).replace("/", "\\/").encode()
        signature = hmac.new(self.secret.encode(), body, hashlib.sha256).hexdigest()
        return body, {"x-hub-signature-256": f"sha256={signature}", "content-type": "application/json"}

    def template(self, name: str, *components: dict[str, Any], language: str = "ru", **more: Any) -> None:
        """Who has it approved shows what may stand in its places."""
        for one in components:
            if places := sorted(set(re.findall(r"\{\{(\w+)\}\}", one.get("text", "")))):
                one.setdefault("example", {f"{one['type'].lower()}_text": [[f"x{place}" for place in places]]})
        given = {"id": str(self._next()), "status": "APPROVED", "category": "UTILITY", "parameter_format": "POSITIONAL"}
        self.templates.append({**given, "name": name, "language": language, "components": list(components), **more})

    # What a business asks.

    def take(self, way: str, headers: Any, given: Any) -> tuple[int, dict[str, Any]]:
        if self.is_broken:
            return 503, {}
        method, _space, path = way.partition(" ")
        parts = urlsplit(path)
        version, _slash, rest = parts.path.removeprefix("/").partition("/")
        query = dict(parse_qsl(parts.query))
        try:
            with self._lock:
                if headers.get("Authorization") != f"Bearer {self.token}":
                    raise Error(401, 190, "Invalid OAuth access token - Cannot parse access token")
                if not re.fullmatch(r"v\d+\.\d+", version):
                    raise Error(400, 2500, "Unknown path components")
                self.asked.append((f"{method} /{rest}", given if isinstance(given, dict) else query))
                return 200, self._answer(f"{method} {rest}", query, given)
        except Error as error:
            return error.status, error.answer

    def _answer(self, way: str, query: dict[str, str], given: Any) -> dict[str, Any]:
        if way == f"POST {self.number}/messages":
            return self._send(given)
        if way == f"POST {self.number}/media":
            return {"id": self._kept(given)}
        if way == f"GET {self.number}":
            named = {"display_phone_number": DISPLAYED, "verified_name": "Окна"}
            return {**named, "id": self.number, "quality_rating": "GREEN", "code_verification_status": "VERIFIED"}
        if way == f"GET {self.business}/message_templates":
            return self._listed(query)
        if way.removeprefix("GET ") in self.files:
            return self._link(way.removeprefix("GET "))
        words = "Unsupported request. Object does not exist, or cannot be loaded due to missing permissions"
        raise Error(400, 100, words, error_subcode=33)

    def _send(self, given: dict[str, Any]) -> dict[str, Any]:
        person = self._meant(given)
        self._insist_on_pace()
        kind = given.get("type", "text")
        refusal = self._refusal(person, kind)
        if refusal and not self.refuses_late:
            raise Error(400, refusal, f"(#{refusal}) refused")
        self._insist_sound(kind, given.get(kind) or {})
        said = {"id": self._wamid(), "person": person, "given": given}
        self.said.append(said)
        if refusal:
            failed = [{"code": refusal, "title": "Late", "message": "Late", "error_data": {"details": "late"}}]
            self.told.append(self.state(said, "failed", errors=failed))
        if self.swallowed:
            self.swallowed -= 1
            raise Swallowed
        shown = {"input": given.get("to") or given.get("recipient"), "user_id": person.user_id}
        if not person.hides:
            shown["wa_id"] = person.wa_id
        return {"messaging_product": "whatsapp", "contacts": [shown], "messages": [{"id": said["id"]}]}

    def _meant(self, given: dict[str, Any]) -> Person:
        if given.get("messaging_product") != "whatsapp":
            raise Error(400, 100, "(#100) The parameter messaging_product is required.")
        to, recipient = given.get("to"), given.get("recipient")
        if to and not re.fullmatch(r"\+?\d{5,20}", str(to)):
            raise Error(400, 131009, "(#131009) Parameter value is not valid: to")
        person = self.people.get(str(to or "").removeprefix("+") if to else str(recipient or ""))
        if person is None:
            raise Error(400, 131026, "(#131026) Message undeliverable")
        return person

    def _insist_on_pace(self) -> None:
        now = time.monotonic()
        self._sent_at = [at for at in self._sent_at if now - at < 1]
        if len(self._sent_at) >= self.a_second:
            raise Error(429, 130429, "(#130429) Rate limit hit")
        self._sent_at.append(now)

    def _refusal(self, person: Person, kind: str) -> int:
        is_late = self.now() - person.heard_at > DAY
        return 131047 if is_late and kind != "template" else 0

    def _insist_sound(self, kind: str, said: dict[str, Any]) -> None:
        if kind == "text" and not 1 <= len(said.get("body") or "") <= 4096:
            raise Error(400, 100, "(#100) Param text['body'] must be at most 4096 characters long.")
        if kind in MEDIA and said.get("id") not in self.files:
            raise Error(400, 131009, "(#131009) Parameter value is not valid: media id")
        if kind == "template":
            self._insist_approved(said)
        if kind == "interactive":
            self._insist_shown(said)
        if kind not in ("text", "template", "interactive", *MEDIA):
            raise Error(400, 131051, "(#131051) Message type unknown")

    def _insist_approved(self, said: dict[str, Any]) -> None:
        found = [
            one
            for one in self.templates
            if (one["name"], one["language"]) == (said.get("name"), said["language"]["code"])
        ]
        if not found or found[0]["status"] != "APPROVED":
            raise Error(404, 132001, "(#132001) Template name does not exist in the translation")
        body = next((part for part in found[0]["components"] if part["type"] == "BODY"), {"text": ""})
        wanted = len(set(re.findall(r"\{\{\d+\}\}", body["text"])))
        given = [part["parameters"] for part in said.get("components") or () if part["type"].lower() == "body"]
        if wanted != len(given[0] if given else ()):
            raise Error(400, 132000, "(#132000) Number of parameters does not match the expected number of params")

    def _insist_shown(self, said: dict[str, Any]) -> None:
        action = said["action"]
        replies = [one["reply"] for one in action.get("buttons", ())]
        rows = [row for section in action.get("sections", ()) for row in section["rows"]]
        is_sound = len(replies) <= 3 and all(1 <= len(one["title"]) <= 20 and len(one["id"]) <= 256 for one in replies)
        is_sound = is_sound and len(rows) <= 10 and all(1 <= len(one["title"]) <= 24 for one in rows)
        if not is_sound or not 1 <= len(said["body"]["text"]) <= 1024:
            raise Error(400, 131009, "(#131009) Parameter value is not valid: interactive")

    def _kept(self, form: dict[str, tuple[bytes, str]]) -> str:
        if form.get("messaging_product", (b"", ""))[0] != b"whatsapp" or "file" not in form:
            raise Error(400, 100, "(#100) messaging_product and file are required")
        number = str(self._next())
        content, kind = form["file"]
        self.files[number] = (content, form.get("type", (kind.encode(), ""))[0].decode())
        return number

    def _link(self, number: str) -> dict[str, Any]:
        content, kind = self.files[number]
        name = f"{number}-{self._next()}"
        self.links[name] = (number, self.now())
        told = {"url": f"{self.url}/files/{name}", "mime_type": kind, "sha256": hashlib.sha256(content).hexdigest()}
        return {**told, "file_size": len(content), "id": number, "messaging_product": "whatsapp"}

    def _listed(self, query: dict[str, str]) -> dict[str, Any]:
        """Page by page."""
        after, most = int(query.get("after") or 0), int(query.get("limit") or 25)
        shown = self.templates[after : after + most]
        cursors = {"before": str(after), "after": str(after + most)}
        is_more = after + most < len(self.templates)
        counted = {"total_count": len(self.templates), "message_template_count": len(self.templates)}
        limits = {"message_template_limit": 250, "are_translations_complete": True}
        summed = {"summary": counted | limits} if query.get("summary") else {}
        return {
            "data": shown,
            **summed,
            "paging": {"cursors": cursors, **({"next": f"{self.url}/more"} if is_more else {})},
        }

    def give(self, name: str, headers: Any) -> tuple[int, bytes]:
        number, since = self.links.get(name, ("", -LINK_LIVES))
        if headers.get("Authorization") != f"Bearer {self.token}":
            return 401, b""
        if not number or self.now() - since > LINK_LIVES:
            return 404, b""
        return 200, self.files[number][0]

    def _from(self, one: Person) -> dict[str, str]:
        return {"from_user_id": one.user_id} if one.hides else {"from": one.wa_id, "from_user_id": one.user_id}

    def _contact(self, one: Person) -> dict[str, Any]:
        profile = {"name": one.name, **({"username": one.nick} if one.nick else {})}
        return {"profile": profile, "user_id": one.user_id, **({} if one.hides else {"wa_id": one.wa_id})}

    def _wamid(self) -> str:
        return f"wamid.HBgL{self._next():040d}A="

    def _next(self) -> int:
        with self._lock:
            self._count += 1
            return 1000 + self._count


@contextmanager
def running() -> Iterator[WhatsAppPeer]:
    peer = WhatsAppPeer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if self.path.startswith("/files/"):
                status, content = peer.give(self.path.removeprefix("/files/"), self.headers)
                return self._say(status, content)
            try:
                given = _given(body, self.headers.get("Content-Type") or "")
                status, answer = peer.take(f"{self.command} {self.path}", self.headers, given)
            except Swallowed:
                self.close_connection = True
                return None
            whole = b"<html>Blocked</html>" if peer.stub else json.dumps(answer).encode()
            return self._say(peer.stub or status, whole)

        do_GET = do_POST

        def _say(self, status: int, whole: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=UTF-8")
            self.send_header("Content-Length", str(len(whole)))
            self.end_headers()
            self.wfile.write(whole)

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


def _given(body: bytes, kind: str) -> Any:
    """JSON; or a form: by name, the content and its type."""
    if not kind.startswith("multipart/"):
        return json.loads(body) if body else {}
    parsed = BytesParser().parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    parts = [part for part in parsed.get_payload() if isinstance(part, Message)]
    return {
        str(part.get_param("name", header="content-disposition")): (
            content if isinstance(content := part.get_payload(decode=True), bytes) else b"",
            part.get_content_type(),
        )
        for part in parts
    }
