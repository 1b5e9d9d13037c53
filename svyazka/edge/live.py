"""`GET /live/`: what others did, told to the browsers as server-sent events. Bells carry nothing; the rows are read."""

from __future__ import annotations

import asyncio
import json
import logging
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import psycopg

from svyazka.edge import counters
from svyazka.edge.asgi import Receive, Scope, Send, cookie, headers_of, reply_json
from svyazka.edge.bell import NEWS
from svyazka.edge.ledger import Pool
from svyazka.edge.position import Position
from svyazka.edge.surroundings import NAME, Surroundings
from svyazka.edge.words import language_of, say

COOKIE = "svyazka_session"
# As `staff.roles.sees_office` has them, for a company's own role by what it is based on; a test holds the two together.
OFFICE = frozenset({"operator", "manager", "controller", "head", "administrator"})
POLL = 2.0
HEARTBEAT = 15.0
CHECK_SESSIONS = 15.0
MOST_PENDING = 256 * 1024  # bytes
STALLED_AFTER = 5.0
BEGIN_WITHIN = 5.0
MOST_LISTENERS = 5_000
MOST_REPLAYED = 1_000
# What concerns the whole office is told to hundreds: one by one while little happens, by the handful at a rush.
PAUSE_AFTER_EACH = 0.025
LONGEST_PAUSE = 1.0
WOKEN_AT_ONCE, BREATH = 20, 0.003
BEAT = b":\n\n"

