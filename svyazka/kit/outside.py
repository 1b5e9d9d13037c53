"""Asking another server something over HTTP: with a deadline, and a bound on what it answers.

Whoever asks gets an answer or `Silent`. What went wrong is named by its kind alone: addresses hold tokens.
"""

from __future__ import annotations

import json
import ssl
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import httpx

from svyazka.kit.street import Street

Part = tuple[str | None, bytes | str, str] | tuple[str | None, bytes | str]  # name of the file, content, type
DEADLINE = 10.0  # seconds for one question, however slowly the answer trickles in
MOST_BYTES = 256 * 1024
A_SECOND = 125_000  # bytes that a slow line carries


class Silent(Exception):
    """No answer that could be read: nobody there, too slow, too long, a proxy that refuses. `is_asked`: the question
    may have arrived, so that what it asks for may have happened."""

    def __init__(self, trouble: str, *, is_asked: bool = False):
        super().__init__(trouble)
        self.is_asked = is_asked


class NotGiven(Exception):
    """It answered, and did not give the file. `status`: with what."""

    def __init__(self, status: int):
        super().__init__(f"answered {status}")
        self.status = status


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

    def ask(
        self,
        method: str,
        path: str,
        given: object = None,
        *,
        query: Mapping[str, str] | None = None,
        files: Mapping[str, Part] | None = None,
        content: bytes | None = None,
    ) -> Answer:
        """`files`: a form with files in it, in place of JSON. They may take as long as a slow line needs. `content`: a
        body that has been written already, because it is signed."""
        if self._client is None:
            raise Silent("no address")
        deadline = time.monotonic() + self._patience + sum(len(part[1]) for part in (files or {}).values()) / A_SECOND
        try:
            with self._client.stream(method, path, json=given, params=query, files=files, content=content) as answer:
                body = b""
                for piece in answer.iter_bytes():
                    body += piece
                    if len(body) > self._most or time.monotonic() > deadline:
                        raise Silent("too much, or too slow", is_asked=True)
        except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as trouble:
            raise _silent(trouble) from None
        after = _seconds(answer.headers.get("retry-after", ""))
        found = _json(body)
        listed = found if isinstance(found, list) else ()
        return Answer(answer.status_code, found if isinstance(found, dict) else {}, after, listed)

    def pieces(self, path: str) -> Iterator[bytes]:
        """A file, piece by piece, within the patience and the bound of this line. Raises NotGiven or Silent."""
        if self._client is None:
            raise Silent("no address")
        deadline, size = time.monotonic() + self._patience, 0
        try:
            with self._client.stream("GET", path, follow_redirects=True) as answer:
                if answer.status_code != 200:
                    raise NotGiven(answer.status_code)
                for piece in answer.iter_bytes():
                    size += len(piece)
                    if size > self._most or time.monotonic() > deadline:
                        raise Silent("too much, or too slow")
                    yield piece
        except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError) as trouble:
            raise _silent(trouble) from None

    def close(self) -> None:
        if self._client:
            self._client.close()


# Of a question that has not gone out yet.
_BEFORE = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)


def _silent(trouble: Exception) -> Silent:
    return Silent(
        type(trouble).__name__, is_asked=isinstance(trouble, httpx.HTTPError) and not isinstance(trouble, _BEFORE)
    )


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None


def _seconds(given: str) -> float:
    return float(given) if given.isdecimal() else 0.0
