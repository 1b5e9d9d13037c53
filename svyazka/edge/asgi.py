"""The few things that every answer of the edge needs."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from typing import Any

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Header = tuple[bytes, bytes]


class TooLarge(Exception):
    """The body goes beyond what is taken here."""


class Gone(Exception):
    """Whoever asked has hung up."""


def headers_of(scope: Scope) -> dict[str, str]:
    """In lower case; of several with one name the last, as nobody sends those we read twice."""
    return {name.decode("latin-1").lower(): _text(value) for name, value in scope["headers"]}


def _text(value: bytes) -> str:
    # Browsers send addresses with Cyrillic letters both ways.
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def cookie(headers: Mapping[str, str], wanted: str) -> str:
    for pair in headers.get("cookie", "").split(";"):
        name, _, value = pair.strip().partition("=")
        if name == wanted:
            return value.strip('"')
    return ""


def peer(scope: Scope) -> str:
    """The address at the other end; empty for a Unix socket."""
    return scope["client"][0] if scope.get("client") else ""


def is_loopback(address: str) -> bool:
    """Empty: a Unix socket."""
    try:
        return not address or ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def said_length(headers: Mapping[str, str]) -> int:
    text = headers.get("content-length", "")
    return int(text) if text.isascii() and text.isdigit() else 0


async def read_body(receive: Receive, headers: Mapping[str, str], *, most: int) -> bytes:
    """Raises TooLarge as soon as it is known, without reading on."""
    if said_length(headers) > most:
        raise TooLarge
    pieces: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Gone
        piece = message.get("body", b"")
        size += len(piece)
        if size > most:
            raise TooLarge
        pieces.append(piece)
        if not message.get("more_body"):
            return b"".join(pieces)


async def reply(
    send: Send,
    status: int,
    body: bytes = b"",
    *,
    kind: str = "text/plain; charset=utf-8",
    headers: Iterable[Header] = (),
) -> None:
    length = [] if status in (204, 304) else [(b"content-length", str(len(body)).encode())]
    named = [(b"content-type", kind.encode()), (b"x-content-type-options", b"nosniff")] if body else []
    start = {"type": "http.response.start", "status": status, "headers": [*length, *named, *headers]}
    await send(start)
    await send({"type": "http.response.body", "body": body})


async def reply_json(send: Send, status: int, said: Mapping[str, object], *, headers: Iterable[Header] = ()) -> None:
    body = json.dumps(said, ensure_ascii=False).encode()
    await reply(send, status, body, kind="application/json; charset=utf-8", headers=headers)


async def reply_page(
    send: Send, status: int, message: str, *, language: str, headers: Iterable[Header] = (), again_after: int = 0
) -> None:
    """One sentence as a page; `again_after` seconds the browser asks anew by itself."""
    again = f'<meta http-equiv="refresh" content="{again_after}">' if again_after else ""
    page = (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8">{again}'
        '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
        f"<title>{message}</title><style>body{{font:1.125rem/1.5 system-ui,sans-serif;display:grid;place-items:center;"
        f"min-height:90vh;margin:1rem;text-align:center}}</style><main><p>{message}</p></main></html>"
    )
    await reply(send, status, page.encode(), kind="text/html; charset=utf-8", headers=headers)
