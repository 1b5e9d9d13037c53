"""Writing through a bot of MAX. Source: the official schema of its Bot API, and its documentation of 2026 (address,
header, limits).

Not tried on the live service: on a stand-in that somebody else's client library takes for the real thing.
"""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from svyazka.business.conversations.client_bots import ByBot
from svyazka.business.notices.messengers import Access, Closed, Denied, Undeliverable, Unreached
from svyazka.kit.outside import Answer, Line, Silent
from svyazka.kit.texts import within

BASE = "https://platform-api2.max.ru"
# Its certificate is signed by the Ministry's root, which no system brings. It is believed for this address alone.
ROOT = Path(__file__).with_name("russian_trusted_root_ca.pem")
UPDATES = ["message_created", "bot_started"]


class Max:
    title = "MAX"
    longest = 4000
    is_foreign = False
    invitation = "https://max.ru/{bot}?start={code}"

    def __init__(self, access: Access) -> None:
        headers = {"Authorization": access.token}
        self._line = Line(access.base or BASE, proxy=access.proxy, headers=headers, trust=_trust())

    def name(self) -> str:
        return str(self._ask("GET", "/me").get("username") or "")

    def send(self, text: str, *, to: str) -> None:
        # No preview: the messenger's servers would knock at our door to make one.
        query = {"user_id": to, "disable_link_preview": "true"}
        self._ask("POST", "/messages", {"text": within(text, self.longest)}, query=query)

    def call_here(self, address: str, *, secret: str) -> None:
        said = self._ask("POST", "/subscriptions", {"url": address, "update_types": UPDATES, "secret": secret})
        if said.get("success") is not True:
            raise Undeliverable

    def called_addresses(self) -> list[str]:
        """Those to which it brings what is written to the bot."""
        told = self._ask("GET", "/subscriptions").get("subscriptions")
        return [str(one.get("url")) for one in told if isinstance(one, dict)] if isinstance(told, list) else []

    def close(self) -> None:
        self._line.close()

    def _ask(
        self,
        method: str,
        path: str,
        given: Mapping[str, object] | None = None,
        *,
        query: Mapping[str, str] | None = None,
    ) -> Mapping[str, Any]:
        try:
            answer = self._line.ask(method, path, given, query=query)
        except Silent as silence:
            raise Unreached(str(silence)) from None
        if answer.status == 200 and answer.said:
            return answer.said
        raise _refusal(answer)


class ToClients(ByBot):
    title = Max.title
    kind = "max"


def _refusal(answer: Answer) -> Exception:
    code = answer.said.get("code")
    if code is None:  # some page that stands in the way, of a provider or a proxy
        return Unreached(f"answered {answer.status}", after=answer.after)
    if answer.status == 401 or code == "verify.token":
        return Denied()
    if answer.status in (403, 404):  # chat.denied: error.dialog.suspended; nobody there
        return Closed()
    if answer.status == 400:
        return Undeliverable()
    return Unreached(f"answered {answer.status}", after=answer.after)


@cache
def _trust() -> ssl.SSLContext:
    trust = ssl.create_default_context()
    trust.load_verify_locations(cafile=ROOT)
    return trust
