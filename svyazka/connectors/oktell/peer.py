"""A stand-in Oktell: a WebSocket server that speaks as the documents and other people's code say a real one does.

For tests and for trying things out. It has been judged by a WebSocket library of others and by the documented messages,
not by an Oktell. What its lines do stands in peer_calls.py.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import hashlib
import json
import struct
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from aiohttp import WSMsgType, web

from svyazka.connectors.oktell.peer_calls import Body, Habits, Lines, User

REALM = "oktell"
_LOG_IN_ERRORS = {
    "already in": {"error": 50093, "errormsg": "User already registered"},
    "licence": {"error": 50025, "errormsg": "Licence limit"},
    "not ready": {"error": 0, "errormsg": "Service not available"},
    "wrong": {"error": 0, "errormsg": "Wrong login/pass combination"},
    "session": {"error": 0, "errormsg": "Bad request. Session does not exist"},
}


@dataclass
class Faults:
    """What goes wrong; changed while it runs."""

    log_in: str = ""  # a key of _LOG_IN_ERRORS
    redirects: bool = False  # wants TLS
    only_wiki_spelling: bool = False  # of a subscription
    refuses: dict[str, Body] = field(default_factory=dict)  # method → error
    deaf_to: set[str] = field(default_factory=set)  # methods that are never answered, and never done
    idle: bool = False  # says yes to commands and does nothing
    twice: bool = False  # each event comes two times
    wordless: bool = False  # does what it is told and does not answer it


class OktellPeer:
    """`async with peer.serving() as port:` and then `await peer.lines.client_rings("+7…", "101")`."""

    def __init__(
        self,
        *users: User,
        credentials: tuple[str, str, str] | None = None,
        passwords: dict[str, str] | None = None,
        longest: int = 2048,
        dated: int = 150416,
        habits: Habits = Habits(),  # noqa: B008  # frozen
    ) -> None:
        self.credentials = credentials  # "basic" or "digest", login, secret
        self.passwords = passwords or {}  # of users who may log in
        self.longest = longest  # bytes; what is longer comes in pieces
        self.dated = dated
        self.faults = Faults()
        self.lines = Lines(users, self.tell, habits)
        self.sessions: list[_Session] = []
        self.records: dict[str, bytes] = {}  # link → sound
        self.passes: set[str] = set()  # that open them
        self.heard: list[tuple[str, Body]] = []  # all that was asked of it
        self.changed = asyncio.Condition()

    @contextlib.asynccontextmanager
    async def serving(self, host: str = "127.0.0.1", port: int = 0, *, ssl: Any = None) -> AsyncIterator[int]:
        app = web.Application()
        app.router.add_get("/", self._serve)
        app.router.add_get("/download/{tail:.*}", self._give_out)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, host, port, ssl_context=ssl)
        await site.start()
        try:
            yield runner.addresses[0][1]
        finally:
            await self.cut()
            await runner.cleanup()

    async def listened_to(self, *, by: int = 1) -> None:
        async with self.changed:
            await self.changed.wait_for(lambda: len([one for one in self.sessions if one.wants]) >= by)

    async def asked(self, method: str, times: int = 1) -> None:
        """Waits until it was asked for this so often."""
        async with self.changed:
            await self.changed.wait_for(lambda: [name for name, _body in self.heard].count(method) >= times)

    async def tell(self, name: str, body: Body) -> None:
        for session in list(self.sessions):
            if session.hears(name):
                for _time in range(2 if self.faults.twice else 1):
                    await session.send(name, body)

    async def cut(self, *, inside: str = "") -> None:
        """Breaks all connections; with `inside`, in the middle of a frame with this text."""
        sessions, self.sessions = self.sessions, []
        for session in sessions:
            await session.cut(inside)

    async def _serve(self, request: web.Request) -> web.StreamResponse:
        if self.credentials is not None and (refusal := _unless_let_in(request, *self.credentials)):
            return refusal
        socket = web.WebSocketResponse(protocols=("json",), compress=False)
        await socket.prepare(request)
        session = _Session(self, socket, request)
        self.sessions.append(session)
        with contextlib.suppress(ConnectionError):
            await session.converse()
        if session in self.sessions:
            self.sessions.remove(session)
        return socket

    async def _give_out(self, request: web.Request) -> web.Response:
        if request.query.get("temppass") not in self.passes:
            return web.Response(status=401)
        sound = self.records.get(request.path)
        return web.Response(body=sound, content_type="audio/wav") if sound else web.Response(status=404)


class _Session:
    def __init__(self, peer: OktellPeer, socket: web.WebSocketResponse, request: web.Request) -> None:
        self.peer, self.socket, self.request = peer, socket, request
        self.is_server = False
        self.user: User | None = None
        self.wants: set[str] = set()

    def hears(self, name: str) -> bool:
        return name in self.wants or ("phoneevent" in self.wants and name.startswith("phoneevent_"))

    async def converse(self) -> None:
        async for message in self.socket:
            if message.type is not WSMsgType.TEXT:
                return
            name, body = json.loads(message.data)
            async with self.peer.changed:
                self.peer.heard.append((name, body))
                self.peer.changed.notify_all()
            if name not in self.peer.faults.deaf_to:
                await self._act(name, body)

    async def send(self, name: str, body: Body) -> None:
        text = json.dumps([name, body], ensure_ascii=False)
        with contextlib.suppress(ConnectionError):
            for piece in _pieces(text, self.peer.longest):
                await self.socket.send_str(piece)

    async def cut(self, inside: str) -> None:
        transport = self.request.transport
        if transport is None:
            return
        if inside:
            payload = inside.encode()
            length = bytes([len(payload)]) if len(payload) < 126 else b"\x7e" + struct.pack("!H", len(payload))
            transport.write(b"\x81" + length + payload[: len(payload) // 2])
            await asyncio.sleep(0.02)
        transport.close()

    async def _act(self, name: str, body: Body) -> None:
        if name == "ping" and self.peer.faults.redirects:
            await self.send("websocketredirect", {"qid": body.get("qid")})
        elif name == "ping":
            await self.send("pong", body)
        elif name == "whoareyou":
            await self._say_who(body)
        elif name == "login":
            await self._log_in(body)
        elif not (self.is_server or self.user) and name not in ("iam", "activeusers", "pong"):
            await self._answer(name, body, error=1, errormsg="Bad request. Session does not exist")
        elif name in self.peer.faults.refuses:
            await self._answer(name, body, **self.peer.faults.refuses[name])
        elif name == "subscribeevent":
            await self._subscribe(body)
        elif name in _COMMANDS:
            await self._obey(name, body)
        elif name in _ANSWERS:
            await self._answer(name, body, **_ANSWERS[name](self, body))

    async def _say_who(self, body: Body) -> None:
        self.is_server = True
        await self.send("iam", {"qid": body["qid"], "type": "commserver", "name": "Oktell", "version": "2.11"})
        await self.send("whoareyou", {"qid": str(uuid4()), "type": "commserver", "name": "Oktell"})
        await self.send("getactiveusers", {"qid": str(uuid4())})

    async def _log_in(self, body: Body) -> None:
        login, fault = str(body.get("userlogin")), self.peer.faults.log_in
        user = next((one for one in self.peer.lines.users if one.login == login), None)
        secret = self.peer.passwords.get(login)
        right = secret is not None and body.get("Password") == hashlib.md5(secret.encode("cp1251")).hexdigest()  # noqa: S324
        if user is None or not right:
            fault = fault or "wrong"
        elif any(one.user == user for one in self.peer.sessions if one is not self):
            fault = fault or "already in"
        if fault:
            await self._answer("login", body, result=0, **_LOG_IN_ERRORS[fault])
            return
        self.user = user
        assert user is not None
        await self._answer("login", body, userid=user.id, sessionid=str(uuid4()))

    async def _subscribe(self, body: Body) -> None:
        if "eventmethod" in body and self.peer.faults.only_wiki_spelling:
            await self._answer("subscribeevent", body, result=0, errormsg="No event")
            return
        names = body.get("eventmethod") or [body["event"]]
        async with self.peer.changed:
            self.wants |= {names} if isinstance(names, str) else set(names)
            self.peer.changed.notify_all()
        await self._answer("subscribeevent", body)

    async def _obey(self, name: str, body: Body) -> None:
        if not self.peer.faults.wordless:
            await self._answer(name, body)
        if not self.peer.faults.idle:
            await _COMMANDS[name](self.peer.lines, self._whose(body), body)

    def _whose(self, body: Body) -> User:
        """Whom a message is about; in a user's own session, him."""
        named = (body.get("userlogin"), body.get("userid"))
        found = [user for user in self.peer.lines.users if user.login == named[0] or user.id == named[1]]
        user = found[0] if found else self.user
        assert user is not None, body
        return user

    async def _answer(self, name: str, body: Body, **more: Any) -> None:
        result = {} if "result" in more else {"result": 0 if "error" in more else 1}
        await self.send(f"{name}result", {"qid": body.get("qid"), **result, **more})


