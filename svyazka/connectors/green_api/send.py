"""Writing through Green-API. Source: its documentation (sending, receiving, files, account; answers and errors).

Not tried on the live service: on a stand-in that was written from the same documentation.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import urlsplit

from svyazka.business.conversations.channel import Gone, Said, Saying, Unsure
from svyazka.business.conversations.client_channel import Attached
from svyazka.business.notices.messengers import Access, Closed, Denied, NotConnected, Undeliverable, Unreached
from svyazka.kit.outside import Answer, Line, NotGiven, Silent

BASE = "https://api.green-api.com"
MOST_OF_A_FILE = 100 * 2**20
FOR_A_FILE = 120.0  # seconds
PAUSE = 10.0  # where it asks for patience and does not say for how long
_READY = "authorized"
_WANTED = (
    "incomingWebhook",
    "outgoingWebhook",
    "outgoingMessageWebhook",
    "editedMessageWebhook",
    "deletedMessageWebhook",
)


class GreenApi:
    title: ClassVar[str] = "Green-API"
    longest: ClassVar[int] = 20_000
    is_foreign: ClassVar[bool] = False  # a Russian service; which network stands behind it is chosen there
    begins: ClassVar[bool] = False
    window: ClassVar[timedelta | None] = None
    takes_files: ClassVar[bool] = True
    takes_buttons: ClassVar[bool] = False
    takes_templates: ClassVar[bool] = False
    repeats: ClassVar[bool] = False

    def __init__(self, access: Access) -> None:
        self._access = access
        self._base = access.base or BASE
        self._instance = f"/waInstance{access.options.get('instance', '')}"
        self._line = Line(self._base, proxy=access.proxy)
        self._for_files = Line(self._base, proxy=access.proxy, patience=FOR_A_FILE, most=MOST_OF_A_FILE)
        # Where a file lies stands in what came in: it must not lead into our own network.
        own = urlsplit(self._base).hostname if access.base else None
        self._street = Line(
            self._base,
            proxy=access.proxy,
            patience=FOR_A_FILE,
            most=MOST_OF_A_FILE,
            known=[own] if own else (),
        )

    def name(self) -> str:
        """The number that is connected there. Raises NotConnected where the telephone is not logged in."""
        state = str(self._ask("GET", "getStateInstance").get("stateInstance", ""))
        if state != _READY:
            raise NotConnected(state)
        return str(self._ask("GET", "getSettings").get("wid", "")).partition("@")[0]

    def call_here(self, address: str, *, secret: str) -> None:
        wanted = dict.fromkeys(_WANTED, "yes")
        self._ask("POST", "setSettings", {"webhookUrl": address, "webhookUrlToken": secret, **wanted})

    def call_no_more(self) -> None:
        """Notifications are asked for (`listen.py`), and kept there for a day until they are."""
        self.call_here("", secret="")

    def say(self, saying: Saying) -> Said:
        chat = {"chatId": saying.to, **({"quotedMessageId": saying.answers} if saying.answers else {})}
        numbers = []
        text = saying.text
        for file in saying.files:
            numbers.append(self._send_file(file, {**chat, "caption": text}))
            text = ""
        if text:
            numbers.append(self._number(self._ask("POST", "sendMessage", {**chat, "message": text})))
        return Said(tuple(numbers))

    def fetch(self, ref: Mapping[str, Any]) -> Iterator[bytes]:
        """By the address that came with it; where that has run out, by one that is asked for anew."""
        for address in (str(ref.get("url", "")), ""):
            fresh = address or self._fresh_address(ref)
            try:
                yield from self._street.pieces(fresh)
                return
            except NotGiven as refusal:
                if not address or refusal.status >= 500:
                    raise (Unreached if refusal.status >= 500 else Gone)(str(refusal)) from None
            except Silent as silence:
                raise Unreached(str(silence)) from None

    def next_notification(self, *, patience: int) -> Mapping[str, Any]:
        """The first that waits: {"receiptId": …, "body": {…}}; nothing, where none came within `patience` seconds."""
        return self._ask("GET", "receiveNotification", query={"receiveTimeout": str(patience)})

    def have_read(self, receipt: int) -> None:
        self._ask("DELETE", "deleteNotification", beyond=f"/{receipt}")

    def came_in(self, *, minutes: int) -> Sequence[Mapping[str, Any]]:
        """The messages of the last minutes, at most a day, in their own shape."""
        found = self._line_answer("GET", "lastIncomingMessages", query={"minutes": str(minutes)}).listed
        return [one for one in found if isinstance(one, dict)]

    def close(self) -> None:
        self._line.close()
        self._for_files.close()
        self._street.close()

    def _send_file(self, file: Attached, given: Mapping[str, str]) -> str:
        # A field without a file name is an ordinary one of the form.
        fields = {name: (None, value) for name, value in given.items() if value}
        parts = {**fields, "fileName": (None, file.name), "file": (file.name, file.content, file.kind)}
        return self._number(self._ask("POST", "sendFileByUpload", files=parts))

    def _fresh_address(self, ref: Mapping[str, Any]) -> str:
        given = {"chatId": str(ref.get("chat", "")), "idMessage": str(ref.get("message", ""))}
        try:
            found = self._ask("POST", "downloadFile", given)
        except Undeliverable as refusal:
            raise Gone(str(refusal)) from None
        return str(found.get("downloadUrl", ""))

    def _number(self, said: Mapping[str, Any]) -> str:
        return str(said.get("idMessage", ""))

    def _ask(
        self, method: str, what: str, given: Mapping[str, object] | None = None, **other: Any
    ) -> Mapping[str, Any]:
        return self._line_answer(method, what, given, **other).said

    def _line_answer(
        self,
        method: str,
        what: str,
        given: Mapping[str, object] | None = None,
        *,
        query: Mapping[str, str] | None = None,
        files: Mapping[str, Any] | None = None,
        beyond: str = "",
    ) -> Answer:
        path = f"{self._instance}/{what}/{self._access.token}{beyond}"
        line = self._for_files if files or query else self._line
        try:
            answer = line.ask(method, path, given, query=query, files=files)
        except Silent as silence:
            # Only what says something to somebody may not be said twice.
            raise (Unsure if silence.is_asked and what.startswith("send") else Unreached)(str(silence)) from None
        if answer.status == 200:
            return answer
        raise _refusal(answer)


def _refusal(answer: Answer) -> Exception:
    described = re.sub(r"\s+", " ", str(answer.said.get("message", "")))[:100]
    if answer.status in (401, 403, 404):  # 404: not an instance
        return Denied()
    if answer.status == 466:  # of the free tariff: as many people as may be written to in a month
        return Undeliverable("466")
    if answer.status == 400:
        return (Closed if "chatId" in described else Undeliverable)(described)
    return Unreached(f"answered {answer.status}", after=answer.after or (PAUSE if answer.status == 429 else 0.0))
