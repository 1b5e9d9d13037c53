"""What phones are at, as Asterisk says it: blocks of DeviceStateChange."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from svyazka.business.calls.last_words import LastWords
from svyazka.connectors.asterisk.line import Times
from svyazka.connectors.asterisk.messages import END, Message
from svyazka.connectors.asterisk.read import phone_of

Put = Callable[[str, bytes, dict[str, str]], Awaitable[None]]


class Phones:
    """`hear` everything while `tell` hands on the last word of each phone."""

    def __init__(self, put: Put, times: Times) -> None:
        self.put, self.times = put, times
        self.words: LastWords[bytes] = LastWords()

    def hear(self, message: Message, block: bytes) -> None:
        if message.event == "DeviceStateChange" and phone_of(message.get("Device")):
            self.words.hear({message.get("Device"): block})

    async def tell(self) -> None:
        """The first news after a quiet time goes at once."""
        while True:
            news = await self.words.news()
            now = datetime.now(UTC).isoformat()
            await self.put("phones", b"".join(block + END for block in news.values()), {"at": now})
            await asyncio.sleep(self.times.phones)
