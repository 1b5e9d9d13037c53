"""What a telephone system says of one call in one breath is one arrival, not ten.

A PBX tells of a call in many small messages, most of which nobody waits for. They are held back for a moment, until the
next one that somebody does wait for, and go into the ledger together, byte for byte and in their order.
"""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace

from svyazka.business.calls.phone_system import Ledger
from svyazka.business.intake.write_down import NewArrival

NOBODY_WAITS = {"can_wait": "1"}  # as headers: no bell is rung, and it is worked off after all else
HELD_BACK = 0.15  # seconds
MOST_TOGETHER = 50


class Bundles:
    """In front of a ledger. `run` beside it, until it is cancelled; then what is held back is written."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._held: dict[str, list[NewArrival]] = {}  # conversation → what it has said, the oldest conversation first
        self._due: dict[str, float] = {}

    async def put(self, arrival: NewArrival, *, now: bool) -> None:
        """`now`: somebody waits for it, and what was held back of its conversation goes with it."""
        held = self._held.setdefault(arrival.conversation, [])
        held.append(arrival)
        self._due.setdefault(arrival.conversation, asyncio.get_running_loop().time() + HELD_BACK)
        if now or len(held) >= MOST_TOGETHER:
            await self._write(arrival.conversation, {} if now else NOBODY_WAITS)

    async def run(self) -> None:
        try:
            while True:
                await asyncio.sleep(HELD_BACK / 3)
                moment = asyncio.get_running_loop().time()
                for conversation in [name for name, due in self._due.items() if due <= moment]:
                    await self._write(conversation)
        finally:
            for conversation in list(self._held):
                await self._write(conversation)

    async def _write(self, conversation: str, headers: dict[str, str] = NOBODY_WAITS) -> None:
        # Taken out first: while the ledger makes us wait, somebody else may write.
        held, _due = self._held.pop(conversation, []), self._due.pop(conversation, None)
        if not held:
            return
        body = b"".join(one.body for one in held)
        outside_id = hashlib.sha256(body).hexdigest()
        await self._ledger.put(replace(held[0], outside_id=outside_id, body=body, headers=headers))
