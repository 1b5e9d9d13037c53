"""`POST /in/<way>/<key>/`: verified, written down, committed, answered — in this order."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from svyazka.business.intake.knock import Accepted, Account, Knock, Refused, Said, Verify
from svyazka.business.intake.knock import Asked as Question
from svyazka.business.intake.write_down import NewArrival
from svyazka.edge import counters, limits
from svyazka.edge.accounts import Accounts
from svyazka.edge.asgi import (
    Gone,
    Header,
    Receive,
    Scope,
    Send,
    TooLarge,
    headers_of,
    is_loopback,
    peer,
    read_body,
    reply,
    reply_json,
    reply_page,
)
from svyazka.edge.callers import Callers
from svyazka.edge.ledger import Busy, Ledger
from svyazka.edge.limits import Limits
from svyazka.edge.words import language_of, say
from svyazka.kit.proxies import Proxies

Vouch = Callable[[Knock, Account], Awaitable[dict[str, str]]]
MOST_BYTES = 256 * 1024
MOST_SECONDS = 20
_KEPT = ("content-type", "user-agent", "referer", "origin", "accept-language")


@dataclass(frozen=True)
class Way:
    """A way in: whose key stands in its address, and whether pages of other sites post through it."""

    accounts: str  # a kind of channel account, accounts.PHONE_SYSTEMS, accounts.PAYMENT_SERVICES
    verify: Verify
    from_pages: bool = False
    methods: tuple[str, ...] = ("POST",)
    goes_on: bool = False  # whether more follows the key in its address
    most: int = MOST_BYTES  # of one body
    vouch: Vouch | None = None  # asks somebody else about the sender; what is found out stands beside the arrival


@dataclass(frozen=True)
class Asked:
    """One request at the door, as the answers need it."""

    way: Way
    scope: Scope
    headers: Mapping[str, str]
    send: Send
    cors: tuple[Header, ...] = ()

    async def answer(
        self, status: int, word: str, *, wrong: Mapping[str, str] | None = None, headers: tuple[Header, ...] = ()
    ) -> None:
        language = language_of(self.headers.get("accept-language", ""))
        counters.arrivals.labels(self.way.accounts, str(status)).inc()
        if self._is_navigation():
            more = "".join(f" {say(reason, language)}" for reason in (wrong or {}).values())
            await reply_page(self.send, status, say(word, language) + more, language=language, headers=headers)
            return
        fields = {"fields": {field: say(reason, language) for field, reason in wrong.items()}} if wrong else {}
        said = {"ok": status < 400, "message": say(word, language), **fields}
        await reply_json(self.send, status, said, headers=(*self.cors, *headers))

    async def answer_so(self, status: int, said: Said) -> None:
        counters.arrivals.labels(self.way.accounts, str(status)).inc()
        await reply(self.send, status, said.body, kind=said.kind)

    def _is_navigation(self) -> bool:
        """A form without any script: the browser shows the answer as its next page."""
        mode = self.headers.get("sec-fetch-mode")
        wants_page = "text/html" in self.headers.get("accept", "") and "x-requested-with" not in self.headers
        return self.way.from_pages and (mode == "navigate" or (mode is None and wants_page))


class Arrivals:
    def __init__(self, accounts: Accounts, callers: Callers, ledger: Ledger, proxies: Proxies) -> None:
        self._accounts = accounts
        self._callers = callers
        self._ledger = ledger
        self._proxies = proxies
        self._limits = Limits(limits.AT_ONCE, limits.A_SECOND)
        self._wrong = Limits(limits.WRONG_AT_ONCE, limits.WRONG_A_SECOND)
        self._often = Limits(limits.OFTEN_AT_ONCE, limits.OFTEN_A_SECOND)
        self._same = Limits(limits.SAME_AT_ONCE, limits.SAME_A_SECOND)

    async def take(self, way: Way, key: str, rest: str, scope: Scope, receive: Receive, send: Send) -> None:
        asked = Asked(way, scope, headers_of(scope), send)
        try:
            account = await self._accounts.find(way.accounts, key)
        except Busy:
            return await _busy(asked)
        if account is None:
            return await asked.answer(404, "wrong_key")
        asked = Asked(way, scope, asked.headers, send, cors=_cors(way, account, asked.headers))
        if scope["method"] == "OPTIONS" and way.from_pages:
            return await reply(send, 204, headers=asked.cors)
        if scope["method"] not in way.methods:
            return await asked.answer(405, "only_post", headers=((b"allow", ", ".join(way.methods).encode()),))
        if not account.is_active:
            return await asked.answer(410, "switched_off")
        if wait := self._wrong.look(account.code, self._sender(asked)):
            return await asked.answer(429, "too_often_wrong", headers=((b"retry-after", str(wait).encode()),))
        return await self._take_body(asked, account, rest, receive)

    async def _take_body(self, asked: Asked, account: Account, rest: str, receive: Receive) -> None:
        try:
            async with asyncio.timeout(MOST_SECONDS):
                body = await read_body(receive, asked.headers, most=asked.way.most)
        except TooLarge:
            return await asked.answer(413, "too_large")
        except TimeoutError:
            return await asked.answer(408, "too_slow", headers=((b"connection", b"close"),))
        except Gone:
            return None
        knock = Knock(asked.headers, body, datetime.now(UTC), rest, _query(asked.scope), self._sender(asked))
        verdict = asked.way.verify(knock, account)
        if isinstance(verdict, Question):
            return await self._say_who(asked, verdict, account)
        if isinstance(verdict, Refused):
            self._count_wrong(asked, account, verdict)
            return await _as_told(asked, verdict)
        return await self._write_down(asked, account, verdict, knock)

    async def _write_down(self, asked: Asked, account: Account, verdict: Accepted, knock: Knock) -> None:
        body = knock.body if verdict.written is None else verdict.written
        if wait := self._wait(asked, account, len(body)):
            return await asked.answer(429, "too_many", headers=((b"retry-after", str(wait).encode()),))
        noted = self._held(asked, account, verdict)
        if asked.way.vouch and not noted:
            noted = await asked.way.vouch(knock, account)
        try:
            await self._ledger.write(_arrival(asked, account, verdict, body, knock.path, self._stations(asked), noted))
        except Busy:
            return await _busy(asked)
        return await _as_told(asked, verdict)

    async def _say_who(self, asked: Asked, question: Question, account: Account) -> None:
        try:
            caller = await self._callers.find(question.phone, pbx_code=account.code)
        except Busy:
            return await _busy(asked)
        return await asked.answer_so(200, question.say(caller))

    def _wait(self, asked: Asked, account: Account, size: int) -> int:
        """Only where anybody may come: messengers have shown a secret. This machine's own programs are free."""
        address = self._sender(asked)
        is_bounded = asked.way.from_pages and not is_loopback(address)
        return self._limits.seconds_to_wait(account.code, address, size) if is_bounded else 0

    def _held(self, asked: Asked, account: Account, verdict: Accepted) -> dict[str, str]:
        """It is taken, and a note beside it says that so many do not come from people. A builder of sites sends all
        of them from its own address: only those of browsers count."""
        address = self._sender(asked)
        if not asked.way.from_pages or is_loopback(address):
            return {}
        if verdict.phone and self._same.seconds_to_wait(account.code, verdict.phone, 0):
            return {"held": "phone"}
        is_page = "origin" in asked.headers
        return {"held": "address"} if is_page and self._often.seconds_to_wait(account.code, address, 0) else {}

    def _count_wrong(self, asked: Asked, account: Account, verdict: Refused) -> None:
        """Whoever guesses gets on slowly; this machine's own programs are free, as of all bounds."""
        address = self._sender(asked)
        if verdict.status in (401, 403) and not is_loopback(address):
            self._wrong.count(account.code, address)

    def _sender(self, asked: Asked) -> str:
        return self._proxies.sender(peer(asked.scope), asked.headers.get("x-forwarded-for", ""))

    def _stations(self, asked: Asked) -> str:
        """Its stations as a proxy of ours names them; otherwise whoever knocks."""
        believed = self._proxies.believe(peer(asked.scope))
        return (believed and asked.headers.get("x-forwarded-for")) or peer(asked.scope)


