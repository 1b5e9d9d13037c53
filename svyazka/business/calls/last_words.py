"""The last word of each phone: a call changes it four times, and nobody reads faster than once a second."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Generic, TypeVar

T = TypeVar("T")


class LastWords(Generic[T]):
    """Hears everything and hands on the last word of each phone."""

    def __init__(self) -> None:
        self._latest: dict[str, T] = {}
        self._heard = asyncio.Event()

    def hear(self, words: Mapping[str, T]) -> None:
        if words:
            self._latest |= words
            self._heard.set()

    async def news(self) -> dict[str, T]:
        """Phone → what was said of it last; waits until there is some."""
        await self._heard.wait()
        self._heard.clear()
        news, self._latest = self._latest, {}
        return news
