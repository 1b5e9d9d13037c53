"""What phones are at, gathered: a call changes it four times, and nobody reads faster than once a second."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from svyazka.connectors.asterisk.line import Times
from svyazka.connectors.asterisk.messages import END, Message
from svyazka.connectors.asterisk.read import phone_of

Put = Callable[[str, bytes, dict[str, str]], Awaitable[None]]


class Phones:
    """`hear` everything while `tell` hands on the last word of each phone."""

    def __init__(self, put: Put, times: Times) -> None:
        self.put, self.times = put, times
        self.latest: dict[str, bytes] = {}
        self.heard = asyncio.Event()

    def hear(self, message: Message, block: bytes) -> None:
        if message.event == "DeviceStateChange" and phone_of(message.get("Device")):
            self.latest[message.get("Device")] = block
            self.heard.set()

    async def tell(self) -> None:
        """The first news after a quiet time goes at once."""
        while True:
            await self.heard.wait()
            self.heard.clear()
            news, self.latest = self.latest, {}
            now = datetime.now(UTC).isoformat()
            await self.put("phones", b"".join(block + END for block in news.values()), {"at": now})
            await asyncio.sleep(self.times.phones)
