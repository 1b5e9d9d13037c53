"""A PBX under load, for `bench telephony`: captured calls, each with numbers and keys of its own, over AMI.

It obeys lines of JSON on its stdin (`Orders`) and answers each with one on stdout when all has been played: a process
of its own, so that what it needs is nobody else's.
"""

from __future__ import annotations

import asyncio
import contextlib
import heapq
import itertools
import json
import random
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from svyazka.business.calls.fold import fold
from svyazka.business.calls.phone_system import CallEvent
from svyazka.business.calls.summary import Summary, summarise
from svyazka.connectors.asterisk.messages import END, parse
from svyazka.connectors.asterisk.read import call_key_of, is_wanted, read
from svyazka.connectors.asterisk.replay import StandIn, Step, capture

TICK = 0.005
# Answered; from a queue, by the second phone; held; passed on blind; passed on after a word; given up while it rings.
# Each with its share of a hundred.
RINGING = {"s01": 40, "s03": 25, "s08": 10, "s04": 10, "s05": 5, "s02b": 10}
UNHEARD = "s02"  # gave up in the queue: what its agents' phones say is left out
_PARTS = re.compile(
    rb"(?P<stamp>(?<=Timestamp: )\d{10}\.\d+)|(?P<id>(?<=-)\d{10}\.\d+)|(?P<caller>\+?7916\d{7})"
    rb"|(?P<phone>(?<!Cause: )(?<![\d.])(?:10[1-3]|201)(?![\d.]))"
)


@dataclass(frozen=True)
class Scenario:
    """The events of one captured call, cut at what is different in each: times, keys, the caller, the phones."""

    name: str
    key: str
    steps: tuple[tuple[float, bool, bool, tuple[tuple[str, bytes], ...]], ...]  # when, shown?, rings?, parts
    begins: float
    end: Summary

    @cached_property
    def phones(self) -> list[bytes]:
        found = (text for *_step, parts in self.steps for kind, text in parts if kind == "phone")
        return sorted(set(found))


def scenario(name: str, *, without_phones: bool = False) -> Scenario:
    steps = [step for step in capture(name) if is_wanted(step.message) and call_key_of(step.message)]
    if without_phones:
        steps = [step for step in steps if _is_of_the_caller(step)]
    cut = tuple(
        (step.at - steps[0].at, step.message.event in ("Newchannel", "Hangup"), _rings(step), tuple(_cut(step.block)))
        for step in steps
    )
    begins = float(next(text for kind, text in cut[0][3] if kind == "stamp"))
    return Scenario(name, steps[0].message.get("Linkedid"), cut, begins, _end(steps))


def _end(steps: list[Step]) -> Summary:
    """What has to come of it: that it is right stands in the connector's tests."""
    message = steps[0].message
    body = b"".join(step.block + END for step in steps)
    arrival = _Arrived("asterisk/bench", "asterisk", {}, body, datetime.now(UTC))
    told = [event for event in read(arrival) if isinstance(event, CallEvent)]
    return summarise(message.get("Linkedid"), fold(message.get("Linkedid"), told))


@dataclass
class _Arrived:
    account: str
    connector: str
    headers: dict[str, str]
    body: bytes
    received_at: datetime


def _is_of_the_caller(step: Step) -> bool:
    message = step.message
    return message.event in ("Newchannel", "VarSet", "QueueCallerJoin", "Hangup") and message.get(
        "Uniqueid"
    ) == message.get("Linkedid")


def _rings(step: Step) -> bool:
    return step.message.event == "DialBegin"


def _cut(block: bytes) -> Iterator[tuple[str, bytes]]:
    last = 0
    for match in _PARTS.finditer(block):
        yield "", block[last : match.start()]
        yield match.lastgroup or "", match[0]
        last = match.end()
    yield "", block[last:] + END


