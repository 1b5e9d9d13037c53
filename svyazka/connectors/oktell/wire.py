"""One connection to an Oktell: questions with deadlines, messages nobody asked for, and what keeps it alive."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import aiohttp

from svyazka.business.calls.coming_back import LinkLost, Pauses
from svyazka.business.calls.phone_system import Access
from svyazka.connectors.oktell import guesses
from svyazka.connectors.oktell.frames import Frame, Joiner, NotOktell, compose, parse
from svyazka.connectors.oktell.raw_log import RawLog

SUB_PROTOCOL = "json"
SECURE_PORT = 443  # where a server that wants TLS sends us to
LONGEST = 16 * 1024 * 1024


@dataclass(frozen=True)
class Times(Pauses):
    """In seconds."""

    open: float = 10.0
    answer: float = 20.0  # as long as the vendor's own client waits
    ping: float = 15.0
    queue: float = 5.0
    phones: float = 1.0  # between two times at which it is told what phones are at
    look: float = 0.25  # how often it is looked whether a call is over
    after_talk: float = guesses.QUIET_AFTER_TALK
    after_ring: float = guesses.QUIET_AFTER_RING
    grace: float = guesses.GRACE
    recording: float = 20.0  # until a recording that was not there is asked for once more


class Unanswered(Exception):
    """It was not answered in time; not every server knows every method."""


class Redirected(Exception):
    """The server wants to be spoken to over TLS."""


class Line:
    """Messages out; answers to whoever asked, all others to `events`."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse, times: Times, log: RawLog | None) -> None:
        self.socket, self.times, self.log = socket, times, log
        self.asked: dict[str, asyncio.Future[Frame]] = {}

    async def events(self) -> AsyncIterator[tuple[Frame, str]]:
        """Each with its text, until the connection ends."""
        joiner = Joiner()
        async for message in self.socket:
            if message.type is not aiohttp.WSMsgType.TEXT:
                raise LinkLost("cut" if message.type is aiohttp.WSMsgType.ERROR else "not_understood")
            try:
                frame = joiner.feed(parse(message.data))
            except NotOktell as refusal:
                raise LinkLost("not_understood") from refusal
            if frame is None:
                continue
            text = message.data if "multipart" not in message.data[:20] else compose(frame.name, frame.body)
            self._note("<", text)
            if not self._is_answer(frame):
                yield frame, text
        raise LinkLost("cut")

    async def say(self, name: str, body: Mapping[str, Any]) -> None:
        text = compose(name, body)
        self._note(">", text)
        try:
            await self.socket.send_str(text)
        except (aiohttp.ClientError, OSError) as refusal:
            raise LinkLost("cut") from refusal

    @contextlib.asynccontextmanager
    async def question(self, name: str, body: Mapping[str, Any]) -> AsyncIterator[asyncio.Future[Frame]]:
        """The answer's future, for whoever waits for something else at the same time."""
        number = str(uuid4())
        answer = self.asked[number] = asyncio.get_running_loop().create_future()
        try:
            await self.say(name, {"qid": number, **body})
            yield answer
        finally:
            del self.asked[number]
            answer.cancel()

    async def ask(self, name: str, body: Mapping[str, Any], *, within: float | None = None) -> Frame:
        async with self.question(name, body) as answer:
            try:
                async with asyncio.timeout(within or self.times.answer):
                    return await answer
            except TimeoutError as refusal:
                raise Unanswered(name) from refusal

    async def must_answer(self, name: str, body: Mapping[str, Any]) -> Frame:
        try:
            return await self.ask(name, body)
        except Unanswered as refusal:
            raise LinkLost("silent") from refusal

    def _is_answer(self, frame: Frame) -> bool:
        if frame.name == "websocketredirect":
            for waiting in self.asked.values():
                if not waiting.done():
                    waiting.set_exception(Redirected())
            return True
        waiting_for = self.asked.get(frame.text("qid"))
        # Our own question comes back under its own name when both sides ask the same.
        if waiting_for is None:
            return False
        if not waiting_for.done():
            waiting_for.set_result(frame)
        return True

    def _note(self, direction: str, text: str) -> None:
        if self.log is not None:
            self.log.note(direction, text)


@contextlib.asynccontextmanager
async def connected(access: Access, times: Times, log: RawLog | None, *, secure: bool) -> AsyncIterator[Line]:
    """`secure`: the server has sent us over to TLS, or it was set up like this."""
    scheme, port = ("wss", access.port) if secure else ("ws", access.port)
    if secure and access.option("tls", "off") == "off":
        port = SECURE_PORT
    async with aiohttp.ClientSession(**_credentials(access)) as session:
        try:
            async with asyncio.timeout(times.open):
                socket = await session.ws_connect(
                    f"{scheme}://{_bracketed(access.host)}:{port}/",
                    protocols=(SUB_PROTOCOL,),
                    max_msg_size=LONGEST,
                    ssl=_certificates(access) if secure else True,
                )
        except aiohttp.WSServerHandshakeError as refusal:
            raise LinkLost("wrong_secret" if refusal.status in (401, 403) else "not_understood") from refusal
        except (aiohttp.ClientConnectorError, TimeoutError, OSError) as refusal:
            raise LinkLost("unreachable") from refusal
        except aiohttp.ClientError as refusal:
            raise LinkLost("not_understood") from refusal
        try:
            yield Line(socket, times, log)
        finally:
            with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError):
                async with asyncio.timeout(1):
                    await socket.close()


def _credentials(access: Access) -> dict[str, Any]:
    way = access.option("http_login", "basic")
    if not access.login or way == "none":
        return {}
    if way == "digest":
        return {"middlewares": (aiohttp.DigestAuthMiddleware(access.login, access.secret),)}
    return {"headers": {"Authorization": aiohttp.encode_basic_auth(access.login, access.secret)}}


def _certificates(access: Access) -> ssl.SSLContext | bool:
    # A PBX in the cellar often has a certificate of its own making.
    return access.option("certificate", "checked") == "checked"


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host else host