def _query(scope: Scope) -> str:
    return str(scope["query_string"].decode("latin-1"))


async def _as_told(asked: Asked, verdict: Accepted | Refused) -> None:
    if verdict.said:
        return await asked.answer_so(verdict.status, verdict.said)
    wrong = verdict.wrong if isinstance(verdict, Accepted) else None
    return await asked.answer(verdict.status, verdict.message, wrong=wrong)


def _arrival(
    asked: Asked,
    account: Account,
    verdict: Accepted,
    body: bytes,
    path: str,
    stations: str,
    noted: Mapping[str, str],
) -> NewArrival:
    kept = {name: asked.headers[name][:2000] for name in _KEPT if name in asked.headers}
    kept["x-forwarded-for"] = stations[:200]
    kept |= noted
    if path:
        kept["path"] = path
    return NewArrival(account.code, account.kind, verdict.outside_id, verdict.conversation, kept, body)


def _cors(way: Way, account: Account, headers: Mapping[str, str]) -> tuple[Header, ...]:
    origin = headers.get("origin", "")
    if not way.from_pages or not origin or not account.lets_in(origin):
        return ((b"vary", b"Origin"),) if way.from_pages else ()
    return (
        (b"access-control-allow-origin", origin.encode("latin-1", "replace")),
        (b"access-control-allow-methods", b"POST"),
        (b"access-control-allow-headers", b"Content-Type, X-Requested-With"),
        (b"access-control-max-age", b"86400"),
        (b"vary", b"Origin"),
    )


async def _busy(asked: Asked) -> None:
    await asked.answer(503, "busy", headers=((b"retry-after", b"5"),))