@dataclass
class Call:
    """One that goes on, and what has to come of it."""

    number: int
    scenario: Scenario
    begun: float
    caller: bytes
    phones: dict[bytes, bytes]

    @property
    def key(self) -> str:
        return _PARTS.sub(lambda match: self.renamed(match[0]), self.scenario.key.encode()).decode()

    def to_come(self) -> list[Any]:
        """Key, result, seconds of talk, whose phone answered."""
        end = self.scenario.end
        answered_by = self.phones[end.answered_by.encode()].decode() if end.answered_by else ""
        return [self.key, end.result, end.talk_seconds, answered_by]

    def block(self, at: int) -> bytes:
        later = self.begun - self.scenario.begins
        told = []
        for kind, text in self.scenario.steps[at][3]:
            if kind == "stamp":
                text = b"%.6f" % (float(text) + later)
            elif kind == "id":
                text = self.renamed(text)
            elif kind == "caller":
                text = self.caller
            elif kind == "phone":
                text = self.phones[text]
            told.append(text)
        return b"".join(told)

    def renamed(self, key: bytes) -> bytes:
        _seconds, _point, number = key.partition(b".")
        return b"%d.%d" % (int(self.begun), self.number * 1000 + int(number) % 1000)


@dataclass
class Orders:
    """How much for how long. `watched`: a phone whose rings are reported with their times."""

    seconds: float
    calls: float  # a second
    ringing: float  # of them
    phones: list[str]
    callers: list[str]
    watched: str = ""
    watched_every: int = 60  # each so many-th call that rings somebody rings there


class Switchboard:
    def __init__(self) -> None:
        self.pbx = StandIn(secret="")
        self.numbers = itertools.count(1)
        self.ringing = [scenario(name) for name in RINGING]
        self.unheard = scenario(UNHEARD, without_phones=True)
        self.ringers = 0
        self.told: list[list[Any]] = []
        self.rung: list[float] = []
        self.events = 0

    async def play(self, orders: Orders) -> dict[str, Any]:
        self.told, self.rung, self.events = [], [], 0
        free = itertools.cycle(random.sample(orders.phones, len(orders.phones)))
        due: list[tuple[float, int, int, Call]] = []
        turn = itertools.count()
        for begin, is_ringing in _beginnings(orders):
            call = self._new(begin, is_ringing, orders, free)
            heapq.heappush(due, (begin, next(turn), 0, call))
        began = time.time()
        behind = 0.0
        while due:
            now = time.time() - began
            pieces: list[bytes] = []
            while due and due[0][0] <= now:
                planned, _turn, at, call = heapq.heappop(due)
                behind = max(behind, now - planned)
                if at == 0:
                    call.begun = began + planned
                pieces.append(self._say(call, at, orders))
                if at + 1 < len(call.scenario.steps):
                    then = call.begun - began + call.scenario.steps[at + 1][0]
                    heapq.heappush(due, (then, next(turn), at + 1, call))
            for session in list(self.pbx.sessions):
                await session.send(b"".join(pieces))
            await asyncio.sleep(TICK)
        return {"calls": self.told, "rung": self.rung, "events": self.events, "behind": behind}

    def _new(self, begin: float, is_ringing: bool, orders: Orders, free: Iterator[str]) -> Call:
        chosen = random.choices(self.ringing, list(RINGING.values()))[0] if is_ringing else self.unheard  # noqa: S311
        phones = {phone: next(free).encode() for phone in chosen.phones}
        self.ringers += is_ringing
        if is_ringing and orders.watched and self.ringers % orders.watched_every == 0:
            phones[chosen.phones[0]] = orders.watched.encode()
        caller = random.choice(orders.callers).encode()  # noqa: S311
        return Call(next(self.numbers), chosen, begin, caller, phones)

    def _say(self, call: Call, at: int, orders: Orders) -> bytes:
        _when, is_shown, rings, _parts = call.scenario.steps[at]
        block = call.block(at)
        self.events += 1
        if is_shown:
            self.pbx.note(parse(block.removesuffix(END)))
        if at == 0:
            self.told.append(call.to_come())
        if rings and orders.watched and b"PJSIP/%s-" % orders.watched.encode() in block:
            self.rung.append(time.time())
        return block


def _beginnings(orders: Orders) -> Iterator[tuple[float, bool]]:
    """Evenly, those that ring somebody among the others."""
    share, owed = orders.ringing / orders.calls, 0.0
    for number in range(int(orders.seconds * orders.calls)):
        owed += share
        is_ringing = owed >= 1
        owed -= is_ringing
        yield number / orders.calls, is_ringing


def main() -> None:
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_obey(int(sys.argv[1])))


async def _obey(port: int) -> None:
    board = Switchboard()
    loop = asyncio.get_running_loop()
    async with board.pbx.serving(port=port):
        print("ready", flush=True)
        while line := await loop.run_in_executor(None, sys.stdin.readline):
            print(json.dumps(await board.play(Orders(**json.loads(line)))), flush=True)
