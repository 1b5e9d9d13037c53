"""Telegram's updates by asking, where the house has no address that Telegram could call. Source: Bot API 10.1
(deleteWebhook; getUpdates: what stands before `offset` is confirmed, and gone there).

Not tried on the live service: on a stand-in that two client libraries of others take for the real thing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import httpx

from svyazka.business.intake.ear import Into
from svyazka.business.intake.write_down import NewArrival
from svyazka.business.notices.messengers import Access, Undeliverable, Unreached
from svyazka.connectors.telegram.send import BASE, result_of
from svyazka.connectors.telegram.verify import UPDATES, chat_of, pressed
from svyazka.kit.outside import Answer

WAITS = 25  # seconds that Telegram holds a question until there is something
PATIENCE = 15.0


class Ear:
    always = False

    def __init__(self, access: Access, cursor: Mapping[str, Any], into: Into) -> None:
        self._access, self._into = access, into
        self._offset = int(cursor.get("offset") or 0)

    async def run(self) -> None:
        base = f"{self._access.base or BASE}/bot{self._access.token}"
        timeout = httpx.Timeout(PATIENCE, read=WAITS + PATIENCE)
        proxy = self._access.proxy or None
        async with httpx.AsyncClient(base_url=base, proxy=proxy, timeout=timeout, trust_env=False) as line:
            # It does not let itself be asked while it calls. What it could not deliver is kept for whoever asks.
            await _asked(line, "deleteWebhook", {"drop_pending_updates": False})
            while True:
                await self._take(line, await self._ask(line))

    async def _ask(self, line: httpx.AsyncClient) -> Sequence[dict[str, Any]]:
        """With the offset of what is stored: by that, and not before, it is confirmed."""
        given = {"offset": self._offset, "timeout": WAITS, "limit": 100, "allowed_updates": UPDATES}
        found = await _asked(line, "getUpdates", given)
        return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []

    async def _take(self, line: httpx.AsyncClient, updates: Sequence[dict[str, Any]]) -> None:
        if not updates:
            return await self._into.heard()
        numbers = [one["update_id"] for one in updates if isinstance(one.get("update_id"), int)]
        offset = max(numbers, default=self._offset) + 1
        await self._into.write([self._arrival(one) for one in updates], {"offset": offset})
        await self._into.heard()
        self._offset = offset
        for number in filter(None, map(pressed, updates)):
            # After a few minutes it is too late; the button has stopped turning by itself then.
            with suppress(Undeliverable):
                await _asked(line, "answerCallbackQuery", {"callback_query_id": number})
        return None

    def _arrival(self, update: Mapping[str, Any]) -> NewArrival:
        account, number = self._access.account, str(update.get("update_id"))
        body = json.dumps(update, ensure_ascii=False).encode("utf-8", "surrogatepass")
        return NewArrival(account, "telegram", number, f"{account}/{chat_of(update) or number}", {}, body)


async def _asked(line: httpx.AsyncClient, method: str, given: Mapping[str, object]) -> object:
    try:
        answer = await line.post(f"/{method}", json=given)
        said = answer.json()
    except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as trouble:
        raise Unreached(type(trouble).__name__) from None
    except ValueError:  # no JSON: some page that stands in the way
        said = {}
    return result_of(Answer(answer.status_code, said if isinstance(said, dict) else {}))
