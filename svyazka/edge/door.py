"""Everything that is not the edge's own is passed on to the web process: one address and port for the whole house."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress

import aiohttp
from multidict import CIMultiDict
from yarl import URL

from svyazka.edge import counters
from svyazka.edge.asgi import (
    Gone,
    Header,
    Receive,
    Scope,
    Send,
    TooLarge,
    cookie,
    headers_of,
    peer,
    reply_page,
    said_length,
)
from svyazka.edge.words import language_of, say
from svyazka.kit.proxies import Proxies

MOST_BYTES = 12 * 1024 * 1024
WAIT_FOR_START = 20.0
ANSWER_WITHIN = 120.0
SMALL_BODY = 64 * 1024
# RFC 9110, section 7.6.1: these concern one connection only. Expect has been answered by our own server.
_OF_ONE_CONNECTION = frozenset(
    b"connection keep-alive proxy-connection proxy-authenticate proxy-authorization te trailer transfer-encoding "
    b"upgrade expect".split()
)
_OURS = frozenset(b"x-forwarded-for x-forwarded-proto x-forwarded-host forwarded x-real-ip".split())


class Door:
    def __init__(self, web: str, proxies: Proxies) -> None:
        self._address = web.rstrip("/")
        self._proxies = proxies
        self._session: aiohttp.ClientSession | None = None
        self._for_large: aiohttp.ClientSession | None = None  # each of its connections serves one request

    async def open(self) -> None:
        self._session = self._connected(force_close=False)
        self._for_large = self._connected(force_close=True)

    def _connected(self, *, force_close: bool) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=256, use_dns_cache=True, force_close=force_close),
            cookie_jar=aiohttp.DummyCookieJar(),
            auto_decompress=False,
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=5, sock_read=ANSWER_WITHIN),
            skip_auto_headers=("Accept", "Accept-Encoding", "User-Agent", "Content-Type"),
        )

    async def close(self) -> None:
        for session in (self._session, self._for_large):
            if session:
                await session.close()

    async def pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = headers_of(scope)
        if not scope["raw_path"].startswith(b"/"):  # "OPTIONS *" asks about the server, not about a page
            return await _say(scope, send, 400, "nothing_here")
        if said_length(headers) > MOST_BYTES:
            return await _say(scope, send, 413, "too_large")
        body = Body(receive) if "content-length" in headers or "transfer-encoding" in headers else None
        try:
            answer = await self._ask(scope, body)
        except aiohttp.ClientConnectorError:
            return await _say(scope, send, 503, "starting", again_after=2)
        except TimeoutError:
            return await _say(scope, send, 504, "no_answer")
        except aiohttp.ClientError:
            if body and body.problem:
                return None if isinstance(body.problem, Gone) else await _say(scope, send, 413, "too_large")
            return await _say(scope, send, 502, "broke_off")
        async with answer:
            counters.passed_on.labels(str(answer.status)).inc()
            with suppress(aiohttp.ClientError, TimeoutError):  # the connection is closed: the browser sees a cut answer
                await _bring_back(scope, answer, send)
        return None

    async def _ask(self, scope: Scope, body: Body | None) -> aiohttp.ClientResponse:
        """A page waits for a web process that is just starting; what changes something is told to come again."""
        headers = _outward(scope, self._proxies)
        session = self._for_large if headers.get("Connection") == "close" else self._session
        if session is None:
            raise RuntimeError("the door has not been opened")
        query = scope["query_string"]
        target = self._address + scope["raw_path"].decode("latin-1") + (f"?{query.decode('latin-1')}" if query else "")
        patience = WAIT_FOR_START if scope["method"] in ("GET", "HEAD") else 0
        until = time.monotonic() + patience
        while True:
            try:
                return await session.request(
                    scope["method"],
                    URL(target, encoded=True),
                    headers=headers,
                    data=body.pieces() if body else None,
                    allow_redirects=False,
                )
            except aiohttp.ClientConnectorError:
                if time.monotonic() > until:
                    raise
                await asyncio.sleep(0.2)


class Body:
    """The request's body on its way through; remembers why it ended too early."""

    def __init__(self, receive: Receive) -> None:
        self._receive = receive
        self.problem: TooLarge | Gone | None = None

    async def pieces(self) -> AsyncIterator[bytes]:
        size = 0
        more = True
        while more:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                self.problem = Gone()
                raise self.problem
            piece = message.get("body", b"")
            size += len(piece)
            if size > MOST_BYTES:
                self.problem = TooLarge()
                raise self.problem
            if piece:
                yield piece
            more = message.get("more_body", False)


def _outward(scope: Scope, proxies: Proxies) -> CIMultiDict[str]:
    headers: CIMultiDict[str] = CIMultiDict()
    told: dict[bytes, str] = {}
    listed = {
        word.strip().lower() for name, value in scope["headers"] if name == b"connection" for word in value.split(b",")
    }
    for name, value in scope["headers"]:
        if name in _OURS:
            told[name] = value.decode("latin-1")
        elif name not in _OF_ONE_CONNECTION and name not in listed:
            headers.add(name.decode("latin-1"), value.decode("utf-8", "replace"))
    asked = headers_of(scope)
    # A body that is refused unread costs the web process its connection: it must not be the next one's.
    if "transfer-encoding" in asked or said_length(asked) > SMALL_BODY:
        headers["Connection"] = "close"
    known = told if proxies.believe(peer(scope)) else {}
    before = known.get(b"x-forwarded-for")
    headers["X-Forwarded-For"] = f"{before}, {peer(scope)}" if before else peer(scope) or "127.0.0.1"
    headers["X-Forwarded-Proto"] = known.get(b"x-forwarded-proto") or scope["scheme"]
    headers["X-Forwarded-Host"] = known.get(b"x-forwarded-host") or headers.get("Host") or ""
    return headers


async def _bring_back(scope: Scope, answer: aiohttp.ClientResponse, send: Send) -> None:
    bodiless = scope["method"] == "HEAD" or answer.status in (204, 304)
    await send(
        {
            "type": "http.response.start",
            "status": answer.status,
            "headers": _inward(answer, length=answer.status != 304),
        }
    )
    if not bodiless:
        async for piece in answer.content.iter_any():
            await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})


def _inward(answer: aiohttp.ClientResponse, *, length: bool) -> list[Header]:
    """Without the length of what a 304 does not send: our server would wait for it."""
    left_out = _OF_ONE_CONNECTION | {b"date", b"server"} | (frozenset() if length else {b"content-length"})
    return [(name, value) for raw, value in answer.raw_headers if (name := raw.lower()) not in left_out]


async def _say(scope: Scope, send: Send, status: int, word: str, *, again_after: int = 0) -> None:
    counters.passed_on.labels(str(status)).inc()
    headers = headers_of(scope)
    language = language_of(headers.get("accept-language", ""), cookie(headers, "svyazka_language"))
    again = [(b"retry-after", str(again_after).encode())] if again_after else []
    # A page that was sent by a form must not be sent again by itself.
    reload_after = again_after if scope["method"] == "GET" else 0
    await reply_page(
        send, status, say(word, language), language=language, headers=[*again, (b"cache-control", b"no-store")],
        again_after=reload_after,
    )  # fmt: skip
