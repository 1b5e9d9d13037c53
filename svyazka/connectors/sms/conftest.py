"""SMSC.ru as an account sees it, over a real socket: money, messages, states, limits and the documented errors.

Written from its documentation. Not tried beside the live service, and no public client library is alive to judge it.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import pytest

from svyazka.business.conversations import paid
from svyazka.business.conversations.accounts import open_account
from svyazka.business.conversations.models import ChannelAccount
from svyazka.connectors.sms.parts import parts_of

LOGIN, PASSWORD, SECRET = "okna", "pass:word", "callback secret"


class Error(Exception):
    def __init__(self, code: int):
        super().__init__(str(code))
        self.code = code


@dataclass
class SmscPeer:
    url: str = ""
    money: float = 100.0
    cost: float = 4.2
    senders: set[str] = field(default_factory=lambda: {"", "OKNA"})
    undeliverable: set[str] = field(default_factory=set)
    loses_answers: bool = False  # it takes the message, and the answer does not come
    is_away: bool = False
    blocked: bool = False
    sent: list[dict[str, Any]] = field(default_factory=list)
    states: dict[tuple[str, str], int] = field(default_factory=dict)

    def take(self, way: str, _headers: Any, given: dict[str, Any] | None) -> tuple[int, Any]:
        if self.is_away:
            return 502, b"<html>Bad gateway</html>"
        try:
            answer = self._answer(way.removeprefix("POST ").strip("/"), given or {})
        except Error as error:
            return 200, {"error": "error", "error_code": error.code}
        return (502, b"") if self.loses_answers and way == "POST /rest/send/" else (200, answer)

    def _answer(self, path: str, given: dict[str, Any]) -> dict[str, Any]:
        if self.blocked:
            raise Error(4)
        if (given.get("login"), given.get("psw")) != (LOGIN, PASSWORD) and given.get("apikey") != "the-key":
            raise Error(2)
        if path == "rest/balance":
            return {"balance": f"{self.money:.2f}"}
        if path == "rest/status":
            return self._state(given)
        return self._send(given)

    def _state(self, given: dict[str, Any]) -> dict[str, Any]:
        status = self.states.get((given["id"], given["phone"]))
        if status is None:
            raise Error(3)
        return {"status": status, "last_date": "27.11.2026 12:00:00", "last_timestamp": 1795770000}

    def _send(self, given: dict[str, Any]) -> dict[str, Any]:
        phone, text, number = str(given.get("phones", "")), given.get("mes", ""), str(given.get("id", "1"))
        if not text or not re.fullmatch(r"[\w.-]{1,40}", number):
            raise Error(1)
        if not re.fullmatch(r"\d{10,15}", phone):
            raise Error(7)
        if given.get("sender", "") not in self.senders:
            raise Error(6)
        if phone in self.undeliverable:
            raise Error(8)
        parts = parts_of(text)
        if given.get("cost") == 1:
            return {"cost": f"{parts * self.cost:.2f}", "cnt": parts}
        if any((one["phone"], one["text"]) == (phone, text) for one in self.sent):
            raise Error(9)
        if parts * self.cost > self.money:
            raise Error(3)
        self.money -= parts * self.cost
        self.sent.append({"id": number, "phone": phone, "text": text, "sender": given.get("sender", "")})
        self.states[number, phone] = 0
        return {"id": number, "cnt": parts}

    def called(self, number: str, phone: str, status: int, *, secret: str = SECRET) -> bytes:
        """What it posts when something has become of a message."""
        self.states[number, phone] = status
        mark = hashlib.sha1(f"{number}:{phone}:{status}:{secret}".encode(), usedforsecurity=False).hexdigest()
        told = {"id": number, "phone": phone, "status": status, "time": "27.11.2026 12:00:00", "sha1": mark}
        return urlencode(told).encode()


@pytest.fixture
def smsc(answering) -> SmscPeer:
    peer = SmscPeer()
    peer.url = answering(peer.take)
    return peer


@pytest.fixture
def sms(smsc, anna):
    """An account with them; what else is said of it comes as given."""

    def open_one(**other: Any) -> ChannelAccount:
        account = ChannelAccount.objects.filter(code="sms/main").first()
        account = account or open_account("sms", code="main", name="SMS", by=anna)[0]
        account.base = smsc.url
        account.save()
        given = {"token": f"{LOGIN}:{PASSWORD}", "sender": "OKNA", "callback_secret": SECRET}
        paid.connect(account, **{**given, "is_trial": False, "to_clients": False, **other}, by=anna)
        return ChannelAccount.objects.get(code="sms/main")

    return open_one
