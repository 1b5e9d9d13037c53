"""Writing through a Telegram bot. Source: Bot API 10.1 (getMe, sendMessage, setWebhook; answers and errors).

Not tried on the live service: on a stand-in that somebody else's client library takes for the real thing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from svyazka.business.conversations.client_bots import ByBot
from svyazka.business.notices.messengers import Access, Closed, Denied, Undeliverable, Unreached
from svyazka.kit.outside import Line, Silent
from svyazka.kit.texts import within

BASE = "https://api.telegram.org"
# What it says with 400 when nobody is there; 403 says the same of a bot that was blocked.
_NOBODY = ("chat not found", "user not found", "peer_id_invalid", "user is deactivated")


class Telegram:
    title = "Telegram"
    longest = 4096
    is_foreign = True
    invitation = "https://t.me/{bot}?start={code}"

    def __init__(self, access: Access) -> None:
        self._line = Line(f"{access.base or BASE}/bot{access.token}", proxy=access.proxy)

    def name(self) -> str:
        return str(self._ask("getMe", {}).get("username") or "")

    def send(self, text: str, *, to: str) -> None:
        # No preview: the messenger's servers would knock at our door to make one.
        plain = {"link_preview_options": {"is_disabled": True}}
        self._ask("sendMessage", {"chat_id": to, "text": within(text, self.longest), **plain})

    def call_here(self, address: str, *, secret: str) -> None:
        self._ask("setWebhook", {"url": address, "secret_token": secret, "allowed_updates": ["message"]})

    def close(self) -> None:
        self._line.close()

    def _ask(self, method: str, given: Mapping[str, object]) -> Mapping[str, Any]:
        try:
            answer = self._line.ask("POST", f"/{method}", given)
        except Silent as silence:
            raise Unreached(str(silence)) from None
        said = answer.said
        if answer.status == 200 and said.get("ok") is True:
            result = said.get("result")
            return result if isinstance(result, dict) else {}
        raise _refusal(answer.status, said, answer.after)


class ToClients(ByBot):
    title = Telegram.title
    kind = "telegram"


def _refusal(status: int, said: Mapping[str, Any], after: float) -> Exception:
    if said.get("ok") is not False:  # some page that stands in the way, of a provider or a proxy
        return Unreached(f"answered {status}", after=after)
    described = str(said.get("description", "")).lower()
    if status in (401, 404):  # 404: not even of the shape of a token
        return Denied()
    if status == 403 or (status == 400 and any(words in described for words in _NOBODY)):
        return Closed()
    if status == 400:
        return Undeliverable()
    parameters = said.get("parameters")
    asked = parameters.get("retry_after") if isinstance(parameters, dict) else None
    return Unreached(f"answered {status}", after=float(asked) if isinstance(asked, int) else after)