async def _auto_call(lines: Lines, user: User, body: Body) -> None:
    if lines.chain_of(user) is None:
        await lines.dial_for(user, str(body["number"]))
    else:
        await lines.ask_colleague(user, str(body["number"]))


async def _transfer(lines: Lines, user: User, body: Body) -> None:
    await lines.give(user, str(body["transferto"]))


async def _stop_ringing(lines: Lines, user: User, _body: Body) -> None:
    await lines.stop_ringing(user.number)


async def _abort(lines: Lines, user: User, _body: Body) -> None:
    await lines.put_down(user)


async def _flash(lines: Lines, user: User, body: Body) -> None:
    if body.get("mode") == "abort":
        await lines.take_back(user)


async def _set_state(lines: Lines, user: User, body: Body) -> None:
    await lines.set_state(user, int(body["userstateid"]))


_COMMANDS: dict[str, Callable[[Lines, User, Body], Awaitable[None]]] = {
    "pbxautocallstart": _auto_call,
    "pbxautocallabort": _stop_ringing,
    "pbxdeclinecall": _stop_ringing,
    "pbxabortcall": _abort,
    "pbxmaketransfer": _transfer,
    "pbxtransfercall": _transfer,
    "pbxmakeflash": _flash,
    "setuserstate": _set_state,
}


