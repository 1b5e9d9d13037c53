"""What phones are at, gathered: a call changes it four times, and nobody reads faster than once a second."""

from __future__ import annotations

import asyncio

from svyazka.connectors.oktell import guesses
from svyazka.connectors.oktell.frames import Frame

CHANGED = "pbxnumberstatechanged"


class Phones:
    """Hears everything and hands on the last word of each phone."""

    def __init__(self) -> None:
        self.latest: dict[str, str] = {}
        self.heard = asyncio.Event()

    def hear(self, frame: Frame) -> None:
        if frame.name == CHANGED and (numbers := guesses.numbers_of(frame.body)):
            self.latest |= numbers
            self.heard.set()

    async def news(self) -> dict[str, str]:
        """Number → state; waits until there is some."""
        await self.heard.wait()
        self.heard.clear()
        news, self.latest = self.latest, {}
        return news
