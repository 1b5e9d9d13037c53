"""Cloud PBXs as telephone systems: they tell of calls by themselves, at the edge; here they are asked to do things, and
whether they let us in is looked at now and then."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import ClassVar

import structlog
from django.db import Error
from django.utils.translation import gettext_lazy as _

from svyazka.business.calls.phone_system import Access, Command, Do, Done, Ledger, Link, NotDone, Noticed, Option
from svyazka.business.calls.setting_up.guide import Finding, Guide
from svyazka.business.intake.write_down import NewArrival
from svyazka.connectors.cloud_pbx.api import Line, Silent, TooOften
from svyazka.connectors.cloud_pbx.guide import guide_of
from svyazka.connectors.cloud_pbx.happened import forgotten, legs_of, result, seen
from svyazka.connectors.cloud_pbx.mango import MANGO
from svyazka.connectors.cloud_pbx.megafon import MEGAFON
from svyazka.connectors.cloud_pbx.provider import Answer, Ask, Provider, Request
from svyazka.connectors.cloud_pbx.sipuni import SIPUNI
from svyazka.connectors.cloud_pbx.uis import UIS
from svyazka.connectors.cloud_pbx.zadarma import ZADARMA
from svyazka.kit import clock
from svyazka.kit.threads import in_database

log = structlog.get_logger(__name__)

OPTIONS = {
    "addresses": Option(
        "addresses",
        _("Addresses its events may come from"),
        help=_("IP addresses or networks, separated by spaces. Empty: any address."),
    ),
    "line_number": Option(
        "line_number", _("Line for calls out"), help=_("The number that clients see. Empty: the one of its cabinet.")
    ),
    "employees": Option(
        "employees",
        _("Numbers of the staff in its cabinet"),
        help=_("Phone and number, like: 101=2345, 102=2346. Calls out are ordered by them."),
    ),
    "hold_media": Option(
        "hold_media", _("Music on hold"), help=_("The number of a file in its cabinet. Transfers need it.")
    ),
    "crm_token": Option(
        "crm_token",
        _("Key that its events bring"),
        help=_("The key of its cabinet for our side. Empty: the same as the secret."),
        is_secret=True,
    ),
}


@dataclass(frozen=True)
class Times:
    """In seconds."""

    check: float = 300.0
    look: float = 0.25  # until it is looked again whether something has happened


class CloudPbx:
    """One system. Fits calls.phone_system.PhoneSystem. What differs between providers stands in `provider`."""

    provider: ClassVar[Provider]
    capabilities: ClassVar[frozenset[Do]] = frozenset()
    options: ClassVar[tuple[Option, ...]] = ()
    title: ClassVar[str] = ""
    place: ClassVar[tuple[str, int]] = ("", 443)
    guide: ClassVar[Guide]
    way_in: ClassVar[str] = "cloud_pbx"
    bears_one_listener: ClassVar[bool] = True  # the edge listens

    def __init_subclass__(cls) -> None:
        cls.capabilities = frozenset(cls.provider.api.asks)
        cls.title = cls.provider.title
        cls.place = (cls.provider.host, 443)
        cls.guide = guide_of(cls.provider.code)
        cls.options = tuple(OPTIONS[name] for name in (*cls.provider.options, "addresses"))

    def __init__(self, access: Access, ledger: Ledger, noticed: Noticed, *, times: Times | None = None) -> None:
        self.access = access
        self.ledger = ledger
        self.noticed = noticed
        self.times = times or Times()
        self.api = self.provider.api
        self.line = Line(access, self.api.limits)

    @classmethod
    def nothing_goes_on(cls, code: str, at: datetime) -> NewArrival:
        return _only_these(cls.provider, code, (), at)

    async def run(self) -> None:
        try:
            while True:
                if link := await self._link():
                    await self.noticed(link)
                await self._end_forgotten_calls()
                await asyncio.sleep(self.times.check)
        finally:
            await self.line.close()

    async def carry_out(self, command: Command) -> Done:
        if command.do not in self.capabilities:
            raise NotDone("refused")
        since = clock.now()
        try:
            async with asyncio.timeout((command.until - since).total_seconds()):
                answer = await self._ask_all(command)
                return await self._wait(command, key=self.api.call_key(answer), since=since)
        except TimeoutError:
            raise NotDone("no_effect") from None

    async def examine(self, _extensions: Collection[str]) -> list[Finding]:
        """Which phones it has no API says; whether it lets us in, a question that costs nothing."""
        if not self.api.check:
            return [Finding("key_unknown"), Finding("address_unknown")]
        try:
            link = _link_by(answer := await self.line.ask(self.api.check(self.access)), self.api.trouble(answer))
        except (TooOften, Silent):
            return [Finding("no_answer"), Finding("address_unknown")]
        what = "key_unknown" if link is None else "key_right" if link.is_up else _WHY.get(link.trouble, "no_answer")
        return [Finding(what), Finding("address_unknown")]

    async def _ask_all(self, command: Command) -> Answer:
        """Step after step; where a later one is refused, the client must not be left listening to music."""
        legs = await in_database(partial(legs_of, self.access.code, command))
        answer = Answer(0)
        for number, ask in enumerate(self.api.asks[command.do]):
            try:
                answer = await self._ask(ask(self.access, command, legs))
            except NotDone:
                if number and (undo := self.api.undo.get(command.do)):
                    await self._undo(undo, command)
                raise
        return answer

    async def _undo(self, undo: Ask, command: Command) -> None:
        try:
            await self._ask(undo(self.access, command, ()))
        except NotDone:
            log.warning("cloud_pbx_not_undone", pbx=self.access.code, do=command.do)

    async def _ask(self, request: Request) -> Answer:
        try:
            answer = await self.line.ask(request)
        except TooOften:
            raise NotDone("too_often") from None
        except Silent as silence:
            log.warning("cloud_pbx_silent", pbx=self.access.code, kind=str(silence))
            raise NotDone("no_link") from None
        self._refuse(answer)
        return answer

    def _refuse(self, answer: Answer) -> None:
        if trouble := self.api.trouble(answer):
            log.warning("cloud_pbx_refused", pbx=self.access.code, status=answer.status, trouble=trouble)
            raise NotDone(trouble)

    async def _wait(self, command: Command, *, key: str, since: datetime) -> Done:
        """That it was accepted is not enough: until its events tell of it."""
        if command.do in self.api.at_once:
            return Done()
        path = self.api.results.get(command.do)
        while True:
            if path and (told := await in_database(partial(result, self.access.code, path, command))):
                self._refuse(Answer(200, told))
            if done := await in_database(partial(seen, self.access.code, command, key=key, since=since)):
                return done
            await asyncio.sleep(self.times.look)

    async def _link(self) -> Link | None:
        """Nothing, where nothing new is known."""
        check = self.api.check
        try:
            answer = await self.line.ask(check(self.access) if check else Request("/", "GET"))
        except TooOften:
            return None
        except Silent:
            return Link(is_up=False, trouble="unreachable")
        return _link_by(answer, self.api.trouble(answer) if check else "")

    async def _end_forgotten_calls(self) -> None:
        try:
            keys = await in_database(partial(forgotten, self.access.code))
        except Error:
            return
        if keys is not None:
            await self.ledger.put(_only_these(self.provider, self.access.code, keys, datetime.now(UTC)))


_WHY = {"wrong_secret": "key_wrong"}


class Mango(CloudPbx):
    provider = MANGO


class Uis(CloudPbx):
    provider = UIS


class Zadarma(CloudPbx):
    provider = ZADARMA


class Sipuni(CloudPbx):
    provider = SIPUNI


class Megafon(CloudPbx):
    provider = MEGAFON


def _only_these(provider: Provider, code: str, keys: Collection[str], asked_at: datetime) -> NewArrival:
    at, body = asked_at.isoformat(), json.dumps(sorted(keys)).encode()
    return NewArrival(code, provider.code, f"going_on/{at}", f"{code}/going_on", {"asked_at": at}, body)


def _link_by(answer: Answer, trouble: str) -> Link | None:
    if answer.status == 429 or trouble == "too_often":
        return None
    if answer.status >= 500:
        return Link(is_up=False, trouble="unreachable")
    return Link(is_up=False, trouble="wrong_secret") if trouble else Link(is_up=True)
