"""Notifications of Green-API that are asked for, where the house has no public address.

They come one by one, in their order, and stay there for a day until each is said to have been read: that is said once
it is in our ledger.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from contextlib import closing
from typing import Any, ClassVar

from svyazka.business.intake.ear import Into
from svyazka.business.intake.write_down import NewArrival
from svyazka.business.notices.messengers import Access
from svyazka.connectors.green_api.send import GreenApi
from svyazka.connectors.green_api.verify import known_by

PATIENCE = 20  # seconds, of 5 to 60


class Notifications:
    always: ClassVar[bool] = False

    def __init__(self, access: Access, _cursor: Mapping[str, Any], into: Into) -> None:
        self._access, self._into = access, into

    async def run(self) -> None:
        with closing(GreenApi(self._access)) as line:
            while True:
                told = await asyncio.to_thread(line.next_notification, patience=PATIENCE)
                await self._into.heard()
                receipt, body = told.get("receiptId"), told.get("body")
                if isinstance(receipt, int) and isinstance(body, dict):
                    await self._into.write([self._arrival(body)], {"receipt": receipt})
                    await asyncio.to_thread(line.have_read, receipt)

    def _arrival(self, told: dict[str, Any]) -> NewArrival:
        body = json.dumps(told, ensure_ascii=False).encode()
        outside_id, conversation = known_by(told, body, self._access.account)
        return NewArrival(self._access.account, "green_api", outside_id, conversation, {}, body)
