"""Serving the edge with uvicorn."""

from __future__ import annotations

import contextlib
import json
import logging
import resource
import socket
import sys
import traceback
from datetime import UTC, datetime

import uvicorn

from svyazka.edge.app import Edge
from svyazka.edge.surroundings import Surroundings, from_environment
from svyazka.edge.wire import Wire


class Server(uvicorn.Server):
    """Ends the live connections before it waits for the last answers."""

    def __init__(self, surroundings: Surroundings, *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.edge = Edge(surroundings)
        super().__init__(
            uvicorn.Config(
                self.edge,
                host=host,
                port=port,
                loop="uvloop",
                http=Wire,
                ws="none",
                lifespan="on",
                proxy_headers=False,
                server_header=False,
                access_log=False,
                log_config=None,
                backlog=4096,
                timeout_keep_alive=30,
                timeout_graceful_shutdown=15,
            )
        )

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.edge.live.close()
        await super().shutdown(sockets)


def run(host: str, port: int) -> None:
    """Until SIGTERM or Ctrl-C; answers what it has taken, then ends."""
    _set_up_logs()
    _allow_many_connections()
    with contextlib.suppress(KeyboardInterrupt):  # uvicorn raises it once more when everything is over
        Server(from_environment(), host=host, port=port).run()


def _allow_many_connections() -> None:
    """Each browser holds one open for the whole day, and the usual bound is 1,024 files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    enough = 65_536 if hard == resource.RLIM_INFINITY else min(65_536, hard)
    if soft != resource.RLIM_INFINITY and soft < enough:
        resource.setrlimit(resource.RLIMIT_NOFILE, (enough, hard))


def _set_up_logs() -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines())
    logging.basicConfig(level="INFO", handlers=[handler], force=True)
    # The pool repeats the database's words, addresses included; the ledger says the same in ours.
    logging.getLogger("psycopg.pool").setLevel("CRITICAL")
    logging.getLogger("uvicorn.error").setLevel("WARNING")


class _Lines(logging.Formatter):
    """One JSON object a line. Of an exception only its kind and place: its text may hold what somebody sent."""

    def format(self, record: logging.LogRecord) -> str:
        said = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage().partition("\n")[0],
        }
        if record.exc_info and record.exc_info[1]:
            places = traceback.extract_tb(record.exc_info[2])
            said["exception"] = type(record.exc_info[1]).__name__
            said["at"] = " < ".join(f"{place.name}:{place.lineno}" for place in reversed(places[-6:]))
        return json.dumps(said, ensure_ascii=False)
