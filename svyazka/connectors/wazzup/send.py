"""Writing through Wazzup. Source: its documentation of API v3 (channels, message, webhooks; answers and errors).

Not tried on the live service: on a stand-in that was written from the same documentation.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any, ClassVar
from urllib.parse import urlsplit

from svyazka.business.conversations.channel import Gone, Said, Saying
from svyazka.business.notices.messengers import Access, Closed, Denied, NotConnected, Undeliverable, Unreached
from svyazka.kit.outside import Answer, Line, NotGiven, Silent

BASE = "https://api.wazzup24.com"
MOST_OF_A_FILE = 100 * 2**20
FOR_A_FILE = 120.0  # seconds
# The person there does not take it, whatever it is.
_NOBODY = frozenset({"BAD_CONTACT", "BLOCKED_ACCOUNT", "MESSAGES_NOT_TEXT_FIRST", "CHAT_NOT_FOUND"})
# The channel does not work now: not paid, not connected.
_CHANNEL_DOWN = frozenset({"CHANNEL_NOT_FOUND", "CHANNEL_BLOCKED", "CHANNEL_NO_MONEY", "CHANNEL_NOT_AVAILABLE"})
_SAID_ALREADY = "repeatedCrmMessageId"


class Wazzup:
    title: ClassVar[str] = "Wazzup"
    longest: ClassVar[int] = 4096  # the shortest bound of its networks: Telegram's
    is_foreign: ClassVar[bool] = False  # it is a Russian service; its foreign networks are closed one by one
    begins: ClassVar[bool] = False
    window: ClassVar[timedelta | None] = None
    takes_files: ClassVar[bool] = False
    takes_buttons: ClassVar[bool] = False
    takes_templates: ClassVar[bool] = False
    repeats: ClassVar[bool] = True  # crmMessageId

    def __init__(self, access: Access) -> None:
        headers = {"Authorization": f"Bearer {access.token}"}
        self._line = Line(access.base or BASE, proxy=access.proxy, headers=headers)
        # Where a file lies stands in what came in: it must not lead into our own network.
        own = urlsplit(access.base).hostname if access.base else None
        self._street = Line(
            access.base or BASE,
            proxy=access.proxy,
            patience=FOR_A_FILE,
            most=MOST_OF_A_FILE,
            known=[own] if own else (),
        )

    def name(self) -> str:
        """The networks that are connected there. Raises NotConnected where there is none."""
        found = [one for one in self._ask("GET", "/v3/channels").listed if isinstance(one, dict)]
        if not found:
            raise NotConnected("no channels")
        return ", ".join(f"{one.get('transport')} {one.get('name') or one.get('plainId')}" for one in found)[:100]

    def call_here(self, address: str, *, secret: str = "") -> None:
        """`secret` is not used: Wazzup shows none. The key in the address is what nobody else knows."""
        wanted = {"messagesAndStatuses": True, "contactsAndDealsCreation": False}
        self._ask("PATCH", "/v3/webhooks", {"webhooksUri": address, "subscriptions": wanted})

    def called_address(self) -> str:
        return str(self._ask("GET", "/v3/webhooks").said.get("webhooksUri") or "")

    def lame(self) -> list[str]:
        """What is connected there and does not work: "whatsapp notEnoughMoney"."""
        found = [one for one in self._ask("GET", "/v3/channels").listed if isinstance(one, dict)]
        return [f"{one.get('transport')} {one.get('state')}" for one in found if one.get("state") != "active"]

    def say(self, saying: Saying) -> Said:
        chat = {name: saying.address.get(name, "") for name in ("channelId", "chatType", "chatId")}
        quoted = {"refMessageId": saying.answers} if saying.answers else {}
        given = {**chat, **quoted, "text": saying.text, "crmMessageId": saying.key}
        try:
            said = self._ask("POST", "/v3/message", given).said
        except _SaidAlready:
            return Said(())
        return Said((str(said.get("messageId", "")),))

    def fetch(self, ref: Mapping[str, Any]) -> Iterator[bytes]:
        """Its address runs out after some days, and there is no other way to the file."""
        try:
            yield from self._street.pieces(str(ref.get("url", "")))
        except NotGiven as refusal:
            raise (Unreached if refusal.status >= 500 else Gone)(str(refusal)) from None
        except Silent as silence:
            raise Unreached(str(silence)) from None

    def close(self) -> None:
        self._line.close()
        self._street.close()

    def _ask(self, method: str, path: str, given: Mapping[str, object] | None = None) -> Answer:
        try:
            answer = self._line.ask(method, path, given)
        except Silent as silence:
            raise Unreached(str(silence)) from None
        if answer.status in (200, 201):
            return answer
        raise _refusal(answer)


class _SaidAlready(Exception):
    """The same message has gone out: the answer to it was lost."""


def _refusal(answer: Answer) -> Exception:
    code = str(answer.said.get("error", ""))
    if answer.status in (401, 403):
        return Denied()
    if code == _SAID_ALREADY:
        return _SaidAlready()
    if code in _CHANNEL_DOWN:
        return Unreached(code)
    if code in _NOBODY:
        return Closed(code)
    if answer.status == 400 and code:
        return Undeliverable(code)
    return Unreached(f"answered {answer.status}", after=answer.after)
