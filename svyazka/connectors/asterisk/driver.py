"""Listening to an Asterisk through its manager interface (AMI).

A client of our own: the libraries leave out the server-side filter, deadlines, back-pressure and the question after a
break what is going on, and the protocol is small.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Collection
from datetime import UTC, datetime
from typing import ClassVar

from svyazka.business.calls.coming_back import ComingBack, LinkLost, end, or_lost
from svyazka.business.calls.phone_system import Access, Command, Do, Done, Ledger, NotDone, Noticed, Option
from svyazka.business.calls.setting_up.guide import Finding, Guide
from svyazka.business.calls.softphone.options import SOFTPHONE
from svyazka.business.intake.bundles import Bundles
from svyazka.business.intake.write_down import NewArrival
from svyazka.connectors.asterisk.carrying_out import CAPABILITIES, PROOFS, DialPlan, carry_out
from svyazka.connectors.asterisk.channels import Channels
from svyazka.connectors.asterisk.examining import Heard, examine
from svyazka.connectors.asterisk.guide import GUIDE
from svyazka.connectors.asterisk.line import Line, Times, connected
from svyazka.connectors.asterisk.messages import END, Message, parse
from svyazka.connectors.asterisk.options import OPTIONS
from svyazka.connectors.asterisk.phones import Phones
from svyazka.connectors.asterisk.read import RECORDING_VARIABLE, WANTED, call_key_of, is_wanted

AWAITED = "DialBegin"  # somebody is to see who rings; all else may come a moment later


class Asterisk:
    """One PBX. Fits calls.phone_system.PhoneSystem."""

    capabilities: ClassVar[frozenset[Do]] = CAPABILITIES
    options: ClassVar[tuple[Option, ...]] = (*OPTIONS, *SOFTPHONE)
    place: ClassVar[tuple[str, int]] = ("", 5038)
    guide: ClassVar[Guide] = GUIDE

    def __init__(self, access: Access, ledger: Ledger, noticed: Noticed, *, times: Times | None = None) -> None:
        self.access = access
        self.ledger = ledger
        self.bundles = Bundles(ledger)
        self.times = times or Times()
        self.coming_back = ComingBack(access.code, noticed, self.times)
        self.plan = DialPlan.of(access)
        self.channels = Channels()
        self.heard = Heard()
        self.line: Line | None = None

    @staticmethod
    def nothing_goes_on(code: str, at: datetime) -> NewArrival:
        return _arrival(code, "going_on", b"Event: CoreShowChannelsComplete" + END, {"asked_at": at.isoformat()})

    async def run(self) -> None:
        await self.coming_back.keep(self._listen_once)

    async def carry_out(self, command: Command) -> Done:
        if self.line is None:
            raise NotDone("no_link")
        return await carry_out(command, line=self.line, channels=self.channels, plan=self.plan)

    async def examine(self, extensions: Collection[str]) -> list[Finding]:
        if self.line is None:
            return []
        return await examine(self.line, self.plan, self.heard, extensions)

    async def _listen_once(self) -> None:
        async with connected(self.access, self.times) as line:
            phones = Phones(self._put, self.times)
            reading = asyncio.create_task(self._hand_on(line, phones))
            telling = asyncio.create_task(phones.tell())
            bundling = asyncio.create_task(self.bundles.run())
            try:
                await self._get_ready(line, reading)
                self.line = line
                await self._stay(line, reading)
            finally:
                self.line = None
                await end([telling, reading, bundling])

    async def _get_ready(self, line: Line, reading: asyncio.Task[None]) -> None:
        """Filters come first: from the log-in on, only what is wanted comes over the wire."""
        login = [("Username", self.access.login), ("Secret", self.access.secret), ("Events", "off")]
        answer = await or_lost(line.ask("Login", login), reading)
        if answer.get("Response") != "Success":
            raise LinkLost("wrong_secret")
        for pairs in _filters(self.plan.technology):
            # Asterisk before 20 refuses criteria of this kind; then it sends everything and we pass over it.
            answer = await or_lost(line.ask("Filter", pairs), reading)
            self.heard.filters_refused |= answer.get("Response") != "Success"
        answer = await or_lost(line.ask("Events", [("EventMask", "on")]), reading)
        if answer.get("Response") != "Success":
            raise LinkLost("not_allowed")
        await self._ask_what_goes_on(line, reading)
        await self.coming_back.succeeded()

    async def _ask_what_goes_on(self, line: Line, reading: asyncio.Task[None]) -> None:
        """Nothing is said again after a break: calls that are not in this list have ended meanwhile."""
        asked_at = datetime.now(UTC).isoformat()
        phones = await or_lost(line.ask_list("DeviceStateList", until="DeviceStateListComplete"), reading)
        if phones:
            await self._put("phones", b"".join(block + END for block in phones), {"at": asked_at})
        asking = line.ask_list("CoreShowChannels", until="CoreShowChannelsComplete", each=self.channels.hear)
        shown = await or_lost(asking, reading)
        for block in shown[:-1]:
            await self._write_down(parse(block), block)
        await self._put("going_on", b"".join(block + END for block in shown), {"asked_at": asked_at})

    async def _stay(self, line: Line, reading: asyncio.Task[None]) -> None:
        while True:
            done, _pending = await asyncio.wait([reading], timeout=self.times.ping)
            if done:
                reading.result()
            await or_lost(line.ask("Ping", []), reading)

    async def _hand_on(self, line: Line, phones: Phones) -> None:
        self.channels.forget_all()
        self.heard = Heard()
        async for message, block in line.events():
            self.channels.hear(message)
            self.heard.hear(message)
            await self._write_down(message, block)
            line.tell_watchers(message)
            phones.hear(message, block)
        raise LinkLost("cut")

    async def _write_down(self, message: Message, block: bytes) -> None:
        if is_wanted(message) and (key := call_key_of(message)):
            await self.bundles.put(_arrival(self.access.code, key, block + END, {}), now=message.event == AWAITED)

    async def _put(self, about: str, body: bytes, headers: dict[str, str]) -> None:
        await self.ledger.put(_arrival(self.access.code, about, body, headers))


def _arrival(code: str, about: str, body: bytes, headers: dict[str, str]) -> NewArrival:
    outside_id = hashlib.sha256(body + "".join(headers.values()).encode()).hexdigest()
    return NewArrival(code, "asterisk", outside_id, f"{code}/{about}", headers, body)


def _filters(technology: str) -> list[list[tuple[str, str]]]:
    """Asterisk adds them up: an event passes that fits any of them."""
    named = [_passes(f"name({name})") for name in (*WANTED, *PROOFS)]
    recording = _passes("name(VarSet),header(Variable),method(starts_with)", RECORDING_VARIABLE)
    phones = _passes("name(DeviceStateChange),header(Device),method(starts_with)", technology)
    return [*named, recording, phones]


def _passes(criteria: str, text: str = "") -> list[tuple[str, str]]:
    return [("Operation", "Add"), ("MatchCriteria", criteria), *([("Filter", text)] if text else [])]
