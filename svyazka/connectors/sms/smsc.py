"""SMSC.ru over HTTPS. Source: its documentation (/api/http/: sending, states, errors, balance) as public clients of it
speak it. Not tried on the live service.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, ClassVar

from django.utils.translation import gettext_noop as _

from svyazka.business.conversations.paid import Price
from svyazka.business.conversations.told import MessageState
from svyazka.business.notices.messengers import Denied, Undeliverable, Unreached
from svyazka.connectors.sms.provider import Unheard
from svyazka.kit import clock
from svyazka.kit.outside import Line, Silent

BASE = "https://smsc.ru"
# Their number of what is wrong → in words.
NO_MONEY, NOT_LET_IN, TOO_OFTEN, BLOCKED = 3, 2, 9, 4
REFUSALS = {
    1: _("They do not understand the message."),
    5: _("They do not understand the time."),
    6: _("The text or the name of the sender is forbidden there."),
    7: _("This number gets no messages."),
    8: _("The message cannot be delivered to this number."),
}
TROUBLES = {
    NO_MONEY: (_("There is no money left on the account."), 600.0),
    BLOCKED: (_("They have blocked our address for a while: too many mistakes."), 300.0),
    TOO_OFTEN: (_("The same was asked too often within a minute."), 60.0),
}
# Their states: https://smsc.ru/api/http/status_messages/
DELIVERED, READ, FOLLOWED = 1, 2, 4
FAILURES = {
    3: _("It was not delivered in time: the phone was off."),
    20: _("It cannot be delivered."),
    22: _("There is no such number."),
    23: _("It is forbidden there."),
    24: _("There is no money left on the account."),
    25: _("The number cannot be reached."),
    -2: _("It was stopped there."),
}
NOT_FOUND = -3


class Smsc:
    title: ClassVar[str] = "SMSC.ru"

    def __init__(self, token: str, base: str = "") -> None:
        login, colon, password = token.partition(":")
        self._who = {"login": login, "psw": password} if colon else {"apikey": token}
        self._line = Line(base or BASE)

    def send(self, key: str, text: str, *, to: str, sender: str) -> None:
        try:
            said = self._ask("/rest/send/", self._message(text, to, sender) | {"id": key})
        except Silent as silence:
            raise Unheard(str(silence)) from None
        if "id" not in said:
            raise Unheard("answer")

    def price(self, text: str, *, to: str, sender: str) -> Price:
        said = self._heard("/rest/send/", self._message(text, to, sender) | {"cost": 1})
        return Price(int(said.get("cnt") or 1), str(said.get("cost", "")))

    def state(self, key: str, *, to: str) -> MessageState | None:
        said = self._heard("/rest/status/", {"phone": to.lstrip("+"), "id": key}, not_found=True)
        status = said.get("status")
        return None if not isinstance(status, int) or status == NOT_FOUND else told(key, status, clock.now())

    def balance(self) -> str:
        said = self._heard("/rest/balance/", {})
        if "balance" not in said:
            raise Unreached("answer")
        return str(said["balance"])

    def close(self) -> None:
        self._line.close()

    def _message(self, text: str, to: str, sender: str) -> dict[str, Any]:
        return {"phones": to.lstrip("+"), "mes": text, **({"sender": sender} if sender else {})}

    def _heard(self, path: str, given: Mapping[str, Any], *, not_found: bool = False) -> Mapping[str, Any]:
        try:
            return self._ask(path, given, not_found=not_found)
        except Silent as silence:
            raise Unreached(str(silence)) from None

    def _ask(self, path: str, given: Mapping[str, Any], *, not_found: bool = False) -> Mapping[str, Any]:
        """The secrets go in the body: addresses stand in logs."""
        answer = self._line.ask("POST", path, {**self._who, **given, "fmt": 3, "charset": "utf-8"})
        code = answer.said.get("error_code")
        if code == NO_MONEY and not_found:  # of states the same number says that there is no such message
            return {"status": NOT_FOUND}
        if isinstance(code, int):
            raise _refusal(code)
        if answer.status != 200 or not answer.said:
            raise Silent(f"answered {answer.status}")
        return answer.said


def told(key: str, status: int, at: datetime) -> MessageState:
    """In our words; what is under way is `sent`."""
    if status in FAILURES:
        return MessageState(key, "failed", at, key=key, reason=f"{FAILURES[status]} [{status}]")
    state = {DELIVERED: "delivered", READ: "read", FOLLOWED: "read"}.get(status, "sent")
    return MessageState(key, state, at, key=key)


def _refusal(code: int) -> Exception:
    if code == NOT_LET_IN:
        return Denied()
    if code in TROUBLES:
        words, after = TROUBLES[code]
        return Unreached(f"{words} [{code}]", after=after)
    return Undeliverable(f"{REFUSALS.get(code, REFUSALS[1])} [{code}]")
