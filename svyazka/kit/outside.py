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

DEADLINE = 10.0  # seconds for one question, however slowly the answer trickles in
MOST_BYTES = 256 * 1024


class Silent(Exception):
    """No answer that could be read: nobody there, too slow, too long, a proxy that refuses. `was_asked`: the question
    has, or may have, been heard."""

    def __init__(self, why: str, *, was_asked: bool = False) -> None:
        super().__init__(why)
        self.was_asked = was_asked


# Before the first byte of the question.
_NOT_ASKED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
Form = Mapping[str, str]
Files = Mapping[str, tuple[str, bytes, str]]  # name of the part → name of the file, content, type


class Refusal(Exception):
    """There is no such file there."""

    def __init__(self, status: int) -> None:
        super().__init__(f"answered {status}")
        self.status = status


_TROUBLES = (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError)


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
        return self._ask(method, path, patience=self._patience, json=given, params=query)

    def upload(self, path: str, form: Form, files: Files) -> Answer:
        """A form with files. It may take as long as they need at a megabit a second."""
        patience = self._patience + sum(len(content) for _name, content, _type in files.values()) / 125_000
        return self._ask("POST", path, patience=patience, data=dict(form), files=dict(files))

    def pieces(self, path: str) -> Iterator[bytes]:
        """A file, as it comes. Raises Silent, or Refusal with its status."""
        if self._client is None:
            raise Silent("no address")
        try:
            with self._client.stream("GET", path) as answer:
                if answer.status_code != 200:
                    raise Refusal(answer.status_code)
                yield from answer.iter_bytes()
        except _TROUBLES as trouble:
            raise Silent(type(trouble).__name__, was_asked=True) from None

    def _ask(self, method: str, path: str, *, patience: float, **given: Any) -> Answer:
        if self._client is None:
            raise Silent("no address")
        deadline = time.monotonic() + patience
        try:
            with self._client.stream(method, path, **given) as answer:
                body = b""
                for piece in answer.iter_bytes():
                    body += piece
                    if len(body) > self._most or time.monotonic() > deadline:
                        raise Silent("too much, or too slow", was_asked=True)
        except _TROUBLES as trouble:
            raise Silent(type(trouble).__name__, was_asked=not isinstance(trouble, _NOT_ASKED)) from None
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
