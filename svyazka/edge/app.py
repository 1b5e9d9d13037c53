"""The edge: who knocks where."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Coroutine
from typing import Any

import psycopg
from psycopg_pool import AsyncConnectionPool

from svyazka.connectors.cloud_pbx.verify import verify as verify_cloud_pbx
from svyazka.connectors.green_api.verify import verify as verify_green_api
from svyazka.connectors.max.verify import verify as verify_max
from svyazka.connectors.sms.verify import verify as verify_sms
from svyazka.connectors.telegram.verify import verify as verify_telegram
from svyazka.connectors.wazzup.verify import verify as verify_wazzup
from svyazka.connectors.web_form.captcha import vouch as vouch_for_form
from svyazka.connectors.web_form.verify import verify as verify_web_form
from svyazka.connectors.whatsapp.verify import LARGEST as LARGEST_OF_WHATSAPP
from svyazka.connectors.whatsapp.verify import verify as verify_whatsapp
from svyazka.connectors.yookassa.verify import verify as verify_yookassa
from svyazka.edge import counters
from svyazka.edge.accounts import PAYMENT_SERVICES, PHONE_SYSTEMS, Accounts
from svyazka.edge.arrivals import Arrivals, Way
from svyazka.edge.asgi import Receive, Scope, Send, headers_of, is_loopback, peer, reply, reply_json
from svyazka.edge.bell import Bell
from svyazka.edge.callers import Callers
from svyazka.edge.door import Door
from svyazka.edge.ledger import Ledger, Pool
from svyazka.edge.live import Live
from svyazka.edge.surroundings import NAME, Surroundings
from svyazka.edge.widgets import Widgets
from svyazka.edge.words import language_of, say

WAYS = {
    "form": Way("web_form", verify_web_form, from_pages=True, vouch=vouch_for_form),
    "sms": Way("sms", verify_sms),
    "telegram": Way("telegram", verify_telegram),
    "max": Way("max", verify_max),
    "whatsapp": Way("whatsapp", verify_whatsapp, methods=("POST", "GET"), most=LARGEST_OF_WHATSAPP),
    "wazzup": Way("wazzup", verify_wazzup),
    "green_api": Way("green_api", verify_green_api),
    "cloud_pbx": Way(PHONE_SYSTEMS, verify_cloud_pbx, methods=("POST", "GET"), goes_on=True),
    "yookassa": Way(PAYMENT_SERVICES, verify_yookassa),
}
log = logging.getLogger("svyazka.edge")


class Edge:
    """The ASGI application. Without Django, so that it is there before the rest and takes arrivals meanwhile."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self._background: list[asyncio.Task[None]] = []

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            return await self._live_and_die(receive, send)
        if scope["type"] == "websocket":
            return await send({"type": "websocket.close"})
        path: str = scope["path"]
        if path.startswith("/in/"):
            return await self._take(path, scope, receive, send)
        if path.startswith("/widget/"):
            return await self.widgets.give(path, scope, send)
        if path == "/live/" and scope["method"] == "GET":
            return await self.live.listen(scope, receive, send)
        if path == "/healthz":
            return await reply(send, 200, b"ok")
        if path == "/metrics/edge":
            return await self._count(scope, send)
        return await self.door.pass_on(scope, receive, send)

    async def _take(self, path: str, scope: Scope, receive: Receive, send: Send) -> None:
        _, _, name, key, *rest = [*path.split("/"), ""]
        way = WAYS.get(name)
        if way is None or (not way.goes_on and rest not in ([""], ["", ""])):
            language = language_of(headers_of(scope).get("accept-language", ""))
            return await reply_json(send, 404, {"ok": False, "message": say("nothing_here", language)})
        return await self.arrivals.take(way, key, "/".join(rest).strip("/"), scope, receive, send)

    async def _count(self, scope: Scope, send: Send) -> None:
        # Somebody behind a proxy on this machine is not on it.
        if not is_loopback(peer(scope)) or "x-forwarded-for" in headers_of(scope):
            return await reply(send, 404)
        return await reply(send, 200, counters.text(), kind="text/plain; version=0.0.4; charset=utf-8")

    async def _live_and_die(self, receive: Receive, send: Send) -> None:
        await receive()
        await self._start()
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self._stop()
        await send({"type": "lifespan.shutdown.complete"})

    async def _start(self) -> None:
        given = self._surroundings
        self._pool: Pool = AsyncConnectionPool(
            given.database_url,
            connection_class=psycopg.AsyncConnection[Any],
            kwargs={"autocommit": True, "prepare_threshold": given.prepare_threshold, "application_name": NAME},
            # A question before each use, for a whole batch of arrivals: they shall not pay for a restarted database.
            check=AsyncConnectionPool.check_connection,
            min_size=2,
            max_size=8,
            timeout=5,
            open=False,
        )
        await self._pool.open()  # does not wait: the edge is there before the database, and says 503
        bell = Bell(given.direct_url)
        ledger = Ledger(self._pool, bell)
        self.arrivals = Arrivals(Accounts(self._pool, given.secret_key), Callers(self._pool), ledger, given.proxies)
        self.widgets = Widgets(self._pool, given.zone)
        self.live = Live(given, self._pool)
        self.door = Door(given.web, given.proxies)
        await self.door.open()
        for work in (bell.run(), ledger.run(), self.live.run(), asyncio.to_thread(_read_numbering_plans)):
            self._keep(work)

    def _keep(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        task.add_done_callback(_fall_with)
        self._background.append(task)

    async def _stop(self) -> None:
        for task in self._background:
            task.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        await self.door.close()
        await self._pool.close()


def _read_numbering_plans() -> None:
    """The first request should not wait for them, nor should the start."""
    from svyazka.kit import phones

    phones.normalise("+74951234567")


def _fall_with(task: asyncio.Task[None]) -> None:
    """Half an edge would take requests and never answer: better a new one, from the supervisor."""
    if not task.cancelled() and task.exception():
        log.critical("the edge broke down", exc_info=task.exception())
        os.kill(os.getpid(), signal.SIGTERM)
