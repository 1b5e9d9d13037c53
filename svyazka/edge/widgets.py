"""`GET /widget/<key>.js`: the form that a site shows by one tag. Put together once for all who visit it meanwhile."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import re
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString

import psycopg
from psycopg_pool import PoolTimeout

from svyazka.business.conversations import widget_script
from svyazka.edge.asgi import Header, Scope, Send, headers_of, reply
from svyazka.edge.ledger import Pool

REMEMBERED = 30.0
MOST_REMEMBERED = 1_000
# A browser asks anew after five minutes, and shows meanwhile what it has.
_SHOWN = b"public, max-age=300, stale-while-revalidate=86400"
_PATH = re.compile(r"/widget/([A-Za-z0-9_-]{1,64})\.js")
_HOUSE = Path(__file__).resolve().parents[1]
_SOURCE = _HOUSE / "workplaces" / "client" / "static" / "client"
_SMALL = _HOUSE.parent / "build" / "static" / "client"
_ASK: LiteralString = """
select account.is_active, account.options -> 'widget', account.options #>> '{captcha,site_key}',
    consent.told, advertising.told,
    (select json_build_object(
        'week', array[extract(epoch from begins) / 60, extract(epoch from ends) / 60],
        'weekend', array[extract(epoch from weekend_begins) / 60, extract(epoch from weekend_ends) / 60])
    from calls_callinghours order by id limit 1)
from conversations_channelaccount account
left join lateral (
    select json_build_object('version', version, 'words', words) as told from consents_consenttext
    where kind = 'processing' and since <= now() order by version desc limit 1
) as consent on true
left join lateral (
    select json_build_object('version', version, 'words', words) as told from consents_consenttext
    where kind = 'advertising' and since <= now() order by version desc limit 1
) as advertising on true
where account.kind = 'web_form' and account.public_key = %s
"""


@dataclass(frozen=True)
class Made:
    body: bytes
    small: bytes
    mark: bytes


OFF = b"/* Svyazka: this form is switched off. */\n"


class Widgets:
    def __init__(self, pool: Pool, zone: str) -> None:
        self._pool, self._zone = pool, zone
        self._asked: dict[str, tuple[float, asyncio.Task[Made | None]]] = {}
        self._last: dict[str, Made] = {}

    async def give(self, path: str, scope: Scope, send: Send) -> None:
        named = _PATH.fullmatch(path)
        if scope["method"] not in ("GET", "HEAD") or not named:
            return await reply(send, 404)
        try:
            made = await self._find(named[1])
        except (psycopg.Error, PoolTimeout):
            # What a site showed a minute ago it goes on showing while our database is away.
            made = self._last.get(named[1])
            if made is None:
                return await reply(send, 503, headers=[(b"retry-after", b"5"), (b"cache-control", b"no-store")])
        if made is None:
            return await reply(send, 404, headers=[(b"cache-control", b"public, max-age=60")])
        return await _answer(made, scope, send)

    async def _find(self, key: str) -> Made | None:
        until, answer = self._asked.get(key, (0.0, None))
        if answer is None or until < time.monotonic():
            if len(self._asked) >= MOST_REMEMBERED:  # somebody tries keys
                self._asked.clear()
                self._last.clear()
            answer = asyncio.create_task(self._make(key))
            self._asked[key] = (time.monotonic() + REMEMBERED, answer)
        try:
            made = await asyncio.shield(answer)
        except (psycopg.Error, PoolTimeout):
            self._asked.pop(key, None)
            raise
        if made:
            self._last[key] = made
        return made

    async def _make(self, key: str) -> Made | None:
        async with self._pool.connection() as connection:
            row = await (await connection.execute(_ASK, [key])).fetchone()
        if row is None:
            return None
        is_active, widget, captcha, consent, advertising, hours = row
        if not is_active or not (widget or {}).get("is_on"):
            return _made(OFF)
        told = widget_script.config(
            key,
            widget,
            consent=consent,
            advertising=advertising if widget.get("advertising") else None,
            hours=hours,
            zone=self._zone,
            captcha=captcha or "",
        )
        return _made(script(told))


def script(told: dict[str, Any]) -> bytes:
    return widget_script.script(_text("widget.js"), _text("widget.css"), told)


def _text(name: str) -> str:
    """The small one that set-up makes, unless the source has changed since."""
    source, small = _SOURCE / name, _SMALL / name
    is_newest = small.exists() and small.stat().st_mtime >= source.stat().st_mtime
    return (small if is_newest else source).read_text(encoding="utf-8")


def _made(body: bytes) -> Made:
    return Made(body, gzip.compress(body, 9), f'"{hashlib.sha256(body).hexdigest()[:20]}"'.encode())


async def _answer(made: Made, scope: Scope, send: Send) -> None:
    asked = headers_of(scope)
    headers: list[Header] = [
        (b"cache-control", _SHOWN),
        (b"etag", made.mark),
        (b"vary", b"Accept-Encoding"),
        (b"access-control-allow-origin", b"*"),
        (b"cross-origin-resource-policy", b"cross-origin"),
    ]
    if made.mark.decode() in asked.get("if-none-match", ""):
        return await reply(send, 304, headers=headers)
    takes_gzip = "gzip" in asked.get("accept-encoding", "")
    body = made.small if takes_gzip else made.body
    if takes_gzip:
        headers.append((b"content-encoding", b"gzip"))
    return await reply(send, 200, body, kind="text/javascript; charset=utf-8", headers=headers)
