"""The telephone system of the day. It does what is asked of it, so that whoever watches can click as well, and it
records: with the voices of the laboratory, as long as was spoken."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import time
import wave
from collections import defaultdict
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

from svyazka.connectors.asterisk.replay import SAMPLES
from svyazka.connectors.asterisk.stand_in.exchange import recording_of
from svyazka.connectors.asterisk.stand_in.shapes import Bridge, Channel, Wish
from svyazka.connectors.asterisk.stand_in.small_pbx import SmallPbx

PHONES = ("101", "102", "110", "111", "120")  # as in the blueprint `windows`
QUEUE = {"sales": ("101", "102")}
LIFTS_AFTER = 4.0  # seconds: time enough to see the card
TALKS = 45.0  # a call that is nobody's part of the day
UNTIL_HUNG_UP = 3600.0
PATIENCE = 15.0  # real seconds that the day waits for what was asked for
VOICES = ("s01_inbound_answered_recorded", "s05_attended_transfer_ami")
RATE, WIDTH = 8000, 2


class Otherwise(Exception):
    """A call went another way than the day's plan: whoever watches may have clicked."""


class Telephones(SmallPbx):
    """`recordings`: the folder into which it writes them."""

    def __init__(self, recordings: Path, *, pace: float) -> None:
        super().__init__(system="demo", phones=PHONES, queues=QUEUE, talks_out=TALKS, pace=pace)
        self.recordings = recordings
        self.voices = [_frames(name) for name in VOICES]
        self.speaks_since: dict[str, float] = {}
        self.spoken: defaultdict[str, list[float]] = defaultdict(list)
        for phone in self.phones.values():
            phone.lifts_after = LIFTS_AFTER

    @contextlib.contextmanager
    def not_lifting(self, *numbers: str) -> Iterator[None]:
        """Nobody lifts these phones meanwhile."""
        for number in numbers:
            self.phones[number].lifts_after = None
        yield
        for number in numbers:
            self.phones[number].lifts_after = LIFTS_AFTER

    @contextlib.asynccontextmanager
    async def caller(self, number: str, *, to: str = "", queue: str = "") -> AsyncIterator[None]:
        """A client rings, and hangs up in the end, unless his call is over before."""
        call = asyncio.create_task(self.call(number, to=to, queue=queue, seconds=UNTIL_HUNG_UP))
        try:
            yield
        finally:
            while not call.done():
                if client := self._line_of(number):
                    client.ear.put_nowait(Wish("hang_up", client))
                await asyncio.wait([call], timeout=0.5)

    async def until_speaks(self, number: str, *, with_phone: str) -> None:
        for _attempt in range(int(PATIENCE / 0.05)):
            if self._partner_of(number) == with_phone:
                return
            await asyncio.sleep(0.05)
        raise Otherwise(f"{number} does not speak with {with_phone}")

    async def until_answered(self, phone: str) -> None:
        for _attempt in range(int(PATIENCE / 0.05)):
            if any(one.bridge for one in self.channels.values() if one.device == f"PJSIP/{phone}"):
                return
            await asyncio.sleep(0.05)
        raise Otherwise(f"{phone} is not lifted")

    async def engaged(self, number: str, *, at: str) -> None:
        """A client rings a phone that is in use."""
        self.phones[at].declines = True
        await self.call(number, to=at)
        self.phones[at].declines = False

    async def until_over(self, number: str) -> None:
        while self._line_of(number):
            await asyncio.sleep(0.05)

    async def enter(self, channel: Channel, bridge: Bridge, *, instead_of: str = "") -> None:
        await super().enter(channel, bridge, instead_of=instead_of)
        if channel.unique == channel.linked:
            self.speaks_since[channel.unique] = time.monotonic()

    async def leave(self, channel: Channel) -> None:
        if since := self.speaks_since.pop(channel.unique, None):
            self.spoken[channel.unique].append(time.monotonic() - since)
        await super().leave(channel)

    async def say_record(self, channel: Channel, other: Channel | None) -> None:
        """As MixMonitor does with the option b: the line that began the call, while it is in a bridge."""
        with wave.open(str(self.recordings / Path(recording_of(channel)).name), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(WIDTH)
            file.setframerate(RATE)
            for seconds, voice in zip(self.spoken.pop(channel.unique, []), itertools.cycle(self.voices), strict=False):
                file.writeframes(_lasting(voice, seconds))
        await super().say_record(channel, other)

    def _line_of(self, number: str) -> Channel | None:
        return next((one for one in self.channels.values() if one.number == number), None)

    def _partner_of(self, number: str) -> str:
        client = self._line_of(number)
        if client is None or client.bridge is None:
            return ""
        others = [one for one in self.channels.values() if one is not client and one.bridge is client.bridge]
        return others[0].device.rpartition("/")[2] if others else ""


def _frames(name: str) -> bytes:
    with wave.open(str(SAMPLES / f"{name}.wav"), "rb") as file:
        return file.readframes(file.getnframes())


def _lasting(voice: bytes, seconds: float) -> bytes:
    length = int(seconds * RATE) * WIDTH
    return (voice * (length // len(voice) + 1))[:length]
