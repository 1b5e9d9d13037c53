"""Telegram as a bot sees it: users, chats, files, what was said, updates by webhook or by asking, limits and errors.

Written from the documented facts of Bot API 10.1. `test_stand_in.py` has two client libraries of others drive it.
"""

from __future__ import annotations

import itertools
import json
import re
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, unquote

TOKEN = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw_x"  # noqa: S105 - nobody has it
LARGEST_UPLOAD, LARGEST_PHOTO, LARGEST_DOWNLOAD = 50 * 1024 * 1024, 10 * 1024 * 1024, 20 * 1024 * 1024
# Method → field of the file.
_SENDING = {f"send{kind.capitalize()}": kind for kind in ("photo", "document", "voice", "video", "audio")}
_DEFAULT_UPDATES = {"message", "edited_message", "callback_query", "my_chat_member", "business_message"}


class Error(Exception):
    def __init__(self, code: int, description: str, **parameters: int):
        super().__init__(description)
        self.answer = {"ok": False, "error_code": code, "description": description}
        if parameters:
            self.answer["parameters"] = parameters


@dataclass(frozen=True)
class Part:
    name: str
    type: str
    content: bytes


Given = dict[str, Any]


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
    mute: int = 0  # so many questions are done, and never answered
    hangs: float = 0.0  # seconds before each message is taken
    users: dict[int, Given] = field(default_factory=dict)
    blocked: set[int] = field(default_factory=set)
    said: list[tuple[int, str]] = field(default_factory=list)
    sent: list[Given] = field(default_factory=list)  # the messages, as they stand there
    asked: list[tuple[str, Given]] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)  # pressed buttons that do not turn any more
    webhook: Given = field(default_factory=dict)
    files: dict[str, Part] = field(default_factory=dict)
    pending: list[Given] = field(default_factory=list)  # updates that nobody has confirmed
    _paths: dict[str, str] = field(default_factory=dict)  # of files: good for an hour
    _waiting: set[str] = field(default_factory=set)  # pressed buttons
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1000))
    _sent_at: dict[int, float] = field(default_factory=dict)
    _lock: threading.RLock = field(default_factory=threading.RLock)

    # What people there do.

    def person(self, number: int, nick: str = "") -> str:
        self.users[number] = {"id": number, "is_bot": False, "first_name": "М", **({"username": nick} if nick else {})}
        return str(number)

    def block(self, number: int) -> Given:
        self.blocked.add(number)
        return self._membership(number, "member", "kicked")

    def unblock(self, number: int) -> Given:
        self.blocked.discard(number)
        return self._membership(number, "kicked", "member")

    def texts(self, number: int) -> list[str]:
        return [text for to, text in self.said if to == number]

    def written(self, number: int, text: str = "", **besides: Any) -> Given:
        """The update that goes out. Whoever writes to a bot has unblocked it. `besides`: what he sends with it."""
        self.blocked.discard(number)
        return self._update("message", self._message(number, **({"text": text} if text else {}), **besides))

    def edited(self, update: Given, text: str) -> Given:
        message = {**update["message"], "text": text, "edit_date": int(time.time())}
        return self._update("edited_message", message)

    def started(self, number: int, payload: str = "") -> Given:
        """The person has opened a link of the bot and pressed Start."""
        return self.written(number, f"/start {payload}".strip())

    def file(self, content: bytes, *, name: str = "", type_: str = "application/octet-stream") -> Given:
        """A file that a person has sent, as it stands in a message."""
        file_id = f"file-{next(self._numbers)}"
        self.files[file_id] = Part(name, type_, content)
        named = {"file_name": name} if name else {}
        return {"file_id": file_id, "file_unique_id": file_id, "file_size": len(content), "mime_type": type_, **named}

    def photo(self, content: bytes) -> list[Given]:
        small, large = self.file(content[:10]), self.file(content)
        return [{**small, "width": 90, "height": 67}, {**large, "width": 1280, "height": 960}]

    def pressed(self, number: int, message: Given, code: str) -> Given:
        query_id = f"{next(self._numbers)}{number}"
        self._waiting.add(query_id)
        query = {"id": query_id, "from": self.users[number], "message": message, "chat_instance": "1"}
        return self._update("callback_query", {**query, "data": code})

    def links_expire(self) -> None:
        self._paths.clear()

    def _membership(self, number: int, before: str, now: str) -> Given:
        bot = self._getMe({})
        old, new = ({"user": bot, "status": status, "until_date": 0} for status in (before, now))
        told = {"chat": self._chat(number), "from": self.users[number], "date": int(time.time())}
        return self._update("my_chat_member", {**told, "old_chat_member": old, "new_chat_member": new})

    def _message(self, number: int, **what: Any) -> Given:
        head = {"message_id": next(self._numbers), "date": int(time.time()), "chat": self._chat(number)}
        return {**head, "from": self.users[number], **what}

    def _chat(self, number: int) -> Given:
        named = {key: value for key, value in self.users[number].items() if key in ("first_name", "username")}
        return {"id": number, "type": "private", **named}

    def _update(self, kind: str, what: Given) -> Given:
        """Kept for whoever asks, if the bot has asked for this kind."""
        with self._lock:
            update = {"update_id": next(self._numbers), kind: what}
            if kind in (self.webhook.get("allowed_updates") or _DEFAULT_UPDATES):
                self.pending.append(update)
            return update

    def deliver(self, to: str, *, most_tries: int = 5, again: int = 0, order: Any = None) -> list[int]:
        """To the webhook: each until it is answered with 2xx, the same update_id each time. `again`: so many are sent
        a second time; `order`: a key by which they are sorted. The statuses that came."""
        statuses = []
        with self._lock:
            updates = sorted(self.pending, key=order) if order else list(self.pending)
        for update in [*updates, *updates[:again]]:
            for _try in range(most_tries):
                status, said = self._post(to, update)
                statuses.append(status)
                if 200 <= status < 300:
                    self._take_for_an_answer(said)
                    break
            with self._lock:
                self.pending = [one for one in self.pending if one["update_id"] != update["update_id"]]
        return statuses

    def _post(self, to: str, update: Given) -> tuple[int, bytes]:
        headers = {"Content-Type": "application/json"}
        if secret := self.webhook.get("secret_token"):
            headers["X-Telegram-Bot-Api-Secret-Token"] = secret
        body = json.dumps(update, ensure_ascii=False).encode()
        try:
            with urllib.request.urlopen(urllib.request.Request(to, body, headers), timeout=10) as answer:  # noqa: S310
                return int(answer.status), answer.read()
        except urllib.error.HTTPError as refusal:
            return refusal.code, b""

    def _take_for_an_answer(self, said: bytes) -> None:
        """A call of a method may stand in the answer to a webhook."""
        try:
            given = json.loads(said)
        except ValueError:
            return
        if isinstance(given, dict) and (method := given.pop("method", "")):
            with self._lock:
                self._result(f"/bot{self.token}/{method}", given)

    # What a bot asks.

    def take(self, path: str, given: Given) -> tuple[int, Given]:
        try:
            if self.is_broken:
                raise Error(502, "Bad Gateway")
            if path.endswith("/getUpdates"):
                return 200, {"ok": True, "result": self._asked_for_updates(path, given)}
            with self._lock:
                return 200, {"ok": True, "result": self._result(path, given)}
        except Error as error:
            return int(str(error.answer["error_code"])), error.answer

    def download(self, path: str) -> tuple[int, bytes]:
        found = re.fullmatch(r"/file/bot([^/]+)/(.+)", unquote(path))
        file_id = self._paths.get(found[2]) if found and found[1] == self.token else None
        if file_id:
            return 200, self.files[file_id].content
        return 404, json.dumps(Error(404, "Not Found").answer).encode()

    def _result(self, path: str, given: Given) -> Any:
        name = self._method(path)
        self.asked.append((name, given))
        if name in _SENDING:
            return self._send(given, _SENDING[name])
        method = getattr(self, f"_{name}", None)
        if method is None:
            raise Error(404, "Not Found: method not found")
        return method(given)

    def _method(self, path: str) -> str:
        found = re.fullmatch(r"/bot([^/]+)/(\w+)", path)
        if not found:
            raise Error(404, "Not Found")
        if found[1] != self.token:
            raise Error(401, "Unauthorized")
        return found[2]

    def _getMe(self, _given: Given) -> Given:
        able = ("can_join_groups", "can_read_all_group_messages", "supports_inline_queries")
        return {
            "id": int(self.token.partition(":")[0]),
            "is_bot": True,
            "first_name": "S",
            "username": self.bot,
            **dict.fromkeys(able, False),
        }

    def _sendMessage(self, given: Given) -> Given:
        text = _needed(given, "text")
        if int(_needed(given, "chat_id")) in self.users and not text.strip():
            raise Error(400, "Bad Request: message text is empty")
        if len(text.encode("utf-16-le")) > 2 * self.longest:
            self._insist_reached(given)
            raise Error(400, "Bad Request: message is too long")
        return self._said(given, {"text": text}, text)

    def _send(self, given: Given, kind: str) -> Given:
        part = self._file_of(given, kind, given.get(kind))
        caption = _caption(given)
        return self._said(given, {**self._as_media(kind, part), **caption}, caption.get("caption", f"[{kind}]"))

    def _sendMediaGroup(self, given: Given) -> list[Given]:
        media = _object(given.get("media"))
        if not isinstance(media, list) or not 2 <= len(media) <= 10:
            raise Error(400, "Bad Request: group send failed")
        kinds = {one["type"] for one in media}
        if len(kinds) > 1 and kinds != {"photo", "video"}:
            raise Error(400, "Bad Request: document can't be mixed with other media types")
        album, made = str(next(self._numbers)), []
        self._insist_pace(given)
        for one in media:
            part = self._file_of(given, one["type"], one["media"])
            caption = _caption(one)
            what = {**self._as_media(one["type"], part), **caption, "media_group_id": album}
            made.append(self._stand(given, what, caption.get("caption", f"[{one['type']}]")))
        return made

    def _file_of(self, given: Given, kind: str, named: Any) -> Part:
        if isinstance(named, str):
            named = (
                given.get(named.removeprefix("attach://")) if named.startswith("attach://") else self.files.get(named)
            )
        if not isinstance(named, Part):
            raise Error(400, f"Bad Request: there is no {kind} in the request")
        if len(named.content) > LARGEST_UPLOAD:
            raise Error(413, "Request Entity Too Large")
        if kind == "photo" and len(named.content) > LARGEST_PHOTO:
            raise Error(400, "Bad Request: PHOTO_SAVE_FILE_INVALID")
        if not named.content:
            raise Error(400, "Bad Request: file must be non-empty")
        return named

    def _as_media(self, kind: str, part: Part) -> Given:
        if kind == "photo":
            return {"photo": self.photo(part.content)}
        sound = {"duration": 1} if kind in ("voice", "audio", "video") else {}
        seen = {"width": 1, "height": 1} if kind == "video" else {}
        return {kind: {**self.file(part.content, name=part.name, type_=part.type), **sound, **seen}}

    def _said(self, given: Given, what: Given, text: str) -> Given:
        self._insist_pace(given)
        return self._stand(given, what, text)

    def _stand(self, given: Given, what: Given, text: str) -> Given:
        number = int(str(given["chat_id"]))
        self.said.append((number, text))
        keyboard = _keyboard(given)
        message = {
            "message_id": next(self._numbers),
            "date": int(time.time()),
            "from": self._getMe({}),
            "chat": self._chat(number),
            **self._answering(given),
            **({"reply_markup": keyboard} if "inline_keyboard" in keyboard else {}),
            **what,
        }
        self.sent.append({**message, **({"reply_markup": keyboard} if keyboard else {})})
        return message

    def _answering(self, given: Given) -> Given:
        wanted = _object(given.get("reply_parameters")) or {}
        if not wanted:
            return {}
        found = next((one for one in self.sent if one["message_id"] == wanted["message_id"]), None)
        if found is None and not wanted.get("allow_sending_without_reply"):
            raise Error(400, "Bad Request: message to be replied not found")
        return {"reply_to_message": found} if found else {}

    def _insist_reached(self, given: Given) -> int:
        number = int(_needed(given, "chat_id"))
        if number not in self.users:
            raise Error(400, "Bad Request: chat not found")
        if number in self.blocked:
            raise Error(403, "Forbidden: bot was blocked by the user")
        return number

    def _insist_pace(self, given: Given) -> None:
        number = self._insist_reached(given)
        now = time.monotonic()
        if now - self._sent_at.get(number, -self.pace) < self.pace or self._of_last_second(now) >= 30:
            raise Error(429, "Too Many Requests: retry after 3", retry_after=3)
        self._sent_at[number] = now

    def _of_last_second(self, now: float) -> int:
        return sum(now - at < 1 for at in self._sent_at.values())

    def _editMessageText(self, given: Given) -> Given:
        number, text = int(_needed(given, "message_id")), _needed(given, "text")
        found = next((one for one in self.sent if one["message_id"] == number), None)
        if found is None:
            raise Error(400, "Bad Request: message to edit not found")
        if found.get("text") == text:
            raise Error(400, "Bad Request: message is not modified")
        found |= {"text": text, "edit_date": int(time.time())}
        return found

    def _answerCallbackQuery(self, given: Given) -> bool:
        number = _needed(given, "callback_query_id")
        if number not in self._waiting:
            raise Error(400, "Bad Request: query is too old and response timeout expired or query ID is invalid")
        self._waiting.discard(number)
        self.answered.append(number)
        return True

    def _getFile(self, given: Given) -> Given:
        file_id = _needed(given, "file_id")
        if file_id not in self.files:
            raise Error(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
        size = len(self.files[file_id].content)
        if size > LARGEST_DOWNLOAD:
            raise Error(400, "Bad Request: file is too big")
        path = f"documents/{next(self._numbers)}"
        self._paths[path] = file_id
        return {"file_id": file_id, "file_unique_id": file_id, "file_size": size, "file_path": path}

    def _setWebhook(self, given: Given) -> bool:
        if not _needed(given, "url").startswith("https://"):
            raise Error(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        if not re.fullmatch(r"[A-Za-z0-9_-]{0,256}", given.get("secret_token", "")):
            raise Error(400, "Bad Request: secret token contains unallowed characters")
        self.webhook = {**given, "allowed_updates": _object(given.get("allowed_updates"))}
        return True

    def _deleteWebhook(self, given: Given) -> bool:
        self.webhook = {}
        if given.get("drop_pending_updates") in (True, "true", "True"):
            self.pending.clear()
        return True

    def _getWebhookInfo(self, _given: Given) -> Given:
        told = {"url": self.webhook.get("url", ""), "has_custom_certificate": False}
        return {**told, "pending_update_count": len(self.pending)}

    def _asked_for_updates(self, path: str, given: Given) -> list[Given]:
        """What stands before `offset` is confirmed, and gone. Waits `timeout` seconds for the first one."""
        self._method(path)
        self.asked.append(("getUpdates", given))
        offset, most = int(given.get("offset") or 0), int(given.get("limit") or 100)
        until = time.monotonic() + float(given.get("timeout") or 0)
        while True:
            with self._lock:
                if self.webhook:
                    raise Error(409, "Conflict: can't use getUpdates method while webhook is active")
                self.pending = [one for one in self.pending if one["update_id"] >= offset]
                if self.pending or time.monotonic() >= until or self.is_broken:
                    return self.pending[:most]
            time.sleep(0.02)


def _needed(given: Given, name: str) -> str:
    if name not in given:
        raise Error(400, f"Bad Request: {name} is empty")
    return str(given[name])


def _caption(given: Given) -> dict[str, str]:
    caption = given.get("caption")
    if not caption:
        return {}
    if len(caption.encode("utf-16-le")) > 2 * 1024:
        raise Error(400, "Bad Request: message caption is too long")
    return {"caption": caption}


def _keyboard(given: Given) -> Given:
    keyboard = _object(given.get("reply_markup")) or {}
    for row in keyboard.get("inline_keyboard", []):
        for button in row:
            if "callback_data" in button and not 1 <= len(button["callback_data"].encode()) <= 64:
                raise Error(400, "Bad Request: BUTTON_DATA_INVALID")
    return keyboard if isinstance(keyboard, dict) else {}


def _object(given: Any) -> Any:
    """In a form, objects stand as JSON."""
    return json.loads(given) if isinstance(given, str) and given[:1] in ("{", "[") else given


def read_body(kind: str, body: bytes) -> Given:
    if kind.startswith("application/json"):
        return dict(json.loads(body or b"{}"))
    if kind.startswith("multipart/form-data"):
        return dict(_parts(kind, body))
    return dict(parse_qsl(body.decode(), keep_blank_values=True))


def _parts(kind: str, body: bytes) -> Iterator[tuple[str, Any]]:
    whole = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    for part in whole.iter_parts():
        yield _part(part)


def _part(part: Message) -> tuple[str, Any]:
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    name = str(part.get_param("name", header="content-disposition"))
    if (file := part.get_filename()) is not None:
        return name, Part(file, part.get_content_type(), content)
    return name, content.decode()


def serve(peer: TelegramPeer) -> ThreadingHTTPServer:
    """Until it is shut down."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self._body()
            if self.path.startswith("/file/"):
                return self._answer(*peer.download(self.path))
            given = read_body(self.headers.get("Content-Type", ""), body)
            if "/send" in self.path:
                time.sleep(peer.hangs)
            status, answer = peer.take(self.path, given)
            if peer.mute and "/send" in self.path:
                peer.mute -= 1
                self.close_connection = True
                return None
            whole = b"<html>Blocked</html>" if peer.stub else json.dumps(answer).encode()
            return self._answer(peer.stub or status, whole)

        do_GET = do_POST

        def _body(self) -> bytes:
            if self.headers.get("Transfer-Encoding", "").lower() != "chunked":
                return self.rfile.read(int(self.headers.get("Content-Length", 0)))
            body = b""
            while size := int(self.rfile.readline().partition(b";")[0], 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return body

        def _answer(self, status: int, whole: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(whole)))
            self.end_headers()
            self.wfile.write(whole)

        def log_message(self, *_words: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    peer.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, args=[0.05], daemon=True).start()
    return server