_WHO = """
select session.session_key, person.id, coalesce(company_role.based_on, person.role)
from staff_session session join staff_person person on person.id = session.person_id
left join staff_companyrole company_role on company_role.code = person.role
where session.session_key = any(%s) and session.expire_date > now() and person.is_active
"""
_NEWEST = """
select id from journal_liveevent
where id > (select coalesce(max(id), 0) - 200 from journal_liveevent) order by id
"""
# Two index scans whatever the planner guesses: with "or" it may walk the whole day from its beginning.
_READ = """
(select id, topic, object_id, people, data from journal_liveevent where id > %s order by id limit 2000)
union all
(select id, topic, object_id, people, data from journal_liveevent where id = any(%s))
order by id
"""
# Some of those before the last may have been committed after it. What a page shows it has asked for itself: of those
# before its own last one it may only lack what was committed late.
_REPLAY = """
(
    select id, topic, object_id, people, data, at < now() - interval '10 minutes' and id > %(last)s
    from journal_liveevent
    where id > %(last)s - %(back)s and (id > %(last)s or (id < %(last)s and at > now() - interval '1 minute'))
    order by id limit %(most)s
)
union all
(select id, topic, object_id, people, data, false from journal_liveevent where id = any(%(late)s))
order by id
"""
log = logging.getLogger("svyazka.edge")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a browser wants to go on from: the last event it has heard, or the newest when its page was drawn."""

    number: int
    is_drawn: bool = False


@dataclass(eq=False, slots=True)
class Listener:
    """One open connection of a browser."""

    session_key: str
    person: int
    is_office: bool
    pending: list[bytes] = field(default_factory=list)
    size: int = 0  # of what is pending
    awake: asyncio.Event = field(default_factory=asyncio.Event)
    sending_since: float = 0.0  # while the other end takes nothing more
    is_over: bool = False
    is_too_slow: bool = False
    task: asyncio.Task[Any] | None = None

    def hears(self, people: Sequence[int] | None) -> bool:
        return self.is_office if people is None else self.person in people

    def tell(self, text: bytes, *, at_once: bool = True) -> None:
        """Not at once: with the next thing that is, or when somebody sets `awake`."""
        self.pending.append(text)
        self.size += len(text)
        if at_once:
            self.awake.set()
        if self.size > MOST_PENDING and self._is_stalled() and self.task:
            self.is_too_slow = True
            self.task.cancel()

    def _is_stalled(self) -> bool:
        # Many at once are no fault of the listener: he has not had his turn yet.
        since = self.sending_since
        return bool(since) and not self.is_too_slow and time.monotonic() - since > STALLED_AFTER

    def end(self) -> None:
        self.is_over = True
        self.awake.set()


class Live:
    def __init__(self, surroundings: Surroundings, pool: Pool) -> None:
        self._url = surroundings.direct_url
        self._pool = pool
        self._listeners: set[Listener] = set()
        self._position = Position()
        self._begun = asyncio.Event()
        self._of_the_office: dict[bytes, bytes] = {}  # what is said → with its number, of the same again the last one
        self._has_news = asyncio.Event()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as works:
            works.create_task(self._read_for_ever())
            works.create_task(self._tell_the_office_for_ever())
            works.create_task(self._beat())
            works.create_task(self._cut_ended_sessions())

    def close(self) -> None:
        """Before the process stops: the browsers come back by themselves, each after a while of its own."""
        for listener in self._listeners:
            listener.end()

    async def listen(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = headers_of(scope)
        try:
            listener = await self._enter(cookie(headers, COOKIE))
            # Who came before the first reading would miss what happens between his replay and it.
            await asyncio.wait_for(self._begun.wait(), BEGIN_WITHIN)
        except (psycopg.Error, TimeoutError):
            return await _refuse(send, headers, 503, "busy")
        if listener is None:
            return await _refuse(send, headers, 401, "log_in")
        if len(self._listeners) >= MOST_LISTENERS:
            return await _refuse(send, headers, 503, "busy")
        if self._tell_the_office():  # what he asks for himself is not told to him again
            self._has_news.set()
        self._listeners.add(listener)
        counters.listeners.inc()
        hung_up = asyncio.create_task(_wait_for_the_end(receive, listener))
        try:
            await self._tell(listener, _place(scope, headers), send)
        except asyncio.CancelledError:
            if not listener.is_too_slow:
                raise
            counters.dropped.inc()  # returning without an end closes the connection
        finally:
            self._listeners.discard(listener)
            counters.listeners.dec()
            hung_up.cancel()

    async def _enter(self, session_key: str) -> Listener | None:
        if not session_key:
            return None
        known = await self._who([session_key])
        if session_key not in known:
            return None
        person, role = known[session_key]
        return Listener(session_key, person, role in OFFICE, task=asyncio.current_task())

    async def _who(self, session_keys: list[str]) -> dict[str, tuple[int, str]]:
        keys = [key.replace("\x00", "") for key in session_keys]
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(_WHO, [keys])).fetchall()
        return {key: (person, role) for key, person, role in rows}

    async def _tell(self, listener: Listener, place: Place | None, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        # Not all at once after a restart.
        opening = f"retry: {random.randint(1_000, 5_000)}\n".encode()  # noqa: S311
        if place is None:
            # An id without data is remembered by the browser: it takes up from here even if it has heard nothing.
            opening += f"id: {self._position.last or 0}\n\n".encode()
        else:
            opening += f"id: {place.number}\n".encode() + await self._replay(listener, place)
        await send({"type": "http.response.body", "body": opening, "more_body": True})
        while not listener.is_over:
            await listener.awake.wait()
            listener.awake.clear()
            pending, listener.pending, listener.size = listener.pending, [], 0
            if pending:
                listener.sending_since = time.monotonic()
                await send({"type": "http.response.body", "body": b"".join(pending), "more_body": True})
                listener.sending_since = 0.0
        await send({"type": "http.response.body", "body": b""})

    async def _replay(self, listener: Listener, place: Place) -> bytes:
        """What was missed. Too long ago or too much: the page had better load anew."""
        filled = self._position.filled(now=time.monotonic()) if place.is_drawn else []
        late = [id for id in filled if id < place.number]
        back = 0 if place.is_drawn else 200
        parameters = {"last": place.number, "back": back, "late": late, "most": MOST_REPLAYED + 1}
        async with self._pool.connection() as connection:
            rows = await (await connection.execute(_REPLAY, parameters)).fetchall()
        # A page may have been drawn before we have read as far.
        is_ahead = self._position.last is not None and place.number > self._position.last and not place.is_drawn
        if len(rows) > MOST_REPLAYED or is_ahead or any(is_old for *_, is_old in rows):
            return b"\nid: %d\nevent: reload\ndata: {}\n\n" % (self._position.last or 0)
        return b"\n" + b"".join(
            b"id: %d\n%b" % (id, _said(topic, object_id, data))
            for id, topic, object_id, people, data, _ in rows
            if listener.hears(people)
        )

    async def _read_for_ever(self) -> None:
        while True:
            try:
                async with await psycopg.AsyncConnection.connect(
                    self._url, autocommit=True, application_name=NAME
                ) as connection:
                    await connection.execute(f"listen {NEWS}")
                    await self._read_upon_the_bell(connection)
            except psycopg.Error as error:
                log.warning("live events cannot be read: %s", type(error).__name__)
                await asyncio.sleep(1)

    async def _read_upon_the_bell(self, connection: psycopg.AsyncConnection[Any]) -> None:
        if self._position.last is None:
            rows = await (await connection.execute(_NEWEST)).fetchall()
            self._position.start([id for (id,) in rows], now=time.monotonic())
            self._begun.set()
        while True:
            await self._read_new(connection)
            async for _bell in connection.notifies(timeout=POLL, stop_after=1):
                pass

    async def _read_new(self, connection: psycopg.AsyncConnection[Any]) -> None:
        while True:
            cursor = await connection.execute(_READ, [self._position.last, self._position.holes])
            rows = await cursor.fetchall()
            self._position.read([row[0] for row in rows], now=time.monotonic())
            changed = {object_id for _id, topic, object_id, _people, _data in rows if topic == "person"}
            if changed:  # before anything is spread: who has just been let go hears nothing more
                await self._check_sessions([one for one in self._listeners if one.person in changed])
            for id, topic, object_id, people, data in rows:
                self._spread(people, id, _said(topic, object_id, data))
            counters.events.inc(len(rows))
            if len(rows) < 2000:
                return

    def _spread(self, people: Sequence[int] | None, id: int, said: bytes) -> None:
        """What is for somebody in person is told at once: his phone is ringing."""
        text = b"id: %d\n%b" % (id, said)
        if people is None:
            self._of_the_office.pop(said, None)
            self._of_the_office[said] = text
            self._has_news.set()
            return
        for listener in self._listeners:
            if listener.person in people and not listener.is_over:
                listener.tell(text)

    async def _tell_the_office_for_ever(self) -> None:
        while True:
            await self._has_news.wait()
            self._has_news.clear()
            much = self._tell_the_office()
            await self._wake_a_few_at_a_time()
            await asyncio.sleep(min(LONGEST_PAUSE, PAUSE_AFTER_EACH * much))

    async def _wake_a_few_at_a_time(self) -> None:
        """To write to seven hundred takes a while, in which nobody could open the card of the call that rings."""
        told = [listener for listener in self._listeners if listener.pending]
        for at in range(0, len(told), WOKEN_AT_ONCE):
            for listener in told[at : at + WOKEN_AT_ONCE]:
                listener.awake.set()
            await asyncio.sleep(BREATH)

    def _tell_the_office(self) -> int:
        """Says how much there was to tell. Who hears it is still to be woken."""
        told, self._of_the_office = self._of_the_office, {}
        text = b"".join(told.values())
        for listener in self._listeners if told else ():
            if listener.is_office and not listener.is_over:
                listener.tell(text, at_once=False)
        return len(told)

    async def _beat(self) -> None:
        """Keeps proxies between from closing, and finds out who is gone."""
        while True:
            await asyncio.sleep(HEARTBEAT)
            for listener in self._listeners:
                if not listener.pending:
                    listener.tell(BEAT)

    async def _cut_ended_sessions(self) -> None:
        while True:
            await asyncio.sleep(CHECK_SESSIONS)
            await self._check_sessions(list(self._listeners))

    async def _check_sessions(self, asked: list[Listener]) -> None:
        if not asked:
            return
        try:
            known = await self._who([listener.session_key for listener in asked])
        except psycopg.Error:
            return  # nobody is cut off because the database is away
        for listener in asked:
            if listener.session_key in known:
                listener.is_office = known[listener.session_key][1] in OFFICE
            else:
                listener.end()


_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]


def _said(topic: str, object_id: int, data: dict[str, Any]) -> bytes:
    said = json.dumps({**data, "topic": topic, "id": object_id}, separators=(",", ":"))
    return f"event: live\ndata: {said}\n\n".encode()


def _place(scope: Scope, headers: dict[str, str]) -> Place | None:
    """The browser's header when it comes back by itself, the page's `?last=` when it comes back after a refusal, its
    `?heard=` when it opens the stream."""
    asked = parse_qs(scope.get("query_string", b"").decode("latin-1"))
    text = headers.get("last-event-id") or asked.get("last", [""])[0]
    drawn = "" if text else asked.get("heard", [""])[0]
    given = text or drawn
    is_number = given.isascii() and given.isdigit() and len(given) < 19
    return Place(int(given), is_drawn=bool(drawn)) if is_number else None


async def _wait_for_the_end(receive: Receive, listener: Listener) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    listener.end()


async def _refuse(send: Send, headers: dict[str, str], status: int, word: str) -> None:
    message = say(word, language_of(headers.get("accept-language", "")))
    await reply_json(send, status, {"ok": False, "message": message}, headers=[(b"cache-control", b"no-store")])
