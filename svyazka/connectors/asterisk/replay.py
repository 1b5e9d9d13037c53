"""A stand-in for Asterisk's manager interface: plays what a real one sent, byte for byte, over real TCP.

For tests and measurements. It has one timeline, as a PBX has: what is played while nobody listens is gone, and
whoever connects asks with CoreShowChannels what is going on.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from svyazka.connectors.asterisk.messages import END, Message, parse
from svyazka.connectors.asterisk.stand_in.itself import Pairs
from svyazka.connectors.asterisk.stand_in.manager import BANNER, ManagerServer

SAMPLES = Path(__file__).parent / "samples"
_SHOWN = (
    "Channel", "ChannelState", "ChannelStateDesc", "CallerIDNum", "CallerIDName", "ConnectedLineNum",
    "ConnectedLineName", "Language", "AccountCode", "Context", "Exten", "Priority", "Uniqueid", "Linkedid",
)  # fmt: skip
_STAMP = re.compile(rb"(?<=Timestamp: )(\d{10}\.\d+)")
_CALL_ID = re.compile(rb"(?<=-)(\d{10})\.(\d+)")


@dataclass(frozen=True)
class Step:
    """An event, and how many seconds after the beginning it was sent."""

    at: float
    block: bytes

    @property
    def message(self) -> Message:
        return parse(self.block)


def capture(name: str, *, folder: Path = SAMPLES) -> list[Step]:
    """The events of a captured scenario, as bytes. `name`: `s01`, or more of the file's name."""
    (text,) = folder.glob(f"{name}[_.]*ami.txt")
    blocks = [block for block in text.read_bytes().removeprefix(BANNER).split(END) if block]
    lines = map(json.loads, text.with_suffix(".jsonl").read_text().splitlines())
    times = [line["t"] for line in lines if line["dir"] == "in" and "msg" in line]
    steps = [Step(at, block) for at, block in zip(times, blocks, strict=True)]
    return [step for step in steps if step.message.event not in ("", "FullyBooted")]


class StandIn(ManagerServer):
    """The PBX. `async with stand_in.serving() as port:` and then `await stand_in.play(capture("s01"))`."""

    def __init__(self, **server: Any) -> None:
        super().__init__(**server)
        self.channels: dict[str, Message] = {}
        self.bridges: dict[str, str] = {}
        self.plays = itertools.count()

    async def play(self, steps: Iterable[Step], *, speed: float | None = None, restamp: bool = False) -> None:
        """To everybody who listens. `speed` 1 is as it was, None without pauses; `restamp`: as if it happened now."""
        steps = list(steps)
        newly = _restamper(steps, next(self.plays)) if restamp and steps else bytes
        begun, first = time.monotonic(), steps[0].at if steps else 0.0
        for step in steps:
            if speed:
                await asyncio.sleep(max(0.0, begun + (step.at - first) / speed - time.monotonic()))
            await self.send(newly(step.block))
        await self.let_go()

    async def send(self, block: bytes) -> None:
        message = parse(block)
        self.note(message)
        await self.tell(message, block + END)

    def forget_channels(self) -> None:
        """As after a restart of the PBX: no call of before is there any more."""
        self.channels.clear()
        self.bridges.clear()

    def channels_shown(self) -> Iterator[Pairs]:
        for unique, message in self.channels.items():
            shown = [(key, message.get(key)) for key in _SHOWN]
            yield [*shown, ("Duration", "00:00:01"), ("BridgeId", self.bridges.get(unique, ""))]

    def note(self, message: Message) -> None:
        """What goes on, for whoever asks."""
        unique = message.get("Uniqueid")
        if message.event == "Hangup":
            self.channels.pop(unique, None)
        elif message.event == "Newchannel" or (unique in self.channels and message.get("ChannelStateDesc")):
            self.channels[unique] = message
        if message.event == "BridgeEnter":
            self.bridges[unique] = message.get("BridgeUniqueid")
        elif message.event == "BridgeLeave":
            self.bridges.pop(unique, None)


def _restamper(steps: list[Step], play: int) -> Callable[[bytes], bytes]:
    """Moves times and call ids to now; each play gets ids of its own."""
    stamps = [match[1] for step in steps if (match := _STAMP.search(step.block))]
    later = time.time() - float(stamps[0]) if stamps else 0.0

    def newly(block: bytes) -> bytes:
        block = _STAMP.sub(lambda match: b"%.6f" % (float(match[1]) + later), block)
        return _CALL_ID.sub(lambda match: b"%d.%d" % (int(match[1]) + int(later), int(match[2]) + 1000 * play), block)

    return newly