def _temporary_pass(session: _Session, _body: Body) -> Body:
    """Of users: a CRM has none."""
    if session.user is None:
        return {"error": 1, "errormsg": "Bad request. Invalid session user"}
    word = uuid4().hex
    session.peer.passes.add(word)
    return {"password": word}


def _version(session: _Session, _body: Body) -> Body:
    version = {"dated": session.peer.dated, "build": "2.11.1", "webserverport": 80}
    return {"version": version, "alloweddbstoredprocs": {}}


def _my_info(session: _Session, body: Body) -> Body:
    user = session._whose(body)
    return {"mainpbxnumber": user.number, "username": user.login, "hasline": True, "isoperator": True}


def _pbx_numbers(session: _Session, _body: Body) -> Body:
    lines = session.peer.lines
    return {"numbers": [{"id": u.id, "number": u.number, "state": lines.state_of(u)} for u in lines.users]}


def _user_numbers(session: _Session, _body: Body) -> Body:
    users = session.peer.lines.users
    return {"users": [{"id": u.id, "name": u.login, "main": u.number, "nums": [u.number], "sub": True} for u in users]}


def _journal(session: _Session, body: Body) -> Body:
    wanted = str(body["filter"]["idchain"]).upper()
    chain = session.peer.lines.chains.get(wanted)
    return {"data": [{"idchain": wanted, "recordlink": link} for link in (chain.recordlinks if chain else [])]}


_ANSWERS: dict[str, Callable[[_Session, Body], Body]] = {
    "getversion": _version,
    "getmyuserinfo": _my_info,
    "cc_getlunchtypes": lambda _session, _body: {"items": [{"id": 3, "name": "Обед"}, {"id": 4, "name": "Чай"}]},
    "getuserstate": lambda session, body: {"userstateid": session.peer.lines.states[session._whose(body).login]},
    "getredirectrules": lambda _session, _body: {"rules": []},
    "getpbxnumbers": _pbx_numbers,
    "getallusernumbers": _user_numbers,
    "getextendedlineinfo": lambda session, body: session.peer.lines.line_info(session._whose(body)),
    "getcurrentqueue": lambda session, _body: {"queue": session.peer.lines.queue},
    "getpbxcalljournal": _journal,
    "gettemphttppass": _temporary_pass,
}


def _pieces(text: str, longest: int) -> Iterable[str]:
    """Written here anew, so that a mistake in ours shows."""
    if len(text.encode()) <= longest:
        return [text]
    whole, name = base64.b64encode(text.encode()).decode(), str(uuid4())
    cut = [whole[place : place + longest // 4 * 4] for place in range(0, len(whole), longest // 4 * 4)]
    numbered = enumerate(cut)
    about = {"message-id": name, "packetcount": len(cut), "content-transfer-encoding": "base64"}
    return [json.dumps(["multipart", {**about, "packetnumber": place, "content": part}]) for place, part in numbered]


def _unless_let_in(request: web.Request, way: str, login: str, secret: str) -> web.Response | None:
    given = request.headers.get("Authorization", "")
    if way == "basic":
        right = "Basic " + base64.b64encode(f"{login}:{secret}".encode()).decode()
        challenge = f'Basic realm="{REALM}"'
    else:
        right = _digest(given, request, login, secret)
        challenge = f'Digest realm="{REALM}", nonce="f2a1", qop="auth", algorithm=MD5'
    return None if given and given == right else web.Response(status=401, headers={"WWW-Authenticate": challenge})


def _digest(given: str, request: web.Request, login: str, secret: str) -> str:
    """What the right answer to the challenge is: RFC 7616. Equal to what was given, or another text."""
    parts = dict(part.strip().partition("=")[::2] for part in given.removeprefix("Digest ").split(","))
    told = {name: value.strip('"') for name, value in parts.items()}

    def md5(text: str) -> str:
        return hashlib.md5(text.encode()).hexdigest()  # noqa: S324  # so it is in the RFC

    secrets = md5(f"{login}:{REALM}:{secret}"), md5(f"{request.method}:{told.get('uri')}")
    asked = ":".join(told.get(name, "") for name in ("nonce", "nc", "cnonce", "qop"))
    return given if told.get("response") == md5(f"{secrets[0]}:{asked}:{secrets[1]}") else "wrong"
