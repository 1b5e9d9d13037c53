"""Phones that have been without signal and come back at the same moment: each sends what was done, as `sending.js`
does, asks which pages to keep, and looks at its day.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from statistics import quantiles
from typing import Any
from uuid import uuid4

import httpx
from PIL import Image

from svyazka.config.bench.crowd import allow_many_connections

PATIENCE = 60  # seconds; with a photo five times that, as the page has it
PHOTO_SIZE = (1600, 1200)


@dataclass(frozen=True)
class Back:
    """`answers`: percentiles of seconds that one took."""

    phones: int
    errors: int
    seconds: float
    answers: Sequence[float]


@dataclass
class Seen:
    """What all of them met."""

    took: list[float] = field(default_factory=list)
    errors: Counter[str] = field(default_factory=Counter)


def all_at_once(port: int, phones: Sequence[dict[str, Any]]) -> Back:
    allow_many_connections(len(phones))
    seen = Seen()
    began = time.perf_counter()
    asyncio.run(_come_back(f"http://127.0.0.1:{port}", phones, seen))
    for what, times in seen.errors.items():
        print(f"bench: {times} × {what}", file=sys.stderr)
    return Back(len(phones), seen.errors.total(), time.perf_counter() - began, quantiles(seen.took, n=100))


async def _come_back(house: str, phones: Sequence[dict[str, Any]], seen: Seen) -> None:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    photo = _photo()
    async with httpx.AsyncHTTPTransport(limits=limits) as net:
        lines = [_line(house, one["session"], net) for one in phones]
        both = zip(lines, phones, strict=True)
        await asyncio.gather(*(Phone(line, one, photo, seen).come_back() for line, one in both))


def _line(house: str, session: str, net: httpx.AsyncBaseTransport) -> httpx.AsyncClient:
    """Each with cookies of its own."""
    cookies = {"svyazka_session": session}
    return httpx.AsyncClient(base_url=house, cookies=cookies, transport=net, timeout=PATIENCE)


class Phone:
    def __init__(self, line: httpx.AsyncClient, given: dict[str, Any], photo: bytes, seen: Seen) -> None:
        self._line, self._given, self._photo, self._seen = line, given, photo, seen
        self._id, self._last, self._token = str(uuid4()), 0, ""

    async def come_back(self) -> None:
        """Two bits of work with two photos between them, then the pages."""
        opened = await self._ask("GET", "/field/sync/")
        if opened is None:
            return
        self._token = opened.json()["token"]
        begun = [self._done("status", status="on_way"), self._done("status", status="started"), self._note("one")]
        await self._send_with_photo(*begun, self._done("photo"))
        photo, ended = self._done("photo"), [self._note("two"), self._done("delay", minutes="20"), self._status("done")]
        await self._send_with_photo(photo, *ended)
        await self._ask("GET", "/field/ahead/")
        await self._ask("GET", "/field/")

    def _note(self, text: str) -> dict[str, Any]:
        return self._done("note", text=text)

    def _status(self, word: str) -> dict[str, Any]:
        return self._done("status", status=word)

    def _done(self, kind: str, **data: str) -> dict[str, Any]:
        self._last += 1
        (visit,) = self._given["visits"]
        return {
            "id": str(uuid4()), "kind": kind, "person": self._given["person"], "visit": visit["id"], "phone": self._id,
            "number": self._last, "at": _now(), "data": data, "seen": visit["seen"], "again": False,
        }  # fmt: skip

    async def _send_with_photo(self, *actions: dict[str, Any]) -> None:
        given = {"batch": json.dumps({"clock": _now(), "actions": actions})}
        files = {one["id"]: ("photo.jpg", self._photo, "image/jpeg") for one in actions if one["kind"] == "photo"}
        patience = {"timeout": 5 * PATIENCE}
        answer = await self._ask("POST", "/field/sync/photos/", data=given, files=files, **patience)
        self._read(answer, len(actions))

    def _read(self, answer: httpx.Response | None, sent: int) -> None:
        """Whatever was not done somebody sees on his phone."""
        if answer is None:
            return
        outcomes = [one["outcome"] for one in answer.json()["outcomes"]]
        self._seen.errors.update(f"outcome {one}" for one in outcomes if one != "done")
        if len(outcomes) != sent:
            self._seen.errors["outcomes that are missing"] += 1

    async def _ask(self, method: str, path: str, **given: Any) -> httpx.Response | None:
        """Everything but what was asked for is an error: a page that does not come, a log-in, no answer."""
        began = time.perf_counter()
        try:
            answer = await self._line.request(method, path, headers={"X-CSRFToken": self._token}, **given)
        except httpx.HTTPError as lost:
            self._seen.errors[f"{method} {path}: {type(lost).__name__}"] += 1
            return None
        self._seen.took.append(time.perf_counter() - began)
        if answer.status_code == httpx.codes.OK:
            return answer
        self._seen.errors[f"{method} {path}: {answer.status_code}"] += 1
        return None


def _now() -> str:
    return datetime.now(UTC).isoformat()


def _photo() -> bytes:
    """About as large as the page makes them."""
    written = BytesIO()
    Image.effect_noise(PHOTO_SIZE, 20).convert("RGB").save(written, "JPEG", quality=60)
    return written.getvalue()
