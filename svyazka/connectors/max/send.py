"""Writing through a bot of MAX, and getting the files that came with messages to it.

Not tried on the live service: on a stand-in that two client libraries of others take for the real thing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

from svyazka.business.conversations.channel import Button, Gone, Said, Saying, Unsure
from svyazka.business.conversations.client_bots import ByBot
from svyazka.business.conversations.client_channel import Attached
from svyazka.business.notices.messengers import Access, Denied, Undeliverable, Unreached
from svyazka.connectors.max.api import Api, NotReady
from svyazka.connectors.max.attachments import attachments_in
from svyazka.connectors.max.read import PRESS
from svyazka.kit.payload import object_in, text_in
from svyazka.kit.texts import within

UPDATES = [
    "message_created", "message_edited", "message_removed", "message_callback", "bot_started", "bot_stopped",
]  # fmt: skip
WAITS = (0.5, 1.0, 2.0, 4.0)  # seconds, while a file is worked off there
_VIDEOS = ("mp4_720", "mp4_480", "mp4_1080", "mp4_360", "mp4_240", "mp4_144")


class Max:
    title = "MAX"
    longest = 4000
    is_foreign = False
    begins = False
    window: timedelta | None = None
    takes_files = True
    takes_buttons = True
    takes_templates = False
    repeats = False
    invitation = "https://max.ru/{bot}?start={code}"

    def __init__(self, access: Access) -> None:
        self._api = Api(access)

    def name(self) -> str:
        return str(self._api.ask("GET", "/me").get("username") or "")

    def say(self, saying: Saying) -> Said:
        """The text comes first, with its buttons or its first file; each further file is a message of its own."""
        self._answer_press(saying)
        files = [self._uploaded(file) for file in saying.files]
        bodies = list(_bodies(saying, files, longest=self.longest))
        if not bodies:
            raise Undeliverable("empty")
        return Said(tuple(self._all_said(bodies, to=saying.to)))

    def fetch(self, ref: Mapping[str, Any]) -> Iterator[bytes]:
        """By the link that came along; once it has died, by the one that the message says now."""
        url = self._link_of(ref)
        try:
            yield from self._api.pieces(url)
        except Gone:
            anew = self._link_anew(ref)
            if not anew or anew == url:
                raise
            yield from self._api.pieces(anew)

    def send(self, text: str, *, to: str) -> None:
        try:
            self._say({"text": within(text, self.longest)}, to=to)
        except Unsure as trouble:
            raise Unreached(str(trouble)) from None

    def call_here(self, address: str, *, secret: str) -> None:
        said = self._api.ask("POST", "/subscriptions", {"url": address, "update_types": UPDATES, "secret": secret})
        if said.get("success") is not True:
            raise Undeliverable

    def called_addresses(self) -> list[str]:
        """Those to which it brings what is written to the bot."""
        told = self._api.ask("GET", "/subscriptions").get("subscriptions")
        return [str(one.get("url")) for one in told if isinstance(one, dict)] if isinstance(told, list) else []

    def close(self) -> None:
        self._api.close()

    def _answer_press(self, saying: Saying) -> None:
        """He has pressed a button, and his app shows that it waits. It forgets by itself, so a refusal is none."""
        if press := saying.address.get("callback_id"):
            with suppress(Undeliverable, Unreached):
                self._api.ask("POST", "/answers", {"notification": None, "message": None}, query={"callback_id": press})

    def _all_said(self, bodies: Sequence[dict[str, Any]], *, to: str) -> Iterator[str]:
        said = False
        for body in bodies:
            try:
                yield self._say(body, to=to)
            except (Undeliverable, Denied, Unreached) as trouble:
                if not said:
                    raise
                raise Unsure(f"in part: {trouble}") from None
            said = True

    def _say(self, body: dict[str, Any], *, to: str) -> str:
        # No preview: the messenger's servers would knock at our door to make one.
        query = {"user_id": to, "disable_link_preview": "true"}
        for wait in (*WAITS, None):
            with suppress(NotReady):
                said = self._api.ask("POST", "/messages", body, query=query, says=True)
                return text_in(object_in(object_in(dict(said), "message"), "body"), "mid")
            if wait:
                time.sleep(wait)
        raise Unreached("attachment.not.ready", after=30.0)

    def _uploaded(self, file: Attached) -> dict[str, Any]:
        """Of pictures the number comes with the answer to the upload, of sound and films before it."""
        kind = _kind_of(file)
        place = self._api.ask("POST", "/uploads", query={"type": kind})
        said = dict(self._api.upload(str(place.get("url") or ""), (file.name, file.content, file.kind)))
        photos = [one for one in object_in(said, "photos").values() if isinstance(one, dict)]
        token = text_in(dict(place), "token") or text_in(said, "token") or text_in((photos or [{}])[0], "token")
        if not token:
            raise Unreached("no token of the upload")
        return {"type": kind, "payload": {"token": token}}

    def _link_of(self, ref: Mapping[str, Any]) -> str:
        if ref.get("video"):
            return self._film(str(ref["video"])) or str(ref.get("url", ""))
        return str(ref.get("url") or "") or self._link_anew(ref)

    def _film(self, token: str) -> str:
        with suppress(Undeliverable):
            urls = object_in(dict(self._api.ask("GET", f"/videos/{token}")), "urls")
            return next(filter(None, (text_in(urls, size) for size in _VIDEOS)), "")
        return ""

    def _link_anew(self, ref: Mapping[str, Any]) -> str:
        try:
            message = dict(self._api.ask("GET", f"/messages/{ref['mid']}"))
        except (Undeliverable, KeyError):
            raise Gone("the message is gone") from None
        found = attachments_in(object_in(message, "body"))
        number = ref.get("number", 0)
        return text_in(object_in(found[number], "payload"), "url") if number < len(found) else ""


class ToClients(ByBot):
    title = Max.title
    kind = "max"


def _bodies(saying: Saying, files: list[dict[str, Any]], *, longest: int) -> Iterator[dict[str, Any]]:
    """A file is the only one in its message, and does not go with buttons."""
    left = list(files)
    if saying.text or saying.buttons:
        keyboard = _keyboard(saying.buttons)
        attached = [keyboard] if keyboard else [left.pop(0)] if left else []
        link = {"type": "reply", "mid": saying.answers} if _is_message(saying.answers) else None
        yield {"text": within(saying.text, longest), "attachments": attached, **({"link": link} if link else {})}
    for file in left:
        yield {"text": None, "attachments": [file]}


def _is_message(outside_id: str) -> bool:
    return bool(outside_id) and not outside_id.startswith(PRESS)


def _keyboard(rows: Sequence[Sequence[Button]]) -> dict[str, Any] | None:
    buttons = [[_button(one) for one in row] for row in rows if row]
    return {"type": "inline_keyboard", "payload": {"buttons": buttons}} if buttons else None


_ASKS = {"contact": "request_contact", "place": "request_geo_location"}


def _button(one: Button) -> dict[str, Any]:
    text = one.text[:128]
    if one.asks:
        return {"type": _ASKS[one.asks], "text": text}
    if one.url:
        return {"type": "link", "text": text, "url": one.url[:2048]}
    return {"type": "callback", "text": text, "payload": (one.code or one.text)[:1024]}


def _kind_of(file: Attached) -> str:
    """What they show as a picture, a film or sound; anything else is a file."""
    if file.kind in ("image/jpeg", "image/png", "image/gif", "image/webp", "image/bmp", "image/tiff"):
        return "image"
    if file.kind in ("video/mp4", "video/quicktime", "video/webm", "video/x-matroska"):
        return "video"
    if file.kind in ("audio/mpeg", "audio/ogg", "audio/wav", "audio/x-wav", "audio/mp4", "audio/aac"):
        return "audio"
    return "file"
