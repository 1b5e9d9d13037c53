"""Asking the API of a cloud PBX: within a deadline, within its limits, and without a word of secrets in a log."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import time
from collections import deque
from collections.abc import Sequence
from typing import Any

import httpx

from svyazka.business.calls.phone_system import Access
from svyazka.connectors.cloud_pbx.provider import Answer, Limit, Request

DEADLINE = 10.0  # seconds for one request, however slowly the answer trickles in
MOST_BYTES = 256 * 1024


class Silent(Exception):
    """No answer that could be read. Says its kind alone: addresses and bodies hold secrets."""


class TooOften(Exception):
    """It would refuse, or lock us out."""


class Line:
    """Requests to one system."""

    def __init__(self, access: Access, limits: Sequence[Limit]) -> None:
        self._base = base_of(access)
        self._asked = [(limit, deque[float]()) for limit in limits]
        self._client: httpx.AsyncClient | None = None

    async def ask(self, request: Request) -> Answer:
        """Raises Silent, TooOften."""
        self._count(request)
        if self._client is None:
            self._client = httpx.AsyncClient(timeout=DEADLINE, trust_env=False, follow_redirects=False)
        try:
            async with asyncio.timeout(DEADLINE):
                return await self._answer(self._client, request)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError, TimeoutError) as trouble:
            raise Silent(type(trouble).__name__) from None

    async def close(self) -> None:
        if self._client:
            await self._client.aclose()

    async def _answer(self, client: httpx.AsyncClient, request: Request) -> Answer:
        given: dict[str, Any] = {"params": dict(request.query) or None, "headers": dict(request.headers)}
        if request.form is not None:
            given["data"] = dict(request.form)
        if request.json is not None:
            given["json"] = dict(request.json)
        async with client.stream(request.method, self._base + request.path, **given) as answer:
            body = b""
            async for piece in answer.aiter_bytes():
                body += piece
                if len(body) > MOST_BYTES:
                    raise Silent("too much")
        return Answer(answer.status_code, _object(body), body[:200].decode(errors="replace"))

    def _count(self, request: Request) -> None:
        now = time.monotonic()
        concerned = [(limit, times) for limit, times in self._asked if limit.path in ("", request.path)]
        for limit, times in concerned:
            while times and times[0] <= now - limit.seconds:
                times.popleft()
            if len(times) >= limit.times:
                raise TooOften
        for _limit, times in concerned:
            times.append(now)


def base_of(access: Access) -> str:
    return f"{_scheme(access.host)}://{access.host}:{access.port}"


def _scheme(host: str) -> str:
    """Secrets go in clear to nobody but this machine itself."""
    try:
        return "http" if ipaddress.ip_address(host).is_loopback else "https"
    except ValueError:
        return "http" if host == "localhost" else "https"


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
