"""A file from another server, straight to the disk: with a bound on its size and on the time that all of it may take,
from the question to the last byte.

Where a link came from outside, it must not lead into our own network: the address is looked up here, checked, and the
connection goes to that very address, so that a name cannot mean something else a moment later.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import httpx

from svyazka.kit.street import is_public

DEADLINE = 600.0  # seconds for the whole file
SILENCE = 20.0
MOST_MOVES = 3


class Failed(Exception):
    """`why`: unreachable, refused (401, 403), missing (404, 410), rejected (400), not_ready (202, 204), too_often
    (429), forbidden (an address that must not be asked), certificate, too_large, cut."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Wish:
    """`anywhere`: the company itself has named the server. Otherwise only servers of the street are asked, and those
    in `known`. `form`: it is posted; where that leads elsewhere, the file is asked for there."""

    url: str
    most: int
    headers: Mapping[str, str] | None = None
    login: tuple[str, str] | None = None
    anywhere: bool = False
    known: Collection[str] = ()
    form: Mapping[str, str] | None = None
    any_certificate: bool = False


def download(wish: Wish, to: Path) -> None:
    """Raises Failed; what `to` holds by then is good for nothing. Not for use inside of a loop of asyncio."""
    # Of its own, so that one deadline holds for all of it: a server that drips its headers ends each wait in time.
    asyncio.run(_within_deadline(wish, to))


async def _within_deadline(wish: Wish, to: Path) -> None:
    try:
        async with asyncio.timeout(DEADLINE):
            await _download(wish, to)
    except TimeoutError:
        raise Failed("cut") from None


async def _download(wish: Wish, to: Path) -> None:
    timeout = httpx.Timeout(SILENCE, connect=SILENCE / 2)
    async with httpx.AsyncClient(timeout=timeout, trust_env=False, verify=not wish.any_certificate) as client:
        url = wish.url
        for move in range(MOST_MOVES + 1):
            try:
                moved_to = await _ask(client, wish, url, to, is_first=move == 0)
            except httpx.RemoteProtocolError:
                raise Failed("cut") from None
            except (httpx.HTTPError, httpx.InvalidURL, OSError, UnicodeError, ValueError) as trouble:
                raise Failed(_why(trouble)) from None
            if not moved_to:
                return
            url = urljoin(url, moved_to)
    raise Failed("unreachable")


async def _ask(client: httpx.AsyncClient, wish: Wish, url: str, to: Path, *, is_first: bool) -> str:
    """Where it has moved to; empty: it is here."""
    asked = httpx.URL(url)
    if asked.scheme not in ("http", "https") or not asked.host:
        raise Failed("forbidden")
    is_named = asked.host == httpx.URL(wish.url).host
    # Passwords and keys are for the server that was named, not for one that this one leads to.
    headers = {**((wish.headers if is_named else None) or {}), "Accept-Encoding": "identity"}
    login = wish.login if is_named else None
    extensions: dict[str, object] = {}
    if not wish.anywhere and asked.host not in wish.known:
        address = await _public_address(asked.host, asked.port or (443 if asked.scheme == "https" else 80))
        headers["Host"] = asked.netloc.decode()
        extensions["sni_hostname"] = asked.host
        asked = asked.copy_with(host=address)
    form = dict(wish.form) if wish.form and is_first else None
    method = "POST" if form else "GET"
    async with client.stream(method, asked, data=form, headers=headers, auth=login, extensions=extensions) as answer:
        if answer.has_redirect_location:
            return str(answer.headers["location"])
        _insist(answer)
        await _write(answer, to, wish.most)
    return ""


async def _public_address(host: str, port: int) -> str:
    """The first one, if all of them are in the street: a name may have several."""
    loop = asyncio.get_running_loop()
    found = [str(entry[4][0]) for entry in await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not found or not all(map(is_public, found)):
        raise Failed("forbidden")
    return found[0]


_REFUSALS = {
    202: "not_ready", 204: "not_ready", 400: "rejected", 401: "refused", 403: "refused", 404: "missing", 410: "missing",
    429: "too_often",
}  # fmt: skip


def _insist(answer: httpx.Response) -> None:
    if answer.status_code != 200:
        raise Failed(_REFUSALS.get(answer.status_code, "unreachable"))


async def _write(answer: httpx.Response, to: Path, most: int) -> None:
    announced = answer.headers.get("content-length", "")
    if announced.isdecimal() and int(announced) > most:
        raise Failed("too_large")
    written = 0
    with to.open("wb") as file:
        # As they come: whoever waits for larger ones waits for ever before a server that sends a byte now and then.
        async for piece in answer.aiter_raw():
            written += len(piece)
            if written > most:
                raise Failed("too_large")
            file.write(piece)


def _why(trouble: BaseException) -> str:
    while trouble is not None:
        if isinstance(trouble, ssl.SSLCertVerificationError):
            return "certificate"
        trouble = trouble.__cause__ or trouble.__context__  # type: ignore[assignment]
    return "unreachable"
