"""Asking another server something over HTTP: with a deadline, and a bound on what it answers.

Whoever asks gets an answer or `Silent`. What went wrong is named by its kind alone: addresses hold tokens.
"""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import httpx

from svyazka.kit.street import Street

DEADLINE = 10.0  # seconds for one question, however slowly the answer trickles in
MOST_BYTES = 256 * 1024


class Silent(Exception):
    """No answer that could be read: nobody there, too slow, too long, a proxy that refuses."""


@dataclass(frozen=True)
class Answer:
    status: int
    said: Mapping[str, Any]  # nothing, where it is no JSON object
    after: float = 0.0  # seconds that the other side asks us to wait
    listed: Sequence[Any] = ()  # where it is a JSON list


class Line:
    """Questions to one server. `proxy`: as in `socks5://user:password@host:1080`; none that the machine has set.
    `known`: only servers of the street are asked, and those."""

    def __init__(
        self,
        base: str,
        *,
        proxy: str = "",
        headers: Mapping[str, str] | None = None,
        trust: ssl.SSLContext | None = None,
        patience: float | None = None,
        most: int | None = None,
        known: Collection[str] | None = None,
    ) -> None:
        self._patience, self._most = patience or DEADLINE, most or MOST_BYTES
        self._client: httpx.Client | None = None
        # An address that only looks like one: nobody is there, as at any other.
        with suppress(httpx.InvalidURL, ValueError):
            self._client = httpx.Client(
                base_url=base,
                proxy=proxy or None,
                transport=None if known is None else Street(known, verify=trust or True),
                headers=dict(headers or {}),
                verify=trust or True,
                timeout=httpx.Timeout(self._patience, connect=self._patience / 2),
                trust_env=False,
            )

    def ask(self, method: str, path: str, given: object = None, *, query: Mapping[str, str] | None = None) -> Answer:
        if self._client is None:
            raise Silent("no address")
        deadline = time.monotonic() + self._patience
        try:
            with self._client.stream(method, path, json=given, params=query) as answer:
                body = b""
                for piece in answer.iter_bytes():
                    body += piece
                    if len(body) > self._most or time.monotonic() > deadline:
                        raise Silent("too much, or too slow")
        except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as trouble:
            raise Silent(type(trouble).__name__) from None
        after = _seconds(answer.headers.get("retry-after", ""))
        found = _json(body)
        listed = found if isinstance(found, list) else ()
        return Answer(answer.status_code, found if isinstance(found, dict) else {}, after, listed)

    def close(self) -> None:
        if self._client:
            self._client.close()


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _seconds(given: str) -> float:
    return float(given) if given.isdecimal() else 0.0
