"""A bot of MAX that is asked, for a house that nobody can call: long polling.

Source: the official schema (GET /updates), and the limits of May 2026: two questions a second, thirty seconds, a
hundred updates, which are kept for a day. What the marker has passed is gone there, so it is told only what is
committed here.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from typing import Any

import httpx

from svyazka.business.intake.ear import Into
from svyazka.business.intake.write_down import NewArrival
from svyazka.business.notices.messengers import Access, Denied, Unreached
from svyazka.connectors.max.api import base_of, headers_of, trust
from svyazka.connectors.max.send import UPDATES
from svyazka.connectors.max.verify import keys_of

SECONDS = 30
MOST = 100
PAUSE = 0.5  # between the beginnings of two questions


class Ear:
    always = False

    def __init__(self, access: Access, cursor: Mapping[str, Any], into: Into) -> None:
        self._access, self._into = access, into
        self._marker = cursor.get("marker")

    async def run(self) -> None:
        client = httpx.AsyncClient(
            base_url=base_of(self._access),
            headers=headers_of(self._access),
            proxy=self._access.proxy or None,
            verify=trust(),
            timeout=httpx.Timeout(SECONDS + 15, connect=10),
            trust_env=False,
        )
        async with client:
            await self._be_called_no_more(client)
            while True:
                begun = time.monotonic()
                await self._hear(client)
                await asyncio.sleep(max(0.0, PAUSE - (time.monotonic() - begun)))

    async def _hear(self, client: httpx.AsyncClient) -> None:
        query = {"limit": str(MOST), "timeout": str(SECONDS), "types": ",".join(UPDATES)}
        if self._marker is not None:
            query["marker"] = str(self._marker)
        said = await self._ask(client, "GET", "/updates", query)
        told, marker = said.get("updates"), said.get("marker")
        arrivals = [self._arrival(update) for update in told if isinstance(update, dict)] if told else []
        if arrivals:
            await self._into.write(arrivals, {"marker": marker})
        else:
            await self._into.heard()
        self._marker = marker if marker is not None else self._marker

    def _arrival(self, update: dict[str, Any]) -> NewArrival:
        body = json.dumps(update, ensure_ascii=False).encode("utf-8", "replace")
        outside_id, conversation = keys_of(update, body, self._access.account)
        return NewArrival(self._access.account, "max", outside_id, conversation, {"asked": "updates"}, body)

    async def _be_called_no_more(self, client: httpx.AsyncClient) -> None:
        """As long as it calls an address, it tells nothing to whoever asks."""
        said = await self._ask(client, "GET", "/subscriptions")
        for one in said.get("subscriptions") or ():
            if isinstance(one, dict) and one.get("url"):
                await self._ask(client, "DELETE", "/subscriptions", {"url": str(one["url"])})

    async def _ask(
        self, client: httpx.AsyncClient, method: str, path: str, query: Mapping[str, str] | None = None
    ) -> dict[str, Any]:
        try:
            answer = await client.request(method, path, params=query)
            said = answer.json()
        except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as trouble:
            raise Unreached(type(trouble).__name__) from None
        if answer.status_code == 200 and isinstance(said, dict):
            return said
        if answer.status_code == 401 and isinstance(said, dict) and said.get("code"):
            raise Denied
        after = answer.headers.get("retry-after", "")
        raise Unreached(f"answered {answer.status_code}", after=float(after) if after.isdecimal() else 0.0)
